"""Scores of the screening benchmark, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from made_benches import screen_data

from ecgimg.bench.screen.pages import OtherRead
from ecgimg.bench.screen.scores import beside, refused_by_kind, sensitivity_at, slices
from ecgimg.train.common.classifier_metrics import once


def test_sensitivity_at_a_specificity() -> None:
    scores = np.arange(20, dtype=float)
    labels = np.zeros(20, bool)
    # One of 15 negatives may lie above the threshold: the 17; with the 15 it would be two.
    labels[[19, 18, 16, 3, 2]] = True
    assert sensitivity_at(labels, scores, once(20))[0] == pytest.approx(3 / 5)
    assert sensitivity_at(labels, scores, once(20), 0.0)[0] == 1.0
    twice = np.where(np.arange(20) == 3, 2.0, 1.0)[None]
    assert sensitivity_at(labels, scores, twice)[0] == pytest.approx(3 / 6)


def test_slices_are_presets_and_their_layouts() -> None:
    scored = slices(screen_data())
    assert [s.name for s in scored] == ["scan", "scan, 3x4", "scan, 6x2", "photo", "photo, 3x4", "photo, 6x2"]
    assert [s.pages for s in scored] == [60, 30, 30, 60, 30, 30]
    first = scored[0].of("ABNORMAL", "screening")
    assert 0.95 < first.auroc.value <= 1
    assert first.auroc.low <= first.auroc.value <= first.auroc.high
    assert 0.9 < scored[0].superclasses.value <= 1
    assert scored[0].admitted == pytest.approx(54 / 60)
    with pytest.raises(KeyError):
        scored[0].of("ABNORMAL", "rhythm")


def test_a_slice_without_known_labels_has_no_scores() -> None:
    few = screen_data()
    few.known[np.array([read.layout == "6x2" for read in few.reads]), -1] = False
    assert np.isnan(slices(few)[2].findings[-1].auroc.value)


def test_both_paths_stand_beside_each_other() -> None:
    assert beside(screen_data()) == ()
    rows = beside(screen_data(signal=True))
    assert [(b.name, b.target) for b in rows[:3]] == [
        ("scan", "normal / abnormal"), ("scan", "superclasses"), ("scan", "AFIB"),
    ]  # fmt: skip
    assert rows[0].gain.value == pytest.approx(0.0)
    assert rows[0].pages == 60


def test_the_gate_is_counted_by_kind() -> None:
    reads = [OtherRead("blank", False, 0.1, False), OtherRead("music", True, 0.9, True)]
    assert refused_by_kind(reads) == {"blank": (1, 1), "music*": (0, 1)}
