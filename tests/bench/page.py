"""Measure the search page: how long after the last key its results are painted, in Chromium on the same machine.

    python tests/bench/page.py --index .timviet

Queries of two to six words, typed and stripped of their marks, are drawn from the paragraphs of the index by a fixed
seed, and typed key by key. The time is that of the first frame that shows the results of the whole query. Each is typed
twice: what its words need is read the first time.
"""

import random
import sys
from pathlib import Path

import click
from figures import percentile
from playwright.sync_api import Page
from queries import draw_queries
from serving import SEED, sample_texts

sys.path.insert(0, str(Path(__file__).parents[1]))

from browsing import browsing
from serving_process import serving

PAUSE = 120  # milliseconds between two keys
WATCH = """() => {
  window.shown = [];
  const main = document.getElementById("main");
  document.getElementById("q").addEventListener("input", () => { window.pressed = performance.now(); }, true);
  new MutationObserver(() => {
    const title = document.title;
    requestAnimationFrame(() => setTimeout(() => window.shown.push([title, performance.now()])));
  }).observe(main, { childList: true });
}"""
TAKEN = """query => {
  const first = window.shown.find(([title, when]) => title.startsWith(`${query} ·`) && when > window.pressed);
  return first && first[1] - window.pressed;
}"""


def milliseconds(page: Page, url: str, query: str) -> float:
    """Return how long after its last key the results of a query are painted."""
    page.goto(url)
    page.evaluate(WATCH)
    page.locator("#q").press_sequentially(query, delay=PAUSE)
    return float(page.wait_for_function(TAKEN, arg=query).json_value())


@click.command(help=__doc__)
@click.option("--index", "folder", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--queries", "number", default=20, show_default=True, help="How many to type.")
def main(folder: Path, number: int) -> None:
    """Draw, serve, type, print."""
    drawn = [own for own in draw_queries(sample_texts(folder), 2) if own.kind == "all" and 2 <= len(own.words) <= 6]
    queries = [" ".join(own.words) for own in random.Random(SEED).sample(drawn, number)]  # noqa: S311
    with serving(folder, "--no-access-log") as server, browsing() as browser:
        page = browser.new_page(locale="vi-VN")
        for when in ("first", "again"):
            times = [milliseconds(page, server.url, query) for query in queries]
            figures = " / ".join(f"{percentile(times, share):.0f}" for share in (0.5, 0.95))
            print(f"{number} queries, {when}: {figures} ms (50, 95 %), {max(times):.0f} at most", flush=True)


if __name__ == "__main__":
    main()
