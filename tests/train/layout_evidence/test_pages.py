"""Observed pages come back from their files, and the truth lies where the sheet shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from observed_pages import observe_ideal

from ecgimg.layouts import load_layout
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.layout_evidence import pages
from ecgimg.train.layout_evidence.pages import (
    ObservedPage,
    TrueStretch,
    observed_pages,
    read_page,
    write_page,
)


def test_a_page_comes_back_from_its_file(tmp_path: Path) -> None:
    seen = observe_ideal(load_layout("3x4+1R"), px_per_mm=3.0)
    seen = replace(seen, starts=((1.5, 2.5),), begins=(float("nan"), *seen.begins[1:]))
    page = ObservedPage(7, "scan", "3x4+1R", (TrueStretch("aVR", -1, 1.0, 2.0, 3.0),), seen)
    again = read_page(write_page(tmp_path / "00007.npz", page))
    assert replace(again, observations=None) == replace(page, observations=None)
    assert again.observations is not None
    for name in ("names", "pulses", "scales", "starts", "left", "right", "ends", "px_per_mm", "has_grid"):
        assert getattr(again.observations, name) == getattr(seen, name)
    assert np.isnan(again.observations.begins[0])
    for one, other in zip(again.observations.lines, seen.lines, strict=True):
        np.testing.assert_array_equal(one.y, other.y)
        np.testing.assert_array_equal(one.confidence, other.confidence)
        assert (one.step, one.baseline_y) == (other.step, other.baseline_y)


def test_a_refused_page_comes_back_too(tmp_path: Path) -> None:
    page = ObservedPage(8, "ruin", "6x2", (), None)
    assert read_page(write_page(tmp_path / "00008.npz", page)) == page


def test_pages_that_lie_in_the_folder_are_not_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def draw(_: object, number: int) -> ObservedPage:
        drawn.append(number)
        return ObservedPage(number, "scan", "3x4", (), None)

    monkeypatch.setattr(pages, "draw_page", draw)
    assert [page.number for page in observed_pages(Simulated(1), tmp_path, 2)] == [0, 1]
    assert [page.number for page in observed_pages(Simulated(1), tmp_path, 3)] == [0, 1, 2]
    assert drawn == [0, 1, 2]


@pytest.mark.slow
def test_a_drawn_page_is_observed_with_its_truth() -> None:
    page = pages.draw_page(Simulated(3), 16)
    assert (page.layout, page.preset) == ("6x2-cabrera", "scan")
    assert page.observations is not None
    assert len(page.stretches) == 12
    assert len(page.observations.lines) == 6
    baselines = sorted({round(stretch.y0) for stretch in page.stretches})
    for line in page.observations.lines:
        assert min(abs(line.baseline_y - y) for y in baselines) < 3 * page.observations.px_per_mm
