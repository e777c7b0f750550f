"""The shape of beats at two paper speeds, and the packaged weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from networks.base import PackagedTests, Values

from ecgimg.networks.paper_speed import FEATURES, NAME, SPEEDS, STEP_MM, PaperSpeedModel, describe, load_paper_speed


def drawn_beats(distance_mm: float, width_mm: float, length_mm: float = 240.0) -> np.ndarray:
    """A row [N] in mm with a narrow wave and a wide one after it in each beat."""
    x = (np.arange(0, length_mm, STEP_MM) % distance_mm) - distance_mm / 3
    wave = 10 * np.exp(-((x / (0.05 * width_mm)) ** 2)) + 2 * np.exp(-(((x - width_mm) / (0.3 * width_mm)) ** 2))
    return wave.astype(np.float32)


def test_the_first_feature_is_the_log_of_the_distance() -> None:
    features = describe([drawn_beats(25.0, 8.0)])
    assert features is not None
    assert features.shape == (FEATURES,)
    assert features[0] == pytest.approx(np.log(25.0), abs=0.02)


def test_the_slope_is_steepest_at_the_beat_and_the_height_does_not_count() -> None:
    features, tall = describe([drawn_beats(25.0, 8.0)]), describe([3 * drawn_beats(25.0, 8.0)])
    assert features is not None
    assert tall is not None
    assert 4 < features[1:].argmax() < 8
    np.testing.assert_allclose(tall, features, atol=1e-3)


@pytest.mark.parametrize("rows", [[], [np.zeros(900, np.float32)], [np.full(900, np.nan, np.float32)]])
def test_without_beats_there_is_no_answer(rows: list[np.ndarray]) -> None:
    assert describe(rows) is None
    assert load_paper_speed().log_odds(rows) is None


def test_two_beats_are_too_few() -> None:
    assert describe([drawn_beats(60.0, 8.0, 120.0)]) is None


def test_the_log_odds_are_linear_in_the_features() -> None:
    weights = np.zeros(FEATURES, np.float32)
    weights[0] = 2.0
    odds = PaperSpeedModel(weights, -1.0).log_odds([drawn_beats(25.0, 8.0)])
    assert odds == pytest.approx(2 * np.log(25.0) - 1, abs=0.05)


@pytest.mark.parametrize("speed", SPEEDS)
def test_every_speed_is_most_likely_on_its_own_rows(speed: float) -> None:
    stretch = speed / 25
    found = load_paper_speed().log_likelihoods([drawn_beats(22 * stretch, 8 * stretch, 960.0)])
    assert found is not None
    assert found[0] == 0
    assert SPEEDS[int(found.argmax())] == speed


def test_a_step_for_which_rows_are_too_short_is_no_evidence() -> None:
    found = load_paper_speed().log_likelihoods([drawn_beats(25.0, 8.0, 90.0)])
    assert found is not None
    assert found[3] == found[2]
    assert load_paper_speed().log_likelihoods([np.zeros(900, np.float32)]) is None


class TestPaperSpeed(PackagedTests):
    name = NAME

    @classmethod
    def example(cls, rng: np.random.Generator, count: int) -> Values:
        rows = [drawn_beats(rng.uniform(18, 30), rng.uniform(6, 12)) for _ in range(count)]
        return {"rows": np.stack(rows) + rng.normal(0, 0.02, (count, len(rows[0]))).astype(np.float32)}

    @classmethod
    def answer(cls, inputs: Values, threads: int = 1) -> Values:
        return {"log_odds": np.array([load_paper_speed().log_odds([row]) for row in inputs["rows"]], np.float64)}

    @classmethod
    def shapes(cls, inputs: Values) -> dict[str, tuple[int, ...]]:
        return {"log_odds": (len(inputs["rows"]),)}

    @classmethod
    def extremes(cls) -> Iterator[Values]:
        """Flat rows have no answer; see above."""
        yield {"rows": 10 * np.random.default_rng(1).standard_normal((1, 960)).astype(np.float32)}
