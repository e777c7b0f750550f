"""Beats of a row of curves: where they are, whether they are one lead's to the row's end, whether two rows beat as one.

    PageObservations, row -> RowBeats

Places are in millimetres of paper behind the sheet's left border.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from scipy.signal import find_peaks

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.observations import PageObservations, samples


@dataclass(frozen=True, eq=False)
class RowBeats:
    """Places [B] of a row's beats in mm, and how alike its thirds beat.

    `likeness` is the smallest correlation between the median beats of the thirds, None where fewer than two of them
    show a beat. Rows of one lead beat alike to their end; where a row changes from lead to lead, its thirds differ.
    """

    places_mm: Doubles
    likeness: float | None


def row_beats(page: PageObservations, row: int) -> RowBeats:
    """The beats of one of the page's rows between its beginning and its end."""
    begin, end = row_range(page, row)
    curve = samples(page.lines[row], begin, end)
    places = np.arange(0, len(curve) - 1, C.beat_step_mm * page.px_per_mm)
    known = np.isfinite(curve)
    if known.sum() < 2:
        return RowBeats(np.zeros(0), None)
    heights = np.interp(places, np.flatnonzero(known), curve[known]) / page.px_per_mm
    beats = _find(heights)
    return RowBeats(begin / page.px_per_mm + beats * C.beat_step_mm, _likeness(heights, beats))


def row_range(page: PageObservations, row: int) -> tuple[float, float]:
    """First and last sheet column of a row; those of the page where the row is cut off."""
    begin, end = page.begins[row], page.ends[row]
    return (begin if np.isfinite(begin) else page.left), (end if np.isfinite(end) else page.right)


def synchrony(one: RowBeats, other: RowBeats) -> float | None:
    """Share of the beats of one row that stand above one of another's; None where a row shows too few.

    Leads of the same time beat together. Lines that continue one another agree by chance only.
    """
    if min(len(one.places_mm), len(other.places_mm)) < C.min_row_beats:
        return None
    fewer, more = sorted((one.places_mm, other.places_mm), key=len)
    return float((distances(fewer, more) < C.beats_together_mm).mean())


def distances(beats: Doubles, others: Doubles) -> Doubles:
    """Distance [B] in mm of each beat [B] from the nearest of some others [M]; infinite where there are none."""
    if not others.size:
        return np.full(len(beats), np.inf)
    return np.asarray(np.abs(beats[:, None] - others[None]).min(axis=1), np.float64)


def _find(heights: Doubles) -> Doubles:
    """Samples [B] at which a curve is steepest; heights [N] in mm every `beat_step_mm`."""
    slope = np.abs(np.gradient(cv2.GaussianBlur(heights[None].astype(np.float32), (0, 0), 1.0)[0]))
    steepness = cv2.GaussianBlur(slope[None], (0, 0), C.beat_smoothing_mm / C.beat_step_mm)[0]
    height = C.beat_steepness * float(np.percentile(steepness, C.steepest_percentile))
    peaks, _ = find_peaks(steepness, height=max(height, 1e-6), distance=round(C.beats_apart_mm / C.beat_step_mm))
    return np.asarray(peaks, np.float64)


def _likeness(heights: Doubles, beats: Doubles) -> float | None:
    half = round(C.half_beat_mm / C.beat_step_mm)
    whole = [int(b) for b in beats if half <= b < len(heights) - half]
    thirds = [[b for b in whole if third * len(heights) <= 3 * b < (third + 1) * len(heights)] for third in range(3)]
    medians = [np.median([heights[b - half : b + half] for b in third], axis=0) for third in thirds if third]
    if len(medians) < 2:
        return None
    return min(_correlation(one, other) for one, other in combinations(medians, 2))


def _correlation(one: Floats, other: Floats) -> float:
    """Best correlation of two beats over small lags."""
    lag = round(C.beat_lag_mm / C.beat_step_mm)
    pattern, search = one[lag:-lag].astype(np.float32), other.astype(np.float32)
    if np.ptp(pattern) == 0 or np.ptp(search) == 0:
        return 0.0
    return float(cv2.matchTemplate(search[None], pattern[None], cv2.TM_CCOEFF_NORMED).max())
