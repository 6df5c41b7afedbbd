// A list of any length, of which only what is seen is in the document.

import { element } from "./element.js";

const MARGIN = 6;

export class VirtualList {
  /**
   * `row(index)` makes the element of a row, all of `height` pixels; `key(index)` says whose it is, and
   * `signature(index)` how it looks: one that has not changed is not made again. `reach(index)` is told how
   * far the rows are seen, so that more can be loaded.
   */
  constructor({ label, height, row, key, signature, reach = () => {} }) {
    Object.assign(this, { height, row, key, signature, reach });
    this.length = 0;
    this.shown = new Map();
    this.spacer = element("div", { class: "virtual-spacer", role: "list", "aria-label": label });
    this.node = element("div", { class: "virtual", onscroll: () => this.draw() }, this.spacer);
    new ResizeObserver(() => this.draw()).observe(this.node);
  }

  /** Draws anew. With `shift` rows added on top, what is seen stays where it is, unless the top is seen. */
  update(length, { shift = 0 } = {}) {
    this.length = length;
    this.spacer.style.height = `${length * this.height}px`;
    if (shift > 0 && this.node.scrollTop > this.height / 2) {
      this.node.scrollTop += shift * this.height;
    }
    this.draw();
  }

  draw() {
    const { scrollTop, clientHeight } = this.node;
    const first = Math.max(0, Math.floor(scrollTop / this.height) - MARGIN);
    const last = Math.min(this.length, Math.ceil((scrollTop + clientHeight) / this.height) + MARGIN);
    const shown = new Map();
    for (let index = first; index < last; index += 1) {
      const key = this.key(index);
      const signature = this.signature(index);
      let entry = this.shown.get(key);
      if (entry?.signature !== signature) {
        const hadFocus = entry?.row.contains(document.activeElement);
        entry?.row.remove();
        entry = { signature, row: this.row(index), hadFocus };
        entry.row.classList.add("virtual-row");
        entry.row.setAttribute("role", "listitem");
      }
      entry.row.setAttribute("aria-setsize", this.length);
      entry.row.setAttribute("aria-posinset", index + 1);
      entry.row.style.transform = `translateY(${index * this.height}px)`;
      shown.set(key, entry);
    }
    for (const [key, { row }] of this.shown) {
      if (!shown.has(key)) {
        row.remove();
      }
    }
    this.shown = shown;
    let place = this.spacer.firstChild;
    for (const entry of shown.values()) {
      if (entry.row === place) {
        place = place.nextSibling;
      } else {
        this.spacer.insertBefore(entry.row, place);
      }
      if (entry.hadFocus) {
        entry.hadFocus = false;
        entry.row.querySelector("a")?.focus({ preventScroll: true });
      }
    }
    this.reach(last);
  }

  scrollTo(index) {
    const top = index * this.height;
    const { scrollTop, clientHeight } = this.node;
    if (top < scrollTop) {
      this.node.scrollTop = top;
    } else if (top + this.height > scrollTop + clientHeight) {
      this.node.scrollTop = top + this.height - clientHeight;
    }
    this.draw();
  }
}
