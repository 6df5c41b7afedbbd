// The rules: how the server misbehaves, how often it has, and a form for more.

import { post, read, remove } from "./api.js";
import { confirmed } from "./dialog.js";
import { button, element, empty } from "./element.js";
import { on } from "./live.js";
import { ruleForm } from "./rule_form.js";
import { orToast, toast } from "./toast.js";
import { count } from "./words.js";

const PATIENCE = 250;

/** What is in JSON alone, with figures to be changed. */
const READY_MADE = [
  { text: "greylisting", rule: { preset: { greylist: { seconds: 300 } } } },
  { text: "rate limit", rule: { preset: { rate_limit: { mails: 10, seconds: 60 } } } },
  { text: "mails per session", rule: { preset: { max_mails_per_session: 3 } } },
  { text: "magic recipients", rule: { preset: "magic_recipients" } },
  { text: "first busy, then gone", rule: { trigger: "rcpt", in_turn: [{ reply: "mailbox_busy" }, "disconnect", "proceed"] } },
];

export function rulesView() {
  const summary = element("p", { class: "faint", role: "status" });
  const removeAll = button("trash", "Remove all", removeMade, { class: "quiet", id: "remove-rules" });
  const list = element("ol", { class: "rules", "aria-label": "Rules, in the order in which they are asked" });
  const problem = element("p", { class: "notice is-bad", role: "alert", id: "rule-problem", hidden: true });
  const json = element("textarea", { id: "rule-json", spellcheck: "false", "aria-label": "The rule as JSON", oninput: () => setByHand(true) });
  const form = ruleForm(() => write());
  const byHand = element("details", { class: "json" }, element("summary", {}, "As JSON, which can be changed by hand"), json);
  const handNotice = element("p", { class: "notice is-info", id: "by-hand", hidden: true },
    element("span", {}, "What is added is the JSON below."), button("back", "Back to the fields", write, { id: "to-fields" }));
  const cards = new Map();
  let rules = [];
  let asked = 0;
  let isShown = false;
  let timer = null;

  /** The fields make the rule, and the JSON says what they say. */
  function write() {
    json.value = JSON.stringify(form.value(), null, 2);
    problem.hidden = true;
    setByHand(false);
  }

  /** The JSON may say what the fields cannot: then they are not shown, and ask for nothing. */
  function setByHand(isByHand) {
    form.node.hidden = isByHand;
    form.node.disabled = isByHand;
    handNotice.hidden = !isByHand;
    json.rows = json.value.split("\n").length;
  }

  function take(rule) {
    json.value = JSON.stringify(rule, null, 2);
    problem.hidden = true;
    setByHand(true);
    byHand.open = true;
    json.focus();
  }

  async function add(event) {
    event.preventDefault();
    problem.hidden = true;
    try {
      const rule = await post("rules", json.value);
      toast(`Rule ${rule.id} is in force`);
      await load();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  }

  async function load() {
    asked += 1;
    const turn = asked;
    try {
      const answer = await read("rules");
      if (turn === asked) {
        rules = answer.rules;
        draw();
      }
    } catch (error) {
      if (turn === asked) {
        summary.textContent = "";
        cards.clear();
        list.replaceChildren(element("li", { class: "is-empty" }, empty("warning", "The rules could not be loaded", element("p", {}, error.message))));
      }
    }
  }

  /** What is there already stays in its place, with the focus if it has that. */
  function draw() {
    const made = rules.filter((rule) => !rule.is_own).length;
    removeAll.disabled = made === 0;
    summary.textContent = rules.length === 0 ? "" : `${count(rules.length, "rule")}. The first that fits and is due decides.`;
    const known = new Map(rules.map((rule) => [cardKey(rule), rule]));
    for (const key of cards.keys()) {
      if (!known.has(key)) {
        cards.delete(key);
      }
    }
    for (const [key, rule] of known) {
      if (!cards.has(key)) {
        cards.set(key, card(rule));
      }
      drawFigures(cards.get(key), rule);
    }
    const rows = [...known.keys()].map((key) => cards.get(key));
    arrange(rows.length > 0 ? rows : [element("li", { class: "is-empty" },
      empty("rule", "No rule is in force", element("p", {}, "The server accepts all mail. Add a rule to see what your application does when it does not.")))]);
  }

  function arrange(rows) {
    const wanted = new Set(rows);
    [...list.children].filter((row) => !wanted.has(row)).forEach((row) => row.remove());
    let place = list.firstChild;
    for (const row of rows) {
      if (row === place) {
        place = place.nextSibling;
      } else {
        list.insertBefore(row, place);
      }
    }
  }

  function drawFigures(card, rule) {
    const isSpent = rule.remaining === 0;
    card.classList.toggle("is-spent", isSpent);
    card.querySelector(".rule-figures").replaceChildren(
      element("span", {}, element("strong", { class: "hits" }, rule.hits.toLocaleString("en")), rule.hits === 1 ? " hit" : " hits"),
      rule.remaining === null ? "" : element("span", { class: isSpent ? "tag" : "tag is-info" }, isSpent ? "used up" : `${rule.remaining} to come`));
  }

  function card(rule) {
    return element("li", { class: "rule-card", "data-key": rule.id },
      element("div", { class: "rule-what" }, element("code", { class: "rule-text" }, rule.rule),
        element("p", { class: "faint small" }, element("bdi", {}, rule.origin), rule.is_own && " · the server was started with it")),
      element("div", { class: "rule-figures" }),
      rule.is_own ? element("span", { class: "rule-tool" }) : element("span", { class: "rule-tool" },
        button("trash", "", () => removeOne(rule), { class: "quiet", label: `Remove rule ${rule.id}` })));
  }

  async function removeOne(rule) {
    await orToast(async () => {
      await remove(`rules/${rule.id}`);
      toast(`Rule ${rule.id} removed`);
    });
    await load();
  }

  async function removeMade() {
    if (await confirmed("Remove all rules?", "Those that the server was started with stay.", "Remove")) {
      await orToast(async () => {
        const { deleted } = await remove("rules");
        toast(`${count(deleted, "rule")} removed`);
      });
      await load();
    }
  }

  function later() {
    if (isShown) {
      timer ??= setTimeout(() => {
        timer = null;
        load();
      }, PATIENCE);
    }
  }
  for (const kind of ["start", "server", "mail", "rejection", "session"]) {
    on(kind, later);
  }
  write();

  const node = element("div", { class: "page" },
    element("div", { class: "page-head" }, element("h1", {}, "Rules"), summary, element("span", { class: "spring" }), removeAll),
    list,
    element("form", { class: "card add-rule", onsubmit: add },
      element("h2", {}, "Add a rule"),
      form.node,
      element("div", { class: "form-row" }, element("span", { class: "form-label" }, "Ready-made"),
        element("span", { class: "form-fields" }, READY_MADE.map(({ text, rule }) =>
          element("button", { type: "button", class: "ready-made", onclick: () => take(rule) }, text)))),
      handNotice,
      byHand,
      problem,
      element("div", { class: "buttons" }, button("plus", "Add the rule", null, { type: "submit", class: "primary", id: "add-rule" }))));
  return {
    node,
    show() {
      isShown = true;
      load();
    },
    hide() {
      isShown = false;
    },
  };
}

/** Rules of another server may have the same numbers. */
function cardKey({ id, rule, origin, is_own: isOwn }) {
  return JSON.stringify([id, rule, origin, isOwn]);
}
