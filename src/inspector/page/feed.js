// Sessions or rejections, newest first: loaded once, and then kept up with what comes.

import { read } from "./api.js";
import { on, standing } from "./live.js";

const PATIENCE = 120;

export class Feed extends EventTarget {
  /** Newest first. */
  items = [];
  isLoaded = false;
  problem = null;
  #kind;
  #path;
  #pending = [];
  #timer = null;
  #isWanted = false;

  /** `kind` is that of its events, `path` its list in the API, and its name there. */
  constructor({ kind, path }) {
    super();
    this.#kind = kind;
    this.#path = path;
    on("start", () => this.#isWanted && this.load());
    on(kind, (item) => this.#later(item));
    on("server", () => this.#later(null));
  }

  /** It is looked at, from now on. */
  want() {
    if (!this.#isWanted) {
      this.#isWanted = true;
      this.load();
    }
  }

  async load() {
    try {
      const answer = await read(this.#path);
      this.items = answer[this.#path].reverse();
      this.isLoaded = true;
      this.problem = null;
    } catch (problem) {
      this.problem = problem;
    }
    this.tell();
  }

  tell(detail = {}) {
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }

  #later(item) {
    if (this.isLoaded) {
      if (item) {
        this.#pending.push(item);
      }
      this.#timer ??= setTimeout(() => this.#take(), PATIENCE);
    }
  }

  async #take() {
    const newest = this.items[0]?.id ?? 0;
    const come = this.#pending.filter((item) => item.id > newest).reverse();
    this.#pending = [];
    this.items = come.concat(this.items);
    await this.refresh();
    this.#timer = null;
    if (this.#pending.length > 0) {
      this.#later(null);
    } else if (standing[this.#path] !== this.items.length) {
      await this.load(); // somebody has cleared them
    }
    this.tell({ shift: come.length });
  }

  /** Looks again at those that may have changed. */
  async refresh() {}
}

class Sessions extends Feed {
  /** More than that are loaded together. */
  static FEW = 20;

  constructor() {
    super({ kind: "session", path: "sessions" });
  }

  async refresh() {
    const open = this.items.filter((session) => session.is_open);
    if (open.length > Sessions.FEW) {
      await this.load();
      return;
    }
    const now = await Promise.all(open.map(({ id }) => read(`sessions/${id}`).catch(() => null)));
    const known = new Map(now.filter((session) => session).map((session) => [session.id, session]));
    this.items = this.items.map((session) => known.get(session.id) ?? session);
  }
}

export const sessions = new Sessions();
export const rejections = new Feed({ kind: "rejection", path: "rejections" });
