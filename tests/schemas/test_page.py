"""The JSON of a page: its confidence, and how it is read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgimg.datamodel.page import LayoutMatch, PageGeometry, PlacedCell, Scale, Source
from ecgimg.io.files import hash_file
from ecgimg.recording.quality import ASSUMED, page_confidence
from ecgimg.recording.recording import Recording
from ecgimg.schemas.common import read_json
from ecgimg.schemas.page import PageResult


@pytest.mark.parametrize(
    ("source", "left"), [("text", 1.0), ("pulse", 1.0), ("given", 1.0), ("beats", ASSUMED), ("assumed", ASSUMED)]
)
def test_a_page_whose_scale_nothing_tells_is_never_quite_sure(source: Source, left: float) -> None:
    recording = Recording(np.zeros((12, 500), np.float32), 500.0, confidence=np.ones((12, 500), np.float32))
    cell = PlacedCell("I", 1, 0, False, 0.0, 10.0, 0.0, 2000.0, 100.0)
    match = LayoutMatch("12x1", (cell,), Scale(25, source), Scale(10, "pulse"), 1.0, (), 10.0)
    assert page_confidence(match, recording) == left
    assert page_confidence(replace(match, confidence=0.7), recording) == pytest.approx(0.7 * left)


def test_a_page_without_a_grid_is_never_quite_sure() -> None:
    scale = Scale(25, "text")
    geometry = PageGeometry(8.0, 0.0, "page", scale, Scale(10, "pulse"), ())
    recording = Recording(
        np.zeros((12, 500), np.float32), 500.0, confidence=np.ones((12, 500), np.float32), geometry=geometry
    )
    cell = PlacedCell("I", 1, 0, False, 0.0, 10.0, 0.0, 2000.0, 100.0)
    match = LayoutMatch("12x1", (cell,), scale, Scale(10, "pulse"), 1.0, (), 10.0)
    assert page_confidence(match, recording) == 0.9


def test_files_that_are_no_result(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    assert read_json(PageResult, path) is None
    for text in ("", "[]", "{}", '{"schema": "ecgimg/page/99"}', "\xff"):
        path.write_text(text, encoding="latin-1")
        assert read_json(PageResult, path) is None


def test_the_hash_follows_the_content(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"one")
    first = hash_file(path)
    path.write_bytes(b"other")
    assert hash_file(path) != first
    assert len(first) == 64
