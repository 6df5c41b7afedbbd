// What was said in a session, line by line.

import { readText, urlOf } from "./api.js";
import { element, empty } from "./element.js";
import { hashOf } from "./route.js";

export function transcriptOf(sessionId, { hasLink = true } = {}) {
  const lines = element("ol", { class: "transcript", "aria-label": "Transcript" });
  const box = element("div", { class: "padded" },
    hasLink && element("div", { class: "tool-bar" },
      element("a", { href: hashOf({ view: "sessions", id: sessionId }) }, `Session ${sessionId}`),
      element("span", { class: "spring" }),
      element("a", { class: "faint", href: urlOf(`sessions/${sessionId}/transcript`), target: "_blank", rel: "noopener" }, "as text")),
    lines);
  readText(`sessions/${sessionId}/transcript`).then((text) => {
    lines.replaceChildren(...text.split("\n").map(line));
    if (text === "") {
      box.replaceChildren(empty("session", "Nothing was said"));
    }
  }, (problem) => {
    const what = problem.status === 404 ? "The session is not kept any more" : "The transcript could not be loaded";
    box.replaceChildren(empty("warning", what, element("p", {}, problem.message)));
  });
  return box;
}

function line(text) {
  const match = /^([CS]): ?(.*)$/s.exec(text);
  if (!match) {
    return element("li", { class: "is-note" }, element("span", { class: "who" }), element("span", { class: "said" }, text));
  }
  const [, who, said] = match;
  const isRefusal = who === "S" && /^[45]\d\d/.test(said);
  return element("li", { class: who === "C" ? "is-client" : isRefusal ? "is-server is-refusal" : "is-server" },
    element("span", { class: "who" }, who), element("span", { class: "said" }, said));
}
