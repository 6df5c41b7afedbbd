// What is searched for: words, and filters with the names that the API has for them.

/** `whole`: the API knows no part of it. */
export const FILTERS = [
  { name: "sent_to", about: "a recipient in the envelope" },
  { name: "sent_from", about: "the sender in the envelope" },
  { name: "header_from", about: "the field From" },
  { name: "header_to", about: "the field To" },
  { name: "header_cc", about: "the field Cc" },
  { name: "reply_to", about: "the field Reply-To" },
  { name: "subject", about: "the subject" },
  { name: "text", about: "the plain text" },
  { name: "html", about: "the HTML" },
  { name: "attachment", about: "the name of an attachment" },
  { name: "message_id", about: "the Message-ID" },
  { name: "authenticated_as", about: "who logged in" },
  { name: "since", about: "mails behind the one of that number", whole: true, isNumber: true },
  { name: "up_to", about: "mails up to the one of that number", whole: true, isNumber: true },
];

/** Words that people try, and what they may have meant. */
const MEANT = {
  from: "sent_from (the envelope) or header_from (the header)",
  to: "sent_to (the envelope) or header_to (the header)",
  cc: "header_cc",
  bcc: "sent_to",
  body: "text or html",
  has: "attachment",
  filename: "attachment",
  user: "authenticated_as",
};

/** The API's parameters for a search, or an error that says what is wrong with it. */
export function parametersOf(query) {
  const parameters = {};
  const words = [];
  for (const { name, sign, value, isPhrase } of terms(query)) {
    if (!name && isPhrase && parameters.anywhere === undefined) {
      parameters.anywhere = value;
      continue;
    }
    if (!name) {
      words.push(value);
      continue;
    }
    const filter = name === "anywhere" ? { name, whole: true } : FILTERS.find((filter) => filter.name === name);
    if (!filter) {
      throw new Error(unknown(name));
    }
    if (!value && sign === ":") {
      continue; // it is still being written
    }
    const isWhole = sign === "=" || filter.whole;
    const parameter = isWhole ? name : `${name}_contains`;
    if (parameter in parameters) {
      throw new Error(`${name} is there twice.`);
    }
    if (filter.isNumber && !/^\d+$/.test(value)) {
      throw new Error(`${name} wants the number of a mail, not “${value}”.`);
    }
    parameters[parameter] = value;
  }
  if (words.length > 0) {
    parameters.words = words.join(" ");
  }
  return parameters;
}

/** `{ name, sign, value, isPhrase }` for `name:value`, `name="several words"`, or a word, which has no name. */
function terms(query) {
  const pattern = /([a-z_]+)([:=])(?=\s|$)|(?:([a-z_]+)([:=])(?!\/\/))?(?:"([^"]*)"?|([^\s"]+))/gi;
  return [...query.matchAll(pattern)].map((match) => ({
    name: (match[1] ?? match[3])?.toLowerCase(),
    sign: match[2] ?? match[4],
    value: match[5] ?? match[6] ?? "",
    isPhrase: match[5] !== undefined,
  }));
}

function unknown(name) {
  const meant = Object.hasOwn(MEANT, name) ? MEANT[name] : null;
  const known = FILTERS.map((filter) => filter.name).join(", ");
  const cure = meant ? `Perhaps ${meant}?` : `The filters are ${known}.`;
  return `There is no filter “${name}”. ${cure} In quotes it is a text: "${name}:…".`;
}
