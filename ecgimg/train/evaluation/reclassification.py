"""Whether the model puts events higher and others lower than a baseline does (Pencina 2008 and 2011).

Each of the two has its own strata, by thresholds of the same presets on the validation split.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Bools, Doubles
from ecgimg.train.evaluation.metrics import auroc
from ecgimg.train.evaluation.result import Reclassification, Thresholds
from ecgimg.train.evaluation.sample import Metric, Sample, scores_of
from ecgimg.train.evaluation.settings import EvaluationSettings
from ecgimg.train.evaluation.strata import STRATA, set_thresholds, stratum_of


def reclassification(
    sample: Sample, validation: Sample | None, thresholds: Thresholds | None, settings: EvaluationSettings
) -> Reclassification:
    """The comparison with the baseline of a sample in which every record has one.

    Args:
        sample: what is measured.
        validation: where the baseline's thresholds are set; None leaves out strata.
        thresholds: the model's, None with `validation` None.
        settings: presets.
    """
    if validation is None or thresholds is None:
        return Reclassification(scores_of(sample, (AUROC_GAIN, *_net(_compared)), settings), None, (), (), ())
    own = set_thresholds(as_baseline(validation), settings)

    def moved(drawn: Sample) -> Doubles:
        return np.asarray(np.sign(stratum_of(drawn, thresholds) - stratum_of(as_baseline(drawn), own)), np.float64)

    metrics = (AUROC_GAIN, *_net(_compared), *_net(moved, "strata_", ", by strata"))
    before, after = stratum_of(as_baseline(sample), own), stratum_of(sample, thresholds)
    events, others = (_moves(before[chosen], after[chosen]) for chosen in (sample.is_event, ~sample.is_event))
    return Reclassification(scores_of(sample, metrics, settings), own, STRATA, events, others)


def as_baseline(sample: Sample) -> Sample:
    """The same records with the baseline in place of the prediction."""
    return Sample(sample.task, sample.truth, sample.baseline, sample.time, sample.baseline, sample.patient)


def has_baseline(sample: Sample) -> bool:
    """Whether every record has a baseline."""
    return len(sample) > 0 and not np.isnan(sample.baseline).any()


def _auroc_gain(sample: Sample) -> float:
    return auroc(sample) - auroc(as_baseline(sample))


AUROC_GAIN = Metric("auroc_gain", "AUROC, model - baseline", _auroc_gain)


def _compared(sample: Sample) -> Doubles:
    """[N] 1 where the model predicts more than the baseline, -1 where it predicts less."""
    return np.sign(sample.predicted - sample.baseline)


def _net(direction: Callable[[Sample], Doubles], prefix: str = "", suffix: str = ", any change") -> tuple[Metric, ...]:
    """Net reclassification of events (up is right), of the others (down is right), and their sum."""

    def of_events(sample: Sample) -> float:
        return _mean(direction(sample), sample.is_event)

    def of_others(sample: Sample) -> float:
        return -_mean(direction(sample), ~sample.is_event)

    return (
        Metric(f"{prefix}nri_events", f"Net reclassification of events{suffix}", of_events),
        Metric(f"{prefix}nri_others", f"Net reclassification of others{suffix}", of_others),
        Metric(f"{prefix}nri", f"Net reclassification, sum{suffix}", lambda s: of_events(s) + of_others(s)),
    )


def _mean(values: Doubles, chosen: Bools) -> float:
    return float(values[chosen].mean()) if chosen.any() else float("nan")


def _moves(before: NDArray[np.int64], after: NDArray[np.int64]) -> tuple[tuple[int, ...], ...]:
    """[3, 3] records by the baseline's stratum (row) and the model's (column)."""
    counts = np.zeros((len(STRATA), len(STRATA)), int)
    np.add.at(counts, (before, after), 1)
    return tuple(tuple(map(int, row)) for row in counts)
