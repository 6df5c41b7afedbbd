// The page as a whole: which view is shown, and the keys.

import { showHelp } from "./dialog.js";
import { button, element, empty, icon } from "./element.js";
import { connect, on, standing } from "./live.js";
import { mailPane, unread } from "./mail.js";
import { deleteMail, mailList, step } from "./mail_list.js";
import { mails } from "./mails.js";
import { rejectionsView } from "./rejections.js";
import { VIEWS, currentRoute, go, hashOf } from "./route.js";
import { rulesView } from "./rules.js";
import { searchBox } from "./search_box.js";
import { banners, countOf, serverView } from "./server.js";
import { sessionsView } from "./sessions.js";
import { keep } from "./storage.js";
import { openRun } from "./unread.js";

const ENTRIES = {
  mails: { title: "Mails", icon: "mail", key: "m" },
  sessions: { title: "Sessions", icon: "session", key: "s" },
  rejections: { title: "Rejections", icon: "rejection", key: "e" },
  rules: { title: "Rules", icon: "rule", key: "r" },
  server: { title: "Server", icon: "gear", key: "c" },
};

const COMPACT = new Intl.NumberFormat("en", { notation: "compact" });

const place = document.getElementById("view");
const mail = mailPane();
const list = mailList();
const search = searchBox();
const views = {
  mails: mailsView(),
  sessions: sessionsView(),
  rejections: rejectionsView(),
  rules: rulesView(),
  server: serverView(),
};
let shown = null;

function mailsView() {
  const node = element("div", { class: "split" }, list.pane, mail.pane);
  return {
    node,
    show({ id, tab, query }) {
      node.classList.toggle("has-open", id !== null);
      search.look(query);
      mail.show(id, tab);
      list.follow(id);
    },
    hide: mail.hide,
    step,
  };
}

function show() {
  const route = currentRoute();
  const view = views[route.view];
  if (shown !== view) {
    shown?.hide?.();
    shown = view;
    place.replaceChildren(view.node);
    document.body.dataset.view = route.view;
  }
  for (const link of document.querySelectorAll("#rail a")) {
    link.toggleAttribute("data-current", link.dataset.view === route.view);
    link.setAttribute("aria-current", link.dataset.view === route.view ? "page" : "false");
  }
  view.show(route);
}

function drawRail() {
  document.getElementById("rail").replaceChildren(...VIEWS.map((view) => {
    const { title, icon: name } = ENTRIES[view];
    return element("a", { href: hashOf({ view }), "data-view": view, title },
      icon(name), element("span", { class: "rail-title" }, title), element("span", { class: "count", hidden: true }));
  }));
}

function drawCounts() {
  for (const link of document.querySelectorAll("#rail a")) {
    const number = countOf(link.dataset.view);
    const badge = link.querySelector(".count");
    badge.hidden = number === 0;
    badge.textContent = COMPACT.format(number);
  }
}

function drawState({ isLive, problem = null }) {
  const box = document.getElementById("standing");
  const isRefused = problem?.status === 401;
  box.className = isLive ? "standing is-live" : "standing is-lost";
  const text = isLive ? "live" : isRefused ? "no access" : "connecting…";
  box.replaceChildren(element("span", { class: "dot" }), element("span", { class: "standing-text" }, text));
  box.title = isLive ? "What comes is shown as it comes" : problem?.message ?? "The connection is being made again";
  document.body.classList.toggle("is-refused", isRefused);
  if (isRefused) {
    place.replaceChildren(empty("lock", "This inspector wants a token",
      element("p", {}, "Open ", element("code", {}, `${location.origin}/?token=…`), " with the token that the server was started with. The browser keeps it from then on.")));
    shown?.hide?.();
    shown = null;
  } else if (shown === null) {
    show();
  }
}

// Themes

const THEMES = ["system", "light", "dark"];
const themeButton = document.getElementById("theme");

function drawTheme(theme) {
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  themeButton.replaceChildren(icon(theme));
  themeButton.title = `Theme: ${theme}. Change to ${next}`;
  themeButton.setAttribute("aria-label", themeButton.title);
  themeButton.onclick = () => {
    if (next === "system") {
      keep("mailmock.theme", null);
      delete document.documentElement.dataset.theme;
    } else {
      keep("mailmock.theme", next);
      document.documentElement.dataset.theme = next;
    }
    drawTheme(next);
  };
}

// Keys

let isGoing = false;
let going = null;

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: () => document.activeElement === document.body && move(1),
  ArrowUp: () => document.activeElement === document.body && move(-1),
  "[": () => currentRoute().view === "mails" && mail.turn(-1),
  "]": () => currentRoute().view === "mails" && mail.turn(1),
  "/": () => search.focus(),
  "?": showHelp,
  Escape: back,
  Delete: () => mail.mail() && deleteMail(mail.mail()),
  u: () => mail.mail() && unread(mail.mail()),
  g: () => {
    isGoing = true;
    clearTimeout(going);
    going = setTimeout(() => { isGoing = false; }, 1000);
  },
};

function move(distance) {
  const next = shown?.step?.(distance);
  if (next) {
    go(next, { replaces: currentRoute().id !== null });
  }
}

function back() {
  const route = currentRoute();
  if (route.id !== null) {
    go({ view: route.view, query: route.query });
  } else if (route.query) {
    go({ view: "mails" });
  }
}

document.addEventListener("keydown", (event) => {
  const isWriting = event.target.closest?.("input, textarea, select, dialog");
  if (isWriting || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
    return;
  }
  const goal = isGoing && VIEWS.find((view) => ENTRIES[view].key === event.key);
  isGoing = false;
  const action = goal ? () => go({ view: goal }) : KEYS[event.key];
  if (action && action() !== false) {
    event.preventDefault();
  }
});

// The beginning

document.querySelector(".skip").onclick = (event) => {
  event.preventDefault(); // its address would be that of a view
  document.getElementById("main").focus();
};
document.getElementById("help").append(icon("help"));
document.getElementById("help").onclick = showHelp;
drawTheme(document.documentElement.dataset.theme ?? "system");
drawRail();
banners();
drawState({ isLive: false });
on("state", drawState);
let run = null;
on("server", () => {
  if (run !== standing.run) {
    run = standing.run;
    openRun(run);
  }
  drawCounts();
});
mails.addEventListener("change", () => {
  const { view, id } = currentRoute();
  if (view === "mails" && id === null && !mails.isLoaded) {
    list.draw();
  }
});
window.addEventListener("hashchange", show);
show();
connect();
