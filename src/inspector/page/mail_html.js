// The tab of a mail's HTML: a frame that can run nothing, load nothing, and reach nothing.

import { urlOf } from "./api.js";
import { button, element } from "./element.js";

const WIDTHS = [
  { name: "phone", title: "Phone, 375 pixels" },
  { name: "tablet", title: "Tablet, 768 pixels" },
  { name: "desktop", title: "All the width there is" },
];

let width = "desktop";

export function htmlTab(mail) {
  const stage = element("div", { class: "stage" });
  const notice = element("p", { class: "notice remote-notice" }, element("span", { title: "To load them would tell the sender" }, "Remote images blocked"),
    button(null, "Load them", () => show(true), { id: "load-remote" }));
  const buttons = WIDTHS.map(({ name, title }) => button(name, "", () => resize(name), { class: "quiet", label: title, "data-width": name }));

  function show(isRemote) {
    notice.hidden = isRemote || !hasRemote(mail);
    // Always a new frame: one that is led elsewhere would be a step in the way back.
    stage.replaceChildren(element("iframe", {
      title: "The mail's HTML",
      sandbox: "allow-popups allow-popups-to-escape-sandbox",
      referrerpolicy: "no-referrer",
      src: urlOf(`mails/${mail.id}/preview${isRemote ? "?remote=true" : ""}`),
    }));
  }

  function resize(name) {
    width = name;
    stage.dataset.width = name;
    for (const button of buttons) {
      button.setAttribute("aria-pressed", button.dataset.width === name);
    }
  }

  resize(width);
  show(false);
  return element("div", { class: "html-tab" },
    element("div", { class: "html-bar" }, notice, element("div", { class: "widths", role: "group", "aria-label": "Width" }, buttons)), stage);
}

function hasRemote(mail) {
  const isRemote = ({ src }) => /^\s*(https?:)?\/\//i.test(src);
  return mail.images.some(isRemote) || /(url\(|background=|srcset=|poster=)\s*(["']\s*)?(https?:)?\/\//i.test(mail.html);
}
