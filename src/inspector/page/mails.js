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
  problem = null;
  #parameters = {};
  #next = null;
  /** The oldest that there was. */
  #oldest = null;
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
    on("server", (standing) => this.#recount(standing));
  }

  /** Looks for something else. Throws if that cannot be looked for. */
  search(query) {
    const parameters = parametersOf(query);
    if (query !== this.query || this.problem) {
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
    if (count > this.items.length && this.#next !== null && !this.#loading) {
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
      this.#next = null;
      if (isFirst) {
        this.items = [];
        this.total = 0;
        this.isLoaded = false;
      }
    }
    this.#tell();
  }

  #come(mail) {
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
    this.#recount(standing);
  }

  /** The oldest may have gone for newer ones, or somebody else have deleted some. */
  #recount({ mails: stored, oldest_mail: oldest }) {
    if (this.#pending.length > 0) {
      return;
    }
    const isAll = Object.keys(this.#parameters).length === 0;
    const hasDropped = isAll && stored < this.total && this.#oldest !== null && oldest > this.#oldest;
    // Also before the list is loaded, which begins there, or behind.
    this.#oldest = oldest;
    if (!this.isLoaded) {
      return;
    }
    if (hasDropped) {
      this.items = this.items.filter((mail) => mail.id >= oldest);
      this.total = stored;
      this.#tell();
    } else if (isAll ? stored !== this.total : stored < this.total) {
      this.load();
    }
  }

  #tell(detail = {}) {
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }
}

export const mails = new Mails();
