// What was refused or aborted.

import { element, empty } from "./element.js";
import { refusals } from "./feed.js";
import { hashOf } from "./route.js";
import { VirtualList } from "./virtual_list.js";
import { longTime, shortTime } from "./words.js";

const ROW_HEIGHT = 92;

export function refusalsView() {
  const summary = element("p", { class: "summary", role: "status" });
  const nothing = element("div", { class: "nothing" });
  const list = new VirtualList({
    label: "Refusals, newest first",
    height: ROW_HEIGHT,
    key: (index) => refusals.items[index].id,
    signature: (index) => shortTime(refusals.items[index].recorded_at),
    row: (index) => row(refusals.items[index]),
  });
  const node = element("section", { class: "pane-list is-alone", "aria-label": "Refusals" },
    element("div", { class: "list-bar" }, summary), list.node, nothing);

  function draw({ shift = 0 } = {}) {
    const { items, isLoaded, problem } = refusals;
    list.update(items.length, { shift });
    summary.textContent = isLoaded ? `${items.length} refused or aborted` : "Loading…";
    list.node.hidden = items.length === 0;
    nothing.hidden = items.length > 0 || (!isLoaded && !problem);
    if (!nothing.hidden) {
      nothing.replaceChildren(problem ? empty("warning", "They could not be loaded", element("p", {}, problem.message))
        : empty("check", "Nothing was refused", element("p", {}, "What the server refuses, and what a client gives up, is kept here.")));
    }
  }

  refusals.addEventListener("change", (event) => draw(event.detail));
  return {
    node,
    show() {
      refusals.want();
      draw();
    },
  };
}

function row(refusal) {
  const what = refusal.reply ?? refusal.detail ?? refusal.cause;
  const code = /^\d{3}/.exec(refusal.reply ?? "")?.[0];
  return element("div", { class: "refusal-row", "data-key": refusal.id },
    element("span", { class: code?.startsWith("4") ? "reply-code is-warn" : code ? "reply-code is-bad" : "reply-code" }, code ?? "—"),
    element("div", { class: "refusal-what" },
      element("p", { class: "refusal-reply" }, element("bdi", {}, code ? what.slice(4) : what)),
      element("p", { class: "refusal-command" }, refusal.command === null ? `at ${refusal.stage}` : element("code", {}, refusal.command)),
      element("p", { class: "refusal-why faint" }, refusal.rule === null ? refusal.cause : ["by the rule ", element("code", {}, refusal.rule)],
        refusal.reply !== null && refusal.detail !== null && [": ", element("bdi", {}, refusal.detail)])),
    element("div", { class: "refusal-side" },
      element("time", { datetime: refusal.recorded_at, title: longTime(refusal.recorded_at) }, shortTime(refusal.recorded_at)),
      element("a", { href: hashOf({ view: "sessions", id: refusal.session_id }) }, `Session ${refusal.session_id}`)));
}
