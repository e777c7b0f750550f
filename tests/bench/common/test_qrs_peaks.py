"""R and S peaks of recordings that are lower, shifted, bridged or cut."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.bench.common.qrs_peaks import QrsPeaks, qrs_peaks
from ecgimg.bench.common.signal_metrics import fit_page
from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.synth.signals.simulator import Heart, simulate

FS = 500.0
TRUTH = simulate(Heart(noise=0.0, wander=0.0), np.random.default_rng(0))


def compared(output: Floats, confidence: Floats | None = None) -> QrsPeaks:
    """The peaks of an output against TRUTH."""
    sure = np.ones_like(output) if confidence is None else confidence
    return qrs_peaks(TRUTH, output, sure, dict.fromkeys(LEADS, 0.95), fit_page(TRUTH, output, FS).leads, FS)


def test_a_perfect_reading_has_all_peaks_in_time() -> None:
    peaks = compared(TRUTH)
    assert len(peaks.ratios) > 100
    assert np.allclose(peaks.ratios, 1)
    known = np.array([peaks.rise_ms, peaks.fall_ms])
    assert np.nanmax(np.abs(known)) == 0
    assert np.isfinite(known).mean() > 0.9
    assert set(peaks.lead_confidences) == {0.95}


def test_lower_and_later_peaks_are_measured() -> None:
    lower = compared(0.9 * TRUTH)
    assert np.median(lower.ratios) == pytest.approx(0.9, abs=0.01)
    late = TRUTH.copy()
    late[:, 2500:] = np.roll(TRUTH, 2, axis=1)[:, 2500:]
    errors = np.array(compared(late).rise_ms)
    assert np.ptp(errors[np.isfinite(errors)]) == pytest.approx(4, abs=0.1)  # each lead's own shift is free


def test_a_bridged_beat_is_lost_and_its_confidence_is_the_lowest_near_it() -> None:
    lead = LEADS.index("II")
    at = int(np.argmax(TRUTH[lead]))
    bridged, confidence = TRUTH.copy(), np.ones_like(TRUTH)
    bridged[lead, at - 40 : at + 40] = np.median(TRUTH[lead])
    confidence[lead, at + 2] = 0.3
    whole, peaks = compared(TRUTH), compared(bridged, confidence)
    lost = np.flatnonzero(np.array(peaks.ratios) < 0.8)
    assert lost.size
    assert min(np.array(peaks.confidences)[lost]) == pytest.approx(0.3)
    assert len(peaks.ratios) == len(whole.ratios)


def test_what_was_not_read_is_lost() -> None:
    half = TRUTH.copy()
    half[:, 2500:] = np.nan
    ratios = np.array(compared(half).ratios)
    assert (ratios == 0).mean() == pytest.approx(0.5, abs=0.1)
