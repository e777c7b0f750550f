"""What the beats of a page's curves tell: the paper speed where no text does, and which rows are of one heart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgimg.nets.tempo import STEP_MM, load_tempo, steepness
from ecgimg.types import Floats, Line

USUAL, FAST = 25.0, 50.0
AT_LEAST, AT_MOST = 4.0, 0.0
"""Log odds of 50 mm/s from which a page is of 50 mm/s, and below which it is of 25. One page of sixteen is of 50, so
that at the former 50 mm/s is three times as likely, and at the latter 25 sixteen times."""
LEAST_STEPS = 100
"""Steps of STEP_MM that both must be seen in."""
SURE = 0.5
"""Samples of less confidence don't count."""


def speed_of_beats(lines: tuple[Line, ...], px_per_mm: float) -> float | None:
    """Paper speed in mm/s as the beats of a page's curves tell it; None where they don't."""
    odds = load_tempo().log_odds([_in_mm(line, px_per_mm) for line in lines])
    if odds is None or AT_MOST <= odds <= AT_LEAST:
        return None
    return FAST if odds > AT_LEAST else USUAL


def in_step(line: Line, others: Sequence[Line], px_per_mm: float) -> float:
    """Correlation of a curve's steepness with that of others along the page: leads of one heart beat at the same time.
    0 where it can't be told.
    """
    one, all_others = (steepness([_in_mm(x, px_per_mm) for x in lines]) for lines in ([line], others))
    if one is None or all_others is None:
        return 0.0
    length = min(len(one), len(all_others))
    one, all_others = one[:length], all_others[:length]
    both = (one > 0) & (all_others > 0)
    if both.sum() < LEAST_STEPS or one[both].std() == 0 or all_others[both].std() == 0:
        return 0.0
    return float(np.corrcoef(one[both], all_others[both])[0, 1])


def _in_mm(line: Line, px_per_mm: float) -> Floats:
    """A curve's height in millimetres every STEP_MM from the sheet's left border on."""
    place = np.arange(0, (len(line.y) - 1) * line.step / px_per_mm, STEP_MM)
    at = np.rint(place * px_per_mm / line.step).astype(int)
    return np.where(line.confidence[at] > SURE, line.y[at] / px_per_mm, np.nan).astype(np.float32)
