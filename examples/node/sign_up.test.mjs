// What an application's tests look like with mailmock.mjs: `npm install nodemailer`, then `node --test`.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import nodemailer from "nodemailer";

import { start } from "./mailmock.mjs";

let mailmock;
before(async () => {
  mailmock = await start();
});
beforeEach(() => mailmock.reset());
after(() => mailmock.close());

// The application under test: welcomes a user, and tries again what is refused for now.
async function signUp(address, attempts = 1) {
  const transport = nodemailer.createTransport(mailmock.smtp);
  const mail = { from: "app@example.org", to: address, subject: "Welcome", text: "Your code is 471147." };
  for (;;) {
    try {
      return await transport.sendMail(mail);
    } catch (error) {
      attempts -= 1;
      if (error.responseCode >= 500 || attempts === 0) throw error;
    }
  }
}

test("a user is welcomed", async () => {
  await signUp("ada@example.org");
  const [found] = await mailmock.wait({ sent_to: "ada@example.org", subject_contains: "Welcome" });
  const mail = await mailmock.mail(found.id);
  assert.deepEqual(mail.envelope.forward_paths, ["ada@example.org"]);
  assert.deepEqual(mail.codes, ["471147"]);
});

test("mail of the background is waited for", async () => {
  const sent = signUp("bob@example.org");
  const [found] = await mailmock.wait({ sent_to: "bob@example.org", timeout: 10 });
  assert.deepEqual(found.header_from, ["app@example.org"]);
  await sent;
});

test("a greylisted mail gets through", async () => {
  const busy = await mailmock.addRule({
    trigger: "rcpt",
    frequency: { first: 1 },
    action: { reply: "greylisted" },
  });
  await signUp("ada@example.org", 2);
  assert.equal(await mailmock.hits(busy), 1);
  assert.equal((await mailmock.wait({ sent_to: "ada@example.org" })).length, 1);
});

test("an unknown user is given up", async () => {
  await mailmock.addRule({
    trigger: { rcpt_to: "gone@example.org" },
    action: { reply: "550 5.1.1 No such user" },
  });
  await assert.rejects(signUp("gone@example.org", 3), { responseCode: 550 });
  assert.deepEqual((await mailmock.request("GET", "mails")).mails, []);
});
