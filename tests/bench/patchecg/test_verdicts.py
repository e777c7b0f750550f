"""What is called possible, with several least probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.bench.patchecg.records import Fold
from ecgimg.bench.patchecg.verdicts import LEAST_PROBABILITIES, score_verdicts
from ecgimg.networks.outputs import Output
from ecgimg.stages.combine import COMBINE


def test_possible_likely_and_missed_statements_are_counted() -> None:
    outputs = (Output("WPW", "subclass", 1.0, 0.0, 0.01), Output("NORM", "superclass", 1.0, 0.0, 0.01))
    probabilities = np.array([[0.9, 0.3], [0.15, 0.3], [0.15, 0.3], [0.03, 0.3]])
    labels = np.array([[True, True], [True, True], [False, True], [True, True]])
    fold = Fold(9, np.zeros((4, 12, 1000), np.float32), labels, np.ones_like(labels), np.arange(4))
    scores = {one.least_probability: one for one in score_verdicts(probabilities, outputs, fold)}
    assert tuple(scores) == LEAST_PROBABILITIES
    free, used = scores[0.0], scores[COMBINE.min_possible_probability]
    assert (free.possible_a_record, free.present, free.named) == pytest.approx((0.75, 2 / 3, 1.0))
    assert (used.possible_a_record, used.present, used.named) == pytest.approx((0.5, 0.5, 2 / 3))
    assert np.isnan(scores[0.2].present)
