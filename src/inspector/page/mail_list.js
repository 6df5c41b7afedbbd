// The list of mails, beside the one that is open.

import { remove } from "./api.js";
import { confirmed } from "./dialog.js";
import { button, element, empty, icon } from "./element.js";
import { standing } from "./live.js";
import { mails } from "./mails.js";
import { currentRoute, go, hashOf } from "./route.js";
import { parametersOf } from "./search.js";
import { howToSend } from "./server.js";
import { copy, orToast, toast } from "./toast.js";
import { isRead, markAllRead, markEachRead, onUnreadChange } from "./unread.js";
import { VirtualList } from "./virtual_list.js";
import { count, longTime, shortTime } from "./words.js";

const ROW_HEIGHT = 78;

/** The pane, and what is done with it from outside. */
export function mailList() {
  const summary = element("p", { class: "summary", role: "status" });
  const readAll = button("check", "", readListed, { class: "quiet", label: "Mark all as read", id: "read-all" });
  const deleteAll = button("trash", "", deleteListed, { class: "quiet", label: "Delete all", id: "delete-all" });
  const nothing = element("div", { class: "nothing" });
  const further = element("p", { class: "notice is-bad further", role: "alert", hidden: true },
    element("span", {}, "The mails further down could not be loaded."),
    button(null, "Try again", () => mails.retry(), { id: "load-further" }));
  let nothingShown = null;
  const list = new VirtualList({
    label: "Mails, newest first",
    height: ROW_HEIGHT,
    key: (index) => mails.items[index]?.id ?? `later ${index}`,
    signature: (index) => signature(mails.items[index]),
    row: (index) => row(mails.items[index]),
    reach: (last) => mails.want(last + 50),
  });
  const pane = element("section", { class: "pane-list", "aria-label": "Mails" },
    element("div", { class: "list-bar" }, summary, readAll, deleteAll), list.node, further, nothing);

  function draw({ shift = 0 } = {}) {
    list.update(mails.total, { shift });
    const unread = mails.items.filter((mail) => !isRead(mail.id)).length;
    const more = mails.isComplete ? "" : "+";
    const isSearch = mails.query !== "";
    summary.replaceChildren(...summaryOf(unread, more, isSearch));
    readAll.disabled = unread === 0;
    deleteAll.disabled = mails.total === 0;
    name(readAll, isSearch ? "Mark all that were found as read" : "Mark all as read");
    name(deleteAll, isSearch ? "Delete all that were found" : "Delete all");
    const isEmpty = mails.isLoaded && mails.total === 0;
    list.node.hidden = isEmpty || !mails.isLoaded;
    nothing.hidden = !isEmpty && mails.isLoaded;
    further.hidden = !mails.isLoaded || !mails.problem;
    const why = JSON.stringify([mails.isLoaded, mails.problem?.message, mails.query, standing?.url]);
    if (!nothing.hidden && why !== nothingShown) {
      nothingShown = why;
      nothing.replaceChildren(...nothingThere(isSearch));
    }
    document.title = unread > 0 && !isSearch ? `(${unread}${more}) mailmock` : "mailmock";
  }

  mails.addEventListener("change", (event) => draw(event.detail));
  onUnreadChange(() => draw());
  draw();
  return {
    pane,
    draw,
    /** The one that is open has changed. */
    follow(id) {
      draw();
      const index = mails.indexOf(id);
      if (index >= 0) {
        list.scrollTo(index);
      }
    },
  };
}

/** Where the mail is that is so many further down than the one that is open, if there is one. */
export function step(distance) {
  const route = currentRoute();
  const index = route.id === null ? -1 : mails.indexOf(route.id);
  const next = mails.items[index + distance] ?? (index < 0 ? mails.items[0] : undefined);
  return next && { view: "mails", id: next.id, tab: route.id === null ? null : route.tab, query: route.query };
}

export async function deleteMail(mail) {
  const question = "Delete this mail?";
  if (!await confirmed(question, mail.subject || "(no subject)", "Delete")) {
    return;
  }
  await orToast(async () => {
    await remove(`mails/${mail.id}`);
    const index = mails.indexOf(mail.id);
    const next = mails.items[index + 1] ?? mails.items[index - 1];
    mails.forget([mail.id]);
    toast("Mail deleted");
    const { query } = currentRoute();
    go({ view: "mails", id: index < 0 ? null : next?.id ?? null, query }, { replaces: true });
  });
}

/** Says what a button with an icon does. */
function name(button, text) {
  button.title = text;
  button.setAttribute("aria-label", text);
}

/** In a search those that were found, and no others. */
async function readListed() {
  if (mails.query === "") {
    markAllRead(mails.newest);
  } else {
    await orToast(async () => markEachRead(await mails.ids()));
  }
}

/** Those that are listed when it is asked: what comes while one thinks about it has not been seen. */
async function deleteListed() {
  const { query, newest } = mails;
  const what = count(mails.total, "mail");
  const question = query ? `Delete the ${what} found?` : `Delete all ${what}?`;
  const detail = query ? `Those that the search finds: ${query}` : "Sessions and rejections are kept.";
  if (!await confirmed(question, detail, "Delete")) {
    return;
  }
  await orToast(async () => {
    const { deleted } = await remove("mails", { ...parametersOf(query), up_to: newest });
    toast(`${count(deleted, "mail")} deleted`);
    await mails.load();
    go({ view: "mails", query }, { replaces: true });
  });
}

function summaryOf(unread, more, isSearch) {
  if (!mails.isLoaded) {
    return [mails.problem ? "" : "Loading…"];
  }
  const what = isSearch ? `${mails.total.toLocaleString("en")} found` : count(mails.total, "mail");
  return [what, unread > 0 ? element("span", { class: "faint" }, ` · ${unread.toLocaleString("en")}${more} unread`) : ""];
}

function nothingThere(isSearch) {
  if (!mails.isLoaded) {
    return mails.problem ? [empty("warning", "The mails could not be loaded", element("p", {}, mails.problem.message))] : [];
  }
  if (isSearch) {
    return [empty("search", "No mail is like that",
      element("p", {}, element("code", {}, mails.query)),
      button(null, "Show all mails", () => go({ ...currentRoute(), query: "" })))];
  }
  const url = standing?.url ?? "";
  return [empty("mail", "No mail yet", element("p", {}, "Have your application send to"),
    element("p", { class: "address" }, element("code", {}, url),
      button("copy", "", () => copy(url, "Address"), { class: "quiet", label: "Copy the address" })),
    howToSend(url))];
}

function signature(mail) {
  if (!mail) {
    return "later";
  }
  const { id, query } = currentRoute();
  return [isRead(mail.id), mail.id === id, query, shortTime(mail.received_at)].join();
}

function row(mail) {
  if (!mail) {
    return element("div", { class: "mail-row is-later" }, element("span", { class: "bar" }), element("span", { class: "bar is-long" }));
  }
  const { id, query } = currentRoute();
  const unread = !isRead(mail.id);
  const isOpen = mail.id === id;
  const { forward_paths: to, refused } = mail.envelope;
  const sender = mail.header_from[0] || mail.envelope.reverse_path || "(no sender)";
  const more = to.length > 1 ? ` +${to.length - 1}` : "";
  return element("div", { class: "mail-row", "data-key": mail.id },
    element("a", {
      href: hashOf({ view: "mails", id: mail.id, query }),
      class: [unread ? "is-unread" : "", isOpen ? "is-open" : ""].join(" "),
      "aria-current": isOpen ? "true" : null,
    },
    element("span", { class: "line" },
      unread && element("span", { class: "dot", role: "img", "aria-label": "unread" }),
      element("bdi", { class: "from" }, sender),
      element("time", { datetime: mail.received_at, title: longTime(mail.received_at) }, shortTime(mail.received_at))),
    element("span", { class: "line" },
      element("bdi", { class: mail.subject ? "subject" : "subject is-missing" }, mail.subject || "no subject"),
      refused.length > 0 && element("span", { class: "tag is-bad", title: `${count(refused.length, "recipient")} refused` }, `${refused.length} refused`),
      mail.attachments > 0 && element("span", { class: "mark", title: count(mail.attachments, "attachment") }, icon("clip"), String(mail.attachments))),
    element("span", { class: "to" }, "to ", element("bdi", {}, to[0] ?? "nobody"), more)));
}
