// Questions, and the help.

import { element } from "./element.js";
import { FILTERS } from "./search.js";

/** Asks; true if the answer is yes. */
export function confirmed(question, detail, yes) {
  return new Promise((answer) => {
    const dialog = element("dialog", { "aria-labelledby": "question", onclose: () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    } },
    element("h2", { id: "question" }, question),
    detail && element("p", {}, detail),
    element("div", { class: "buttons" },
      element("button", { type: "button", onclick: () => dialog.close("") }, "Cancel"),
      element("button", { type: "button", class: "danger", autofocus: true, onclick: () => dialog.close("yes") }, yes)));
    document.body.append(dialog);
    dialog.showModal();
  });
}

const KEYS = [
  ["j", "the next mail, down the list"],
  ["k", "the one before, up the list"],
  ["Enter", "open it"],
  ["Esc", "back: close what is open, clear the search"],
  ["/", "search"],
  ["[ ]", "the tab before, the next tab"],
  ["u", "mark as unread"],
  ["Del", "delete the mail that is open"],
  ["g then m s e r c", "mails, sessions, rejections, rules, server"],
  ["?", "this help"],
];

export function showHelp() {
  if (document.getElementById("help-dialog")) {
    return;
  }
  const dialog = element("dialog", { id: "help-dialog", class: "wide", "aria-labelledby": "help-title", onclose: () => dialog.remove() },
    element("h2", { id: "help-title", tabindex: "-1", autofocus: true }, "Keys"),
    element("dl", { class: "keys" }, KEYS.map(([keys, what]) => [
      element("dt", {}, keys.split(" ").map((key) => (key === "then" ? " then " : element("kbd", {}, key)))),
      element("dd", {}, what),
    ])),
    element("h2", {}, "Search"),
    element("p", {}, "Words are looked for anywhere in a mail, in any case; what stands in quotes, as it is. These look in one place; with ",
      element("code", {}, ":"), " for a part, with ", element("code", {}, "="), " for the whole:"),
    element("dl", { class: "keys" }, FILTERS.map(({ name, about }) => [
      element("dt", {}, element("code", {}, name)), element("dd", {}, about),
    ])),
    element("p", {}, "For example ", element("code", {}, "sent_to:ada@example.org subject=\"Your invoice\""), "."),
    element("p", { class: "faint" }, "The same words are parameters of ",
      element("a", { href: "/api/v1/openapi.json", target: "_blank", rel: "noopener" }, "the API"), "."),
    element("div", { class: "buttons" },
      element("button", { type: "button", class: "primary", onclick: () => dialog.close() }, "Close")));
  document.body.append(dialog);
  dialog.showModal();
}
