"""Fixtures for data that only some machines have; tests that use them are skipped elsewhere."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

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
