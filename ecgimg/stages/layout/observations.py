"""Observations of a page's curves and landmarks: UprightSheet, Traces, PrintedScales -> PageObservations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.datamodel.page import LeadName, PrintedScales, Pulse, Sheet, Trace, UprightSheet
from ecgimg.errors import Cause, RefusedError
from ecgimg.stages.layout.constants import C


@dataclass(frozen=True)
class PageObservations:
    """What was seen of a page, in sheet pixels.

    The curves lie between the columns `left` and `right`. `begins` and `ends` are the first and last column of each
    line, NaN where it is not seen. `has_grid` is true if a grid gave the sheet's scale.
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
        return any(abs(p.right - self.left) < C.near_pulse_mm * self.px_per_mm for p in self.pulses)

    @property
    def is_cut_off(self) -> bool:
        """Whether rows go on to the edge of the page or of the photo at one of their ends, or are not seen there."""
        return any(np.isnan(side).mean() > C.max_cut_rows_share for side in (self.begins, self.ends))

    @property
    def length_mm(self) -> float:
        """Length of the curves."""
        return (self.right - self.left) / self.px_per_mm


def observe(upright: UprightSheet, lines: tuple[Trace, ...], scales: PrintedScales) -> tuple[PageObservations, int]:
    """The observations, and the number of rows above them that hold no curve and are left out.

    Raises:
        RefusedError: there is no curve that can be followed over a good part of its row.
    """
    if not lines:
        raise RefusedError(Cause.NO_CURVES, "no row of curves is found", where="layout")
    left, right, begins, ends = printed_range(lines, upright.pulses, upright.sheet)
    seen = [k for k, line in enumerate(lines) if seen_share(line, left, right) > C.min_row_seen]
    if not seen:
        raise RefusedError(Cause.FAINT_CURVES, "no curve is seen for a good part of its row", where="layout")
    first, last = seen[0], seen[-1] + 1
    page = PageObservations(
        lines=lines[first:last],
        names=upright.names,
        starts=upright.starts,
        pulses=upright.pulses,
        scales=scales,
        left=left,
        right=right,
        begins=begins[first:last],
        ends=ends[first:last],
        px_per_mm=upright.sheet.px_per_mm,
        has_grid=upright.sheet.has_grid,
    )
    return page, first


def printed_range(
    lines: tuple[Trace, ...], pulses: tuple[Pulse, ...], sheet: Sheet
) -> tuple[float, float, tuple[float, ...], tuple[float, ...]]:
    """First and last sheet column of the curves, without the calibration pulses, and those of each row.

    A row's are NaN where it is not seen or goes on to the sheet's or the photo's edge, since it was cut there.

    Raises:
        RefusedError: no row is seen.
    """
    first, last = np.array([_extent(line, sheet.px_per_mm) for line in lines]).T
    if np.isnan(first).all():
        raise RefusedError(Cause.FAINT_CURVES, "no row is seen", where="layout")
    left, right = float(np.nanmedian(first)), float(np.nanmedian(last))
    if pulses:
        pulse_left, pulse_right = (float(np.median([getattr(p, side) for p in pulses])) for side in ("left", "right"))
        if pulse_left - left < right - pulse_right:
            left = pulse_right
        else:
            right = pulse_left
    first[_cut_off(lines, first, sheet, -1)], last[_cut_off(lines, last, sheet, 1)] = np.nan, np.nan
    return left, right, tuple(first.tolist()), tuple(last.tolist())


def seen_share(line: Trace, left: float, right: float) -> float:
    """Share of the printed range over which a line is seen; small for text above and below the curves."""
    x = np.arange(len(line.y)) * line.step
    return float((line.confidence[(x >= left) & (x <= right)] > C.min_known_confidence).mean())


def heights_mm(line: Trace, px_per_mm: float, step_mm: float) -> Floats:
    """A curve's y [N] in millimetres every `step_mm` from the sheet's left border on; NaN where it is not seen."""
    place = np.arange(0, (len(line.y) - 1) * line.step / px_per_mm, step_mm)
    at = np.rint(place * px_per_mm / line.step).astype(int)
    return np.where(line.confidence[at] > C.min_known_confidence, line.y[at] / px_per_mm, np.nan).astype(np.float32)


def samples(line: Trace, x0: float, x1: float) -> Floats:
    """The curve's y [N] at every pixel from x0 to x1, NaN where it is not known."""
    columns = np.arange(round(x0), round(x1))
    return np.asarray(
        np.interp(columns, np.arange(len(line.y)) * line.step, line.y, left=np.nan, right=np.nan), np.float32
    )


def _cut_off(lines: tuple[Trace, ...], at: Floats, sheet: Sheet, way: int) -> Bools:
    """The rows [N], seen as far as `at` to the left (`way` -1) or right (1), that go on to the edge of the page.

    The page ends with the photo, or where its grid does, a margin beyond.
    """
    seen = np.isfinite(at)
    beyond = np.where(seen, at, 0) + way * C.photo_cut_mm * sheet.px_per_mm
    cut = seen & ~sheet.on_photo(np.stack([beyond, [line.baseline_y for line in lines]], axis=1))
    if sheet.grid_box is not None:
        edge = sheet.grid_box[0 if way < 0 else 2]
        cut |= np.abs(np.where(seen, at, np.inf) - edge) < C.cut_mm * sheet.px_per_mm
    return np.asarray(cut)


def _extent(line: Trace, px_per_mm: float) -> tuple[float, float]:
    """First and last column of a curve without strokes that stand alone beside it; NaN where it is not seen."""
    seen = line.confidence > C.min_known_confidence
    window = round(C.end_window_mm * px_per_mm / line.step)
    count = np.convolve(seen, np.ones(window))
    least = C.min_end_window_share * window
    begins = np.flatnonzero(seen & (count[window - 1 :] >= least))
    ends = np.flatnonzero(seen & (count[: len(seen)] >= least))
    if not (begins.size and ends.size):
        return np.nan, np.nan
    return float(begins[0] * line.step), float(ends[-1] * line.step)
