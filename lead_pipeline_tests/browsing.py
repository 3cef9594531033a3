"""A real browser for tests that look at pages as people do. Where there is none, they are skipped, but never in CI."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect, sync_playwright

#: Where a page waits for something, in milliseconds: long enough for a busy machine.
_PATIENCE = 60_000

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def browser() -> Iterator[Browser]:
    """Give a headless Chromium; skips the test where there is none, and fails in CI."""
    with sync_playwright() as playwright:
        program = _program(playwright)
        if program is None:
            message = "No Chromium was found: install it, or run `python -m playwright install --with-deps chromium`."
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        found = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield found
        finally:
            found.close()


def _program(playwright: Playwright) -> str | None:
    """Return the program of a browser: one that is installed, else the one that playwright brought."""
    installed = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    brought = playwright.chromium.executable_path
    return installed or (brought if Path(brought).exists() else None)


def opened(found: Browser) -> Page:
    """Return a page as large as a screen."""
    expect.set_options(timeout=_PATIENCE)
    page = found.new_page(viewport={"width": 1500, "height": 1300}, reduced_motion="reduce")  # no colour halfway
    page.set_default_timeout(_PATIENCE)
    return page


def in_full(page: Page, text: str) -> Locator:
    """Return the element that shows a text, also where the UI shortens it in the middle."""
    return page.get_by_text(text, exact=True).first.locator("xpath=..")
