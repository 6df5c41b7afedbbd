// A rule in the making: its words, and the JSON that they make.

import { element } from "./element.js";

/** What follows a word: nothing, a text or address and how it is meant, a number, … */
const TRIGGERS = [
  ["connect", "a client connects"],
  ["hello", "EHLO or HELO"],
  ["starttls", "STARTTLS"],
  ["tls_handshake", "the TLS handshake"],
  ["auth", "credentials have come"],
  ["auth_as", "credentials of a user", "text"],
  ["mail", "MAIL"],
  ["mail_from", "MAIL from an address", "address"],
  ["rcpt", "RCPT"],
  ["rcpt_to", "RCPT to an address", "address"],
  ["data", "DATA"],
  ["end_of_data", "the content is there"],
  ["end_of_data_when", "the content of such a mail is there", "mail"],
  ["delivery", "delivery to a recipient (LMTP)"],
  ["delivery_to", "delivery to an address (LMTP)", "address"],
  ["rset", "RSET"],
  ["quit", "QUIT"],
  ["command", "another command", "verb"],
];

const ACTIONS = [
  ["reply", "reply", "reply"],
  ["reply_then_disconnect", "reply, then disconnect", "reply"],
  ["disconnect", "disconnect"],
  ["reset", "reset the connection (RST)"],
  ["hang", "hang: never answer"],
  ["proceed", "proceed as if there were no rule"],
  ["pass_on", "pass on to the rule behind"],
  ["accept_and_discard", "accept, and lose the mail"],
  ["accept_then_disconnect", "accept, then disconnect without a reply"],
  ["disconnect_after_bytes", "disconnect within the content, after", "octets"],
  ["throttle", "throttle: octets a second", "octets"],
  ["drip", "drip: a reply octet by octet, each after", "seconds"],
  ["send_raw", "send raw text", "raw"],
  ["tls_fault", "a fault of TLS", "fault"],
];

const FREQUENCIES = [
  ["", "each time"],
  ["first", "the first … times"],
  ["nth", "only the …th time"],
  ["every", "every …th time"],
  ["after_first", "after the first …"],
];

const SCOPES = [
  ["", "in all"],
  ["session", "in each session"],
  ["sender", "for each sender"],
  ["recipient", "for each recipient"],
  ["mail", "for each mail"],
];

const PATTERNS = ["equal", "contains", "starts_with", "ends_with", "matches", "glob"];

const MAIL_WORDS = [
  "subject", "sent_to", "sent_from", "header_from", "header_to", "header_cc", "reply_to", "text", "html", "anywhere",
  "attachment", "message_id", "authenticated_as",
];

const FAULTS = [
  "expired", "not_yet_valid", "wrong_host", "unknown_ca", "self_signed", "only_tls12", "only_tls13", "no_close_notify",
];

const REPLIES = [
  "550 5.1.1 Mailbox unavailable",
  "451 4.3.0 Try again later",
  "451 4.7.1 Greylisted, try again later",
  "421 4.3.2 Service not available, closing",
  "450 4.2.0 Mailbox busy",
  "452 4.2.2 Mailbox full",
  "452 4.3.1 Insufficient system storage",
  "452 4.5.3 Too many recipients",
  "535 5.7.8 Authentication credentials invalid",
  "550 5.7.1 Rejected by policy",
  "552 5.3.4 Message too big",
  "554 5.6.0 Transaction failed",
];

/** The fields, with `value()` for the rule that they make. `changed` is told when that is another. */
export function ruleForm(changed) {
  const trigger = choice("trigger", TRIGGERS);
  const action = choice("action", ACTIONS);
  const frequency = choice("frequency", FREQUENCIES);
  const per = choice("per", SCOPES);
  const times = number("times", { min: 1, step: 1, value: 1, label: "How many" });
  const after = number("after", { min: 0, label: "Seconds before it", placeholder: "0" });
  const probability = number("probability", { min: 0, max: 1, label: "Probability", placeholder: "1" });
  const triggerArgument = element("span", { class: "argument" });
  const actionArgument = element("span", { class: "argument" });
  let triggerValue = () => null;
  let actionValue = () => null;

  function arrange() {
    triggerValue = argument(triggerArgument, kindOf(TRIGGERS, trigger.value), "trigger", { mayBeNull: trigger.value === "mail_from" });
  }
  function arrangeAction() {
    actionValue = argument(actionArgument, kindOf(ACTIONS, action.value), "action");
  }
  trigger.addEventListener("change", arrange);
  action.addEventListener("change", arrangeAction);
  trigger.value = "rcpt_to";
  arrange();
  arrangeAction();

  const node = element("fieldset", { class: "rule-form", "aria-label": "The rule" },
    row("When", "trigger", trigger, triggerArgument),
    row("How often", "frequency", frequency, times, per),
    row("Then", "action", action, actionArgument),
    element("div", { class: "form-row" }, element("span", { class: "form-label" }, "But"),
      element("span", { class: "form-fields" },
        element("label", {}, "after ", after, " seconds"),
        element("label", {}, "with probability ", probability))));
  const suit = () => {
    times.hidden = frequency.value === "";
    times.disabled = times.hidden; // else it would have to be valid
  };
  const update = () => {
    suit();
    changed();
  };
  node.addEventListener("input", update);
  node.addEventListener("change", update);
  suit();

  return {
    node,
    value() {
      const rule = { trigger: word(trigger.value, triggerValue()) };
      if (frequency.value) {
        rule.frequency = { [frequency.value]: Number(times.value) };
      }
      if (per.value) {
        rule.per = per.value;
      }
      if (probability.value !== "") {
        rule.probability = Number(probability.value);
      }
      if (after.value !== "" && Number(after.value) !== 0) {
        rule.after = Number(after.value);
      }
      rule.action = word(action.value, actionValue());
      return rule;
    },
  };
}

/** Fills in what a word needs, and gives a function for its value. */
function argument(box, kind, id, { mayBeNull = false } = {}) {
  const [nodes, value] = argumentOf(kind, id, mayBeNull);
  box.replaceChildren(...nodes);
  return value;
}

function argumentOf(kind, id, mayBeNull) {
  switch (kind) {
    case "text":
    case "address": {
      const patterns = kind === "address" ? [...PATTERNS, "domain"] : PATTERNS;
      const pattern = choice(`${id}-pattern`, patterns.map((name) => [name, name.replaceAll("_", " ")]), "How it is meant");
      const text = input(`${id}-text`, { label: "Text", required: true });
      const suit = () => {
        text.placeholder = kind === "text" ? "app" : pattern.value === "domain" ? "example.org" : "ada@example.org";
        // The null sender is an address of no letters; what else is empty would never fit, or always.
        text.required = !(mayBeNull && pattern.value === "equal");
        text.title = text.required ? "" : "Left empty: the null sender, <>";
      };
      pattern.addEventListener("change", suit);
      suit();
      return [[pattern, text], () => (pattern.value === "equal" ? text.value : { [pattern.value]: text.value })];
    }
    case "mail": {
      const field = choice(`${id}-field`, MAIL_WORDS.map((name) => [name, name]), "What of the mail");
      const pattern = choice(`${id}-pattern`, PATTERNS.map((name) => [name, name.replaceAll("_", " ")]), "How it is meant");
      const text = input(`${id}-text`, { label: "Text", placeholder: "Welcome", required: true });
      return [[field, pattern, text], () => ({ [field.value]: pattern.value === "equal" ? text.value : { [pattern.value]: text.value } })];
    }
    case "verb": {
      const text = input(`${id}-text`, { label: "Command", placeholder: "VRFY", value: "VRFY", required: true });
      return [[text], () => text.value];
    }
    case "reply": {
      const list = element("datalist", { id: "replies" }, REPLIES.map((reply) => element("option", { value: reply })));
      const text = input(`${id}-text`, { label: "Reply", value: REPLIES[0], list: "replies", class: "is-long", required: true });
      return [[text, list], () => text.value];
    }
    case "octets": {
      const octets = number(`${id}-text`, { min: 1, step: 1, value: 100, label: "Octets" });
      return [[octets], () => Number(octets.value)];
    }
    case "seconds": {
      const seconds = number(`${id}-text`, { min: 0, value: 0.5, label: "Seconds" });
      return [[seconds, " seconds"], () => Number(seconds.value)];
    }
    case "raw": {
      const text = element("textarea", { id: `${id}-text`, rows: 2, "aria-label": "Text", placeholder: "What is sent, as it is" });
      return [[text], () => text.value.replaceAll(/\r?\n/g, "\r\n")];
    }
    case "fault": {
      const fault = choice(`${id}-text`, FAULTS.map((name) => [name, name.replaceAll("_", " ")]), "Fault");
      return [[fault], () => fault.value];
    }
    default:
      return [[], () => null];
  }
}

function word(name, value) {
  return value === null ? name : { [name]: value };
}

function kindOf(words, name) {
  return words.find(([word]) => word === name)[2];
}

function choice(id, words, label) {
  return element("select", { id: `rule-${id}`, "aria-label": label }, words.map(([value, text]) => element("option", { value }, text)));
}

function input(id, { label, ...properties }) {
  return element("input", { id: `rule-${id}`, type: "text", "aria-label": label, spellcheck: "false", autocomplete: "off", ...properties });
}

function number(id, { label, ...properties }) {
  return element("input", { id: `rule-${id}`, type: "number", step: "any", "aria-label": label, ...properties });
}

function row(text, id, ...fields) {
  return element("div", { class: "form-row" }, element("label", { class: "form-label", for: `rule-${id}` }, text),
    element("span", { class: "form-fields" }, fields));
}
