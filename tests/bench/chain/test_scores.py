"""Scores of the whole chain: what digitizing costs, and how rows and labels are joined."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_benches import chain_pages, chain_row

from ecgimg.bench.chain.images import ImageRow
from ecgimg.bench.chain.scores import chain_data, score_slice
from ecgimg.datasets.ptbxl import Ptbxl, PtbxlRecord, ScpStatement
from ecgimg.networks.patchecg import load_patchecg


def test_what_digitizing_costs() -> None:
    score = score_slice("photo", chain_pages(), n_draws=200)
    assert (score.pages, score.patients, score.refused) == (240, 120, pytest.approx(0.1))
    assert score.wrong_layout == pytest.approx(2 / 3, abs=0.01)
    for target in score.targets:
        assert target.lost.value > 0.01
        assert target.lost.low <= target.lost.value <= target.lost.high
        assert target.true.value - target.digitized.value == pytest.approx(target.lost.value)
        assert target.lost_all.value > target.lost.value  # a refused page is no answer
        assert target.gain.value > 0
    assert [t.classes for t in score.targets] == [2, 1, 1]


def test_nothing_is_lost_where_the_same_comes_back() -> None:
    data = chain_pages(noise=0.0, refused=0)
    for target in score_slice("scan", data, n_draws=50).targets:
        assert (target.lost.value, target.lost.high, target.lost_all.value) == (0, 0, 0)


def test_slices_that_hold_too_little_are_not_scored() -> None:
    data = chain_pages()
    few = data.where(np.arange(240) >= 236)
    assert all(np.isnan(target.true.value) for target in score_slice("few", few, n_draws=20).targets)
    none = data.where(np.arange(240) < 10)
    score = score_slice("refused", none, n_draws=20)
    assert score.refused == 1
    assert np.isnan(score.r_ms)


def test_rows_and_labels_are_joined() -> None:
    net = load_patchecg(1)
    keys = [(o.code, o.group) for o in net.outputs]
    statements = {
        "AMI": ScpStatement("AMI", "", True, False, False, "MI", "AMI"),
        "AFIB": ScpStatement("AFIB", "", False, False, True, None, None),
    }
    codes = {0: "AMI", 1: "AFIB"}
    records = tuple(PtbxlRecord(k, k, None, None, "", ((codes[k % 2], 100.0),), True, 9, "", None) for k in range(40))
    logits = [0.5] * len(keys)
    rows = [chain_row(k, true=logits, read=logits if k else None) for k in range(40)]
    rows[1] = replace(rows[1], confidence=0.2)
    rows[2] = replace(rows[2], true=[], read=None)
    images = [ImageRow("photo", k, True, True, {"superclass/MI": 0.9, "rhythm/AFIB": 0.2}) for k in range(40)]
    data = chain_data(rows, images, net, Ptbxl(Path(), statements, records))
    assert [r.number for r in data.rows] == [0, 1, *range(3, 40)]  # a page without truth is left out
    assert list(data.digitized[:3]) == [False, False, True]  # refused, and of too poor a quality
    ami, mi, afib = keys.index(("AMI", "subclass")), keys.index(("MI", "superclass")), keys.index(("AFIB", "rhythm"))
    assert data.labels[0, [ami, mi, afib]].tolist() == [True, True, False]
    assert data.labels[1, [ami, mi, afib]].tolist() == [False, False, True]
    assert data.known[1, [ami, mi, afib]].tolist() == [False, False, True]  # without a diagnostic statement
    assert data.image[0, ami] == data.image[0, mi] == pytest.approx(np.log(9), abs=1e-4)
    assert np.isnan(data.image[0, keys.index(("SR", "rhythm"))])
    assert np.isfinite(data.together[0, [ami, mi, afib]]).all()
