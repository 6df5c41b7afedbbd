// What the server is asked, and what it says when it will not.

/** Problem details (RFC 9457), or no answer at all (status 0). */
export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** The JSON that a path gives. */
export async function read(path, parameters = {}) {
  return (await ask("GET", path + queryOf(parameters))).json();
}

/** The text that a path gives. */
export async function readText(path) {
  return (await ask("GET", path)).text();
}

/** The octets that a path gives. */
export async function readOctets(path) {
  return (await ask("GET", path)).arrayBuffer();
}

export async function post(path, body) {
  return (await ask("POST", path, body)).json();
}

export async function remove(path, parameters = {}) {
  return (await ask("DELETE", path + queryOf(parameters))).json();
}

/** Where a path is, for links. */
export function urlOf(path) {
  return `/api/v1/${path}`;
}

function queryOf(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null);
  const query = new URLSearchParams(given).toString();
  return query && `?${query}`;
}

async function ask(method, path, body) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = typeof body === "string" ? body : JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(urlOf(path), options);
  } catch {
    throw new Problem(0, "The server does not answer. It has ended, or will be back in a moment.");
  }
  if (answer.ok) {
    return answer;
  }
  const text = await answer.text();
  let detail = text || `The answer was ${answer.status}.`;
  try {
    detail = JSON.parse(text).detail ?? detail;
  } catch {
    // It is no problem in JSON: then the text is all there is.
  }
  throw new Problem(answer.status, detail);
}
