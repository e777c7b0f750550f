"""The conditions of the PatchECG benchmark: their names, and what their masks hide."""

from __future__ import annotations

import numpy as np

from ecgimg.bench.patchecg.conditions import conditions, hide
from ecgimg.datamodel.leads import LEADS


def test_conditions_and_their_names() -> None:
    names = [c.name for c in conditions([0, 6])]
    assert names[:3] == ["layout 0 (3x4)", "layout 6 (random)", "1 of 12 leads dark"]
    assert names[-1] == "lead V6 only"
    assert [c.complete for c in conditions([0, 6])][:2] == [True, False]


def test_masks_hide_leads() -> None:
    by_name = {c.name: c.masks(3, 1000) for c in conditions([0])}
    assert by_name["9 of 12 leads dark"].any(axis=2).sum(axis=1).tolist() == [3, 3, 3]
    assert by_name["lead V2 only"].any(axis=2).tolist() == [[lead == "V2" for lead in LEADS]] * 3
    assert by_name["layout 0 (3x4)"].shape == (3, 12, 1000)
    assert by_name["layout 0 (3x4)"].mean() < 0.4


def test_hidden_samples_are_nan() -> None:
    signals = np.ones((1, 12, 4), np.float32)
    mask = np.zeros((1, 12, 4), bool)
    mask[:, 3] = True
    shown = hide(signals, mask)
    assert shown.dtype == np.float32
    assert np.array_equal(np.isfinite(shown), mask)
