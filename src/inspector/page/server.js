// The server itself: where it is, its clock, going down and coming back.

import { post, urlOf } from "./api.js";
import { confirmed } from "./dialog.js";
import { button, element, icon } from "./element.js";
import { on, standing } from "./live.js";
import { copy, orToast, toast } from "./toast.js";
import { count } from "./words.js";

const STEPS = [
  { text: "+1 minute", seconds: 60 },
  { text: "+10 minutes", seconds: 600 },
  { text: "+1 hour", seconds: 3600 },
  { text: "+1 day", seconds: 86_400 },
];

/** What is counted, as the API names it. */
const FIGURES = { mails: "Mails", rejections: "Rejections", sessions: "Sessions", open_sessions: "Open sessions", version: "mailmock" };

/** It may be back in a moment; after so long it is said to be gone. */
const LOST_FOR = 2_000;

export function serverView() {
  const address = element("div", {});
  const smtpUrl = element("code", { id: "smtp-url" });
  const figures = Object.entries(FIGURES).map(([name, title]) => ({ name, title, box: element("dd", {}) }));
  const powerTag = element("span", {});
  const powerText = element("span", {});
  const powerButton = button(null, "", () => orToast(async () => {
    const isUp = standing.status === "up";
    await post(isUp ? "down" : "up");
    toast(isUp ? "The server is down" : "The server is up");
  }), { id: "power" });
  const certificate = element("a", { href: urlOf("ca_certificate"), download: "mailmock-ca.pem", id: "ca-certificate" }, "Certificate to trust");
  const seconds = element("input", { type: "number", id: "seconds", min: "0", max: "3155760000", step: "any", value: "30", "aria-label": "Seconds" });
  const custom = element("form", { class: "inline", onsubmit: (event) => {
    event.preventDefault();
    advance(Number(seconds.value));
  } }, seconds, element("span", {}, "seconds"), element("button", { type: "submit" }, "Advance"));
  const node = element("div", { class: "page" },
    element("h1", {}, "Server"),
    element("div", { class: "cards" },
      element("section", { class: "card" }, element("h2", {}, "Where mail is sent to"), address),
      element("section", { class: "card" }, element("h2", {}, "Status"),
        element("div", {}, element("p", {}, powerTag, " ", powerText), powerButton)),
      element("section", { class: "card needs-server" }, element("h2", {}, icon("clock"), "Clock"),
        element("p", { class: "faint" }, "Pauses, greylisting, rate limits and idle time-outs obey the server's clock. It only goes forward."),
        element("div", { class: "buttons" }, STEPS.map(({ text, seconds }) => button(null, text, () => advance(seconds)))), custom),
      element("section", { class: "card needs-server" }, element("h2", {}, "What there is"),
        element("dl", { class: "figures" }, figures.map(({ title, box }) => [element("dt", {}, title), box])),
        element("p", {}, button("trash", "Start afresh", startAfresh, { class: "danger-quiet", id: "reset" })),
        element("p", { class: "links" },
          element("a", { href: urlOf("export.mbox"), download: "mails.mbox" }, "All mails as mbox"), " ",
          element("a", { href: urlOf("openapi.json"), target: "_blank", rel: "noopener" }, "API (OpenAPI)"), " ",
          element("a", { href: urlOf("metrics"), target: "_blank", rel: "noopener" }, "Metrics"), " ",
          certificate))));

  /** What has not changed stays as it is, with the focus, and opened if it was opened. */
  function draw() {
    if (!standing) {
      return;
    }
    if (smtpUrl.textContent !== standing.url) {
      smtpUrl.textContent = standing.url;
      address.replaceChildren(
        element("p", { class: "address" }, smtpUrl,
          button("copy", "", () => copy(standing.url, "Address"), { class: "quiet", label: "Copy the address" })),
        howToSend(standing.url));
    }
    certificate.hidden = !standing.speaks_tls;
    const isUp = standing.status === "up";
    powerTag.className = isUp ? "tag is-good" : "tag is-bad";
    powerTag.textContent = isUp ? "up" : "down";
    powerText.textContent = isUp ? "It listens, and accepts connections." : "It refuses connections, as a server that is down does.";
    powerButton.className = isUp ? "danger-quiet" : "primary";
    powerButton.textContent = isUp ? "Go down" : "Come back";
    for (const { name, box } of figures) {
      box.textContent = standing[name].toLocaleString("en");
    }
  }

  on("server", draw);
  return { node, show: draw };
}

/** A mail to try it with, which has all that a mail has to have. */
export function howToSend(url) {
  const [scheme] = url.split("://");
  const where = url.replace(/\?.*/, "");
  const [host, port] = where.replace(/^\w+:\/\//, "").split(/:(?=\d+$)/);
  const place = element("p", { class: "faint" }, `Host ${host}, port ${port}`);
  if (scheme === "lmtp") {
    return element("div", { class: "how" }, place);
  }
  const now = new Date();
  const lines = [
    "From: app@example.org", "To: ada@example.org", "Subject: Hello", `Date: ${now.toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: <${now.getTime()}@example.org>`, "", "Hello, Ada!", "",
  ];
  const words = ["curl", where, url.includes("?tls") && "--ssl-reqd", (scheme === "smtps" || url.includes("?tls")) && "--insecure",
    "--mail-from app@example.org --mail-rcpt ada@example.org -T -"];
  const command = `printf '${lines.join("\\r\\n")}' |\n  ${words.filter(Boolean).join(" ")}`;
  return element("details", { class: "how" }, element("summary", {}, "Try it from a shell"),
    element("pre", {}, command), button("copy", "Copy", () => copy(command, "Command")),
    element("p", { class: "faint" }, "If it asks for credentials, add ", element("code", {}, "--user USER:PASSWORD"), "."), place);
}

/** What there is to say of the server above each view. */
export function banners() {
  const box = document.getElementById("banners");
  let isLost = false;
  let losing = null;
  let shown = null;
  /** What has not changed stays, and is not said again. */
  function draw() {
    document.body.classList.toggle("is-lost", isLost);
    const state = JSON.stringify([isLost, standing?.is_parked, standing?.status]);
    if (state === shown) {
      return;
    }
    shown = state;
    if (isLost) {
      box.replaceChildren(element("p", { class: "notice is-bad", id: "lost", role: "alert" },
        element("span", {}, element("strong", {}, "The server has ended, or cannot be reached."), " This is what was there.")));
      return;
    }
    box.replaceChildren(...[
      standing?.is_parked && element("p", { class: "notice is-info", id: "parked" },
        element("span", {}, element("strong", {}, "A test waits here"), " until you have looked."),
        button(null, "Let it go on", () => orToast(async () => {
          const { released } = await post("release");
          toast(released ? "The test goes on" : "No test was waiting");
        }), { class: "primary", id: "release" })),
      standing?.status === "down" && element("p", { class: "notice is-warn", id: "down" },
        element("span", {}, element("strong", {}, "The server is down"), " and refuses connections."),
        button(null, "Come back", () => orToast(() => post("up")))),
    ].filter(Boolean));
  }
  on("server", draw);
  on("state", ({ isLive, problem }) => {
    if (isLive || problem?.status === 401) {
      clearTimeout(losing);
      losing = null;
      isLost = false;
      draw();
    } else {
      losing ??= setTimeout(() => {
        isLost = true;
        draw();
      }, LOST_FOR);
    }
  });
  draw();
}

/** How many there are, for the views' links. */
export function countOf(view) {
  const name = { mails: "mails", sessions: "sessions", rejections: "rejections" }[view];
  return name && standing ? standing[name] : 0;
}

async function startAfresh() {
  const what = "Mails, rejections, ended sessions, and rules but those that the server was started with are forgotten. The clock stays where it is.";
  if (!(await confirmed("Start afresh?", what, "Forget all"))) {
    return;
  }
  await orToast(async () => {
    await post("reset");
    location.reload(); // nothing of what is shown is there any more
  });
}

function advance(seconds) {
  return orToast(async () => {
    const { advanced } = await post("clock/advance", { seconds });
    toast(`The clock is ${count(advanced, "second")} later`);
  });
}
