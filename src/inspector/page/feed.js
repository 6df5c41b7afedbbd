// Sessions or rejections, newest first: loaded once, and then kept up with what comes.

import { read } from "./api.js";
import { on, standing } from "./live.js";

const PATIENCE = 120;
/** Where all had to be loaded anew, it may be so the next time. */
const LONG_PATIENCE = 1_000;

export class Feed extends EventTarget {
  /** Newest first. */
  items = [];
  isLoaded = false;
  problem = null;
  #kind;
  #path;
  #pending = [];
  #timer = null;
  #patience = PATIENCE;
  #isWanted = false;
  /** The one that is under way; an answer for an earlier one is stale. */
  #loading = null;
  /** Whether the server has counted what came last. */
  #isCounted = false;

  /** `kind` is that of its events, `path` its list in the API, and its name there. */
  constructor({ kind, path }) {
    super();
    this.#kind = kind;
    this.#path = path;
    on("start", () => this.#isWanted && this.load());
    on(kind, (item) => {
      this.#isCounted = false;
      this.#later(item);
    });
    on("server", () => {
      this.#isCounted = true;
      this.#later(null);
    });
  }

  /** It is looked at, from now on. */
  want() {
    if (!this.#isWanted) {
      this.#isWanted = true;
      this.load();
    }
  }

  async load() {
    const loading = read(this.#path).then((answer) => ({ items: answer[this.#path].reverse() }), (problem) => ({ problem }));
    this.#loading = loading;
    const { items = this.items, problem = null } = await loading;
    if (loading !== this.#loading) {
      return;
    }
    this.#loading = null;
    this.items = items;
    this.isLoaded ||= !problem;
    this.problem = problem;
    this.tell();
  }

  tell(detail = {}) {
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }

  #later(item) {
    if (this.#isWanted) {
      if (item) {
        this.#pending.push(item);
      }
      this.#timer ??= setTimeout(() => this.#take(), this.#patience);
    }
  }

  async #take() {
    // What is loaded meanwhile may lack what has come.
    while (this.#loading) {
      await this.#loading;
    }
    if (!this.isLoaded) {
      this.#pending = [];
      this.#timer = null;
      return;
    }
    const newest = this.items[0]?.id ?? 0;
    const come = this.#pending.filter((item) => item.id > newest).reverse();
    this.#pending = [];
    this.items = come.concat(this.items);
    await this.refresh();
    this.#timer = null;
    if (this.#pending.length > 0) {
      this.#later(null);
    } else if (this.#isCounted) {
      await this.#recount();
    }
    this.tell({ shift: come.length });
  }

  /** The oldest may have gone for newer ones; if that is not all, somebody has cleared them. */
  async #recount() {
    const oldest = standing[`oldest_${this.#kind}`];
    if (this.items.length > standing[this.#path] && oldest !== null) {
      this.items = this.items.filter((item) => item.id >= oldest);
    }
    const isExplained = this.items.length === standing[this.#path];
    this.#patience = isExplained ? PATIENCE : LONG_PATIENCE;
    if (!isExplained) {
      await this.load();
    }
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
    const open = this.items.filter((session) => session.is_open).map(({ id }) => id);
    if (open.length > Sessions.FEW) {
      await this.load();
    } else {
      await this.#look(open);
    }
  }

  /** Looks at the one that is open here: not all that is said in it changes how the server stands. */
  async follow(id) {
    if (this.items.some((session) => session.id === id && session.is_open)) {
      await this.#look([id]);
      this.tell();
    }
  }

  async #look(ids) {
    const now = await Promise.all(ids.map((id) => read(`sessions/${id}`).catch(() => null)));
    const known = new Map(now.filter((session) => session).map((session) => [session.id, session]));
    this.items = this.items.map((session) => {
      const found = known.get(session.id);
      const isNewer = found && session.is_open && found.exchanges >= session.exchanges;
      return isNewer ? found : session;
    });
  }
}

export const sessions = new Sessions();
export const rejections = new Feed({ kind: "rejection", path: "rejections" });
