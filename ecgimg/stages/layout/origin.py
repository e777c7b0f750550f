"""The origin of a paper format on a page, and the distance of its columns.

The origin is the sheet column at which the first cell begins. Signs of it are the ends of rows, calibration pulses,
starts of stretches, and lead names.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.layouts import Layout
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.observations import PageObservations

Sign = tuple[float, float, float]
"""The origin in sheet pixels that a single sign suggests, the weight of the sign, and its spread in mm."""
Signs = tuple[Doubles, Doubles, Doubles]
"""Origins [N] in sheet pixels that single signs suggest, the weights of the signs, and their spreads in mm."""


def column_pitch(page: PageObservations, layout: Layout, nominal_mm: float) -> float:
    """Distance in sheet pixels from a column's beginning to the next one's, on a page whose rows are `nominal_mm` long.

    Some programs end every stretch, a strip's too, a little before its time is over and begin the next column there.
    Rows then begin with a rhythm strip and end together before it does, by as much as they are too short: they lack one
    end for each column, the strip one in all. A strip's flat end is easily missed, so the rows' own length is measured.
    """
    px_per_mm, rows = page.px_per_mm, layout.n_rows
    nominal = nominal_mm * px_per_mm / layout.n_columns
    begins, ends = np.array(page.begins), np.array(page.ends)
    if not layout.rhythm or layout.n_columns == 1 or np.isnan([begins, ends]).any():
        return nominal
    together = C.together_mm * px_per_mm
    apart = np.median(begins[rows:]) - np.median(begins[:rows])
    # A row whose end is poorly seen seems to end early: the two that end last must agree.
    last = ends[:rows].max()
    end_together = (last - ends[:rows] < together).sum() >= min(rows, 2)
    short = float(np.median(ends[rows:]) - last)
    pitch = (last - float(np.median(begins[:rows])) + (C.begin_tip_mm + C.end_tip_mm) * px_per_mm) / layout.n_columns
    lacking = (nominal - pitch) * (layout.n_columns - 1)
    is_short = C.min_short_mm * px_per_mm < short < C.max_short_mm * px_per_mm and abs(lacking - short) < together
    return pitch if end_together and abs(apart) < together and is_short else nominal


def find_origin(page: PageObservations, layout: Layout, nominal_mm: float, pitch_px: float) -> float | None:
    """The sheet column at which the first cell begins, where most signs of it agree; None if curves are too long.

    Where there are too few signs, the origin lies behind a calibration pulse, whose foot may be longer than its stroke,
    so that it is counted back from the rows' ends; other curves of the right length are centred on the format.
    """
    nominal = nominal_mm * page.px_per_mm
    length = page.right - page.left
    signed = _signed_origin(page, layout, nominal, pitch_px)
    if signed is not None:
        return signed
    if page.pulse_is_left:
        feet = [end - nominal - page.left for end in page.ends]
        likely = [foot for foot in feet if abs(foot) < C.max_pulse_foot_mm * page.px_per_mm]
        return page.left + max(float(np.median(likely)), 0.0) if likely else page.left
    if abs(length / nominal - 1) < C.length_tolerance:
        return page.left + (length - nominal) / 2
    return page.left if length < nominal else None


def agreed_length(page: PageObservations, layout: Layout, nominal_mm: float, tolerance: float) -> float | None:
    """The format's length in millimetres at which the signs of the origin agree best; None where they are too few.

    Args:
        page: what was seen.
        layout: the format.
        nominal_mm: its length by the page's scale, which may be wrong by the share `tolerance`.
        tolerance: at most 1.
    """
    lengths = nominal_mm * np.arange(1 - tolerance, 1 + tolerance, C.length_step)
    dense = _agreement(page, layout, lengths)
    if dense is None or not np.isfinite([page.begins, page.ends]).any(axis=1).all():
        return None
    return float(lengths[int(np.argmax(dense))]) if max(dense) > C.min_origin_weight else None


def row_length(page: PageObservations, layout: Layout, nominal_mm: float) -> float:
    """Length in millimetres of the rows of several columns; the nominal one unless the signs clearly agree on another.

    Many machines print 10 s and a little more: rows of 252 to 256 mm, whose columns are longer by a quarter of that.
    Lead names in three columns and more limit it: ends can agree on rows whose first beat is cut off with the page.
    """
    if layout.n_columns == 1 or not page.has_grid:
        return nominal_mm
    steps = np.arange(-C.row_length_tolerance, C.row_length_tolerance, C.length_step)
    named = _named_length(page, layout)
    tried = nominal_mm * (1 + steps)
    possible = np.ones(len(tried), bool) if named is None else np.abs(tried / named - 1) < C.named_length_tolerance
    lengths = np.append(tried[possible], nominal_mm)
    dense = _agreement(page, layout, lengths)
    if dense is None:
        return nominal_mm
    best = int(np.argmax(dense))
    differs = abs(lengths[best] - nominal_mm) > C.min_length_difference_mm
    agrees = dense[best] > max(C.clear_length_ratio * dense[-1], C.min_length_weight)
    return float(lengths[best]) if differs and agrees else nominal_mm


def _named_length(page: PageObservations, layout: Layout) -> float | None:
    """Length in millimetres of rows whose columns are as far apart as the lead names; None with too few columns."""
    columns = {cell.lead: cell.column for cell in layout.cells}
    places = np.array([(columns[name.lead], name.x) for name in page.names if name.lead in columns])
    if len(places) == 0 or len(np.unique(places[:, 0])) < C.min_named_columns:
        return None
    middles = np.array([(k, np.median(places[places[:, 0] == k, 1])) for k in np.unique(places[:, 0])])
    return float(np.polyfit(middles[:, 0], middles[:, 1], 1)[0]) * layout.n_columns / page.px_per_mm


def covers(page: PageObservations, origin: float, nominal_mm: float) -> bool:
    """Whether a format placed at an origin is visible for its greater part, and no curves are left over beside it."""
    left, right = ((x - origin) / page.px_per_mm for x in (page.left, page.right))
    seen = min(right, nominal_mm) - max(left, 0.0)
    return seen >= C.min_visible * nominal_mm and max(-left, right - nominal_mm) < C.beside_mm


def _signed_origin(page: PageObservations, layout: Layout, nominal: float, pitch_px: float) -> float | None:
    """The origin at which the signs are densest, or None where they are too few.

    Each sign counts by how sharply it is seen; names only decide between places. A start may be any column's, a name
    has its own column. Pulses before the rows blur their beginnings, pulses after them their ends. A page that is cut,
    or has a separator after its last column, shows starts a column too early or too late.

    Around the best place the ends of rows and the pulses alone decide: once it is known which of them belong together,
    they are seen more sharply than they had to be trusted before.
    """
    edges = _edge_signs(page, layout, nominal, pitch_px)
    signs = _known([*edges, *_start_signs(page, layout, pitch_px)])
    if signs is None:
        return None
    places = signs[0]
    named = [C.name_weight * _names_that_fit(page, layout, place, pitch_px) for place in places]
    best = places[int(np.argmax(_density(signs, places, page.px_per_mm) + named))]
    around = best + np.arange(-C.refine_mm, C.refine_mm, C.refine_step_mm) * page.px_per_mm
    dense = _density(signs, around, page.px_per_mm)
    if dense.max() < C.min_origin_weight:
        return None
    sharp = _known([(place, weight, spread * C.refine_spread) for place, weight, spread in edges])
    sharper = dense if sharp is None else _density(sharp, around, page.px_per_mm)
    return float(around[int((sharper if sharper.max() >= C.min_refine_weight else dense).argmax())])


def _signs(page: PageObservations, layout: Layout, nominal: float, pitch_px: float) -> Signs | None:
    """The signs of the origin, None where there are none; `nominal` is the format's length in sheet pixels."""
    return _known([*_edge_signs(page, layout, nominal, pitch_px), *_start_signs(page, layout, pitch_px)])


def _edge_signs(page: PageObservations, layout: Layout, nominal: float, pitch_px: float) -> list[Sign]:
    """Origins by the ends of rows, and by pulses before them; NaN by rows that are not seen."""
    px_per_mm, left = page.px_per_mm, page.pulse_is_left
    sharp, blurred = (C.sharp_end_weight, C.sharp_end_spread_mm), (C.blurred_end_weight, C.blurred_end_spread_mm)
    missing = nominal / layout.n_columns - pitch_px
    lengths = [layout.n_columns * pitch_px] * layout.n_rows + [nominal - missing] * len(layout.rhythm)
    lasts = [x + C.end_tip_mm * px_per_mm - length for x, length in zip(page.ends, lengths, strict=True)]
    signs = [(x, *(sharp if left or not page.pulses else blurred)) for x in lasts]
    signs += [(x - C.begin_tip_mm * px_per_mm, *(blurred if left else sharp)) for x in page.begins]
    signs += [(p.right - C.pulse_edge_mm * px_per_mm, C.pulse_weight, C.pulse_spread_mm) for p in page.pulses if left]
    return signs


def _start_signs(page: PageObservations, layout: Layout, pitch_px: float) -> list[Sign]:
    """Origins by the starts of stretches: any column's."""
    starts = [x - k * pitch_px for x in _row_starts(page) for k in range(layout.n_columns)]
    return [(place, C.start_weight, C.start_spread_mm) for place in starts]


def _known(signs: Iterable[Sign]) -> Signs | None:
    """Signs without those of rows that are not seen, as arrays; None where none are left."""
    known = [sign for sign in signs if np.isfinite(sign[0])]
    if not known:
        return None
    places, weights, spreads = np.array(known).T
    return places, weights, spreads


def _agreement(page: PageObservations, layout: Layout, lengths: Doubles) -> Doubles | None:
    """Weight [N] of the signs that agree on an origin, at each of the lengths [N] in mm; None where there are none."""
    at_zero, at_one = (_signs(page, layout, length, length / layout.n_columns) for length in (0.0, 1.0))
    if at_zero is None or at_one is None:
        return None
    shares = at_one[0] - at_zero[0]  # places are linear in the length
    tried = [(at_zero[0] + shares * length * page.px_per_mm, *at_zero[1:]) for length in lengths]
    return np.array([float(_density(signs, signs[0], page.px_per_mm).max()) for signs in tried])


def _density(signs: Signs, tried: Doubles, px_per_mm: float) -> Doubles:
    """Weight [N] of the signs at and around each of the tried origins [N]."""
    places, weights, spreads = signs
    near = np.exp(-0.5 * ((tried[:, None] - places) / (spreads * px_per_mm)) ** 2)
    return np.asarray((weights * near).sum(axis=1), np.float64)


def _names_that_fit(page: PageObservations, layout: Layout, origin: float, pitch_px: float) -> int:
    """Number of lead names that stand where the format's columns would put them."""
    columns = {cell.lead: cell.column for cell in layout.cells}
    low, high = -C.label_left_mm * page.px_per_mm, C.label_right_mm * page.px_per_mm
    return sum(low < name.x - origin - columns.get(name.lead, -1) * pitch_px < high for name in page.names)


def _row_starts(page: PageObservations) -> list[float]:
    """Sheet columns of the starts that lie on a row."""
    near = C.start_row_mm * page.px_per_mm
    return [x for x, y in page.starts if min(abs(y - line.baseline_y) for line in page.lines) < near]
