"""The recording: what it knows of its leads, and the values that it rejects."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.leads import LEADS
from ecgimg.recording.recording import Recording


def test_leads_intervals_and_confidences() -> None:
    signals = np.full((12, 1000), np.nan, np.float32)
    signals[6, 250:500] = 0.3
    confidence = np.zeros((12, 1000), np.float32)
    confidence[6, 250:500] = 0.8
    made = Recording(signals, 500.0, confidence)
    assert made.seconds == 2.0
    assert made.interval("V1") == (0.5, 1.0)
    assert made.lead_confidence("V1") == pytest.approx(0.8)
    assert (made.interval("II"), made.lead_confidence("II")) == (None, 0.0)
    with pytest.raises(ValueError, match="V7"):
        made.lead("V7")


def test_leads_beyond_the_twelve_have_rows_of_their_own() -> None:
    signals = np.zeros((14, 10), np.float32)
    signals[12], signals[13] = 0.4, np.nan
    made = Recording(signals, 500.0, leads=(*LEADS, "V4R", "unnamed"))
    assert made.lead("v4r").tolist() == pytest.approx([0.4] * 10)
    assert made.interval("unnamed") is None
    assert (made.twelve.leads, made.twelve.signals.shape) == (LEADS, (12, 10))


@pytest.mark.parametrize(
    "leads",
    [(*LEADS, "V4R", "v4r"), ("II", "I", *LEADS[2:], "V7", "V8"), (*LEADS, "V7"), (*LEADS, "V7", "lead")],
    ids=["one twice", "another order", "too few", "no lead's name"],
)
def test_impossible_leads(leads: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"lead|signals"):
        Recording(np.zeros((14, 10), np.float32), 500.0, leads=leads)


def test_known_samples_are_certain_by_default() -> None:
    signals = np.zeros((12, 10), np.float32)
    signals[0, 3] = np.nan
    assert Recording(signals, 500.0).confidences[0].tolist() == [1, 1, 1, 0, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("signals", "fs", "confidence"),
    [
        (np.zeros((11, 10), np.float32), 500.0, None),
        (np.zeros((12, 0), np.float32), 500.0, None),
        (np.zeros((12, 10), np.float64), 500.0, None),
        (np.zeros((12, 10), np.float32), 0.0, None),
        (np.full((12, 10), np.inf, np.float32), 500.0, None),
        (np.zeros((12, 10), np.float32), 500.0, np.full((12, 10), 1.5, np.float32)),
        (np.zeros((12, 10), np.float32), 500.0, np.zeros((12, 9), np.float32)),
    ],
)
def test_impossible_recordings(signals: np.ndarray, fs: float, confidence: np.ndarray | None) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Recording(signals, fs, confidence)
