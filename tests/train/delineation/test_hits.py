"""Found ends of waves against marked ones."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datasets.ludb import FS, MarkedWave
from ecgimg.networks.delineation import WaveSpan
from ecgimg.train.delineation.hits import Hits, added, lead_hits, nearest_pairs


def qrs(onset: int | None, peak: int, end: int | None) -> MarkedWave:
    return MarkedWave("QRS", onset, peak, end)


def found(onset: float | None, end: float | None) -> WaveSpan:
    middle = float(np.mean([t for t in (onset, end) if t is not None]))
    return WaveSpan("QRS", onset, end, middle, 1.0)


def test_errors_are_found_less_marked() -> None:
    hits = lead_hits([qrs(500, 525, 550)], [found(1.01, 1.09)])
    assert hits["QRS", "onset"].errors == (pytest.approx(10.0),)
    assert hits["QRS", "end"].errors == (pytest.approx(-10.0),)
    assert (hits["QRS", "onset"].sensitivity, hits["QRS", "onset"].predictive_value) == (1, 1)


def test_missed_and_extra_waves() -> None:
    marked = [qrs(500, 525, 550), qrs(1500, 1525, 1550)]
    hits = lead_hits(marked, [found(1.0, 1.1), found(2.0, 2.1), found(5.0, 5.1)])["QRS", "onset"]
    assert hits == Hits((0.0,), missed=1, extra=1)  # the wave at 5 s lies beyond the marks
    assert (hits.sensitivity, hits.predictive_value) == (0.5, 0.5)


def test_an_end_that_nobody_marked_is_neither_missed_nor_extra() -> None:
    marked = [qrs(500, 525, 550), qrs(None, 1525, 1550), qrs(2500, 2525, 2550)]
    spans = [found(wave / FS, (wave + 50) / FS) for wave in (500, 1500, 2500)]
    hits = lead_hits(marked, spans)
    assert hits["QRS", "onset"] == Hits((0.0, 0.0))
    assert len(hits["QRS", "end"].errors) == 3


def test_each_end_is_used_once_and_the_nearest_first() -> None:
    pairs = nearest_pairs(np.array([1.0, 1.1]), np.array([1.09]), 0.15)
    assert pairs == [(1, 0)]
    assert nearest_pairs(np.array([]), np.array([1.0]), 0.15) == []


def test_hits_of_leads_are_added() -> None:
    one = lead_hits([qrs(500, 525, 550)], [found(1.0, 1.1)])
    none = lead_hits([qrs(500, 525, 550)], [])
    assert added([one, none])["QRS", "end"] == Hits((0.0,), missed=1)
