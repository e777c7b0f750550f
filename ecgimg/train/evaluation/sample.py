"""The records of one target as arrays, scores of them, and their intervals by a bootstrap over patients."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.proportion import proportion_confint

from ecgimg.datamodel.arrays import Bools, Doubles
from ecgimg.train.common.classifier_metrics import Interval, interval, patient_draws
from ecgimg.train.evaluation.result import Counts, Score
from ecgimg.train.evaluation.settings import EvaluationSettings
from ecgimg.train.evaluation.table import Prediction, Task


@dataclass(frozen=True)
class Sample:
    """N records of one target whose truth is known; `truth` of survival is the event."""

    task: Task
    truth: Doubles
    predicted: Doubles
    time: Doubles
    baseline: Doubles
    patient: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, index: NDArray[np.integer] | Bools) -> Sample:
        """Some of the records, once or several times."""
        return Sample(
            self.task,
            self.truth[index],
            self.predicted[index],
            self.time[index],
            self.baseline[index],
            self.patient[index],
        )

    @property
    def is_event(self) -> Bools:
        """[N] which records have the event; of tasks without events none."""
        return self.truth == 1 if self.has_events else np.zeros(len(self), bool)

    @property
    def has_events(self) -> bool:
        """Whether the task has events."""
        return self.task in (Task.BINARY, Task.SURVIVAL)

    @property
    def events(self) -> int | None:
        """The number of events; None where the task has none."""
        return int(self.is_event.sum()) if self.has_events else None


@dataclass(frozen=True)
class Metric:
    """A score of a sample: its name, its label for readers, and how it is computed; NaN where it can't be."""

    name: str
    label: str
    of: Callable[[Sample], float]


def sample_of(rows: Sequence[Prediction]) -> Sample:
    """The rows of one target and split whose truth is known; at least one row."""
    known = [row for row in rows if row.is_known]
    task = rows[0].task
    _, patient = np.unique([row.patient for row in known], return_inverse=True)

    def column(name: str) -> Doubles:
        return np.array([getattr(row, name) for row in known], np.float64)

    truth = column("event" if task == Task.SURVIVAL else "truth")
    return Sample(task, truth, column("predicted"), column("time"), column("baseline"), patient.astype(np.int64))


def counts_of(rows: Sequence[Prediction], sample: Sample) -> Counts:
    """What a split of a target has."""
    patients = len(np.unique(sample.patient))
    return Counts(len(rows), len(rows) - len(sample), len(sample), patients, sample.events)


def too_few(sample: Sample, settings: EvaluationSettings) -> str:
    """Why a sample has no scores; empty where it has enough records, and enough of both classes."""
    least = settings.min_cases
    if sample.task == Task.BINARY:
        events, others = int(sample.is_event.sum()), int((~sample.is_event).sum())
        few = events < least or others < least
        return f"{events} events and {others} others; at least {least} of each are needed" if few else ""
    if sample.task == Task.SURVIVAL:
        return f"{sample.events} events; at least {least} are needed" if (sample.events or 0) < least else ""
    return f"{len(sample)} records; at least {least} are needed" if len(sample) < least else ""


def scores_of(sample: Sample, metrics: Sequence[Metric], settings: EvaluationSettings) -> tuple[Score, ...]:
    """Scores with intervals, all from the same draws; each with the reason where the sample is too small."""
    reason = too_few(sample, settings)
    if reason or not metrics:
        return tuple(Score(one.name, one.label, len(sample), sample.events, None, reason) for one in metrics)
    found = intervals_of(sample, lambda drawn: np.array([one.of(drawn) for one in metrics]), settings)
    return tuple(_score(sample, one, bounds) for one, bounds in zip(metrics, found, strict=True))


def intervals_of(
    sample: Sample, statistic: Callable[[Sample], Doubles], settings: EvaluationSettings
) -> tuple[Interval, ...]:
    """K values of a statistic, each with its 95 % percentile interval over draws of whole patients."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a draw in which a score is not defined is NaN, and counts for nothing
        value = statistic(sample)
        drawn = np.array([statistic(one) for one in _draws(sample, settings.draws)])
    value, drawn = (np.where(np.isfinite(one), one, np.nan) for one in (value, drawn))
    return tuple(interval(float(value[k]), drawn[:, k]) for k in range(len(value)))


def share_interval(is_so: Bools, patient: NDArray[np.int64]) -> Interval | None:
    """A share of N records with its 95 % Wilson interval; None without a record.

    The interval is that of as many independent records as there are patients, so that several records of a patient
    don't make it narrower. Unlike a bootstrap it has a width at 0 and 1.
    """
    if not len(is_so):
        return None
    share, n = float(is_so.mean()), len(np.unique(patient))
    low, high = proportion_confint(share * n, n, method="wilson")
    return Interval(share, float(low), float(high))


def _score(sample: Sample, metric: Metric, found: Interval) -> Score:
    is_known = np.isfinite(found.value)
    reason = "" if is_known else "not defined for these records"
    return Score(metric.name, metric.label, len(sample), sample.events, found if is_known else None, reason)


def _draws(sample: Sample, count: int) -> Iterator[Sample]:
    """The sample as often as asked, each time of patients drawn with replacement; the same draws at each call."""
    everyone = np.arange(len(sample))
    for seed in range(count):
        times = patient_draws(sample.patient, 1, seed)[0].astype(np.int64)
        yield sample.take(np.repeat(everyone, times))
