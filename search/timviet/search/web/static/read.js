// Reading a document: from match to match, and back to the results.
import { isForPage } from "./keys.js";

const marks = [...document.querySelectorAll(".document mark")];
const place = document.getElementById("match");
let current = -1;

function go(number) {
  marks[current]?.classList.remove("current");
  current = (number + marks.length) % marks.length;
  marks[current].classList.add("current");
  marks[current].scrollIntoView({ block: "center" });
  place.textContent = current + 1;
}

/** Where the first match is that is not before a paragraph; in front of the first one of all if there is none. */
function firstFrom(paragraph) {
  return marks.findIndex((mark) => !(paragraph.compareDocumentPosition(mark) & Node.DOCUMENT_POSITION_PRECEDING));
}

if (marks.length) {
  document.querySelector(".matches").hidden = false;
  document.getElementById("next").addEventListener("click", () => go(current + 1));
  document.getElementById("previous").addEventListener("click", () => go(current - 1));
  const opened = document.querySelector(".opened");
  const first = opened ? firstFrom(opened) : 0;
  if (!opened || opened.contains(marks[first])) go(first);
  else current = first < 0 ? marks.length - 1 : first - 1;
}

document.addEventListener("keydown", (event) => {
  if (!isForPage(event)) return;
  if (marks.length && (event.key === "n" || event.key === "p")) go(current + (event.key === "n" ? 1 : -1));
  if (event.key === "Escape") document.getElementById("back").click();
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("back").click();
  }
});
