"""The JSON of a page: its confidence, and how it is read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ecgimg.datamodel.ink import ExplainedInk, InkStretch
from ecgimg.datamodel.page import LayoutMatch, PageGeometry, PlacedCell, Scale
from ecgimg.recording.recording import Recording
from ecgimg.schemas.common import read_json
from ecgimg.schemas.page import PageResult, describe_ink


def test_files_that_are_no_result(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    assert read_json(PageResult, path) is None
    for text in ("", "[]", "{}", '{"schema": "ecgimg/page/99"}', "\xff"):
        path.write_text(text, encoding="latin-1")
        assert read_json(PageResult, path) is None


def test_the_ink_of_a_page_stands_by_cell_and_by_letter() -> None:
    cells = tuple(PlacedCell("II", 1, k, k == 1, 0.0, 2.5, 0.0, 100.0, 50.0 + 50 * k) for k in range(2))
    scales = Scale(25, "text"), Scale(10, "text")
    match = LayoutMatch("x", cells, *scales, 1.0, (), 10.0)
    path = np.array([[10.4, 20.2], [np.nan, np.nan], [90.6, 33.0]], np.float32)
    ink = ExplainedInk(0.75, (1.0, 0.5), (InkStretch(1.0, 9.0, 4.0, 62.5, path),))
    signals = np.zeros((12, 500), np.float32)
    page = PageGeometry(8.0, 0.0, "grid", *scales, ())
    assert describe_ink(match, Recording(signals, 500.0)) is None
    assert describe_ink(match, Recording(signals, 500.0, geometry=page)) is None
    described = describe_ink(match, Recording(signals, 500.0, geometry=replace(page, ink=ink)))
    assert described is not None
    assert [(one.lead, one.strip, one.share) for one in described.cells] == [("II", False, 1.0), ("II", True, 0.5)]
    (left,) = described.unexplained
    assert (described.share, left.letter, left.length_mm, left.box) == (0.75, "A", 62.5, (10, 20, 91, 33))
