"""What a phone's browser sees of a reading: seconds to the first sign and to the result, bytes of the page."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from ecgimg.bench.web.client import running, until_ready
from ecgimg.bench.web.scores import WebRow
from ecgimg.errors import DependencyError, missing_package

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Response

PHONE_PX = (390, 844)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_MS = 300_000
WATCH = """() => {
  window.seen = new Promise((resolve) => {
    const times = {};
    const isShown = (selector) => document.querySelector(selector)?.checkVisibility();
    const look = () => {
      if (!times.sign && isShown("#progress")) times.sign = performance.now();
      if (isShown("#result .conclusion")) resolve({...times, result: performance.now()});
      else requestAnimationFrame(look);
    };
    document.querySelector("#file").addEventListener("change", () => {
      times.chosen = performance.now();
      requestAnimationFrame(look);
    }, {capture: true});
  });
}"""
"""Notes when a file is chosen, when the first frame with a sign of it is drawn, and the first with the result."""


def bench_browser(photo: bytes, runs: int) -> tuple[WebRow, ...]:
    """A photo that is chosen in Chromium on the screen of a phone; medians of `runs`.

    Raises:
        DependencyError: Playwright or Chromium is not installed.
        WorkerError: the server does not start.
    """
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server, chromium() as browser:
        until_ready(server)
        path = Path(folder) / "photo.jpg"
        path.write_bytes(photo)
        seen = [see(browser, server.address, path) for _ in range(runs)]
    return (
        WebRow("browser: photo chosen to the first sign", runs, median(one[0] for one in seen), "s", "0.3"),
        WebRow("browser: photo chosen to the result on the page", runs, median(one[1] for one in seen), "s", "6"),
        WebRow("browser: the page without pictures and results", runs, median(one[2] for one in seen), "kB", "300"),
    )


def see(browser: Browser, address: str, photo: Path) -> tuple[float, float, float]:
    """Seconds to the first sign and to the result, and kilobytes of all that is no page of a patient."""
    context = browser.new_context(viewport={"width": PHONE_PX[0], "height": PHONE_PX[1]}, is_mobile=True)
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # Playwright takes no built-in function
    page.goto(address)
    page.wait_for_selector("#file", state="attached")
    page.evaluate(WATCH)
    page.set_input_files("#file", photo)
    page.wait_for_selector("#result .conclusion")
    seen = page.evaluate("window.seen")
    size = sum(len(one.body()) for one in answers if one.ok and "/api/" not in one.url and one.url.startswith("http"))
    context.close()
    return (seen["sign"] - seen["chosen"]) / 1000, (seen["result"] - seen["chosen"]) / 1000, size / 1000


@contextmanager
def chromium(*words: str) -> Iterator[Browser]:
    """A Chromium of this machine, started with further words of its command line.

    Raises:
        DependencyError: Playwright or Chromium is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise missing_package("looking at the page as a browser does", "playwright", "bench", where="bench") from error
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise DependencyError("no Chromium is installed", where="bench", remedy="apt-get install chromium")
    is_root = hasattr(os, "getuid") and os.getuid() == 0  # Chromium's sandbox needs a user without rights
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=[*words, *(["--no-sandbox"] if is_root else [])]
        )
        yield browser
        browser.close()
