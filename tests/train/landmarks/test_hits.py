"""Landmarks are found again in the heatmaps that show them."""

from __future__ import annotations

import numpy as np
import pytest
from landmark_pages import landmark_page

from ecgimg.networks.landmarks import PULSE, SCALE_TEXT, find_areas, find_names, find_rows, find_starts
from ecgimg.train.common.marked_pages import MarkedPage
from ecgimg.train.landmarks.data import CROP, heatmap
from ecgimg.train.landmarks.hits import Hits, page_hits


@pytest.fixture(scope="module")
def page() -> MarkedPage:
    return landmark_page()


def logits(marks: np.ndarray) -> np.ndarray:
    """Logits of a network that is sure of everything."""
    spot = np.clip(heatmap(marks, CROP * 3), 1e-4, 1 - 1e-4)
    return np.log(spot / (1 - spot)).astype(np.float32)


def test_heatmaps_are_read_back(page: MarkedPage) -> None:
    shown = logits(page.marks)
    hits = page_hits(page, shown)
    assert hits["rows"] == Hits(4, 4, 0)
    assert hits["starts"].found == hits["starts"].there
    assert hits["names"].found == hits["names"].there
    assert hits["pulses"] == Hits(4, 4, 0)
    assert len(find_areas(shown, PULSE)) == (page.marks[:, 0] == PULSE).sum()
    assert len(find_areas(shown, SCALE_TEXT)) <= (page.marks[:, 0] == SCALE_TEXT).sum()


def test_empty_heatmaps_show_nothing() -> None:
    cold = np.full((16, 100, 120), -6.0, np.float32)
    assert find_starts(cold) == find_names(cold) == ()
    assert find_rows(cold) == ()
    assert find_areas(cold, PULSE) == ()


def test_landmarks_that_are_not_there_are_extra(page: MarkedPage) -> None:
    fewer = MarkedPage(page.planes, page.marks[page.marks[:, 2] > page.marks[:, 2].min() + 30])
    hits = page_hits(fewer, logits(page.marks))
    assert hits["rows"].there == hits["rows"].found < 4
    assert hits["rows"].extra == 4 - hits["rows"].there
    assert hits["rows"] + Hits(1, 0, 2) == Hits(hits["rows"].there + 1, hits["rows"].found, hits["rows"].extra + 2)
