"""Scores of many pages: by group, by layout and by named slice, with intervals over pages; risk against coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.bench.common.signal_metrics import MIN_SNR, mean_db
from ecgimg.bench.common.statistics import N_DRAWS, mean_of_known, median_of_known, page_interval
from ecgimg.bench.digitize.pages import FAILED_DB, PageScore
from ecgimg.bench.digitize.peak_scores import SURE, PeakScore, score_peaks
from ecgimg.datamodel.arrays import Doubles
from ecgimg.train.common.classifier_metrics import Interval

COVERAGES = (0.5, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Shares of the most confident samples or pages."""


@dataclass(frozen=True)
class RiskPoint:
    """The most confident share of the digitized samples, and their rms error in mV."""

    coverage: float
    rms_mv: float


@dataclass(frozen=True)
class ChosenPoint:
    """The most confident share of the pages with a truth, and their mean dB; refused pages come last."""

    coverage: float
    mean_db: float


@dataclass(frozen=True)
class DigitizeSliceScore:
    """Pages of one slice; intervals are 95 % bootstrap intervals over pages, NaN where there are no such pages.

    Over all pages: `refused`. Over digitized pages: `ink`, the mean share of their curves that was read, and `unread`,
    the share of pages on which ink that may be a curve was not. Over those with a known layout: `wrong_layout`. Over
    pages with a truth: `mean_db` (a refused page counts as an empty output), `median_db`, `failed` (share under 10 dB).
    Over digitized pages with a truth: `wrong_scale`, `swapped`, the medians of the R peaks' absolute errors in time
    (`r_ms`) and height (`r_mv`) and of the RR intervals' error (`rr_ms`), and the mean shares of R peaks found and of
    samples read. `peaks` are the R and S peaks of all of them. `sure` counts digitized pages with a truth and a
    confidence above 0.9; `sure_wrong` counts those of them with a wrong scale or swapped leads. `inner_db` is the mean
    dB without the ends of stretches, `waviness_mm` the median of the sheets' waviness.
    """

    name: str
    pages: int
    truths: int
    refused: float
    wrong_layout: float
    mean_db: Interval
    median_db: Interval
    failed: Interval
    wrong_scale: float
    swapped: float
    beats_found: float
    r_ms: float
    r_mv: float
    rr_ms: float
    read: float
    sure: int
    sure_wrong: int
    peaks: PeakScore
    ink: float
    unread: float
    samples_risk: tuple[RiskPoint, ...]
    pages_risk: tuple[ChosenPoint, ...]
    inner_db: float = float("nan")
    waviness_mm: float = float("nan")


@dataclass(frozen=True)
class DigitizeBench:
    """A whole benchmark: the groups of pages, each by layout and by named slice, and the pages themselves."""

    groups: tuple[DigitizeSliceScore, ...]
    layouts: tuple[DigitizeSliceScore, ...]
    slices: tuple[DigitizeSliceScore, ...]
    pages: tuple[PageScore, ...]


def score_pages(pages: Sequence[PageScore], n_draws: int = N_DRAWS) -> DigitizeBench:
    """All scores of a benchmark."""
    groups, layouts, slices = [], [], []
    for group in dict.fromkeys(page.group for page in pages):
        of_group = [page for page in pages if page.group == group]
        groups.append(score_slice(group, of_group, n_draws))
        for layout in sorted({page.layout for page in of_group if page.layout}):
            layouts.append(score_slice(f"{group}, {layout}", [p for p in of_group if p.layout == layout], n_draws))
        for name in sorted({name for page in of_group for name in page.slices}):
            slices.append(score_slice(f"{group}, {name}", [p for p in of_group if name in p.slices], n_draws))
    return DigitizeBench(tuple(groups), tuple(layouts), tuple(slices), tuple(pages))


def score_slice(name: str, pages: Sequence[PageScore], n_draws: int = N_DRAWS) -> DigitizeSliceScore:
    """Scores of one slice of at least one page."""
    with_truth = [page for page in pages if page.has_truth]
    snr = np.maximum([page.snr for page in with_truth], MIN_SNR)
    compared = [(page, page.agreement) for page in with_truth if page.agreement is not None]
    layouts_right = [page.right_layout for page in pages if page.right_layout is not None]
    sure = [page for page, _ in compared if page.confidence > SURE]
    inks = [page.ink for page in pages if page.ink is not None]
    return DigitizeSliceScore(
        name=name,
        pages=len(pages),
        truths=len(with_truth),
        refused=sum(page.found is None for page in pages) / len(pages),
        wrong_layout=mean_of_known([not right for right in layouts_right]),
        mean_db=page_interval(snr, mean_db, n_draws),
        median_db=page_interval(10 * np.log10(snr), lambda db: float(np.median(db)), n_draws),
        failed=page_interval(10 * np.log10(snr), _failed_share, n_draws),
        wrong_scale=mean_of_known([page.wrong_scale for page, _ in compared]),
        swapped=mean_of_known([bool(page.swapped) for page, _ in compared]),
        beats_found=mean_of_known([a.beats_found for _, a in compared]),
        r_ms=median_of_known([a.r_ms for _, a in compared]),
        r_mv=median_of_known([a.r_mv for _, a in compared]),
        rr_ms=median_of_known([a.rr_ms for _, a in compared]),
        read=mean_of_known([a.read for _, a in compared]),
        sure=len(sure),
        sure_wrong=sum(page.wrong_scale or bool(page.swapped) for page in sure),
        peaks=score_peaks([a.peaks for _, a in compared], n_draws),
        ink=mean_of_known(inks),
        unread=mean_of_known([ink < 1 for ink in inks]),
        samples_risk=samples_risk(pages),
        pages_risk=pages_risk(with_truth),
        inner_db=_inner_db(with_truth),
        waviness_mm=median_of_known([page.waviness_mm for page in pages]),
    )


def samples_risk(pages: Sequence[PageScore]) -> tuple[RiskPoint, ...]:
    """Rms error of the most confident samples of pages with a full-rate truth; within a bin it is taken as constant."""
    counted = [page.agreement for page in pages if page.agreement is not None and page.agreement.risk]
    if not counted:
        return ()
    counts = np.array([a.risk for a in counted], np.float64).sum(axis=0)[::-1]
    squares = np.array([a.squares for a in counted], np.float64).sum(axis=0)[::-1]
    n_samples, error = (np.concatenate([[0], np.cumsum(v)]) for v in (counts, squares))
    points = []
    for coverage in COVERAGES:
        covered = coverage * n_samples[-1]
        points.append(RiskPoint(coverage, float(np.sqrt(np.interp(covered, n_samples, error) / covered))))
    return tuple(points)


def pages_risk(with_truth: Sequence[PageScore]) -> tuple[ChosenPoint, ...]:
    """Mean dB of the most confident pages."""
    order = sorted(with_truth, key=lambda page: (page.found is not None, page.confidence), reverse=True)
    snr = np.array([page.snr for page in order])
    return tuple(ChosenPoint(share, mean_db(snr[: max(1, round(share * len(snr)))])) for share in COVERAGES if len(snr))


def _inner_db(with_truth: Sequence[PageScore]) -> float:
    """Mean dB of pages with a truth without the ends of stretches; a refused page counts as an empty output."""
    snr = [0.0 if page.agreement is None else page.agreement.inner_snr for page in with_truth]
    known = np.array([value for value in snr if np.isfinite(value)])
    return mean_db(known) if known.size else float("nan")


def _failed_share(db: Doubles) -> float:
    return float((db < FAILED_DB).mean())
