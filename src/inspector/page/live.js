// What comes, as it comes. While nobody looks for a while, nothing is held open: a browser has few
// connections for one host.

import { read } from "./api.js";

const HIDDEN_FOR = 30_000;
const RETRY = 2_000;

/** How the server stood last; null before it was heard of. */
export let standing = null;

const target = new EventTarget();
let source = null;
let hiding = null;
let retrying = null;

/**
 * Kinds: `start` when what was loaded may be stale, `mail`, `rejection`, `session`, `server`, and `state` with
 * `{ isLive, problem }`.
 */
export function on(kind, listener) {
  target.addEventListener(kind, (event) => listener(event.detail));
}

export function connect() {
  clearTimeout(retrying);
  source?.close();
  source = new EventSource("/api/v1/events");
  let isStarted = false;
  source.addEventListener("server", (event) => {
    standing = JSON.parse(event.data);
    tell("server", standing);
    if (!isStarted) {
      // From here on nothing is missed; what was before is loaded.
      isStarted = true;
      tell("state", { isLive: true });
      tell("start");
    }
  });
  for (const kind of ["mail", "rejection", "session"]) {
    source.addEventListener(kind, (event) => tell(kind, JSON.parse(event.data)));
  }
  source.onerror = () => {
    source.close();
    lost();
  };
}

async function lost() {
  let problem = null;
  try {
    await read("server");
  } catch (error) {
    problem = error;
  }
  tell("state", { isLive: false, problem });
  clearTimeout(retrying);
  if (problem?.status !== 401) {
    retrying = setTimeout(connect, RETRY);
  }
}

function tell(kind, detail) {
  target.dispatchEvent(new CustomEvent(kind, { detail }));
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) {
    hiding = setTimeout(() => {
      clearTimeout(retrying);
      source?.close();
      source = null;
    }, HIDDEN_FOR);
  } else if (!source || source.readyState === EventSource.CLOSED) {
    connect();
  }
});
