"""Makes a page's readings agree where they show the same: a rhythm strip and its cell, and limb leads by their laws.

At every moment the six limb leads are sums of two of them (Einthoven 1912, Goldberger 1942), so a page shows more limb
leads than are needed, and a rhythm strip repeats a cell. Where readings disagree, each is changed according to its
variance: the change is the smallest after which all laws hold (least squares with the laws as constraints). Errors are
heavy-tailed, so a reading that was changed a lot gets a larger variance in the next round.

Recordings whose leads do not obey the laws exist (leads filtered one by one, say). The surest samples of a page decide:
where they break the laws by more than the error of reading, only repeated leads are made to agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Bools, Doubles
from ecgimg.datamodel.leads import FROM_I_AND_II, LEADS, LIMB_LEADS
from ecgimg.stages.assemble.constants import ASSEMBLE


@dataclass(frozen=True, eq=False)
class Readings:
    """A page's readings of N stretches of leads on one clock of `fs` Hz.

    `heights` [N, T] are mm above the baselines, NaN where nothing is known; `confidence` is [N, T]. `printed` [N, T] is
    the time that each stretch covers on the paper. `by_user` [N, T] are the samples that the user drew or erased.
    `paper_speed` is in mm/s.
    """

    leads: tuple[str, ...]
    is_strip: tuple[bool, ...]
    heights: Doubles
    confidence: Doubles
    printed: Bools
    by_user: Bools
    fs: float
    paper_speed: float

    @property
    def min_sure_samples(self) -> float:
        """Number of sure samples that are needed for a measurement."""
        return ASSEMBLE.min_sure_s * self.fs


@dataclass(frozen=True, eq=False)
class CorrectedReadings:
    """Readings that agree: heights [N, T] in mm and confidence [N, T].

    `corrected` [N, T] are the samples that were moved so far that they had been misread. `by_user` [N, T] are those
    that the user drew or erased; they stay as they are.
    """

    heights: Doubles
    confidence: Doubles
    corrected: Bools
    by_user: Bools


@dataclass(frozen=True, eq=False)
class _Group:
    """Stretches that are printed at the same time: their rows, and the samples of that time."""

    rows: NDArray[np.intp]
    samples: NDArray[np.intp]


def as_read(readings: Readings) -> CorrectedReadings:
    """Readings without any change."""
    untouched = np.zeros(readings.heights.shape, bool)
    return CorrectedReadings(readings.heights, readings.confidence, untouched, readings.by_user)


def enforce_lead_laws(readings: Readings) -> CorrectedReadings:
    """The smallest change after which readings agree.

    Each stretch keeps its own baseline: constant differences stay. Unknown samples stay unknown.
    """
    page = _on_one_clock(readings)
    groups = _groups(page)
    error = _reading_error(page, groups)
    laws_hold = _laws_hold(page, groups, error)
    variance = _variance(page, error)
    change = np.zeros_like(page.heights)
    for group in groups:
        laws = _laws(tuple(page.leads[row] for row in group.rows), laws_hold)
        if len(laws):
            part = np.ix_(group.rows, group.samples)
            sure = np.asarray((page.confidence[part] > ASSEMBLE.sure_confidence).all(axis=0))
            change[part] = _change(laws, page.heights[part], variance[part], sure, page.min_sure_samples)
    change[page.by_user] = 0
    corrected = np.isfinite(page.heights) & (np.abs(change) > ASSEMBLE.min_corrected_mm)
    capped = np.minimum(page.confidence, ASSEMBLE.corrected_confidence)
    return CorrectedReadings(
        page.heights - change, np.where(corrected, capped, page.confidence), corrected, page.by_user
    )


def _on_one_clock(page: Readings) -> Readings:
    """The readings with every rhythm strip moved in time so that it repeats its cell at the same moment."""
    heights, confidence, by_user = page.heights.copy(), page.confidence.copy(), page.by_user.copy()
    for strip in np.flatnonzero(page.is_strip).tolist():
        cells = [k for k, lead in enumerate(page.leads) if lead == page.leads[strip] and not page.is_strip[k]]
        lag = _lag(page, strip, cells[0]) if cells else 0
        if lag:
            heights[strip] = _moved(page.heights[strip], lag, np.nan)
            confidence[strip] = _moved(page.confidence[strip], lag, 0.0)
            by_user[strip] = _moved(page.by_user[strip].astype(float), lag, 0.0) > 0
    return replace(page, heights=heights, confidence=confidence, by_user=by_user)


def _lag(page: Readings, strip: int, cell: int) -> int:
    """Samples by which a strip has to be moved to repeat a cell best, 0 where too little is known."""
    reach = round(ASSEMBLE.max_strip_lag_s * page.fs)
    residual = {}
    for lag in range(-reach, reach + 1):
        moved_sure = _moved(page.confidence[strip], lag, 0.0) > ASSEMBLE.sure_confidence
        sure = (page.confidence[cell] > ASSEMBLE.sure_confidence) & moved_sure
        if sure.sum() >= page.min_sure_samples:
            difference = _moved(page.heights[strip], lag, np.nan)[sure] - page.heights[cell][sure]
            residual[lag] = _spread(difference, ASSEMBLE.usual_share)
    return min(residual, key=lambda lag: (residual[lag], abs(lag)), default=0)


def _moved(values: Doubles, lag: int, empty: float) -> Doubles:
    """Values [T] moved by `lag` samples, `empty` where they leave a place."""
    moved = np.roll(values, lag)
    if lag:
        moved[slice(None, lag) if lag > 0 else slice(lag, None)] = empty
    return moved


def _groups(page: Readings) -> list[_Group]:
    """Stretches of the same time, for every time in which no stretch begins or ends."""
    groups = []
    printed, which = np.unique(page.printed, axis=1, return_inverse=True)
    for k, column in enumerate(printed.T):
        rows, samples = np.flatnonzero(column), np.flatnonzero(which == k)
        if len(rows) > 1 and len(samples) >= page.min_sure_samples:
            groups.append(_Group(rows, samples))
    return groups


def _reading_error(page: Readings, groups: list[_Group]) -> float:
    """Error of a sure sample in mm, by the differences of repeated leads."""
    errors = []
    for group in groups:
        for one, other in combinations(group.rows, 2):
            if page.leads[one] == page.leads[other]:
                residual = _residual(page, group, np.array([one, other]), np.array([1.0, -1.0]) / np.sqrt(2))
                errors += [_spread(residual, ASSEMBLE.usual_share)] if residual.size else []
    if not errors:
        return ASSEMBLE.usual_reading_error_mm
    return max(float(np.sqrt(np.mean(np.square(errors)))), ASSEMBLE.min_reading_error_mm)


def _laws_hold(page: Readings, groups: list[_Group], error: float) -> bool:
    """Whether the surest samples obey the laws of the limb leads within the error of reading in mm."""
    usual, robust = [], []
    for group in groups:
        limb = {page.leads[row]: row for row in group.rows if page.leads[row] in LIMB_LEADS}
        for three in combinations(limb.values(), 3):
            (law,) = _laws(tuple(page.leads[row] for row in three), True)
            residual = _residual(page, group, np.array(three), law)
            if residual.size:
                usual.append(_spread(residual, ASSEMBLE.usual_share))
                robust.append(_spread(residual, ASSEMBLE.robust_share))
    if not usual:
        return False
    limit = ASSEMBLE.max_law_residual * error
    best_holds = min(usual) < ASSEMBLE.max_best_law_residual * error and max(robust) < limit
    return best_holds or max(usual) < limit


def _residual(page: Readings, group: _Group, rows: NDArray[np.intp], law: Doubles) -> Doubles:
    """The residual of a law in mm at the sure samples of some rows; empty where these are too few."""
    part = np.ix_(rows, group.samples)
    sure = (page.confidence[part] > ASSEMBLE.sure_confidence).all(axis=0)
    return np.asarray((law @ page.heights[part])[sure] if sure.sum() >= page.min_sure_samples else np.empty(0))


def _spread(values: Doubles, share: float) -> float:
    """Root mean square about the median of the smallest `share` of some values."""
    squares = np.sort((values - np.median(values)) ** 2)
    return float(np.sqrt(squares[: max(int(share * len(squares)), 1)].mean()))


def _variance(page: Readings, error: float) -> Doubles:
    """Variance [N, T] of every reading in mm^2: by its confidence and by the slope of its curve."""
    steps = np.nan_to_num(np.abs(np.diff(page.heights, axis=1, prepend=np.nan)))
    window = np.ones(ASSEMBLE.slope_window_samples) / ASSEMBLE.slope_window_samples
    slope = np.stack([np.convolve(row, window, "same") for row in steps]) * page.fs / page.paper_speed
    uncertainty = 1 - np.where(np.isfinite(page.heights), page.confidence, 0)
    return np.asarray(error**2 + (ASSEMBLE.unsure_error_mm * uncertainty) ** 2 + (ASSEMBLE.place_error_mm * slope) ** 2)


def _laws(leads: tuple[str, ...], limb_laws: bool) -> Doubles:
    """Orthonormal sums [M, N] of the leads that vanish at every moment.

    Without the limb leads' laws these are the differences of repeated leads only.
    """
    names = tuple(dict.fromkeys((*LEADS, *leads)))
    shares = np.zeros((len(leads), len(names)))
    for k, lead in enumerate(leads):
        if limb_laws and lead in LIMB_LEADS:
            shares[k, :2] = FROM_I_AND_II[LIMB_LEADS.index(lead)]
        else:
            shares[k, names.index(lead)] = 1
    left_vectors, size, _ = np.linalg.svd(shares)
    return np.asarray(left_vectors[:, int((size > 1e-9).sum()) :].T)


def _change(laws: Doubles, heights: Doubles, variance: Doubles, sure: Bools, min_samples: float) -> Doubles:
    """The change [N, T] to subtract from heights [N, T] so that laws [M, N] hold up to a constant.

    With variances V and laws L the change V L' (L V L')^-1 L h is the smallest in the sense of V^-1. It is 0 where too
    few samples determine the constant.
    """
    known = np.isfinite(heights)
    used = sure if sure.sum() >= min_samples else known.all(axis=0)
    if used.sum() < min_samples:
        return np.zeros_like(heights)
    residual = laws @ np.where(known, heights, 0)
    residual -= np.median(residual[:, used], axis=1)[:, None]
    variance, change = np.where(known, variance, ASSEMBLE.unknown_variance_mm2), np.zeros_like(heights)
    for _ in range(ASSEMBLE.change_rounds):
        weighed = variance + ASSEMBLE.change_tail * np.where(known, change, 0) ** 2
        matrices = np.einsum("mk,kt,nk->tmn", laws, weighed, laws)
        change = weighed * (laws.T @ np.linalg.solve(matrices, residual.T[:, :, None])[:, :, 0].T)
    return change
