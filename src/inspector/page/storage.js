// What the browser keeps for us, if it keeps anything: where site data are blocked, even to look throws.

export function kept(key) {
  return attempt(() => localStorage.getItem(key)) ?? null;
}

/** Null: it is kept no longer. */
export function keep(key, text) {
  attempt(() => text === null ? localStorage.removeItem(key) : localStorage.setItem(key, text));
}

export function keptKeys() {
  return attempt(() => Object.keys(localStorage)) ?? [];
}

/** Without it, or without room, what there is is known until the page is closed. */
function attempt(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
