"""Scores of R and S peaks: losses among all and among confident ones, and the time of edges."""

from __future__ import annotations

import numpy as np
import pytest
from made_benches import PEAKS

from ecgimg.bench.common.qrs_peaks import QrsPeaks
from ecgimg.bench.digitize.peak_scores import score_peaks


def test_a_lost_peak_counts_where_it_is_confident() -> None:
    score = score_peaks([PEAKS])
    assert (score.count, score.ratio) == (4, pytest.approx(0.95))
    assert (score.lost.share.value, score.lost.count) == (0.25, 4)
    assert (score.lost_sure_lead.share.value, score.lost_sure_lead.count) == (0.25, 4)
    assert (score.lost_sure.share.value, score.lost_sure.count) == (0, 3)


def test_edges_of_lost_peaks_do_not_count_in_time() -> None:
    score = score_peaks([PEAKS])
    assert score.edge_ms == pytest.approx(np.std([1, 0, -1]))
    assert score.edge_correlation == pytest.approx(1)


def test_pages_without_peaks_have_no_scores() -> None:
    score = score_peaks([QrsPeaks()])
    assert score.count == score.lost.count == 0
    assert np.isnan([score.ratio, score.lost.share.value, score.edge_ms, score.edge_correlation]).all()
