"""Scores of the R and S peaks of many pages: their height, those that were lost, and the time of their edges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.bench.common.qrs_peaks import QrsPeaks
from ecgimg.bench.common.statistics import N_DRAWS, median_of_known, page_interval
from ecgimg.datamodel.arrays import Doubles
from ecgimg.train.common.classifier_metrics import Interval

SURE = 0.9
"""What has a higher confidence should be right: a page's leads and scales, a lead's peaks."""
LOST = 0.8
"""A peak of which a smaller share of the height was read was lost."""
MAX_EDGE_MS = 10.0
"""A larger error of an edge is no error in time: another stroke was followed."""


@dataclass(frozen=True)
class Loss:
    """Share of some peaks that lost more than a fifth, with its interval over pages, and their number."""

    share: Interval
    count: int


@dataclass(frozen=True)
class PeakScore:
    """The peaks of a slice: their number and the median of read height / true height, and those that were lost.

    `lost` is of all peaks, `lost_sure_lead` of those on a lead with a confidence above SURE, `lost_sure` of those with
    such a confidence of their own. `edge_ms` is the standard deviation of the errors in time of rises and falls of
    peaks that were not lost, `edge_correlation` the correlation of the errors of a peak's rise and fall.
    """

    count: int
    ratio: float
    lost: Loss
    lost_sure_lead: Loss
    lost_sure: Loss
    edge_ms: float
    edge_correlation: float


def score_peaks(pages: Sequence[QrsPeaks], n_draws: int = N_DRAWS) -> PeakScore:
    """Scores of the peaks of some pages."""
    ratios = [ratio for page in pages for ratio in page.ratios]
    edges = np.concatenate([_edges(page) for page in pages]) if pages else np.zeros((0, 2))
    return PeakScore(
        count=len(ratios),
        ratio=median_of_known(ratios),
        lost=_loss(pages, lambda page: np.ones(len(page.ratios)), n_draws),
        lost_sure_lead=_loss(pages, lambda page: np.array(page.lead_confidences), n_draws),
        lost_sure=_loss(pages, lambda page: np.array(page.confidences), n_draws),
        edge_ms=float(edges.std()) if len(edges) else float("nan"),
        edge_correlation=float(np.corrcoef(edges.T)[0, 1]) if len(edges) > 1 and edges.std() else float("nan"),
    )


def _loss(pages: Sequence[QrsPeaks], confidence: Callable[[QrsPeaks], Doubles], n_draws: int) -> Loss:
    """The loss of the peaks with a high confidence."""
    rows = []
    for page in pages:
        sure = confidence(page) > SURE
        rows.append((float((np.array(page.ratios)[sure] < LOST).sum()), float(sure.sum())))
    counts = np.array([row for row in rows if row[1]]).reshape(-1, 2)
    share = page_interval(counts, lambda drawn: float(drawn[:, 0].sum() / drawn[:, 1].sum()), n_draws)
    return Loss(share, int(counts[:, 1].sum()))


def _edges(page: QrsPeaks) -> Doubles:
    """Errors in ms of rise and fall [P, 2] of the peaks of which both are known."""
    edges = np.stack([np.array(page.rise_ms), np.array(page.fall_ms)], axis=1).reshape(-1, 2)
    with np.errstate(invalid="ignore"):
        near = (np.abs(edges) < MAX_EDGE_MS).all(axis=1)
    return np.asarray(edges[near & (np.array(page.ratios) >= LOST)])
