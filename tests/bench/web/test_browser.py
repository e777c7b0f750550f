"""What the benchmark notes of a page in a real browser, over made up readings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from web_doubles import Readings, picture, readings, running  # noqa: F401

from ecgimg.bench.web.browser import see
from ecgimg.web.options import ServeOptions

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("browser")


def test_the_first_sign_comes_before_the_result(browser: Browser, readings: Readings, tmp_path: Path) -> None:  # noqa: F811
    readings.pause_s = 0.05
    photo = tmp_path / "photo.png"
    photo.write_bytes(picture())
    folder = tmp_path / "server"
    folder.mkdir()
    with running(ServeOptions(folder=folder)) as address:
        sign, result, kilobytes = see(browser, address, photo)
    assert 0 <= sign < result
    assert 20 < kilobytes < 300
