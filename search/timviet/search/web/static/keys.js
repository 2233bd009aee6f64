// The list of keys, on every page.
const dialog = document.getElementById("keys");
const button = document.getElementById("show-keys");
button.hidden = false;
button.addEventListener("click", () => dialog.showModal());

/** Whether a key is meant for the page, and not for something that is typed, or for the browser. */
export function isForPage(event) {
  const isTyped = event.target.matches("input:not([type=radio]), textarea, select");
  return !isTyped && !event.ctrlKey && !event.metaKey && !event.altKey && !dialog.open;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "?" && isForPage(event)) {
    event.preventDefault();
    dialog.showModal();
  }
});
