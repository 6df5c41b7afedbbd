// Which mails this browser has seen. Another server on the same port, with mails of the same numbers, is
// another run, and starts fresh.

import { keep, kept, keptKeys } from "./storage.js";

const PREFIX = "mailmock.read.";

let key = null;
let upTo = 0;
let read = new Set();
const listeners = new Set();

/** Takes up what is known of that run, and forgets all others. */
export function openRun(run) {
  const readMeanwhile = key === null ? [...read] : [];
  key = PREFIX + run;
  for (const name of keptKeys()) {
    if (name.startsWith(PREFIX) && name !== key) {
      keep(name, null);
    }
  }
  load(kept(key));
  readMeanwhile.forEach(markRead);
}

export function isRead(id) {
  return id <= upTo || read.has(id);
}

export function markRead(id) {
  if (!isRead(id)) {
    read.add(id);
    changed();
  }
}

export function markEachRead(ids) {
  ids.filter((id) => !isRead(id)).forEach((id) => read.add(id));
  changed();
}

export function markUnread(id) {
  for (; upTo >= id; upTo -= 1) {
    read.add(upTo);
  }
  read.delete(id);
  changed();
}

export function markAllRead(newest) {
  upTo = Math.max(upTo, newest);
  read = new Set([...read].filter((id) => id > upTo));
  changed();
}

/** `listener` is told of each change, in other windows too. */
export function onUnreadChange(listener) {
  listeners.add(listener);
}

function changed() {
  if (key) {
    keep(key, JSON.stringify({ upTo, read: [...read] }));
  }
  tell();
}

function load(text) {
  upTo = 0;
  read = new Set();
  try {
    const known = JSON.parse(text) ?? {};
    upTo = Number(known.upTo) || 0;
    read = new Set(known.read);
  } catch {
    // It is not ours: all mails are unread.
  }
  tell();
}

function tell() {
  for (const listener of listeners) {
    listener();
  }
}

window.addEventListener("storage", (event) => {
  if (key && event.key === key) {
    load(event.newValue);
  }
});
