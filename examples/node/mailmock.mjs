// mailmock in a suite of node:test: start() gives a server, and close() ends it.
//
// It needs the binary (`cargo install mailmock --features cli`) on the PATH, or MAILMOCK to say where it is, and
// nothing but Node.js 18. Copy this file into your suite.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export async function start() {
  const command = process.env.MAILMOCK ?? "mailmock";
  const child = spawn(command, ["--json", "--smtp", ":0", "--inspector", ":0", "-q"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit").then(() => Promise.reject(new Error("mailmock did not start"))); // or is not there
  const [line] = await Promise.race([once(createInterface(child.stdout), "line"), ended]);
  ended.catch(() => {}); // from now on it may end
  return new Mailmock(child, JSON.parse(line));
}

class Mailmock {
  #child;

  constructor(child, { smtp, inspector }) {
    this.#child = child;
    this.smtp = smtp; // smtp://127.0.0.1:41233, as nodemailer reads it
    this.inspector = inspector;
  }

  // One request to the JSON API; its problems are the test's failures.
  async request(method, path, { body, ...query } = {}) {
    const answer = await fetch(`${this.inspector}/api/v1/${path}?${new URLSearchParams(query)}`, {
      method,
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    });
    const json = await answer.json();
    if (!answer.ok) throw new Error(json.detail);
    return json;
  }

  // The mails like that, as soon as there are `count` of them; fails after `timeout` seconds.
  async wait(conditions) {
    return (await this.request("GET", "wait", conditions)).mails;
  }

  // All that is known of one mail.
  mail(id) {
    return this.request("GET", `mails/${id}`);
  }

  // Has the server misbehave; gives the number of the rule.
  async addRule(rule) {
    return (await this.request("POST", "rules", { body: rule })).id;
  }

  async hits(rule) {
    return (await this.request("GET", `rules/${rule}`)).hits;
  }

  // Forgets mails, refusals, sessions and rules, for the next test.
  async reset() {
    await this.request("POST", "reset");
  }

  async close() {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await exited;
  }
}
