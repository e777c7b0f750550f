"""Where a paper format begins on a page: placed by the starts of stretches and lead names, sharpened by all signs."""

from __future__ import annotations

import numpy as np

from ecgimg.layouts import Layout
from ecgimg.stages.marks import Marks

BESIDE_MM = 25.0
"""Curves may be seen this far before a format begins or after it ends: pulses, and what is taken for a curve."""
LENGTH_TOLERANCE = 0.035
"""Share by which the printed length may differ from the format's."""
MIN_VISIBLE = 0.55
"""Share of the format's length that must be on the picture."""
LABEL_LEFT_MM, LABEL_RIGHT_MM = 8.0, 34.0
"""Where a lead's name stands relative to the start of its cell; some programs spread names wider than columns."""
START_MM = 2.0
"""Distance within which starts of stretches agree."""
START_ROW_MM = 6.0
"""Distance from a row's zero line within which its stretches start."""
SHARP_SIGN, BLURRED_SIGN, PULSE_SIGN, START_SIGN = (1.0, 0.25), (0.3, 0.5), (0.3, 0.25), (0.25, 0.5)
"""Weight and spread in mm of what tells the origin: ends of rows, those beside a pulse, pulses, starts of stretches."""
PEN_MM = 0.1
"""Half the width of a stroke: by so much it ends after the time that it stands for."""
NAME_VOTES = 2
"""Starts that a lead name counts for."""
START_SHARE = 0.3
"""Share of a format's cells whose starts must agree."""
TOGETHER_MM = 0.6
"""Distance within which rows begin or end together."""
SHORT_MM = (1.0, 2.5)
"""By how much rows end before a strip where columns are shorter than their time."""
FOOT_MM = 4.0
"""Longest foot of a calibration pulse after its right stroke."""


def column_pitch(page: Marks, layout: Layout, nominal_mm: float) -> float:
    """Distance in sheet pixels from a column's beginning to the next one's.

    Some programs end every column a little before its time is over and begin the next one there. It shows where the
    rows begin with a rhythm strip and end together before it does.
    """
    q, rows = page.px_per_mm, layout.n_rows
    nominal = nominal_mm * q / layout.n_columns
    begins, ends = np.array(page.begins), np.array(page.ends)
    if not layout.rhythm or layout.n_columns == 1 or np.isnan([begins, ends]).any():
        return nominal
    missing = np.median(ends[rows:]) - ends[:rows]
    together = np.ptp(missing) < TOGETHER_MM * q and np.ptp(begins) < TOGETHER_MM * q
    short = float(np.median(missing))
    return nominal - short / layout.n_columns if together and SHORT_MM[0] * q < short < SHORT_MM[1] * q else nominal


def find_origin(page: Marks, layout: Layout, nominal_mm: float, pitch: float) -> float | None:
    """Sheet column at which the first cell begins, as the starts of the stretches and the lead names tell.

    Where they don't: after a calibration pulse, whose foot may be longer than its stroke, it is counted back from the
    rows' ends; other curves of the right length are centred on the format.
    """
    nominal = nominal_mm * page.px_per_mm
    length = page.right - page.left
    voted = _voted_origin(page, layout, pitch)
    if voted is not None:
        return _sharpened(page, layout, voted, nominal, pitch)
    if page.pulse_is_left:
        feet = [end - nominal - page.left for end in page.ends]
        likely = [foot for foot in feet if abs(foot) < FOOT_MM * page.px_per_mm]
        return page.left + max(float(np.median(likely)), 0.0) if likely else page.left
    if abs(length / nominal - 1) < LENGTH_TOLERANCE:
        return page.left + (length - nominal) / 2
    return page.left if length < nominal else None


def covers(page: Marks, origin: float, nominal_mm: float) -> bool:
    """Whether a format placed at an origin is visible for its greater part, and no curves are left over beside it."""
    left, right = ((x - origin) / page.px_per_mm for x in (page.left, page.right))
    seen = min(right, nominal_mm) - max(left, 0.0)
    return seen >= MIN_VISIBLE * nominal_mm and max(-left, right - nominal_mm) < BESIDE_MM


def _voted_origin(page: Marks, layout: Layout, column: float) -> float | None:
    """The origin that most starts of stretches and lead names agree on, or None where too few starts do.

    A start may be any column's; a name tells its own. A page that is cut, or has a separator after its last column,
    shows starts a column too early or too late.
    """
    votes = np.array([x - k * column for x in _row_starts(page) for k in range(layout.n_columns)])
    if votes.size == 0:
        return None
    agree = np.abs(votes[:, None] - votes[None]) < START_MM * page.px_per_mm
    worth = agree.sum(axis=1) + [NAME_VOTES * _names_that_fit(page, layout, origin, column) for origin in votes]
    best = agree[int(np.argmax(worth))]
    return float(np.median(votes[best])) if best.sum() >= max(3, START_SHARE * len(layout.cells)) else None


def _sharpened(page: Marks, layout: Layout, voted: float, nominal: float, pitch: float) -> float:
    """An origin, moved to where the densest evidence lies: rows' ends, pulses, and starts of stretches, each by how
    sharply it is seen. Rows' beginnings are blurred by pulses before them, and their ends by pulses after them.
    """
    q, left = page.px_per_mm, page.pulse_is_left
    lengths = [layout.n_columns * pitch] * layout.n_rows + [nominal] * len(layout.rhythm)
    lasts = [x - length - PEN_MM * q for x, length in zip(page.ends, lengths, strict=True)]
    signs = [(x, *(SHARP_SIGN if left or not page.pulses else BLURRED_SIGN)) for x in lasts]
    signs += [(x, *(BLURRED_SIGN if left else SHARP_SIGN)) for x in page.begins]
    signs += [(p.right - PEN_MM * q, *PULSE_SIGN) for p in page.pulses if left]
    signs += [(x - k * pitch, *START_SIGN) for x in _row_starts(page) for k in range(layout.n_columns)]
    places, weights, spreads = np.array(signs).T
    tried = voted + np.arange(-START_MM, START_MM, 0.02) * q
    near = np.exp(-0.5 * ((tried[:, None] - places) / (spreads * q)) ** 2)
    density = np.nansum(weights * near, axis=1)  # rows that are not seen neither begin nor end
    return float(tried[int(density.argmax())])


def _names_that_fit(page: Marks, layout: Layout, origin: float, column: float) -> int:
    """How many lead names stand where a format's columns would put them."""
    columns = {cell.lead: cell.column for cell in layout.cells}
    low, high = -LABEL_LEFT_MM * page.px_per_mm, LABEL_RIGHT_MM * page.px_per_mm
    return sum(low < name.x - origin - columns.get(name.lead, -1) * column < high for name in page.names)


def _row_starts(page: Marks) -> list[float]:
    """Sheet columns of the starts that lie on a row."""
    near = START_ROW_MM * page.px_per_mm
    return [x for x, y in page.starts if min(abs(y - line.zero) for line in page.lines) < near]
