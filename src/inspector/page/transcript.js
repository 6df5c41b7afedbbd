// What was said in a session, line by line.

import { readText, urlOf } from "./api.js";
import { element, empty } from "./element.js";
import { hashOf } from "./route.js";

/** More lines than that are slow to show. */
const MAX_LINES = 10_000;

/** The transcript as it is now. */
export function transcriptOf(sessionId) {
  const { node, load } = transcript(sessionId);
  load();
  return node;
}

/** With `load()` it has what was said until then. */
export function transcript(sessionId, { hasLink = true } = {}) {
  const lines = element("ol", { class: "transcript", "aria-label": "Transcript" });
  let shown = [];
  let asked = 0;
  const box = element("div", { class: "padded" },
    hasLink && element("div", { class: "tool-bar" },
      element("a", { href: hashOf({ view: "sessions", id: sessionId }) }, `Session ${sessionId}`),
      element("span", { class: "spring" }),
      element("a", { class: "faint", href: urlOf(`sessions/${sessionId}/transcript`), target: "_blank", rel: "noopener" }, "as text")),
    lines);
  const nothing = element("div", { hidden: true });
  box.append(nothing);

  /** Lines that were there stay, with what is selected in them. */
  function draw(text) {
    const all = text === "" ? [] : text.split("\n");
    const said = all.slice(0, MAX_LINES);
    if (all.length > MAX_LINES) {
      said.push(`${(all.length - MAX_LINES).toLocaleString("en")} more lines`);
    }
    const same = said.findIndex((text, index) => text !== shown[index]);
    const kept = same < 0 ? said.length : same;
    while (lines.children.length > kept) {
      lines.lastChild.remove();
    }
    for (const text of said.slice(kept)) {
      lines.append(line(text));
    }
    shown = said;
  }

  async function load() {
    asked += 1;
    const turn = asked;
    try {
      const text = await readText(`sessions/${sessionId}/transcript`);
      if (turn === asked) {
        draw(text);
        say(text === "" && empty("session", "Nothing was said"));
      }
    } catch (problem) {
      if (turn === asked) {
        draw("");
        const what = problem.status === 404 ? "The session is not kept any more" : "The transcript could not be loaded";
        say(empty("warning", what, element("p", {}, problem.message)));
      }
    }
  }

  function say(what) {
    nothing.hidden = !what;
    nothing.replaceChildren(what || "");
  }

  return { node: box, load };
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
