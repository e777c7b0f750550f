"""The combiner's formula, and its packaged weights."""

from __future__ import annotations

import numpy as np
import pytest
from networks.base import PackagedTests, Values

from ecgimg.networks.combiner import LOG_ODDS, NAME, WEIGHTS, Combiner, design, load_combiner, log_odds

KEY = ("AFIB", "rhythm")


def combiner(**weights: float) -> Combiner:
    """A combiner of one statement with the given weights w0 to w8, the others 0."""
    row = np.zeros(WEIGHTS)
    for name, value in weights.items():
        row[int(name[1:])] = value
    return Combiner({KEY: row}, 0.9)


@pytest.mark.parametrize("probability", [0.0, 1.0, 0.5, 0.2])
def test_log_odds_are_clipped(probability: float) -> None:
    odds = log_odds(np.float64(probability))
    assert abs(odds) <= LOG_ODDS
    if 0 < probability < 1:
        assert odds == pytest.approx(np.log(probability / (1 - probability)))


def test_each_case_has_terms_of_its_own() -> None:
    nan = np.nan
    terms = design(np.array([2.0, 2.0, nan, nan]), np.array([3.0, nan, 3.0, nan]), np.full(4, 0.5))
    np.testing.assert_array_equal(
        terms,
        [[1, 2, 3, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 2, 1, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1, 3], [0] * WEIGHTS],
    )


def test_the_probability_is_the_sigmoid_of_the_weighted_terms() -> None:
    odds = 0.5 + 2 * np.log(0.2 / 0.8)
    expected = 1 / (1 + np.exp(-odds))
    assert combiner(w4=0.5, w5=2).probability(KEY, 0.2, None, 0.9) == pytest.approx(expected)
    assert combiner(w7=0.5, w8=2).probability(KEY, None, 0.2, 0.1) == pytest.approx(expected)
    assert combiner(w0=0.5, w1=1, w2=1).probability(KEY, 0.2, 0.2, 0.9) == pytest.approx(expected)


def test_without_any_answer_or_statement_there_is_no_probability() -> None:
    with pytest.raises(ValueError, match="neither"):
        combiner().probability(KEY, None, None, 0.9)
    with pytest.raises(KeyError):
        combiner().probability(("LVH", "subclass"), 0.5, 0.5, 0.9)


class TestCombiner(PackagedTests):
    name = NAME

    @classmethod
    def example(cls, rng: np.random.Generator, count: int) -> Values:
        return {"probabilities": rng.uniform(0, 1, (count, 2)), "quality": rng.uniform(0, 1, count)}

    @classmethod
    def answer(cls, inputs: Values, threads: int = 1) -> Values:
        model = load_combiner()
        rows = [
            [model.probability(key, s, i, quality) for key in sorted(model.weights)]
            for (s, i), quality in zip(np.clip(inputs["probabilities"], 0, 1), inputs["quality"], strict=True)
        ]
        return {"probability": np.array(rows)}

    @classmethod
    def shapes(cls, inputs: Values) -> dict[str, tuple[int, ...]]:
        return {"probability": (len(inputs["quality"]), 37)}
