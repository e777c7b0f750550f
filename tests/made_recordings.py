"""Recordings made by hand and by hypothesis, for the tests of file formats."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from ecgimg.datamodel.leads import LEADS
from ecgimg.recording.recording import Recording

OTHERS = ("V7", "V8", "V9", "V3R", "V4R", "V", "unnamed", "CB5")
"""Other leads that a page may show."""


def whole(seconds: float = 10.0, fs: float = 500.0, others: tuple[str, ...] = ()) -> Recording:
    """All 12 leads and some others, known throughout: noise of 0.5 mV."""
    leads = (*LEADS, *others)
    values = np.random.default_rng(1).normal(0, 0.5, (len(leads), round(seconds * fs)))
    return Recording(values.astype(np.float32), fs, name="whole", leads=leads)


def columns() -> Recording:
    """Four columns of 2.5 s with lead II throughout, as a page of 3x4+1R has them."""
    signals = whole().signals.copy()
    for k in range(12):
        start = 1250 * (k // 3)
        signals[k, : start if k != 1 else 0] = np.nan
        signals[k, start + 1250 if k != 1 else 5000 :] = np.nan
    return Recording(signals, 500.0, name="columns")


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    """Gaps, one lead, three leads, other leads; 2 to 60 s at 100 to 1000 Hz, mostly short ones to save time."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    fs = float(draw(st.integers(100, 1000)))
    seconds = draw(st.one_of(st.floats(2, 6), st.floats(2, 6), st.floats(2, 6), st.floats(6, 60)))
    seen = draw(st.sampled_from((1, 3, 12)))
    others = tuple(draw(st.lists(st.sampled_from(OTHERS), max_size=3, unique=True)))
    leads = (*LEADS, *others)
    length = round(seconds * fs)
    signals = np.full((len(leads), length), np.nan, np.float32)
    rows = [*rng.choice(12, seen, replace=False), *range(12, len(leads))]
    signals[rows] = rng.normal(0, draw(st.sampled_from((0.01, 0.5, 5.0))), (len(rows), length))
    for row in rows:
        for _ in range(draw(st.integers(0, 3))):
            first = int(rng.integers(0, length))
            signals[row, first : first + int(rng.integers(1, length // 2 + 2))] = np.nan
    if not np.isfinite(signals).any():
        signals[rows[0], 0] = 0.1
    return Recording(signals.clip(-32, 32), fs, name="made", leads=leads)
