// Short messages that go away again.

import { element } from "./element.js";

export function toast(text, { isBad = false } = {}) {
  const message = element("p", { class: isBad ? "toast is-bad" : "toast" }, text);
  document.getElementById("toasts").append(message);
  setTimeout(() => message.remove(), isBad ? 8000 : 3000);
}

/** Runs it, and says what is the matter if it fails. */
export async function orToast(action) {
  try {
    return await action();
  } catch (problem) {
    toast(problem.message, { isBad: true });
    return undefined;
  }
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    toast(`${what} copied`);
  } catch {
    toast(`The browser does not let it be copied: ${text}`, { isBad: true });
  }
}
