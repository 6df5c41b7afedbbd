// The tabs of a mail, but for its HTML and its transcript.

import { readOctets, urlOf } from "./api.js";
import { button, element, empty, icon } from "./element.js";
import { copy, orToast } from "./toast.js";
import { count, size } from "./words.js";

/** More than that of raw text is slow to show, and is saved instead. */
const MAX_SHOWN = 2 * 1024 * 1024;
/** Further in, parts are shown as if they were no further. */
const MAX_DEPTH = 6;
/** An image may be in its own address. */
const MAX_LINK = 2_000;
/** More rows than that, or links in a text, are slow to show as well. */
const MAX_ROWS = 2_000;
const MAX_LINKS = 10_000;
/** With these a sentence ends. */
const SENTENCE = ".,:;!?'’”";

export function textTab(mail) {
  return copied(mail.text, "Text", element("pre", { class: "prose" }, withLinks(mail.text)));
}

export function partsTab(mail) {
  const row = (part) => {
    const name = part.name ?? (part.n === 0 ? "the whole" : "");
    const isSaved = !part.content_type.startsWith("multipart/");
    return element("tr", {},
      element("td", { class: "number" }, String(part.n)),
      element("td", { class: "part", "data-depth": Math.min(part.depth, MAX_DEPTH) }, typeOf(part)),
      element("td", {},
        part.is_attachment && [element("span", { title: "attachment" }, icon("clip")), " "],
        element("bdi", { class: part.name === null ? "faint" : "name" }, name),
        part.content_id !== null && element("div", { class: "faint small" }, "cid:", element("bdi", {}, part.content_id))),
      element("td", { class: "number" }, isSaved ? size(part.size) : element("span", { class: "faint" }, "—")),
      element("td", { class: "number" }, isSaved && element("a", {
        class: "button quiet", href: urlOf(`mails/${mail.id}/parts/${part.n}`), download: part.name ?? `part-${part.n}`, "data-part": part.n,
      }, icon("download"), "Save")));
  };
  const attachments = count(mail.attachments, "attachment");
  return element("div", { class: "padded" },
    element("p", { class: "faint" }, `${count(mail.parts.length, "part")}, each before those within it; ${attachments}. Sizes are those of the decoded content.`),
    table(["No.", "Type", "Name", "Size", ""], mail.parts, row, "parts"));
}

/** Where it has to be broken, it is broken behind the slash. */
function typeOf({ content_type: type }) {
  const [kind, ...rest] = type.split("/");
  return element("code", {}, kind, rest.length > 0 && ["/", element("wbr"), rest.join("/")]);
}

export function headersTab(mail) {
  const all = mail.headers.map(({ name, value }) => `${name}: ${value}`).join("\n");
  const row = ({ name, value }) => element("tr", {},
    element("th", { scope: "row" }, element("bdi", {}, name)), element("td", {}, element("bdi", {}, value)));
  return copied(all, "Header", table(null, mail.headers, row, "headers"));
}

export function rawTab(mail) {
  const pre = element("pre", { class: "raw", id: "raw" }, "Loading…");
  const save = element("a", { class: "button", href: urlOf(`mails/${mail.id}/raw`), download: `${mail.id}.eml` }, icon("download"), "Save as .eml");
  const bar = element("div", { class: "tool-bar" }, element("span", { class: "faint" }, `${mail.size.toLocaleString("en")} octets, as they were sent`), save);
  orToast(async () => {
    const octets = await readOctets(`mails/${mail.id}/raw`);
    const shown = octets.byteLength > MAX_SHOWN ? octets.slice(0, MAX_SHOWN) : octets;
    const isCut = shown !== octets;
    pre.textContent = decoded(shown, isCut);
    if (isCut) {
      bar.prepend(element("span", { class: "tag" }, `the first ${size(MAX_SHOWN)}`));
    }
  });
  return element("div", { class: "padded" }, bar, pre);
}

export function recipientsTab(mail) {
  const { recipients, envelope } = mail;
  const group = (title, about, addresses, kind, reply = () => null) => element("section", { class: "group" },
    element("h2", {}, title, element("span", { class: addresses.length > 0 ? `count ${kind}` : "count" }, String(addresses.length))),
    element("p", { class: "faint" }, about),
    addresses.length > 0 && element("ul", { class: "addresses" }, addresses.slice(0, MAX_ROWS).map((address) =>
      element("li", {}, element("bdi", {}, address), reply(address))),
      addresses.length > MAX_ROWS && element("li", { class: "faint" }, `and ${(addresses.length - MAX_ROWS).toLocaleString("en")} more`)));
  const replies = new Map(envelope.refused.map(({ address, reply }) => [address, reply]));
  const refusal = (address) => replies.has(address) && element("span", { class: "reply is-bad" }, replies.get(address));
  return element("div", { class: "padded" },
    recipients.is_bcc_leaked && element("p", { class: "notice is-bad", role: "alert" },
      element("strong", {}, "Bcc leaked."), " The header that everybody gets has a field Bcc, and so tells who was to be hidden: ",
      element("bdi", {}, mail.headers.filter(({ name }) => name.toLowerCase() === "bcc").map(({ value }) => value).join(", ")), "."),
    element("p", { class: "faint" }, "The envelope says who gets the mail; the header says what its readers see. Here both are compared."),
    element("div", { class: "groups" },
      group("Announced", "In the envelope, and in To or Cc.", recipients.announced, "is-good"),
      group("Blind", "In the envelope alone, as for Bcc.", recipients.blind, "is-info"),
      group("Never sent", "In the header alone: they were promised a copy and got none.", recipients.never_sent, "is-bad"),
      group("Refused", "The server would not have them.", recipients.refused, "is-bad", refusal)));
}

export function linksTab(mail) {
  if (mail.links.length === 0 && mail.codes.length === 0 && mail.images.length === 0) {
    return empty("link", "No links, codes or images", element("p", {}, "Neither the text nor the HTML has any."));
  }
  const link = ({ href, text }) => element("tr", {},
    element("td", {}, text ? element("bdi", {}, text) : element("span", { class: "faint" }, "no text")),
    element("td", { class: "target" }, linkTo(href)),
    element("td", { class: "number" }, button("copy", "", () => copy(href, "Link"), { class: "quiet", label: "Copy the link" })));
  const image = ({ src, alt }) => element("tr", {},
    element("td", {}, alt ? element("bdi", {}, alt) : element("span", { class: "faint" }, "no text")),
    element("td", { class: "target" }, linkTo(src)));
  return element("div", { class: "padded" },
    mail.codes.length > 0 && element("section", { class: "group" }, element("h2", {}, "Codes"),
      element("div", { class: "codes" }, mail.codes.slice(0, MAX_ROWS).map((code) =>
        button("copy", code, () => copy(code, "Code"), { class: "code", title: "Copy the code" })))),
    mail.links.length > 0 && element("section", {}, element("h2", {}, "Links"), table(["Text", "Target", ""], mail.links, link)),
    mail.images.length > 0 && element("section", {}, element("h2", {}, "Images"), table(["Instead of it", "Source"], mail.images, image)));
}

export function lintTab(mail) {
  if (mail.lint.length === 0) {
    return empty("check", "Nothing to find fault with", element("p", {}, "The mail keeps to the standards, as far as the lint looks."));
  }
  const row = ({ rule, severity, section, place }) => element("tr", {},
    element("td", {}, element("span", { class: severity === "error" ? "tag is-bad" : "tag is-warn" }, severity)),
    element("td", { class: "rule-name" }, element("code", {}, rule)),
    element("td", {}, element("bdi", {}, place)),
    element("td", { class: "faint" }, section));
  return element("div", { class: "padded" }, table(["", "Rule", "Where", "Standard"], mail.lint, row));
}

function table(heads, items, row, kind = "") {
  const more = items.length - MAX_ROWS;
  return [
    element("div", { class: "table-frame" }, element("table", { class: kind },
      heads && element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, items.slice(0, MAX_ROWS).map(row)))),
    more > 0 && element("p", { class: "faint more" }, `and ${more.toLocaleString("en")} more`),
  ];
}

function copied(text, what, content) {
  return element("div", { class: "padded" },
    element("div", { class: "tool-bar" }, element("span", { class: "spring" }), button("copy", "Copy", () => copy(text, what))), content);
}

/** A link to the web may be followed; what else there is, such as scripts, is only shown. */
function linkTo(href) {
  const shown = href.length > MAX_LINK ? `${href.slice(0, MAX_LINK)}…` : href;
  const text = element("bdi", {}, shown);
  return /^https?:\/\//i.test(href) ? element("a", { href, target: "_blank", rel: "noopener noreferrer" }, text) : text;
}

/** A text, cut where a link begins and where it ends. */
function withLinks(text) {
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(/\bhttps?:\/\/[^\s<>"]+/gi)) {
    if (pieces.length > 2 * MAX_LINKS) {
      break;
    }
    const href = withoutSentence(match[0]);
    pieces.push(text.slice(end, match.index), linkTo(href));
    end = match.index + href.length;
  }
  return [...pieces, text.slice(end)];
}

/** What ends the sentence is none of the link; nor is a bracket that was opened before it. */
function withoutSentence(link) {
  const bracket = link.indexOf("(");
  let end = link.length;
  for (; end > 0; end -= 1) {
    const last = link[end - 1];
    const closesOther = last === ")" && (bracket < 0 || bracket >= end);
    if (!SENTENCE.includes(last) && !closesOther) {
      break;
    }
  }
  return link.slice(0, end);
}

/** As UTF-8, which may be cut within a character, or else an octet a character. */
function decoded(octets, isCut) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets, { stream: isCut });
  } catch {
    return new TextDecoder("latin1").decode(octets);
  }
}
