// What was refused or aborted.

import { element, empty } from "./element.js";
import { refusals } from "./feed.js";
import { hashOf } from "./route.js";
import { VirtualList } from "./virtual_list.js";
import { count, longTime, shortTime, size } from "./words.js";

const ROW_HEIGHT = 114;
/** A long reply has two lines there. */
const PHONE_ROW_HEIGHT = 152;
const phone = matchMedia("(max-width: 760px)");

export function refusalsView() {
  const summary = element("p", { class: "summary", role: "status" });
  const nothing = element("div", { class: "nothing" });
  const list = new VirtualList({
    label: "Refusals, newest first",
    height: phone.matches ? PHONE_ROW_HEIGHT : ROW_HEIGHT,
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
  phone.addEventListener("change", () => {
    list.height = phone.matches ? PHONE_ROW_HEIGHT : ROW_HEIGHT;
    draw();
  });
  return {
    node,
    show() {
      refusals.want();
      draw();
    },
  };
}

function row(refusal) {
  const what = refusal.reply ?? (refusal.cause === "aborted" ? "Given up by the client" : "No reply");
  const code = /^\d{3}/.exec(refusal.reply ?? "")?.[0];
  return element("div", { class: "refusal-row", "data-key": refusal.id },
    element("span", { class: code?.startsWith("4") ? "reply-code is-warn" : code ? "reply-code is-bad" : "reply-code" }, code ?? "—"),
    element("div", { class: "refusal-what" },
      element("p", { class: "refusal-reply" }, element("bdi", {}, code ? what.slice(4) : what)),
      element("p", { class: "refusal-command" }, refusal.command === null ? `at ${refusal.stage}` : element("code", {}, refusal.command)),
      mailOf(refusal),
      element("p", { class: "refusal-why faint" }, refusal.rule === null ? refusal.cause : ["by the rule ", origin(refusal.rule)],
        refusal.detail !== null && [": ", element("bdi", {}, refusal.detail)])),
    element("div", { class: "refusal-side" },
      element("time", { datetime: refusal.recorded_at, title: longTime(refusal.recorded_at) }, shortTime(refusal.recorded_at)),
      element("a", { href: hashOf({ view: "sessions", id: refusal.session_id }) }, `Session ${refusal.session_id}`)));
}

/** What is known of the mail that came to nothing. */
function mailOf({ reverse_path: from, forward_paths: to, recipient, subject, size: octets }) {
  if (from === null) {
    return null;
  }
  const others = to.length > 1 ? ` +${to.length - 1}` : "";
  return element("p", { class: "refusal-mail" },
    element("bdi", {}, from || "<>"), " → ", element("bdi", { title: to.join("\n") }, to[0] ?? recipient ?? "nobody"), others,
    subject !== null && [" · ", element("bdi", {}, subject || "(no subject)")],
    octets !== null && element("span", { class: "faint", title: count(octets, "octet") }, ` · ${size(octets)}`));
}

/** Where a rule comes from: a line of the test, or this page. */
function origin(rule) {
  const code = element("code", {}, rule);
  return rule.startsWith("/api/v1/rules/") ? element("a", { href: hashOf({ view: "rules" }) }, code) : code;
}
