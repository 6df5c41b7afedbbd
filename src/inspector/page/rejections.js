// What was refused or aborted.

import { element, empty } from "./element.js";
import { rejections } from "./feed.js";
import { hashOf } from "./route.js";
import { VirtualList } from "./virtual_list.js";
import { count, longTime, shortTime, size } from "./words.js";

const ROW_HEIGHT = 114;
/** A long reply has two lines there. */
const PHONE_ROW_HEIGHT = 152;
const phone = matchMedia("(max-width: 760px)");

export function rejectionsView() {
  const summary = element("p", { class: "summary", role: "status" });
  const nothing = element("div", { class: "nothing" });
  const list = new VirtualList({
    label: "Rejections, newest first",
    height: phone.matches ? PHONE_ROW_HEIGHT : ROW_HEIGHT,
    key: (index) => rejections.items[index].id,
    signature: (index) => shortTime(rejections.items[index].recorded_at),
    row: (index) => row(rejections.items[index]),
  });
  const node = element("section", { class: "pane-list is-alone", "aria-label": "Rejections" },
    element("div", { class: "list-bar" }, summary), list.node, nothing);

  function draw({ shift = 0 } = {}) {
    const { items, isLoaded, problem } = rejections;
    list.update(items.length, { shift });
    summary.textContent = isLoaded ? `${items.length} refused or aborted` : "Loading…";
    list.node.hidden = items.length === 0;
    nothing.hidden = items.length > 0 || (!isLoaded && !problem);
    if (!nothing.hidden) {
      nothing.replaceChildren(problem ? empty("warning", "They could not be loaded", element("p", {}, problem.message))
        : empty("check", "Nothing was refused", element("p", {}, "What the server refuses, and what a client gives up, is kept here.")));
    }
  }

  rejections.addEventListener("change", (event) => draw(event.detail));
  phone.addEventListener("change", () => {
    list.height = phone.matches ? PHONE_ROW_HEIGHT : ROW_HEIGHT;
    draw();
  });
  return {
    node,
    show() {
      rejections.want();
      draw();
    },
  };
}

function row(rejection) {
  const what = rejection.reply ?? (rejection.cause === "aborted" ? "Given up by the client" : "No reply");
  const code = /^\d{3}/.exec(rejection.reply ?? "")?.[0];
  return element("div", { class: "rejection-row", "data-key": rejection.id },
    element("span", { class: code?.startsWith("4") ? "reply-code is-warn" : code ? "reply-code is-bad" : "reply-code" }, code ?? "—"),
    element("div", { class: "rejection-what" },
      element("p", { class: "rejection-reply" }, element("bdi", {}, code ? what.slice(4) : what)),
      element("p", { class: "rejection-command" }, rejection.command === null ? `at ${rejection.stage}` : element("code", {}, rejection.command)),
      mailOf(rejection),
      element("p", { class: "rejection-why faint" }, rejection.rule === null ? rejection.cause : ["by the rule ", origin(rejection.rule)],
        rejection.detail !== null && [": ", element("bdi", {}, rejection.detail)])),
    element("div", { class: "rejection-side" },
      element("time", { datetime: rejection.recorded_at, title: longTime(rejection.recorded_at) }, shortTime(rejection.recorded_at)),
      element("a", { href: hashOf({ view: "sessions", id: rejection.session_id }) }, `Session ${rejection.session_id}`)));
}

/** What is known of the mail that came to nothing. */
function mailOf({ reverse_path: from, forward_paths: to, recipient, subject, size: octets }) {
  if (from === null) {
    return null;
  }
  const others = to.length > 1 ? ` +${to.length - 1}` : "";
  return element("p", { class: "rejection-mail" },
    element("bdi", {}, from || "<>"), " → ", element("bdi", { title: to.join("\n") }, to[0] ?? recipient ?? "nobody"), others,
    subject !== null && [" · ", element("bdi", {}, subject || "(no subject)")],
    octets !== null && element("span", { class: "faint", title: count(octets, "octet") }, ` · ${size(octets)}`));
}

/** Where a rule comes from: a line of the test, or this page. */
function origin(rule) {
  const code = element("code", {}, rule);
  return rule.startsWith("/api/v1/rules/") ? element("a", { href: hashOf({ view: "rules" }) }, code) : code;
}
