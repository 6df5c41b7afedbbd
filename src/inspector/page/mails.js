// The mails that are listed: those of a search, newest first, loaded as far as they are looked at.

import { read } from "./api.js";
import { on, standing } from "./live.js";
import { parametersOf } from "./search.js";

const PAGE = 100;
const LARGE_PAGE = 1000;
/** New mails are shown together, if many come at once. */
const PATIENCE = 60;

class Mails extends EventTarget {
  query = "";
  /** What is loaded, newest first. */
  items = [];
  /** How many there are. */
  total = 0;
  isLoaded = false;
  /** Why they, or those further down, could not be loaded. */
  problem = null;
  #parameters = {};
  #next = null;
  /** How many are stored, and which is the oldest: as the server said last, and what has come since. */
  #stored = null;
  #oldest = null;
  /** Whether the server has counted what came last. */
  #isCounted = false;
  #wanted = 0;
  #loading = null;
  #pending = [];
  #timer = null;
  /** Counts the lists: an answer for an earlier one is stale. */
  #generation = 0;

  constructor() {
    super();
    on("start", () => this.load());
    on("mail", (mail) => this.#come(mail));
    on("server", () => {
      this.#isCounted = true;
      this.#recount();
    });
  }

  /** Looks for something else. Throws if that cannot be looked for. */
  search(query) {
    const parameters = parametersOf(query);
    if (query !== this.query || !this.isLoaded && this.problem) {
      this.query = query;
      this.#parameters = parameters;
      this.load();
    }
  }

  /** Loads the list anew, from the top. */
  async load() {
    this.#generation += 1;
    this.#loading = null;
    this.#pending = [];
    await this.#page(this.#generation, { isFirst: true, limit: PAGE });
  }

  /** Sees to it that so many are loaded. */
  want(count) {
    this.#wanted = count;
    if (count > this.items.length && this.#next !== null && !this.#loading && !this.problem) {
      const generation = this.#generation;
      const limit = count - this.items.length > PAGE ? LARGE_PAGE : PAGE;
      this.#loading = this.#page(generation, { isFirst: false, limit }).then(() => {
        if (generation === this.#generation) {
          this.#loading = null;
          this.want(this.#wanted);
        }
      });
    }
  }

  /** Asks again for those further down. */
  retry() {
    this.problem = null;
    this.#tell();
  }

  /** The number of the first in the list. */
  get newest() {
    return this.items[0]?.id ?? 0;
  }

  /** The numbers of all that there are, of those too that are not loaded. */
  async ids() {
    const ids = [];
    const asked = { ...this.#parameters, up_to: this.newest, order: "newest", limit: LARGE_PAGE };
    for (let cursor; cursor !== null;) {
      const page = await read("mails", { ...asked, cursor });
      page.mails.forEach(({ id }) => ids.push(id));
      cursor = page.next;
    }
    return ids;
  }

  indexOf(id) {
    return this.items.findIndex((mail) => mail.id === id);
  }

  /** Takes out those that were deleted. */
  forget(ids) {
    const kept = this.items.filter((mail) => !ids.includes(mail.id));
    this.total -= this.items.length - kept.length;
    this.items = kept;
    this.#tell();
  }

  /** Whether all that there are are loaded. */
  get isComplete() {
    return this.isLoaded && this.#next === null;
  }

  async #page(generation, { isFirst, limit }) {
    const cursor = isFirst ? undefined : this.#next;
    try {
      const page = await read("mails", { ...this.#parameters, order: "newest", limit, cursor });
      if (generation !== this.#generation) {
        return;
      }
      const known = isFirst ? [] : this.items;
      const seen = new Set(known.map((mail) => mail.id));
      this.items = known.concat(page.mails.filter((mail) => !seen.has(mail.id)));
      this.#next = page.next;
      this.total = Math.max(page.total ?? this.total, this.items.length);
      if (page.next === null) {
        this.total = this.items.length;
      }
      this.problem = null;
      this.isLoaded = true;
    } catch (problem) {
      if (generation !== this.#generation) {
        return;
      }
      this.problem = problem;
      if (isFirst) {
        this.#next = null;
        this.items = [];
        this.total = 0;
        this.isLoaded = false;
      }
    }
    this.#tell();
  }

  #come(mail) {
    this.#stored += 1;
    this.#isCounted = false;
    this.#pending.push(mail);
    this.#timer ??= setTimeout(() => this.#take(), PATIENCE);
  }

  async #take() {
    const generation = this.#generation;
    const pending = this.#pending;
    this.#pending = [];
    const newest = this.items[0]?.id ?? 0;
    let come = pending.filter((mail) => mail.id > newest).reverse();
    if (come.length > 0 && Object.keys(this.#parameters).length > 0) {
      // Which of them are looked for, the server knows.
      const oldest = come.at(-1).id - 1;
      const since = Math.max(oldest, Number(this.#parameters.since ?? 0));
      const asked = { ...this.#parameters, since, order: "newest", limit: LARGE_PAGE };
      come = (await read("mails", asked).catch(() => ({ mails: [] }))).mails;
    }
    this.#timer = this.#pending.length > 0 ? setTimeout(() => this.#take(), PATIENCE) : null;
    if (generation !== this.#generation || !this.isLoaded) {
      return;
    }
    const top = this.items[0]?.id ?? 0;
    come = come.filter((mail) => mail.id > top);
    if (come.length > 0) {
      this.items = come.concat(this.items);
      this.total += come.length;
      this.#tell({ shift: come.length });
    }
    this.#recount();
  }

  /** The oldest may have gone for newer ones, or somebody else have deleted some. */
  #recount() {
    if (this.#pending.length > 0 || !this.#isCounted) {
      return;
    }
    const { mails: stored, oldest_mail: oldest } = standing;
    const isAll = Object.keys(this.#parameters).length === 0;
    const gone = (isAll ? this.total : this.#stored) - stored;
    // As many at most as there are numbers between.
    const hasDropped = gone > 0 && this.#oldest !== null && oldest !== null && gone <= oldest - this.#oldest;
    // Also before the list is loaded, which begins there, or behind.
    this.#stored = stored;
    this.#oldest = oldest;
    if (!this.isLoaded) {
      return;
    }
    if (hasDropped) {
      const kept = this.items.filter((mail) => mail.id >= oldest);
      this.total = isAll ? stored : this.total - (this.items.length - kept.length);
      this.items = kept;
      this.#tell();
    } else if (gone > 0 || (isAll && gone < 0)) {
      this.load();
    }
  }

  #tell(detail = {}) {
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }
}

export const mails = new Mails();
