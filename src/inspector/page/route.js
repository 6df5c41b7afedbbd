// Where we are: all of it is in the URL's hash, so that each view can be linked, and the way back works.
//
//   #/mails  #/mails?q=subject:Welcome  #/mails/12  #/mails/12/html  #/sessions/3  #/rejections  #/rules  #/server

export const VIEWS = ["mails", "sessions", "rejections", "rules", "server"];

/** `{ view, id, tab, query }`; what is none of ours is the list of mails. */
export function currentRoute() {
  const [path, search] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, id, tab] = path.split("/").map(decoded);
  return {
    view: VIEWS.includes(view) ? view : "mails",
    id: /^\d+$/.test(id ?? "") ? Number(id) : null,
    tab: tab || null,
    query: new URLSearchParams(search ?? "").get("q") ?? "",
  };
}

export function hashOf({ view, id = null, tab = null, query = "" }) {
  const path = [view, id, id === null ? null : tab].filter((part) => part !== null);
  const search = query ? `?${new URLSearchParams({ q: query })}` : "";
  return `#/${path.map(encodeURIComponent).join("/")}${search}`;
}

/** Goes there. With `replaces` the way back does not lead here. */
export function go(route, { replaces = false } = {}) {
  const hash = hashOf(route);
  if (replaces) {
    history.replaceState(null, "", hash);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = hash;
  }
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
