// The box to search with: the search is in the URL, and so can be linked.

import { element, icon } from "./element.js";
import { mails } from "./mails.js";
import { currentRoute, go } from "./route.js";
import { FILTERS } from "./search.js";

const PATIENCE = 200;

export function searchBox() {
  const form = document.getElementById("search");
  const input = document.getElementById("query");
  const clear = document.getElementById("clear-query");
  const hints = document.getElementById("hints");
  const problem = document.getElementById("query-problem");
  let timer = null;

  form.querySelector(".search-icon").append(icon("search"));
  clear.append(icon("cross"));
  hints.append(element("span", { class: "faint" }, "Words are looked for anywhere. Or in one place:"),
    ...FILTERS.map(({ name, about }) => element("button", { type: "button", class: "hint", title: about, onclick: () => insert(`${name}:`) }, `${name}:`)));

  function insert(text) {
    input.value = input.value === "" || input.value.endsWith(" ") ? input.value + text : `${input.value} ${text}`;
    input.focus();
    changed();
  }

  function changed() {
    clear.hidden = input.value === "";
    hints.hidden = input.value !== "" || document.activeElement !== input;
    clearTimeout(timer);
    timer = setTimeout(submit, PATIENCE);
  }

  function submit() {
    clearTimeout(timer);
    const query = input.value.trim();
    const route = currentRoute();
    if (query !== route.query || route.view !== "mails") {
      // Each letter is no step in the way back.
      const isRefined = route.view === "mails" && route.query !== "" && query !== "";
      go({ view: "mails", query }, { replaces: isRefined });
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    input.blur();
  });
  input.addEventListener("input", changed);
  input.addEventListener("focus", () => { hints.hidden = input.value !== ""; });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) {
      hints.hidden = true;
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (input.value === "") {
        input.blur();
      } else {
        input.value = "";
        changed();
        submit();
      }
    }
  });
  clear.addEventListener("click", () => {
    input.value = "";
    changed();
    submit();
    input.blur();
  });
  // A click on a hint is not to take the focus away first.
  hints.addEventListener("mousedown", (event) => event.preventDefault());

  return {
    /** Looks for that, or says why it cannot. */
    look(query) {
      if (document.activeElement !== input || input.value.trim() !== query) {
        input.value = query;
      }
      clear.hidden = input.value === "";
      problem.hidden = true;
      try {
        mails.search(query);
      } catch (error) {
        problem.textContent = error.message;
        problem.hidden = false;
      }
    },
    focus() {
      input.focus();
      input.select();
    },
  };
}
