"""Labels from marks, folds of records, worn stretches and batches."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ecgimg.datasets.ludb import LudbRecord, MarkedWave
from ecgimg.networks.delineation import RATE
from ecgimg.train.delineation.data import BATCH_SAMPLES, NO_P, LeadSet, batches, folds, label_samples
from ecgimg.train.delineation.wear import UNMARKED, worn


def test_samples_are_labelled_between_the_first_and_the_last_mark() -> None:
    waves = [MarkedWave("P", 100, 120, 140), MarkedWave("QRS", 180, 200, 220)]
    labels = label_samples(waves, 500)
    assert set(labels[:50]) == set(labels[111:]) == {UNMARKED}
    assert set(labels[50:71]) == {1}
    assert set(labels[71:90]) == {0}
    assert set(labels[90:111]) == {2}


def test_a_wave_without_an_end_is_not_labelled() -> None:
    waves = [MarkedWave("QRS", 100, 120, 140), MarkedWave("T", None, 500, 550), MarkedWave("QRS", 900, 920, 940)]
    labels = label_samples(waves, 600)
    assert set(labels[200:300]) == {UNMARKED}
    assert set(labels[80:200]) == {0}


def test_every_fold_has_its_part_of_the_rhythms() -> None:
    records = [LudbRecord(k, "Atrial fibrillation" if k % 10 == 0 else "Sinus rhythm", "") for k in range(50)]
    parts = folds(records, 5)
    assert sorted(r.number for part in parts for r in part) == list(range(50))
    assert Counter(sum(r.has_no_p for r in part) for part in parts) == {1: 5}


def lead_set(kind: int, count: int = 6) -> LeadSet:
    rng = np.random.default_rng(0)
    labels = np.zeros((count, 2500), np.uint8)
    labels[:, 1000:1020] = 2
    leads = np.where(labels == 2, 1, 0) + rng.normal(0, 0.01, labels.shape)
    return LeadSet(leads.astype(np.float32), labels, np.full(count, kind, np.uint8))


def test_a_worn_stretch_keeps_its_labels_at_its_beats() -> None:
    leads = lead_set(0)
    rng = np.random.default_rng(1)
    seen = 0
    for _ in range(40):
        inputs, labels = worn(leads.leads[0], leads.labels[0], 1280, rng)
        assert inputs.shape == (2, 1280)
        assert (labels[inputs[1] == 0] == UNMARKED).all()
        beat = (labels == 2) & (inputs[1] == 1)
        if beat.sum() > 10:
            seen += 1
            assert np.abs(inputs[0][beat]).mean() > np.abs(inputs[0][labels == 0]).mean()
    assert seen > 5


def test_batches_hold_as_many_samples_of_any_length() -> None:
    marked, rhythms = lead_set(0), lead_set(NO_P)
    lengths = set()
    for inputs, labels, kinds in batches(marked, rhythms, 6, 0):
        assert inputs.shape[0] * inputs.shape[2] <= BATCH_SAMPLES
        assert labels.shape == (inputs.shape[0], inputs.shape[2])
        assert 0.1 < float((kinds == NO_P).float().mean()) < 0.3
        lengths.add(inputs.shape[2])
    assert len(lengths) > 1
    assert min(lengths) == round(2.56 * RATE)
