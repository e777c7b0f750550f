"""What is called possible: how often, how often rightly, and what is missed, for several least probabilities.

They are the figures behind `CombineConstants.min_possible_probability`. Normal statements are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.bench.patchecg.records import Fold
from ecgimg.datamodel.arrays import Doubles
from ecgimg.findings.statements import NORMAL
from ecgimg.networks.outputs import Output
from ecgimg.stages.combine import COMBINE

LEAST_PROBABILITIES = (0.0, 0.05, COMBINE.min_possible_probability, 0.2)
"""Least probabilities that are compared, the one in use among them."""


@dataclass(frozen=True)
class VerdictScore:
    """Verdicts with one least probability.

    `possible_a_record` statements of a record are called possible, `present` is the share of these that the record has,
    and `named` the share of the statements of all records that are called likely or possible.
    """

    least_probability: float
    possible_a_record: float
    present: float
    named: float


def score_verdicts(probabilities: Doubles, outputs: Sequence[Output], fold: Fold) -> tuple[VerdictScore, ...]:
    """Scores of the verdicts on calibrated probabilities [N, K], one a least probability."""
    counted = fold.known & np.array([output.code not in NORMAL for output in outputs])
    positive = counted & (probabilities >= np.array([output.threshold for output in outputs]))
    likely = positive & (probabilities >= COMBINE.likely_probability)
    has = fold.labels & counted
    scores = []
    for least in LEAST_PROBABILITIES:
        possible = positive & ~likely & (probabilities >= least)
        scores.append(
            VerdictScore(
                least_probability=least,
                possible_a_record=float(possible.sum() / len(has)),
                present=_share(has & possible, possible),
                named=_share(has & (possible | likely), has),
            )
        )
    return tuple(scores)


def _share(part: np.ndarray, whole: np.ndarray) -> float:
    return float(part.sum() / whole.sum()) if whole.any() else float("nan")
