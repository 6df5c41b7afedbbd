// The sessions, and what was said in the one that is open.

import { choice, element, empty, icon } from "./element.js";
import { rejections, sessions } from "./feed.js";
import { mails } from "./mails.js";
import { currentRoute, hashOf } from "./route.js";
import { transcript } from "./transcript.js";
import { VirtualList } from "./virtual_list.js";
import { count, longTime, seconds, shortTime, time } from "./words.js";

const ROW_HEIGHT = 78;
/** So often it is asked what is said in the session that is looked at, while it lasts. */
const FOLLOW = 1_000;

export function sessionsView() {
  const summary = element("p", { class: "summary", role: "status" });
  const nothing = element("div", { class: "nothing" });
  const detail = element("section", { class: "pane-detail", "aria-label": "The session" });
  const list = new VirtualList({
    label: "Sessions, newest first",
    height: ROW_HEIGHT,
    key: (index) => sessions.items[index].id,
    signature: (index) => JSON.stringify([{ ...sessions.items[index], exchanges: null }, sessions.items[index].id === currentRoute().id, pathsOf(sessions.items[index]), refusedIn(sessions.items[index])]),
    row: (index) => row(sessions.items[index]),
  });
  const node = element("div", { class: "split" },
    element("section", { class: "pane-list", "aria-label": "Sessions" }, element("div", { class: "list-bar" }, summary), list.node, nothing), detail);
  let shown = null;
  let said = null;
  let following = null;

  function draw({ shift = 0 } = {}) {
    const { items, isLoaded, problem } = sessions;
    list.update(items.length, { shift });
    const open = items.filter((session) => session.is_open).length;
    summary.replaceChildren(isLoaded ? count(items.length, "session") : "Loading…", open > 0 ? element("span", { class: "faint" }, ` · ${open} open`) : "");
    list.node.hidden = items.length === 0;
    nothing.hidden = items.length > 0 || (!isLoaded && !problem);
    if (!nothing.hidden) {
      nothing.replaceChildren(problem ? empty("warning", "They could not be loaded", element("p", {}, problem.message))
        : empty("session", "No session yet", element("p", {}, "Each connection of a client is one.")));
    }
    drawDetail();
  }

  function drawDetail() {
    const { id } = currentRoute();
    const session = sessions.items.find((session) => session.id === id);
    if (!session) {
      said = null;
    } else if (said?.id !== id) {
      const { node, load } = transcript(id, { hasLink: false });
      said = { id, load, panel: element("div", { class: "panel" }, node), exchanges: null };
    }
    drawHead(id, session);
    const exchanges = JSON.stringify([session?.exchanges, session?.end]);
    if (said && said.exchanges !== exchanges) {
      said.exchanges = exchanges;
      said.load();
    }
  }

  function drawHead(id, session) {
    const state = JSON.stringify([id, { ...session, exchanges: null }, Boolean(session), sessions.isLoaded]);
    if (state === shown) {
      return;
    }
    shown = state;
    if (id === null) {
      detail.replaceChildren(choice("session", "No session is open", element("p", {}, "Choose one from the list.")));
    } else if (session && said.panel.parentNode === detail) {
      const isOpen = detail.querySelector("details")?.open;
      detail.firstChild.replaceWith(head(session));
      detail.querySelector("details")?.toggleAttribute("open", isOpen);
    } else if (session) {
      detail.replaceChildren(head(session), said.panel);
    } else if (sessions.isLoaded) {
      detail.replaceChildren(backLink(), empty("warning", "This session is not there", element("p", {}, `There is no session ${id} any more.`)));
    }
  }

  sessions.addEventListener("change", (event) => draw(event.detail));
  for (const other of [mails, rejections]) {
    other.addEventListener("change", () => list.draw());
  }
  return {
    node,
    show() {
      sessions.want();
      rejections.want();
      draw();
      const { id } = currentRoute();
      node.classList.toggle("has-open", id !== null);
      const index = sessions.items.findIndex((session) => session.id === id);
      if (index >= 0) {
        list.scrollTo(index);
      }
      following ??= setInterval(() => document.hidden || sessions.follow(currentRoute().id), FOLLOW);
    },
    hide() {
      clearInterval(following);
      following = null;
    },
    /** The session so many further down. */
    step(distance) {
      const index = sessions.items.findIndex((session) => session.id === currentRoute().id);
      const next = sessions.items[index + distance] ?? (index < 0 ? sessions.items[0] : undefined);
      return next && { view: "sessions", id: next.id };
    },
  };
}

function row(session) {
  const isOpen = session.id === currentRoute().id;
  return element("div", { class: "mail-row session-row", "data-key": session.id },
    element("a", { href: hashOf({ view: "sessions", id: session.id }), class: isOpen ? "is-open" : "", "aria-current": isOpen ? "true" : null },
      element("span", { class: "line" },
        element("span", { class: "from" }, `${session.id} · `, element("bdi", {}, session.hello_name ?? session.peer)),
        element("time", { datetime: session.opened_at, title: longTime(session.opened_at) }, shortTime(session.opened_at))),
      element("span", { class: "line" },
        element("bdi", { class: "subject" }, pathsOf(session)), marks(session)),
      element("span", { class: "to" }, session.is_open ? "not ended" : session.end ?? "ended")));
}

/** Who sent to whom, of the first mail if it is among those that are loaded. */
function pathsOf(session) {
  const [first] = session.mails;
  const mail = mails.items.find(({ id }) => id === first);
  if (!mail) {
    return first === undefined ? "no mail" : count(session.mails.length, "mail");
  }
  const { reverse_path: from, forward_paths: to } = mail.envelope;
  return `${from || "<>"} → ${to[0] ?? "nobody"}${to.length > 1 ? ` +${to.length - 1}` : ""}`;
}

/** What was refused but logins. */
function refusedIn(session) {
  const refused = rejections.items.filter((rejection) => rejection.session_id === session.id && rejection.cause !== "aborted").length;
  return Math.max(0, refused - failedLogins(session));
}

function marks(session) {
  const failed = failedLogins(session);
  const refused = refusedIn(session);
  return [
    session.is_open && element("span", { class: "tag is-good" }, "open"),
    failed > 0 && element("span", { class: "tag is-bad" }, "login refused"),
    refused > 0 && element("span", { class: "tag is-bad" }, `${refused} refused`),
    session.tls && element("span", { class: "mark", title: session.tls }, icon("lock")),
    session.mails.length > 0 && element("span", { class: "mark", title: count(session.mails.length, "mail") }, icon("mail"), String(session.mails.length)),
  ];
}

function head(session) {
  const line = (name, ...value) => element("div", { class: "field" }, element("dt", {}, name), element("dd", {}, value));
  const logins = session.logins.map((login) => element("div", {},
    element("bdi", {}, login.identity || "(nobody)"), ` by ${login.mechanism} `,
    element("span", { class: login.is_accepted ? "tag is-good" : "tag is-bad" }, login.is_accepted ? "accepted" : "refused"),
    !login.is_tls && [" ", element("span", { class: "tag is-warn" }, "in clear")],
    login.authorization_identity && [" for ", element("bdi", {}, login.authorization_identity)]));
  return element("header", { class: "mail-head" },
    element("div", { class: "actions" }, backLink()),
    element("h1", {}, `Session ${session.id}`),
    element("dl", { class: "fields" },
      line("Client", element("bdi", {}, session.hello_name ?? "no hello"), element("span", { class: "faint" }, ` from ${session.peer}`)),
      line("Opened", time(session.opened_at)),
      line("Ended", session.is_open ? element("span", { class: "tag is-good" }, "open") : session.end ?? "—",
        session.duration !== null && element("span", { class: "faint" }, ` after ${seconds(session.duration)}`)),
      line("TLS", session.tls ?? element("span", { class: "faint" }, "none")),
      logins.length > 0 && line("Logins", logins),
      session.mails.length > 0 && line("Mails", mailLinks(session.mails)),
      session.remarks.length > 0 && line("Remarks", element("details", {},
        element("summary", {}, `${count(session.remarks.length, "departure")} from the standard, forgiven`),
        element("ul", {}, session.remarks.map((remark) => element("li", {}, remark)))))));
}

function mailLinks(ids) {
  const links = ids.slice(0, 20).flatMap((id) => [element("a", { href: hashOf({ view: "mails", id }) }, String(id)), " "]);
  return ids.length > 20 ? [links, `and ${ids.length - 20} more`] : links;
}

function backLink() {
  return element("a", { class: "button quiet back", href: hashOf({ view: "sessions" }) }, icon("back"), "Sessions");
}

function failedLogins(session) {
  return session.logins.filter((login) => !login.is_accepted).length;
}
