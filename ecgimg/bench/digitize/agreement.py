"""How a recording agrees with the truth of its page: SNR, gain, swapped leads, beats, and error by confidence."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ecgimg.bench.common.beat_errors import beat_errors
from ecgimg.bench.common.qrs_peaks import QrsPeaks, qrs_peaks
from ecgimg.bench.common.signal_metrics import MAX_SHIFT_S, LeadFit, fit_page, low_passed, overlap, shifted
from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.recording.recording import Recording
from ecgimg.stages.measure.measure import find_beats

OWN_CORRELATION = 0.9
"""A lead with at least this correlation with its own truth is not swapped."""
OTHER_CORRELATION = 0.95
"""Lowest correlation of a swapped lead with the other lead's truth."""
SWAP_MARGIN = 0.2
"""Lowest difference of a swapped lead's correlations with the other lead's truth and with its own."""
MIN_GAIN_CORRELATION = 0.9
"""Leads with a lower correlation with their truth do not count for the gain."""
MIN_SECONDS = 1.0
"""Shortest stretch of two curves that are compared."""
MAX_BEAT_SHIFT_S = 0.15
"""Longest distance in time of a beat and its counterpart."""
END_S = 0.04
"""Time at both ends of each printed stretch that `inner_snr` leaves out: held ends, separators, the neighbour's QRS."""
BINS = 64
"""Number of bins of equal width in -log10(1 - confidence), from 0 to BINS_END: fine near 1, where most samples are."""
BINS_END = 4.0
"""The upper end of the bins: a confidence of 0.9999."""


@dataclass(frozen=True)
class Agreement:
    """One page against its truth.

    `snr` is linear. `gain` is size of the output / size of the truth (1 is right; NaN where no lead correlates well
    enough with its truth). `swapped` names the leads that show another lead's curve. The errors of the R peaks are
    those of `ecgimg.bench.common.beat_errors`; `rr_ms` is the mean error of the RR intervals in ms. `read` is the share
    of the printed samples that were digitized. `risk` counts these by bins of confidence and `squares` sums their
    squared errors in mV^2; both are empty for a band-limited truth. `peaks` are the R and S peaks. `inner_snr` is the
    SNR without the ends of stretches.
    """

    snr: float
    gain: float
    swapped: tuple[str, ...]
    beats: int
    beats_found: float
    r_ms: float
    r_bias_ms: float
    r_mv: float
    rr_ms: float
    read: float
    risk: tuple[int, ...] = ()
    squares: tuple[float, ...] = ()
    peaks: QrsPeaks = field(default_factory=QrsPeaks)
    inner_snr: float = float("nan")


def agreement(truth: Floats, output: Recording, band_limited: bool = False) -> Agreement:
    """Compares a recording with the truth [12, T] in mV at the recording's rate, NaN where nothing is printed.

    `band_limited`: the truth was recorded at 100 Hz.

    Raises:
        ValueError: no lead of the truth is long enough.
    """
    output = output.twelve
    fs = output.fs
    fit = fit_page(truth, output.signals, fs, band_limited)
    signals = output.signals if not band_limited else np.stack([low_passed(row, fs) for row in output.signals])
    beats = beat_errors(truth, signals, fs)
    leads = {lead: output.lead_confidence(lead) for lead in fit.leads}
    printed = np.isfinite(truth)
    read = np.isfinite(shifted_rows(output.signals, truth.shape[1])) & printed
    risk, squares = ((), ()) if band_limited else risk_counts(truth, output, fit.leads)
    return Agreement(
        snr=fit.snr, gain=page_gain(truth, signals, fit.leads), swapped=swapped_leads(truth, output.signals, fs),
        beats=beats.beats, beats_found=beats.found, r_ms=beats.ms, r_bias_ms=beats.bias_ms, r_mv=beats.mv,
        rr_ms=rr_error(Recording(truth.astype(np.float32), fs), output), read=float(read.sum() / printed.sum()),
        risk=risk, squares=squares, peaks=qrs_peaks(truth, signals, output.confidences, leads, fit.leads, fs),
        inner_snr=_inner_snr(truth, output.signals, fs, band_limited),
    )  # fmt: skip


def without_ends(truth: Floats, fs: float) -> Floats:
    """A truth [12, T] without END_S at both ends of each stretch of known samples; longer than that they stay known."""
    width = 2 * round(END_S * fs) + 1
    inner = np.stack([np.convolve(row, np.ones(width), "same") for row in np.isfinite(truth)]) > width - 0.5
    return np.where(inner, truth, np.float32(np.nan))


def shifted_rows(signals: Floats, length: int) -> Floats:
    """Signals [12, T] cut or filled with NaN to a length."""
    return np.stack([shifted(row, 0, length) for row in signals])


def page_gain(truth: Floats, signals: Floats, fits: dict[str, LeadFit]) -> float:
    """Size of the output / size of the truth: the median over leads that correlate well; NaN where none does.

    The size of a lead is its standard deviation (reduced major axis): an error in time does not change the ratio, but
    it would lower the slope of a regression.
    """
    ratios = []
    for lead, fit in fits.items():
        x, y = _aligned(truth, signals, lead, fit)
        if len(x) < 2 or min(np.ptp(x), np.ptp(y)) == 0:
            continue
        if np.corrcoef(x, y)[0, 1] >= MIN_GAIN_CORRELATION:
            ratios.append(float(y.std() / x.std()))
    return float(np.median(ratios)) if ratios else float("nan")


def swapped_leads(truth: Floats, signals: Floats, fs: float) -> tuple[str, ...]:
    """Leads of the output that show another lead's curve, or their own upside down (`V1 is V2`, `aVR is -aVR`).

    Curves are compared at the same time, and from their starts: so exchanged columns are found too.
    """
    swapped = []
    for k, lead in enumerate(LEADS):
        if min(np.isfinite(truth[k]).sum(), np.isfinite(signals[k]).sum()) < MIN_SECONDS * fs:
            continue
        own = _correlation(truth[k], signals[k], fs)
        if own >= OWN_CORRELATION:
            continue
        surplus = {f"-{lead}": _surplus(own, _correlation(-truth[k], signals[k], fs))}
        for j, other in enumerate(LEADS):
            if j != k and np.isfinite(truth[j]).sum() >= MIN_SECONDS * fs:
                surplus[other] = max(_at_same_time(truth, signals, k, j, fs), _from_start(truth, signals, k, j, fs))
        best = max(surplus, key=lambda name: surplus[name])
        if surplus[best] >= SWAP_MARGIN:
            swapped.append(f"{lead} is {best}")
    return tuple(swapped)


def rr_error(truth: Recording, output: Recording) -> float:
    """Mean absolute error in ms of the intervals between beats that both recordings have; NaN where there is none."""
    true, read = find_beats(truth), find_beats(output)
    if len(true) < 2 or len(read) < 2:
        return float("nan")
    nearest = np.abs(read[None] - true[:, None]).argmin(axis=1)
    found = np.abs(read[nearest] - true) <= MAX_BEAT_SHIFT_S
    both = found[1:] & found[:-1]
    errors = np.abs(np.diff(read[nearest]) - np.diff(true))[both]
    return float(1000 * errors.mean()) if len(errors) else float("nan")


def risk_counts(
    truth: Floats, output: Recording, fits: dict[str, LeadFit]
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Number of digitized samples, and sum of their squared errors in mV^2 after alignment, by bins of confidence."""
    counts, squares = np.zeros(BINS, np.int64), np.zeros(BINS)
    for lead, fit in fits.items():
        k, length = LEADS.index(lead), truth.shape[1]
        error = truth[k] - shifted(output.signals[k], fit.shift, length) - fit.offset
        confidence = shifted(output.confidences[k], fit.shift, length)
        known = np.isfinite(error)
        bins = _bins(confidence[known])
        counts += np.bincount(bins, minlength=BINS)
        squares += np.bincount(bins, error[known].astype(np.float64) ** 2, BINS)
    return tuple(int(n) for n in counts), tuple(float(f"{s:.6g}") for s in squares)


def _inner_snr(truth: Floats, signals: Floats, fs: float, band_limited: bool) -> float:
    """The linear SNR without the ends of stretches; NaN where no lead is long enough."""
    try:
        return fit_page(without_ends(truth, fs), signals, fs, band_limited).snr
    except ValueError:
        return float("nan")


def _bins(confidence: Floats) -> NDArray[np.int64]:
    """The bin of each confidence, 0 to BINS - 1."""
    nines = -np.log10(np.maximum(1 - confidence.astype(np.float64), 10**-BINS_END))
    return np.minimum((nines / BINS_END * BINS).astype(np.int64), BINS - 1)


def _aligned(truth: Floats, signals: Floats, lead: str, fit: LeadFit) -> tuple[Doubles, Doubles]:
    """The samples of a lead that truth and output both have, aligned."""
    k = LEADS.index(lead)
    moved = shifted(signals[k], fit.shift, truth.shape[1])
    both = np.isfinite(truth[k]) & np.isfinite(moved)
    return truth[k][both].astype(np.float64), moved[both].astype(np.float64)


def _at_same_time(truth: Floats, signals: Floats, k: int, j: int, fs: float) -> float:
    """Surplus of lead k of the output with lead j, where both are printed."""
    both = np.isfinite(truth[k]) & np.isfinite(truth[j])
    own, other = (np.where(both, truth[i], np.float32(np.nan)) for i in (k, j))
    return _surplus(_correlation(own, signals[k], fs), _correlation(other, signals[k], fs))


def _from_start(truth: Floats, signals: Floats, k: int, j: int, fs: float) -> float:
    """Surplus of lead k of the output with lead j, each taken from its own start."""
    here, there = (int(np.flatnonzero(np.isfinite(row))[0]) for row in (signals[k], truth[j]))
    length = min(truth.shape[1] - max(here, there), len(signals[k]) - here)
    if length < MIN_SECONDS * fs:
        return 0.0
    curve = signals[k][here : here + length]
    other = truth[j][there : there + length]
    own = np.where(np.isfinite(other), truth[k][here : here + length], np.float32(np.nan))
    return _surplus(_correlation(own, curve, fs), _correlation(other, curve, fs))


def _surplus(own: float, other: float) -> float:
    """Correlation with the other lead minus that with the own lead; 0 where the former is too low for a swap."""
    return other - own if other >= OTHER_CORRELATION else 0.0


def _correlation(truth: Floats, output: Floats, fs: float) -> float:
    """The highest correlation of two curves over shifts; 0 where they overlap for less than MIN_SECONDS."""
    sums = overlap(truth, output, round(MAX_SHIFT_S * fs))
    enough = sums.count >= MIN_SECONDS * fs
    return float(sums.correlation[enough].max()) if enough.any() else 0.0
