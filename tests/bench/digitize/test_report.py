"""Tables, JSON and plots of the digitizer's benchmark."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from made_benches import GOOD, PEAKS, digitized_page

from ecgimg.bench.digitize.report import markdown, write_all
from ecgimg.bench.digitize.scores import score_pages


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
    assert widths <= {5, 7, 8, 9, 10}
    assert "| scan | 15.80 | 18.81 | 0.0200 mm |" in text
