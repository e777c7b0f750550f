"""Tables and JSON of the screening benchmark."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_benches import screen_data

from ecgimg.bench.screen.real_pages import LabelledPage
from ecgimg.bench.screen.report import markdown, write_json
from ecgimg.bench.screen.scores import ScreenBench, beside, slices


@pytest.fixture(scope="module")
def bench() -> ScreenBench:
    pages = (LabelledPage("a.png", "AFIB", 0.9, True, 0.771, ("AFIB",)), LabelledPage("b.png", "", 0.9, False, 0.2, ()))
    others = {"blank": (3, 4), "music*": (1, 4)}
    return ScreenBench(slices(screen_data()), beside(screen_data(signal=True)), others, pages, 33.0)


def test_tables_name_every_slice_and_finding(bench: ScreenBench) -> None:
    text = markdown(bench)
    for word in ("scan, 6x2", "| 1AVB |", "music*", "4 of 8 (50.0%)", "1 of 4 (25.0%)", "33 ms", "superclasses"):
        assert word in text
    assert "1 of 2 real pages admitted." in text
    assert "| a.png | AFIB | 0.77 | AFIB |" in text
    assert "| b.png |" not in text  # a page without labels is only counted


def test_json_has_every_decimal(bench: ScreenBench, tmp_path: Path) -> None:
    stored = json.loads(write_json(bench, tmp_path / "bench.json").read_text())
    assert stored["others"] == {"blank": [3, 4], "music*": [1, 4]}
    assert stored["slices"][0]["superclasses"]["value"] == bench.slices[0].superclasses.value
    assert stored["labelled"][0]["abnormal"] == 0.771
