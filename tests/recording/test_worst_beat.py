"""The least sure R or S peak of a lead decides how sure the lead is."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.leads import LEADS
from ecgimg.recording.recording import Recording
from ecgimg.recording.worst_beat import READ, narrow_peaks, worst_beat
from ecgimg.synth.signals.simulator import Heart, simulate

FS = 500.0
SIGNALS = simulate(Heart(noise=0.0, wander=0.0), np.random.default_rng(0))
LEAD = LEADS.index("II")


def test_peaks_are_those_of_the_beats_and_no_t_waves() -> None:
    peaks = narrow_peaks((SIGNALS[LEAD] - np.median(SIGNALS[LEAD])).astype(np.float64), FS)
    highest = np.flatnonzero(SIGNALS[LEAD] > 0.9 * SIGNALS[LEAD].max())
    assert len(peaks) > 5
    assert all(np.abs(np.array(peaks) - at).min() < 10 for at in highest)
    assert narrow_peaks(np.zeros(100), FS) == ()


def test_one_unsure_peak_lowers_its_lead_and_no_other() -> None:
    confidence = np.full_like(SIGNALS, 0.99)
    confidence[LEAD, int(np.argmax(SIGNALS[LEAD])) + 1] = 0.1
    recording = Recording(SIGNALS, FS, confidence)
    assert recording.lead_confidence("II") == pytest.approx(dict(READ)[0.1])
    assert recording.lead_confidence("V5") == pytest.approx(0.99)


def test_unsure_samples_beside_the_peaks_count_in_the_mean_only() -> None:
    confidence = np.ones_like(SIGNALS)
    peaks = np.array(narrow_peaks((SIGNALS[LEAD] - np.median(SIGNALS[LEAD])).astype(np.float64), FS))
    away = np.abs(np.arange(SIGNALS.shape[1])[:, None] - peaks).min(axis=1) > 20
    confidence[LEAD, np.flatnonzero(away)[:50]] = 0
    assert Recording(SIGNALS, FS, confidence).lead_confidence("II") == pytest.approx(0.99)


def test_a_lead_without_peaks_has_no_worst_beat() -> None:
    flat = np.zeros(1000, np.float32)
    assert worst_beat(flat, flat, FS) == 1
    assert worst_beat(np.full(1000, np.nan, np.float32), flat, FS) == 1
    probabilities = [probability for _, probability in READ]
    assert probabilities == sorted(probabilities)
