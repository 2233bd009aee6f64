// A list below the search box: how it may go on, or, while it is empty, what was searched for lately. See
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ for what screen readers are told.
import { forget, recent } from "./recent.js";

const MOST = 8;

export class Suggestions {
  #box;
  #list;
  #choose;
  #asked = new AbortController();
  #typed = "";
  #at = -1;

  /** @param choose called when one was put into the box. */
  constructor(box, list, choose) {
    this.#box = box;
    this.#list = list;
    this.#choose = choose;
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-controls": list.id,
      "aria-expanded": "false",
    })) box.setAttribute(name, value);
    box.addEventListener("input", () => this.#ask());
    box.addEventListener("click", () => this.isShown || this.#ask());
    box.addEventListener("blur", () => this.hide());
    box.addEventListener("keydown", (event) => this.#onKey(event));
    list.addEventListener("pointerdown", (event) => this.#onPointer(event));
  }

  get isShown() {
    return !this.#list.hidden;
  }

  hide() {
    this.#asked.abort();
    this.#list.hidden = true;
    this.#box.setAttribute("aria-expanded", "false");
    this.#select(-1);
  }

  async #ask() {
    this.#asked.abort();
    this.#asked = new AbortController();
    this.#typed = this.#box.value;
    if (!this.#typed.trim()) {
      this.#show(recent(), true);
      return;
    }
    try {
      const parameters = new URLSearchParams({ q: this.#typed, limit: MOST });
      const answer = await fetch(`./suggest?${parameters}`, { signal: this.#asked.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      const { suggestions } = await answer.json();
      this.#show(suggestions.map((own) => own.text), false);
    } catch (error) {
      if (error.name !== "AbortError") this.hide(); // searching goes on without them
    }
  }

  #show(texts, isRecent) {
    const options = texts.map((text, number) => this.#option(text, number));
    const labels = isRecent && texts.length ? [this.#label(this.#list.dataset.recent)] : [];
    this.#list.replaceChildren(...labels, ...options);
    if (labels.length) this.#list.append(this.#forgetting());
    this.#list.hidden = !texts.length || document.activeElement !== this.#box;
    this.#box.setAttribute("aria-expanded", String(this.isShown));
    this.#select(-1);
  }

  #option(text, number) {
    const option = document.createElement("li");
    option.id = `suggestion-${number}`;
    option.role = "option";
    option.lang = "vi";
    option.textContent = text;
    return option;
  }

  #label(text) {
    const label = document.createElement("li");
    label.role = "presentation";
    label.className = "label";
    label.textContent = text;
    return label;
  }

  #forgetting() {
    const option = this.#option(this.#list.dataset.forget, "forget");
    option.removeAttribute("lang");
    option.className = "label";
    return option;
  }

  get #options() {
    return [...this.#list.querySelectorAll("[role=option]")];
  }

  #select(at) {
    const options = this.#options;
    this.#at = at;
    for (const [number, option] of options.entries()) option.setAttribute("aria-selected", String(number === at));
    if (options[at]) this.#box.setAttribute("aria-activedescendant", options[at].id);
    else this.#box.removeAttribute("aria-activedescendant");
  }

  #move(step) {
    const count = this.#options.length + 1; // the box itself is one more place
    this.#select(((this.#at + 1 + step + count) % count) - 1);
    const option = this.#options[this.#at];
    this.#box.value = option && option.id !== "suggestion-forget" ? option.textContent : this.#typed;
  }

  #onKey(event) {
    if (!this.isShown || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.#move(step);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.#box.value = this.#typed;
      this.hide();
    } else if (event.key === "Enter" && this.#at >= 0) {
      event.preventDefault();
      this.#take(this.#options[this.#at]);
    }
  }

  #onPointer(event) {
    event.preventDefault(); // the box keeps the focus
    const option = event.target.closest("[role=option]");
    if (option) this.#take(option);
  }

  #take(option) {
    if (option.id === "suggestion-forget") {
      forget();
      this.hide();
      return;
    }
    this.#box.value = option.textContent;
    this.hide();
    this.#choose();
  }
}
