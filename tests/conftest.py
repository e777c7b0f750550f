"""Fixtures for data and programs that only some machines have; tests that use them are skipped elsewhere."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.errors import DependencyError

for profile, examples in (("suite", 50), ("thorough", 500)):
    settings.register_profile(
        profile,
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
settings.load_profile("suite")
REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class RealPage:
    """A row of the index of real pages."""

    image: Path
    kind: str
    layout: str


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of measuring data beside the checkout."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder of measuring data is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def real_pages(shared: Path) -> list[RealPage]:
    """The real pages for measuring."""
    with (shared / "data/paper/index.csv").open(newline="") as file:
        return [RealPage(shared / "data/paper" / r["image"], r["kind"], r["layout"]) for r in csv.DictReader(file)]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real Chromium, driven by Playwright, with a camera of its own; tests that use it are of the group "browser"."""
    from ecgimg.bench.web.browser import chromium

    with ExitStack() as stack:
        try:
            yield stack.enter_context(chromium("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"))
        except DependencyError as error:
            pytest.skip(str(error))


@dataclass(frozen=True, eq=False)
class PlainPage:
    """A clean printed page of a simulated ECG: its pixels and what was printed, [12, T] in mV at 500 Hz."""

    pixels: Pixels
    truth: Floats


@pytest.fixture(scope="session")
def plain_page() -> PlainPage:
    """A page of 3x4+1R with a red grid, names, speed and gain in print: about 1690 x 900 pixels."""
    from ecgimg.layouts import load_layout
    from ecgimg.synth.page.render import render_page
    from ecgimg.synth.page.style import PageStyle
    from ecgimg.synth.signals.sources import Simulated

    truth = Simulated(1).get(4).mv
    page = render_page(truth, 500.0, load_layout("3x4+1R"), PageStyle(px_per_mm=6.0), np.random.default_rng(1))
    return PlainPage(page.pixels, truth)


@pytest.fixture(scope="session")
def plain_png(plain_page: PlainPage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`plain_page` as a PNG."""
    from PIL import Image

    path = tmp_path_factory.mktemp("pages") / "plain.png"
    Image.fromarray(plain_page.pixels).save(path)
    return path
