"""AUROC of trainings with few targets, and the gain of one way to train over another, over seeds and recordings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.bench.common.statistics import N_DRAWS, drawn_interval
from ecgimg.datamodel.arrays import Bools, Doubles
from ecgimg.train.common.classifier_metrics import Interval, auroc, sample_and_draws


@dataclass(frozen=True)
class FewScore:
    """AUROC with some targets: `ways` by name, and the `gains` of the first way over each other one."""

    labels: int
    ways: dict[str, Interval]
    gains: dict[str, Interval]


@dataclass(frozen=True)
class WaveformScore:
    """The scores of one kind of waveform: recordings for the test, those without a target, seeds."""

    kind: str
    target: str
    tested: int
    without_target: int
    seeds: int
    few: tuple[FewScore, ...]


def score_few(labels: int, truth: Bools, answers: dict[str, Doubles]) -> FewScore:
    """The scores of answers [seeds, N] of each way; a draw is of recordings, and takes the mean over the seeds."""
    weights = sample_and_draws(np.arange(len(truth)), N_DRAWS)
    drawn = {way: np.mean([auroc(truth, one, weights) for one in rows], axis=0) for way, rows in answers.items()}
    first = next(iter(drawn.values()))
    gains = {way: drawn_interval(first - rows) for way, rows in list(drawn.items())[1:]}
    return FewScore(labels, {way: drawn_interval(rows) for way, rows in drawn.items()}, gains)
