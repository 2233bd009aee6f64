// Searching while typing: the server makes the page, and its parts are put into this one.
import { isForPage } from "./keys.js";
import { Suggestions } from "./suggestions.js";
import { remember } from "./recent.js";

const form = document.getElementById("search");
const box = document.getElementById("q");
const PAUSE = 700; // milliseconds without a key after which a search is one to go back to
let search = new AbortController();
let shown = location.search;
let pause;

function address() {
  const parameters = new URLSearchParams(new FormData(form));
  if (parameters.get("marks") === "auto") parameters.delete("marks");
  if (!parameters.get("q").trim()) parameters.delete("filter");
  return `?${parameters}`;
}

/** Show what is at an address of this page; null where another one was asked for in the meantime. */
async function show(query) {
  search.abort();
  search = new AbortController();
  try {
    const answer = await fetch(`./${query}`, { signal: search.signal, headers: { Accept: "text/html" } });
    replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    shown = query;
  } catch (error) {
    if (error.name !== "AbortError") location.assign(`./${query}`); // the browser tells best what is wrong
  }
}

function replace(page) {
  document.title = page.title;
  document.body.className = page.body.className;
  document.getElementById("main").replaceChildren(...page.getElementById("main").childNodes);
  for (const old of form.querySelectorAll("input[type=hidden]")) old.remove();
  form.append(...page.querySelectorAll("#search input[type=hidden]"));
  foldFilters();
  document.querySelector(".foot a").href = page.querySelector(".foot a").getAttribute("href");
}

/** Search for what the form says; in the history it takes the place of what was typed on the way to it. */
async function searchNow(isFinal) {
  clearTimeout(pause);
  const query = address();
  if (query !== shown) {
    const isNew = history.state?.typing !== true;
    history[isNew ? "pushState" : "replaceState"]({ typing: true }, "", `./${query}`);
    await show(query);
  }
  if (isFinal) settle();
  else pause = setTimeout(settle, PAUSE);
}

/** What is searched for now is meant so: it is remembered, and Back comes to it. */
function settle() {
  history.replaceState({ typing: false }, "");
  remember(box.value);
}

/** On a narrow screen filters are folded up, so that results come first. */
function foldFilters() {
  const filters = document.querySelector(".facets");
  if (filters) filters.open = matchMedia("(min-width: 60rem)").matches;
}

// Before suggestions listen: results are asked for first.
box.addEventListener("input", (event) => {
  if (!event.isComposing) searchNow(false);
});
box.addEventListener("compositionend", () => searchNow(false));

const suggestions = new Suggestions(box, document.getElementById("suggestions"), () => searchNow(true));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  suggestions.hide();
  searchNow(true);
});
form.addEventListener("change", (event) => {
  if (event.target.name === "marks") searchNow(true);
});
addEventListener("popstate", () => {
  const parameters = new URLSearchParams(location.search);
  box.value = parameters.get("q") ?? "";
  const marks = parameters.get("marks") ?? "auto";
  for (const mode of form.elements.marks) mode.checked = mode.value === marks;
  show(location.search);
});

function moveThroughHits(step) {
  const hits = [...document.querySelectorAll(".hit")];
  const at = hits.indexOf(document.activeElement) + step;
  if (at < 0) box.focus();
  else hits[Math.min(at, hits.length - 1)]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (!isForPage(event)) return;
  if (event.key === "/") {
    event.preventDefault();
    box.focus();
    box.select();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && (document.activeElement.matches(".hit") || document.activeElement === document.body)) {
    event.preventDefault();
    moveThroughHits(step);
  }
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.preventDefault(); // browsers empty the box
  if (event.key === "ArrowDown" && !suggestions.isShown && !event.defaultPrevented) {
    event.preventDefault();
    moveThroughHits(1);
  }
});
foldFilters();
if (box.value) remember(box.value);
