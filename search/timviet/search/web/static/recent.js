// What was searched for lately: kept in this browser, and nowhere else.
const KEY = "timviet.recent";
const MOST = 8;

/** What was searched for, the latest first. */
export function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY)) ?? [];
    return Array.isArray(kept) ? kept.filter((own) => typeof own === "string") : [];
  } catch {
    return []; // storage is switched off, or holds something else
  }
}

export function remember(query) {
  const typed = query.trim();
  if (typed) keep([typed, ...recent().filter((own) => own !== typed)].slice(0, MOST));
}

export function forget() {
  keep([]);
}

function keep(queries) {
  try {
    localStorage.setItem(KEY, JSON.stringify(queries));
  } catch {
    // storage is switched off, or full: nothing is remembered
  }
}
