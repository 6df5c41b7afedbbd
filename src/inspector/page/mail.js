// The mail that is open: who sent what to whom, and its tabs.

import { read, urlOf } from "./api.js";
import { button, choice, element, empty, icon } from "./element.js";
import { on, standing } from "./live.js";
import { deleteMail, step } from "./mail_list.js";
import { htmlTab } from "./mail_html.js";
import { headersTab, linksTab, lintTab, partsTab, rawTab, recipientsTab, textTab } from "./mail_tabs.js";
import { currentRoute, go, hashOf } from "./route.js";
import { transcriptOf } from "./transcript.js";
import { copy, toast } from "./toast.js";
import { markRead, markUnread } from "./unread.js";
import { size, time } from "./words.js";

/** A tab: its name, what it counts if that is worth a look, whether it is there, and what it shows. */
const TABS = [
  { name: "html", title: "HTML", has: (mail) => mail.html !== null, show: htmlTab },
  { name: "text", title: "Text", has: (mail) => mail.text !== null, show: textTab },
  { name: "parts", title: "Parts", count: (mail) => mail.parts.length, show: partsTab },
  { name: "headers", title: "Headers", show: headersTab },
  { name: "raw", title: "Raw", show: rawTab },
  { name: "recipients", title: "Recipients", isBad: (mail) => hasOddRecipients(mail), show: recipientsTab },
  { name: "links", title: "Links & codes", count: (mail) => mail.links.length + mail.codes.length + mail.images.length, show: linksTab },
  { name: "lint", title: "Lint", count: (mail) => mail.lint.length, isBad: (mail) => mail.lint.some(({ severity }) => severity === "error"), show: lintTab },
  { name: "transcript", title: "Transcript", show: (mail) => transcriptOf(mail.session_id) },
];

/** The pane of one mail; `show(id, tab)` opens another. */
export function mailPane() {
  const pane = element("section", { class: "pane-detail", "aria-label": "The mail" });
  let open = null;
  let asked = 0;
  let problem = null;
  let run = null;

  on("start", () => {
    const isAnother = run !== null && run !== standing.run;
    run = standing.run;
    if (problem || isAnother) {
      again();
    }
  });
  on("mail", ({ id }) => {
    if (problem && id === currentRoute().id) {
      again();
    }
  });

  function again() {
    const { view, id, tab } = currentRoute();
    open = null;
    if (view === "mails" && id !== null) {
      show(id, tab);
    }
  }

  async function show(id, tab) {
    asked += 1;
    const turn = asked;
    problem = null;
    if (id === null) {
      open = null;
      pane.replaceChildren(choice("mail", "No mail is open", element("p", {}, "Choose one from the list, or press ", element("kbd", {}, "j"), ".")));
      return;
    }
    if (open?.id !== id) {
      try {
        const mail = await read(`mails/${id}`);
        if (turn !== asked) {
          return;
        }
        open = mail;
        draw(mail);
        markRead(id);
      } catch (error) {
        if (turn === asked) {
          open = null;
          problem = error;
          pane.replaceChildren(backLink(), empty("warning", problem.status === 404 ? "This mail is not there" : "It could not be loaded",
            element("p", {}, problem.message)));
        }
        return;
      }
    }
    showTab(open, tab);
  }

  function draw(mail) {
    const panel = element("div", { class: "panel", id: "panel", role: "tabpanel", tabindex: "-1" });
    pane.replaceChildren(head(mail), tabList(mail), panel);
  }

  function showTab(mail, wanted) {
    const tabs = tabsOf(mail);
    const tab = tabs.find(({ name }) => name === wanted) ?? tabs[0];
    const bar = pane.querySelector("[role=tablist]");
    for (const link of bar.children) {
      const isOpen = link.dataset.tab === tab.name;
      link.setAttribute("aria-selected", isOpen);
      link.tabIndex = isOpen ? 0 : -1;
      link.href = hashOf({ ...currentRoute(), tab: link.dataset.tab });
      if (isOpen) {
        link.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    }
    const panel = pane.querySelector("[role=tabpanel]");
    if (panel.dataset.tab !== tab.name) {
      panel.dataset.tab = tab.name;
      panel.setAttribute("aria-labelledby", `tab-${tab.name}`);
      panel.replaceChildren(tab.show(mail));
      panel.scrollTop = 0;
    }
  }

  /** The mail that is open, if it is the one that the route names: until that has come, the one before is seen. */
  function shownMail() {
    const { view, id } = currentRoute();
    return view === "mails" && open?.id === id ? open : null;
  }

  return {
    pane,
    show,
    mail: shownMail,
    /** Nobody looks any more: what is still to come will not have been seen. */
    hide() {
      asked += 1;
    },
    /** The tab so many further. */
    turn(distance) {
      const route = currentRoute();
      const mail = shownMail();
      if (mail) {
        const tabs = tabsOf(mail).map(({ name }) => name);
        const index = Math.max(0, tabs.indexOf(pane.querySelector("[role=tabpanel]").dataset.tab));
        go({ ...route, tab: tabs[(index + distance + tabs.length) % tabs.length] }, { replaces: true });
      }
    },
  };
}

export function unread(mail) {
  markUnread(mail.id);
  toast("Marked as unread");
}

function tabsOf(mail) {
  return TABS.filter(({ has }) => has?.(mail) ?? true);
}

function tabList(mail) {
  const links = tabsOf(mail).map(({ name, title, count, isBad }) => {
    const number = count?.(mail) ?? 0;
    return element("a", { role: "tab", id: `tab-${name}`, "data-tab": name, "aria-controls": "panel", href: "#" }, title,
      number > 0 && element("span", { class: isBad?.(mail) ? "count is-bad" : "count" }, String(number)),
      number === 0 && isBad?.(mail) && element("span", { class: "dot is-bad", role: "img", "aria-label": "look at this" }));
  });
  const move = (event) => {
    const distance = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (distance) {
      event.preventDefault();
      const next = links[(links.indexOf(document.activeElement) + distance + links.length) % links.length];
      next.focus();
      go({ ...currentRoute(), tab: next.dataset.tab }, { replaces: true });
    }
  };
  return element("div", { class: "tabs", role: "tablist", "aria-label": "What is shown of the mail", onkeydown: move }, links);
}

function head(mail) {
  const { envelope } = mail;
  const field = (name) => mail.headers.find((header) => header.name.toLowerCase() === name)?.value;
  const line = (name, value, kind = "") => value && element("div", { class: `field ${kind}` }, element("dt", {}, name), element("dd", {}, element("bdi", {}, value)));
  return element("header", { class: "mail-head" },
    element("div", { class: "actions" },
      backLink(),
      element("span", { class: "tag", id: "mail-number", title: "The number of the mail, in the API and in reports" }, `#${mail.id}`),
      element("span", { class: "spring" }),
      button("previous", "", () => move(-1), { class: "quiet", label: "The mail above (k)" }),
      button("next", "", () => move(1), { class: "quiet", label: "The mail below (j)" }),
      button("link", "", () => copy(location.href, "Link"), { class: "quiet", label: "Copy the link to this view" }),
      button("unread", "", () => unread(mail), { class: "quiet", label: "Mark as unread (u)" }),
      element("a", { class: "button quiet icon", href: urlOf(`mails/${mail.id}/raw`), download: `${mail.id}.eml`, title: "Save as .eml", "aria-label": "Save as .eml" }, icon("download")),
      button("trash", "", () => deleteMail(mail), { class: "quiet", label: "Delete (Del)", id: "delete-mail" })),
    element("h1", { class: mail.subject ? null : "faint", title: mail.subject }, element("bdi", {}, mail.subject || "(no subject)")),
    element("dl", { class: "fields" },
      line("From", field("from") ?? "—"),
      line("To", field("to")),
      line("Cc", field("cc")),
      mail.recipients.is_bcc_leaked && line("Bcc", field("bcc"), "is-bad")),
    element("p", { class: "envelope" },
      element("span", { title: "The envelope: MAIL and RCPT" }, "Envelope ",
        element("bdi", { class: "path" }, envelope.reverse_path || "<>"), " → ",
        element("bdi", { class: "path" }, shortPaths(envelope.forward_paths))),
      time(mail.received_at),
      element("span", {}, size(mail.size)),
      element("a", { href: hashOf({ view: "sessions", id: mail.session_id }) }, `Session ${mail.session_id}`),
      envelope.tls && element("span", { class: "tag is-good", title: envelope.tls }, icon("lock"), "TLS"),
      envelope.authenticated_as !== null && element("span", { class: "tag" }, "as ", element("bdi", {}, envelope.authenticated_as)),
      envelope.refused.length > 0 && element("span", { class: "tag is-bad" }, `${envelope.refused.length} refused`),
      mail.recipients.is_bcc_leaked && element("span", { class: "tag is-bad" }, "Bcc leaked")));
}

function move(distance) {
  const next = step(distance);
  if (next) {
    go(next, { replaces: true });
  }
}

function backLink() {
  const { query } = currentRoute();
  return element("a", { class: "button quiet back", href: hashOf({ view: "mails", query }) }, icon("back"), "Mails");
}

function shortPaths(paths) {
  return paths.length > 3 ? `${paths.slice(0, 3).join(", ")} +${paths.length - 3}` : paths.join(", ") || "nobody";
}

function hasOddRecipients({ recipients }) {
  return recipients.is_bcc_leaked || recipients.never_sent.length > 0 || recipients.refused.length > 0;
}
