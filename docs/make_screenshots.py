"""Makes the pictures of the web page: docs/images/web-desk.jpg and web-phone.jpg, of the example page, in Chromium.

python docs/make_screenshots.py
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
PHOTO = ROOT / "examples" / "left-bundle-branch-block.jpg"
WAIT_MS = 120_000


def main() -> None:
    """Serves, reads the example page and takes the pictures."""
    run = [sys.executable, "-m", "ecgimg", "serve", "--port", "0"]
    server = subprocess.Popen(run, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    address = re.findall(r"http://\S+", server.stderr.readline())[0]
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            desk = browser.new_page(viewport={"width": 1280, "height": 800})
            desk.goto(address)
            desk.set_input_files("#file", PHOTO)
            desk.wait_for_selector("#result:not([hidden]) .conclusion", timeout=WAIT_MS)
            desk.locator(".finding.tap", has_text="Complete left bundle").click()
            save(desk, "web-desk")
            phone = browser.new_context(
                viewport={"width": 390, "height": 844}, device_scale_factor=1.5, has_touch=True, is_mobile=True
            ).new_page()
            phone.goto(desk.url)
            phone.wait_for_selector("#result:not([hidden]) .conclusion")
            save(phone, "web-phone")
            browser.close()
    finally:
        server.terminate()
        server.wait()


def save(page: Page, name: str) -> None:
    """One picture, after what moves has come to rest."""
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / f"{name}.jpg", quality=72)


if __name__ == "__main__":
    main()
