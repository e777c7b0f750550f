"""Scores of many pages: by set, by layout and by named slice, with intervals over pages; risk against coverage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgimg.bench.common.signal_metrics import MIN_SNR, mean_db
from ecgimg.bench.digitize.pages import FAILED_DB, PageScore
from ecgimg.train.common.classifier_metrics import Interval, interval

DRAWS = 1000
SURE = 0.9
"""A page with more confidence claims that its leads and its scales are right."""
COVERAGES = (0.5, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True)
class RiskPoint:
    """The most confident share of the samples that were read, and their rms error in mV."""

    coverage: float
    rms_mv: float


@dataclass(frozen=True)
class ChosenPoint:
    """The most confident share of the pages with a truth, and their mean dB; a page without an answer comes last."""

    coverage: float
    mean_db: float


@dataclass(frozen=True)
class DigitizeSliceScore:
    """Pages of one slice; intervals are 95 % bootstrap intervals over pages, NaN where nothing can be told.

    Of all pages: `refused`. Of those that were answered and whose layout is known: `wrong_layout`. Of those with a
    truth: `mean_db` (a page without an answer counts as nothing), `median_db`, `failed` (share under 10 dB). Of those
    that were answered and have a truth: `wrong_scale`, `swapped`, the medians over pages of the R peaks' absolute error
    in time (`r_ms`) and height (`r_mv`) and of the RR intervals' error (`rr_ms`), the mean shares of R peaks found and
    of samples read. `sure` pages are answered ones with a truth and a confidence above 0.9; `sure_wrong` of these have
    a wrong scale or swapped leads.
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
    samples_risk: tuple[RiskPoint, ...]
    pages_risk: tuple[ChosenPoint, ...]


@dataclass(frozen=True)
class DigitizeBench:
    """A whole benchmark: the sets of pages, each by layout and by named slice, and the pages themselves."""

    groups: tuple[DigitizeSliceScore, ...]
    layouts: tuple[DigitizeSliceScore, ...]
    slices: tuple[DigitizeSliceScore, ...]
    pages: tuple[PageScore, ...]


def score_pages(pages: Sequence[PageScore], draws: int = DRAWS) -> DigitizeBench:
    """All scores of a benchmark."""
    groups, layouts, slices = [], [], []
    for group in dict.fromkeys(page.group for page in pages):
        mine = [page for page in pages if page.group == group]
        groups.append(score_slice(group, mine, draws))
        for layout in sorted({page.layout for page in mine if page.layout}):
            layouts.append(score_slice(f"{group}, {layout}", [p for p in mine if p.layout == layout], draws))
        for name in sorted({name for page in mine for name in page.slices}):
            slices.append(score_slice(f"{group}, {name}", [p for p in mine if name in p.slices], draws))
    return DigitizeBench(tuple(groups), tuple(layouts), tuple(slices), tuple(pages))


def score_slice(name: str, pages: Sequence[PageScore], draws: int = DRAWS) -> DigitizeSliceScore:
    """Scores of one slice of at least one page."""
    judged = [page for page in pages if page.has_truth]
    snr = np.maximum([page.snr for page in judged], MIN_SNR)
    agreed = [(page, page.agreement) for page in judged if page.agreement is not None]
    known = [page.right_layout for page in pages if page.right_layout is not None]
    sure = [page for page, _ in agreed if page.confidence > SURE]
    return DigitizeSliceScore(
        name=name,
        pages=len(pages),
        truths=len(judged),
        refused=sum(page.found is None for page in pages) / len(pages),
        wrong_layout=_mean([not right for right in known]),
        mean_db=_interval(snr, mean_db, draws),
        median_db=_interval(10 * np.log10(snr), lambda db: float(np.median(db)), draws),
        failed=_interval(10 * np.log10(snr), lambda db: float((db < FAILED_DB).mean()), draws),
        wrong_scale=_mean([page.wrong_scale for page, _ in agreed]),
        swapped=_mean([bool(page.swapped) for page, _ in agreed]),
        beats_found=_mean([a.beats_found for _, a in agreed]),
        r_ms=_median([a.r_ms for _, a in agreed]),
        r_mv=_median([a.r_mv for _, a in agreed]),
        rr_ms=_median([a.rr_ms for _, a in agreed]),
        read=_mean([a.read for _, a in agreed]),
        sure=len(sure),
        sure_wrong=sum(page.wrong_scale or bool(page.swapped) for page in sure),
        samples_risk=samples_risk(pages),
        pages_risk=pages_risk(judged),
    )


def samples_risk(pages: Sequence[PageScore]) -> tuple[RiskPoint, ...]:
    """Rms error of the most confident samples of pages with a full-rate truth; within a bin errors are alike."""
    counted = [page.agreement for page in pages if page.agreement is not None and page.agreement.risk]
    if not counted:
        return ()
    counts = np.array([a.risk for a in counted], np.float64).sum(axis=0)[::-1]
    squares = np.array([a.squares for a in counted], np.float64).sum(axis=0)[::-1]
    taken, cost = (np.concatenate([[0], np.cumsum(v)]) for v in (counts, squares))
    points = []
    for coverage in COVERAGES:
        reached = coverage * taken[-1]
        points.append(RiskPoint(coverage, float(np.sqrt(np.interp(reached, taken, cost) / reached))))
    return tuple(points)


def pages_risk(judged: Sequence[PageScore]) -> tuple[ChosenPoint, ...]:
    """Mean dB of the most confident pages."""
    order = sorted(judged, key=lambda page: (page.found is not None, page.confidence), reverse=True)
    snr = np.array([page.snr for page in order])
    return tuple(ChosenPoint(share, mean_db(snr[: max(1, round(share * len(snr)))])) for share in COVERAGES if len(snr))


def _interval(values: NDArray[np.floating], score: Callable[[NDArray[np.floating]], float], draws: int) -> Interval:
    if not len(values):
        return Interval(np.nan, np.nan, np.nan)
    picks = np.random.default_rng(0).integers(len(values), size=(draws, len(values)))
    return interval(score(values), np.array([score(values[pick]) for pick in picks]))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _median(values: Sequence[float]) -> float:
    kept = [value for value in values if np.isfinite(value)]
    return float(np.median(kept)) if kept else float("nan")
