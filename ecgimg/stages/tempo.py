"""Tells the paper speed of a page on which no text does, by its beats: curves -> mm/s, or None where they don't."""

from __future__ import annotations

import numpy as np

from ecgimg.nets.tempo import FAST, STEP_MM, USUAL, load_tempo
from ecgimg.types import Floats, Line

AT_LEAST, AT_MOST = 4.0, 0.0
"""Log odds of 50 mm/s from which a page is of 50 mm/s, and below which it is of 25. One page of sixteen is of 50, so
that at the former 50 mm/s is three times as likely, and at the latter 25 sixteen times."""
SURE = 0.5
"""Samples of less confidence don't count."""


def speed_of_beats(lines: tuple[Line, ...], px_per_mm: float) -> float | None:
    """Paper speed in mm/s as the beats of a page's curves tell it; None where they don't."""
    odds = load_tempo().log_odds([_in_mm(line, px_per_mm) for line in lines])
    if odds is None or AT_MOST <= odds <= AT_LEAST:
        return None
    return FAST if odds > AT_LEAST else USUAL


def _in_mm(line: Line, px_per_mm: float) -> Floats:
    """A curve's height in millimetres every STEP_MM from the sheet's left border on."""
    place = np.arange(0, (len(line.y) - 1) * line.step / px_per_mm, STEP_MM)
    at = np.rint(place * px_per_mm / line.step).astype(int)
    return np.where(line.confidence[at] > SURE, line.y[at] / px_per_mm, np.nan).astype(np.float32)
