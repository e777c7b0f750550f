"""What was seen of a page's curves and landmarks, as the judges of its layout need it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import LeadName, PrintedScales, Pulse, Sheet, Trace
from ecgimg.errors import RefusedError

NEAR_MM = 4.0
"""Distance from the curves' left end within which a pulse stands before them."""

CUT_MM = 5.5
"""Distance from the edge of the grid's box, 4 mm beyond the grid, within which a curve was cut off with the page."""
GRIDLESS_CUT_MM = 1.5
"""Distance from the photo's edge within which a curve was cut off with it."""
ALONE_MM, ALONE_SHARE = 10.0, 0.6
"""Share of the next millimetres over which a curve must be seen where it begins or ends."""


@dataclass(frozen=True)
class PageObservations:
    """What was seen of a page, in sheet pixels; `begins` and `ends` are of each line, NaN where it is not seen.

    `has_grid` tells whether a grid gave the sheet's scale.
    """

    lines: tuple[Trace, ...]
    names: tuple[LeadName, ...]
    starts: tuple[tuple[float, float], ...]
    pulses: tuple[Pulse, ...]
    scales: PrintedScales
    left: float
    right: float
    begins: tuple[float, ...]
    ends: tuple[float, ...]
    px_per_mm: float
    has_grid: bool

    @property
    def pulse_is_left(self) -> bool:
        """Whether calibration pulses stand before the curves."""
        return any(abs(p.right - self.left) < NEAR_MM * self.px_per_mm for p in self.pulses)


def printed_range(
    lines: tuple[Trace, ...], pulses: tuple[Pulse, ...], sheet: Sheet
) -> tuple[float, float, tuple[float, ...], tuple[float, ...]]:
    """First and last sheet column of the curves, without the calibration pulses, and those of each row, NaN where it
    is not seen or goes on to the sheet's or the photo's edge, since it was cut there.
    """
    first, last = np.array([_extent(line, sheet.px_per_mm) for line in lines]).T
    if np.isnan(first).all():
        raise RefusedError("the curves are too faint to be followed", where="layout")
    left, right = float(np.nanmedian(first)), float(np.nanmedian(last))
    if pulses:
        pulse_left, pulse_right = (float(np.median([getattr(p, side) for p in pulses])) for side in ("left", "right"))
        if pulse_left - left < right - pulse_right:
            left = pulse_right
        else:
            right = pulse_left
    first[_cut_off(lines, first, sheet, -1)], last[_cut_off(lines, last, sheet, 1)] = np.nan, np.nan
    return left, right, tuple(first.tolist()), tuple(last.tolist())


def _cut_off(lines: tuple[Trace, ...], at: Floats, sheet: Sheet, way: int) -> NDArray[np.bool_]:
    """Which rows, that are seen as far as `at` to the left (`way` -1) or right (1), go on to the edge of the page.

    The page ends with the photo, or where its grid does: a margin beyond.
    """
    seen = np.isfinite(at)
    beyond = np.where(seen, at, 0) + way * GRIDLESS_CUT_MM * sheet.px_per_mm
    cut = seen & ~sheet.on_photo(np.stack([beyond, [line.baseline_y for line in lines]], axis=1))
    if sheet.grid_box is not None:
        edge = sheet.grid_box[0 if way < 0 else 2]
        cut |= np.abs(np.where(seen, at, np.inf) - edge) < CUT_MM * sheet.px_per_mm
    return np.asarray(cut)


def _extent(line: Trace, px_per_mm: float) -> tuple[float, float]:
    """First and last column of a curve, NaN where it is not seen; strokes that stand alone beside it don't count."""
    seen = line.confidence > 0.5
    near = round(ALONE_MM * px_per_mm / line.step)
    count = np.convolve(seen, np.ones(near))
    begins = np.flatnonzero(seen & (count[near - 1 :] >= ALONE_SHARE * near))
    ends = np.flatnonzero(seen & (count[: len(seen)] >= ALONE_SHARE * near))
    return (
        (float(begins[0] * line.step), float(ends[-1] * line.step)) if begins.size and ends.size else (np.nan, np.nan)
    )


def samples(line: Trace, x0: float, x1: float) -> Floats:
    """The curve's y at every pixel from x0 to x1, NaN where it is not known."""
    columns = np.arange(round(x0), round(x1))
    return np.asarray(
        np.interp(columns, np.arange(len(line.y)) * line.step, line.y, left=np.nan, right=np.nan), np.float32
    )
