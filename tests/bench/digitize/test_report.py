"""Tables, JSON and plots of the digitizer's benchmark."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_benches import GOOD, PEAKS, digitized_page

from ecgimg.bench.digitize.pages import WORST
from ecgimg.bench.digitize.report import markdown, write_all, write_worst
from ecgimg.bench.digitize.scores import score_pages
from ecgimg.io.thumbnail import write_thumbnail
from ecgimg.synth.contact_sheet import CELL_PX


def test_results_are_written_and_sure_mistakes_are_listed(tmp_path: Path) -> None:
    wrong = replace(
        digitized_page(1, 2.0), agreement=replace(GOOD, snr=2.0, gain=2.0, swapped=("V1 is V2",), inner_snr=4.0)
    )
    agreed = replace(GOOD, risk=(1,) * 64, squares=(0.1,) * 64, peaks=PEAKS, inner_snr=200.0)
    counted = replace(digitized_page(0, 100.0), agreement=agreed, waviness_mm=0.03)
    bench = score_pages([counted, wrong, digitized_page(2, None, None), digitized_page(3, 50.0, "6x2")])
    text = write_all(bench, tmp_path).read_text()
    assert text == markdown(bench)
    assert "| scan-1 | 3x4 | 0.95 | 3.0 | 2.00 | wrong | V1 is V2 |" in text
    assert "| scan-3 | 3x4 | 6x2 | 0.95 |" in text
    assert "1 of 3 (33.3%)" in text
    assert "| scan | 4 | 0.950 | 25.0% (25.0% to 25.0%) of 4 |" in text
    data = json.loads((tmp_path / "digitize.json").read_text())
    assert [row["db"] for row in data["pages"]][:2] == pytest.approx([20, 3.0103])
    pictures = {"digitize_layouts.png", "digitize_slices.png", "digitize_risk.png"}
    assert pictures <= {path.name for path in tmp_path.iterdir()}
    widths = {line.count("|") for line in text.splitlines() if line.startswith("| scan")}
    assert widths <= {5, 7, 8, 9, 12}
    assert "| scan | 15.80 | 18.81 | 0.0200 mm |" in text
    assert not (tmp_path / "worst.png").exists()


def test_the_worst_pages_are_in_one_picture_the_worst_first(tmp_path: Path) -> None:
    greys = {"refused": 60, "doubtful": 120, "good": 180}
    pages = [
        replace(digitized_page(0, 50.0, confidence=0.5), name="doubtful"),
        replace(digitized_page(1, None, None), name="refused", confidence=0.0),
        replace(digitized_page(2, 50.0), name="good"),
        replace(digitized_page(3, 50.0, confidence=0.6), name="without a picture"),
    ]
    for name, grey in greys.items():
        write_thumbnail(np.full((90, 120, 3), grey, np.uint8), tmp_path / WORST / f"{name}.jpg")
    write_worst(pages, tmp_path)
    sheet = cv2.imread(str(tmp_path / "worst.png"))
    assert sheet is not None
    width, height = CELL_PX
    cells = [int(sheet[height // 2, k * width + width // 2, 0]) for k in range(3)]
    assert cells == pytest.approx([60, 120, 40], abs=3)  # 40 is the sheet's ground


def test_the_share_of_curves_that_was_read_is_a_column() -> None:
    pages = [replace(digitized_page(k, 50.0), ink=ink) for k, ink in enumerate((1.0, 0.75, None))]
    (group,) = score_pages(pages).groups
    assert (group.ink, group.unread) == (0.875, 0.5)
    assert "| 87.5% | 50.0% |" in markdown(score_pages(pages))
