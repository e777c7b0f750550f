"""Where a paper format begins on a page, and how far apart its columns are: what all signs together tell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecgimg.layouts import Layout
from ecgimg.stages.layout.observations import PageObservations

Signs = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Places [N] in sheet pixels that speak for an origin there, their weights and their spreads in mm."""
BESIDE_MM = 25.0
"""Curves may be seen this far before a format begins or after it ends: pulses, and what is taken for a curve."""
LENGTH_TOLERANCE = 0.035
"""Share by which the printed length may differ from the format's."""
MIN_VISIBLE = 0.55
"""Share of the format's length that must be on the picture."""
LABEL_LEFT_MM, LABEL_RIGHT_MM = 8.0, 34.0
"""Where a lead's name stands relative to the start of its cell; some programs spread names wider than columns."""
START_ROW_MM = 6.0
"""Distance from a row's zero line within which its stretches start."""
SHARP_SIGN, BLURRED_SIGN, PULSE_SIGN, START_SIGN = (1.0, 0.25), (0.3, 0.5), (0.3, 0.25), (0.25, 0.5)
"""Weight and spread in mm of what tells the origin: ends of rows, those beside a pulse, pulses, starts of stretches."""
PEN_MM = 0.1
"""By how much a row seems to begin before its time, half the width of its stroke; its other end is seen where it is."""
NAME_SIGN = 0.5
"""Weight of a lead name that stands where a column's would."""
MIN_SIGNS = 1.0
"""Weight of the signs that must agree on an origin."""
LENGTH_STEP = 0.001
"""Share by which lengths that are tried differ."""
REFINE_MM = 0.5
"""Distance within which the densest place is looked for."""
TOGETHER_MM = 0.6
"""Distance within which rows begin or end together."""
SHORT_MM = (0.6, 2.5)
"""By how much rows end before a strip where columns are shorter than their time."""
FOOT_MM = 4.0
"""Longest foot of a calibration pulse after its right stroke."""


def column_pitch(page: PageObservations, layout: Layout, nominal_mm: float) -> float:
    """Distance in sheet pixels from a column's beginning to the next one's.

    Some programs end every stretch, a strip's too, a little before its time is over and begin the next column there.
    It shows where the rows begin with a rhythm strip and end together before it does, by as much as they are too short:
    they lack one end for each column, the strip one in all. A strip's flat end is easily missed, so that the rows' own
    length tells how much they lack.
    """
    q, rows = page.px_per_mm, layout.n_rows
    nominal = nominal_mm * q / layout.n_columns
    begins, ends = np.array(page.begins), np.array(page.ends)
    if not layout.rhythm or layout.n_columns == 1 or np.isnan([begins, ends]).any():
        return nominal
    apart = np.median(begins[rows:]) - np.median(begins[:rows])
    # A row whose end is not seen surely seems to end early: the two that end last tell.
    last = ends[:rows].max()
    agreeing = (last - ends[:rows] < TOGETHER_MM * q).sum()
    together = agreeing >= min(rows, 2) and abs(apart) < TOGETHER_MM * q
    short = float(np.median(ends[rows:]) - last)
    pitch = (last - float(np.median(begins[:rows])) + PEN_MM * q) / layout.n_columns
    lacking = (nominal - pitch) * (layout.n_columns - 1)
    fits = together and SHORT_MM[0] * q < short < SHORT_MM[1] * q and abs(lacking - short) < TOGETHER_MM * q
    return pitch if fits else nominal


def find_origin(page: PageObservations, layout: Layout, nominal_mm: float, pitch: float) -> float | None:
    """Sheet column at which the first cell begins, as rows' ends, pulses, starts of stretches and lead names tell.

    Where they are too few: after a calibration pulse, whose foot may be longer than its stroke, it is counted back from
    the rows' ends; other curves of the right length are centred on the format.
    """
    nominal = nominal_mm * page.px_per_mm
    length = page.right - page.left
    signed = _signed_origin(page, layout, nominal, pitch)
    if signed is not None:
        return signed
    if page.pulse_is_left:
        feet = [end - nominal - page.left for end in page.ends]
        likely = [foot for foot in feet if abs(foot) < FOOT_MM * page.px_per_mm]
        return page.left + max(float(np.median(likely)), 0.0) if likely else page.left
    if abs(length / nominal - 1) < LENGTH_TOLERANCE:
        return page.left + (length - nominal) / 2
    return page.left if length < nominal else None


def agreed_length(page: PageObservations, layout: Layout, nominal_mm: float, tolerance: float) -> float | None:
    """The format's length in millimetres at which rows' ends, pulses and starts of stretches agree best on an origin;
    None where they are too few.

    Args:
        page: what was seen.
        layout: the format.
        nominal_mm: its length by the page's scale, which may be wrong by the share `tolerance`.
        tolerance: at most 1.
    """
    at_zero, at_one = (_signs(page, layout, length, length / layout.n_columns) for length in (0.0, 1.0))
    if at_zero is None or at_one is None or not np.isfinite([page.begins, page.ends]).any(axis=1).all():
        return None
    shares = at_one[0] - at_zero[0]  # places are linear in the length
    lengths = nominal_mm * np.arange(1 - tolerance, 1 + tolerance, LENGTH_STEP)
    tried = [(at_zero[0] + shares * length * page.px_per_mm, *at_zero[1:]) for length in lengths]
    dense = [float(_density(signs, signs[0], page.px_per_mm).max()) for signs in tried]
    return float(lengths[int(np.argmax(dense))]) if max(dense) > MIN_SIGNS else None


def covers(page: PageObservations, origin: float, nominal_mm: float) -> bool:
    """Whether a format placed at an origin is visible for its greater part, and no curves are left over beside it."""
    left, right = ((x - origin) / page.px_per_mm for x in (page.left, page.right))
    seen = min(right, nominal_mm) - max(left, 0.0)
    return seen >= MIN_VISIBLE * nominal_mm and max(-left, right - nominal_mm) < BESIDE_MM


def _signed_origin(page: PageObservations, layout: Layout, nominal: float, pitch: float) -> float | None:
    """The origin at which the evidence is densest, or None where it is too thin: rows' ends, pulses, and starts of
    stretches, each by how sharply it is seen, and lead names, which only tell about where.

    A start may be any column's; a name tells its own. Rows' beginnings are blurred by pulses before them, and their
    ends by pulses after them. A page that is cut, or has a separator after its last column, shows starts a column too
    early or too late.
    """
    q = page.px_per_mm
    signs = _signs(page, layout, nominal, pitch)
    if signs is None:
        return None
    places = signs[0]
    named = [NAME_SIGN * _names_that_fit(page, layout, place, pitch) for place in places]
    best = places[int(np.argmax(_density(signs, places, q) + named))]
    around = best + np.arange(-REFINE_MM, REFINE_MM, 0.02) * q
    dense = _density(signs, around, q)
    return float(around[int(dense.argmax())]) if dense.max() >= MIN_SIGNS else None


def _signs(page: PageObservations, layout: Layout, nominal: float, pitch: float) -> Signs | None:
    """The signs for an origin, None where there are none."""
    q, left = page.px_per_mm, page.pulse_is_left
    missing = nominal / layout.n_columns - pitch
    lengths = [layout.n_columns * pitch] * layout.n_rows + [nominal - missing] * len(layout.rhythm)
    lasts = [x - length for x, length in zip(page.ends, lengths, strict=True)]
    signs = [(x, *(SHARP_SIGN if left or not page.pulses else BLURRED_SIGN)) for x in lasts]
    signs += [(x + PEN_MM * q, *(BLURRED_SIGN if left else SHARP_SIGN)) for x in page.begins]
    signs += [(p.right - PEN_MM * q, *PULSE_SIGN) for p in page.pulses if left]
    signs += [(x - k * pitch, *START_SIGN) for x in _row_starts(page) for k in range(layout.n_columns)]
    signs = [sign for sign in signs if np.isfinite(sign[0])]  # rows that are not seen neither begin nor end
    if not signs:
        return None
    places, weights, spreads = np.array(signs).T
    return places, weights, spreads


def _density(signs: Signs, tried: NDArray[np.float64], px_per_mm: float) -> NDArray[np.float64]:
    """How much speaks for each of the tried origins [N]."""
    places, weights, spreads = signs
    near = np.exp(-0.5 * ((tried[:, None] - places) / (spreads * px_per_mm)) ** 2)
    return np.asarray((weights * near).sum(axis=1), np.float64)


def _names_that_fit(page: PageObservations, layout: Layout, origin: float, column: float) -> int:
    """How many lead names stand where a format's columns would put them."""
    columns = {cell.lead: cell.column for cell in layout.cells}
    low, high = -LABEL_LEFT_MM * page.px_per_mm, LABEL_RIGHT_MM * page.px_per_mm
    return sum(low < name.x - origin - columns.get(name.lead, -1) * column < high for name in page.names)


def _row_starts(page: PageObservations) -> list[float]:
    """Sheet columns of the starts that lie on a row."""
    near = START_ROW_MM * page.px_per_mm
    return [x for x, y in page.starts if min(abs(y - line.baseline_y) for line in page.lines) < near]
