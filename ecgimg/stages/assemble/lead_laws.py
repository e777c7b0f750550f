"""Makes a page's stretches agree where they tell of the same: a strip and its cell, and limb leads by their laws.

At every moment the six limb leads are sums of two of them (Einthoven 1912, Goldberger 1942), so a page shows more of
them than is needed, and a strip repeats a cell. Where readings disagree, each gives way by as much as it may be wrong:
the smallest change, each weighed by its reading's variance, after which all laws hold (least squares with the laws as
constraints). Errors are heavy-tailed, so a reading that had to give way a lot counts less when that is repeated.

Recordings whose leads don't obey the laws exist (leads filtered one by one, say). A page's surest samples tell: where
they break the laws by more than tracing does, only repeated leads are made to agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Bools, Doubles
from ecgimg.datamodel.leads import FROM_I_AND_II, LEADS, LIMB_LEADS, lead_index

SURE = 0.9
"""Confidence from which a sample tells how well a page was read, and whether the laws hold on it."""
MIN_SURE_S = 0.5
"""Seconds of such samples that are needed for that."""
USUAL, MOST = 0.98, 0.85
"""Shares of them, from the smallest difference up, that count where a few may be misread, and where many may be."""
READING_MM = (0.03, 0.06)
"""Least error of a sure sample, and the one taken where no lead is repeated."""
UNSURE_MM = 2.0
"""Error of a sample of no confidence."""
ASIDE_MM = 0.025
"""Error along the paper, which costs height where a curve is steep."""
LAWFUL_RESIDUAL, SURELY_LAWFUL_RESIDUAL = 2.0, 1.0
"""The laws hold where all of them are broken by less than the first times the error of reading, or, as some lead may be
misread for long, any of them by less than the second, and none for most of the time. Two leads that changed places
break them at every beat, and are not mended.
"""
UNKNOWN = 1e4
"""Variance of what is not known, in mm^2: it gives way to whatever the other leads say."""
ROUNDS, TAIL = 3, 0.5
"""How often the change is found, and the share of its square that a reading's variance then grows by."""
CORRECTED_MM, CORRECTED_CONFIDENCE = 0.5, 0.5
"""A sample that had to be moved by more than this was misread, here or in another lead, and is no surer than that."""
LAG_S = 0.04
"""By how much the clock of a strip may be wrong on a page that is not quite straight."""


@dataclass(frozen=True, eq=False)
class Readings:
    """What a page shows of its leads: heights [N, T] in mm above the zero lines, NaN where nothing is known, and their
    confidence [N, T], of N stretches on one clock of `fs` Hz. `printed` tells where each is on the paper.
    """

    leads: tuple[str, ...]
    is_strip: tuple[bool, ...]
    heights: Doubles
    confidence: Doubles
    printed: Bools
    fs: float
    paper_speed: float

    @property
    def least_sure(self) -> float:
        """Sure samples from which they tell something."""
        return MIN_SURE_S * self.fs


@dataclass(frozen=True, eq=False)
class CorrectedReadings:
    """The heights [N, T] and confidence [N, T] of a page's readings after they agree, and which samples [N, T] were
    moved so far that what was read there can't be the lead.
    """

    heights: Doubles
    confidence: Doubles
    mended: Bools


@dataclass(frozen=True, eq=False)
class _Together:
    """Stretches that are printed at the same time, and the samples of that time."""

    rows: NDArray[np.intp]
    at: NDArray[np.intp]


def enforce_lead_laws(readings: Readings) -> CorrectedReadings:
    """The smallest change that makes readings agree.

    Each stretch keeps its own zero line: constant differences are left as they are. Unknown samples stay unknown.
    """
    page = _one_clock(readings)
    groups = _together(page)
    noise = _reading_error(page, groups)
    lawful = _laws_hold(page, groups, noise)
    variance = _variance(page, noise)
    change = np.zeros_like(page.heights)
    for group in groups:
        laws = _laws(tuple(page.leads[row] for row in group.rows), lawful)
        if len(laws):
            part = np.ix_(group.rows, group.at)
            sure = np.asarray((page.confidence[part] > SURE).all(axis=0))
            change[part] = _change(laws, page.heights[part], variance[part], sure, page.least_sure)
    mended = np.isfinite(page.heights) & (np.abs(change) > CORRECTED_MM)
    confidence = np.where(mended, np.minimum(page.confidence, CORRECTED_CONFIDENCE), page.confidence)
    return CorrectedReadings(page.heights - change, confidence, mended)


def _one_clock(page: Readings) -> Readings:
    """The readings with every strip moved along so that it repeats its cell at the same time."""
    heights, confidence = page.heights.copy(), page.confidence.copy()
    for strip in np.flatnonzero(page.is_strip).tolist():
        cells = [k for k, lead in enumerate(page.leads) if lead == page.leads[strip] and not page.is_strip[k]]
        lag = _lag(page, strip, cells[0]) if cells else 0
        if lag:
            heights[strip] = _moved(page.heights[strip], lag, np.nan)
            confidence[strip] = _moved(page.confidence[strip], lag, 0.0)
    return replace(page, heights=heights, confidence=confidence)


def _lag(page: Readings, strip: int, cell: int) -> int:
    """Samples by which a strip has to be moved to repeat a cell best, 0 where too little is known."""
    reach = round(LAG_S * page.fs)
    left = {}
    for lag in range(-reach, reach + 1):
        sure = (page.confidence[cell] > SURE) & (_moved(page.confidence[strip], lag, 0.0) > SURE)
        if sure.sum() >= page.least_sure:
            left[lag] = _spread(_moved(page.heights[strip], lag, np.nan)[sure] - page.heights[cell][sure], USUAL)
    return min(left, key=lambda lag: (left[lag], abs(lag)), default=0)


def _moved(values: Doubles, lag: int, empty: float) -> Doubles:
    out = np.roll(values, lag)
    if lag:
        out[slice(None, lag) if lag > 0 else slice(lag, None)] = empty
    return out


def _together(page: Readings) -> list[_Together]:
    """Stretches of the same time, for every time in which no stretch begins or ends."""
    groups = []
    shown, time = np.unique(page.printed, axis=1, return_inverse=True)
    for k, column in enumerate(shown.T):
        rows, at = np.flatnonzero(column), np.flatnonzero(time == k)
        if len(rows) > 1 and len(at) >= page.least_sure:
            groups.append(_Together(rows, at))
    return groups


def _reading_error(page: Readings, groups: list[_Together]) -> float:
    """Error of a sure sample in mm: what repeated leads differ by."""
    found = []
    for group in groups:
        for one, other in combinations(group.rows, 2):
            if page.leads[one] == page.leads[other]:
                left = _residual(page, group, np.array([one, other]), np.array([1.0, -1.0]) / np.sqrt(2))
                found += [_spread(left, USUAL)] if left.size else []
    return max(float(np.sqrt(np.mean(np.square(found)))), READING_MM[0]) if found else READING_MM[1]


def _laws_hold(page: Readings, groups: list[_Together], noise: float) -> bool:
    """Whether the surest samples obey the limb leads' laws as well as they were read."""
    broken, mostly = [], []
    for group in groups:
        limb = {page.leads[row]: row for row in group.rows if page.leads[row] in LIMB_LEADS}
        for three in combinations(limb.values(), 3):
            (law,) = _laws(tuple(page.leads[row] for row in three), True)
            left = _residual(page, group, np.array(three), law)
            if left.size:
                broken.append(_spread(left, USUAL))
                mostly.append(_spread(left, MOST))
    if not broken:
        return False
    surely = min(broken) < SURELY_LAWFUL_RESIDUAL * noise and max(mostly) < LAWFUL_RESIDUAL * noise
    return surely or max(broken) < LAWFUL_RESIDUAL * noise


def _residual(page: Readings, group: _Together, rows: NDArray[np.intp], law: Doubles) -> Doubles:
    """What a law leaves of the sure samples of some rows; none where these are too few."""
    part = np.ix_(rows, group.at)
    sure = (page.confidence[part] > SURE).all(axis=0)
    return np.asarray((law @ page.heights[part])[sure] if sure.sum() >= page.least_sure else np.empty(0))


def _spread(values: Doubles, share: float) -> float:
    """Root mean square about the median of the smallest `share` of some values."""
    squares = np.sort((values - np.median(values)) ** 2)
    return float(np.sqrt(squares[: max(int(share * len(squares)), 1)].mean()))


def _variance(page: Readings, noise: float) -> Doubles:
    """Variance of every reading in mm^2: of a sure one, of its doubt, and of its place along the paper."""
    steps = np.nan_to_num(np.abs(np.diff(page.heights, axis=1, prepend=np.nan)))
    window = np.ones(5) / 5
    slope = np.stack([np.convolve(row, window, "same") for row in steps]) * page.fs / page.paper_speed
    doubt = 1 - np.where(np.isfinite(page.heights), page.confidence, 0)
    return np.asarray(noise**2 + (UNSURE_MM * doubt) ** 2 + (ASIDE_MM * slope) ** 2)


def _laws(leads: tuple[str, ...], lawful: bool) -> Doubles:
    """Orthonormal sums [M, N] of the leads that vanish at every moment; without laws, of repeated leads only."""
    shares = np.zeros((len(leads), len(LEADS)))
    for k, lead in enumerate(leads):
        if lawful and lead in LIMB_LEADS:
            shares[k, :2] = FROM_I_AND_II[LIMB_LEADS.index(lead)]
        else:
            shares[k, lead_index(lead)] = 1
    left, size, _ = np.linalg.svd(shares)
    return np.asarray(left[:, int((size > 1e-9).sum()) :].T)


def _change(laws: Doubles, heights: Doubles, variance: Doubles, sure: Bools, least: float) -> Doubles:
    """What is to be taken from heights [N, T] so that laws [M, N] hold up to a constant; 0 if too few samples tell it.

    With variances V and laws L the change V L' (L V L')^-1 L h is the smallest in the sense of V^-1.
    """
    known = np.isfinite(heights)
    told = sure if sure.sum() >= least else known.all(axis=0)
    if told.sum() < least:
        return np.zeros_like(heights)
    broken = laws @ np.where(known, heights, 0)
    broken -= np.median(broken[:, told], axis=1)[:, None]
    variance, change = np.where(known, variance, UNKNOWN), np.zeros_like(heights)
    for _ in range(ROUNDS):
        spread = variance + TAIL * np.where(known, change, 0) ** 2
        weights = np.einsum("mk,kt,nk->tmn", laws, spread, laws)
        change = spread * (laws.T @ np.linalg.solve(weights, broken.T[:, :, None])[:, :, 0].T)
    return change
