"""The page in a real browser: Chromium, and all that goes wrong in it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PICTURES = Path(os.environ.get("TIMVIET_PICTURES", ".pictures"))
WIDTHS = (320, 768, 1280)
THEMES = ("light", "dark")

_PATIENCE = 30  # seconds; what is waited for takes one
_ARGUMENTS = [
    "--no-sandbox",  # root may have none
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium_path() -> str | None:
    """Where the system's Chromium is, if it has one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def browsing() -> Iterator[Browser]:
    """Meanwhile, have Chromium run; without one, tests are skipped."""
    path = chromium_path()
    if path is None:
        pytest.skip("needs Chromium: .ci/browser installs it where that is allowed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


class Visitor:
    """Somebody who looks at the page, and whatever went wrong meanwhile.

    Args:
        context: the browser, as somebody has set it.
        address: where the page is.
    """

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", lambda message: self.faults.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.faults.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(f"{request.url} {request.post_data or ''}"))

    def open(self, where: str = "") -> Page:
        """Open an address of the site."""
        self.page.goto(f"{self.address}/{where}")
        return self.page

    def type(self, text: str) -> None:
        """Type into the box, key by key, and wait until what it finds is shown."""
        self.page.locator("#q").press_sequentially(text)
        self.await_results()

    def await_results(self) -> None:
        """Wait until what is shown is what the box says."""
        self.page.wait_for_function(
            "() => document.title.startsWith(document.getElementById('q').value.trim())", timeout=_PATIENCE * 1000
        )

    @property
    def titles(self) -> list[str]:
        """The titles of the results."""
        return self.page.locator(".hit").all_inner_texts()

    @property
    def suggested(self) -> list[str]:
        """What the list below the box shows."""
        return self.page.locator("#suggestions [role=option]").all_inner_texts()

    def picture(self, name: str) -> None:
        """Keep a picture of the page."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")


@contextmanager
def visiting(browser: Browser, address: str, expected: str | None = None, **settings: object) -> Iterator[Visitor]:
    """Meanwhile, look at the site; in the end, nothing went wrong but what was expected, a regular expression."""
    context = browser.new_context(**{"locale": "vi-VN", "viewport": {"width": 1280, "height": 800}, **settings})
    visitor = Visitor(context, address)
    yield visitor
    context.close()
    assert [fault for fault in visitor.faults if not (expected and re.search(expected, fault))] == []
