"""Scores of generated recordings on made-up answers."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.bench.generate.records import Seen, random_kernels, spectra
from ecgimg.bench.generate.scores import (
    MIN_POSITIVES,
    closeness,
    found_scores,
    inside,
    learned,
    nearest,
    pairwise,
    rate_score,
)
from ecgimg.datamodel.arrays import Floats
from ecgimg.train.generation.data import Description

RNG = np.random.default_rng(0)


def described(code: str) -> Description:
    beats = tuple(60 / 70 * k for k in range(4))
    return Description((code,) if code else (), "male", 60.0, beats, "")


def seen(points: Floats, rates: Floats | None = None) -> Seen:
    nothing = (frozenset[str](),) * len(points)
    known = np.full(len(points), 70.0) if rates is None else rates
    return Seen(known, points, nothing, nothing, points, points)


def test_errors_of_rates_leave_out_what_was_not_asked_and_count_what_was_not_found() -> None:
    score = rate_score("x", [60, 80, None, 100], seen(np.zeros((4, 1)), np.array([63, 79, 50, np.nan])))
    assert (score.n, score.unknown) == (3, 1)
    assert (score.mean.value, score.median) == (2, 2)


def test_statements_found_are_counted_beside_the_real_ones() -> None:
    asked = [described("AFIB")] * MIN_POSITIVES + [described("")] * 10
    there, absent = frozenset({"AFIB"}), frozenset[str]()
    generated = [there] * (MIN_POSITIVES // 2) + [absent] * (MIN_POSITIVES // 2) + [there] * 2 + [absent] * 8
    real = [there] * MIN_POSITIVES + [absent] * 10
    every, one = found_scores("x", ("AFIB", "SR"), asked, generated, real)
    assert (every.code, one.code, one.n) == ("all", "AFIB", MIN_POSITIVES)
    assert (one.generated, one.real, one.false, one.false_real) == (0.5, 1, 0.2, 0)
    assert found_scores("x", ("SR",), asked, generated, real) == ()


def test_neighbours_find_what_lies_outside_and_what_is_missing() -> None:
    real = RNG.normal(size=(200, 3))
    assert inside(RNG.normal(size=(200, 3)), real) > 0.8
    assert inside(RNG.normal(size=(200, 3)) + 9, real) == 0
    narrow = 0.05 * RNG.normal(size=(200, 3))
    assert inside(narrow, real) > 0.9
    assert inside(real, narrow) < 0.2


def test_a_copy_of_a_training_record_is_at_no_distance() -> None:
    training = RNG.normal(size=(50, 6)).astype(np.float32)
    made, same, others = (RNG.normal(size=(20, 6)).astype(np.float32) for _ in range(3))
    made[3] = training[7]
    found = closeness(seen(made), seen(same), seen(others), training)
    assert found.lowest == pytest.approx(0, abs=2e-3)
    assert found.lowest_real > 0.1
    assert found.distance > 0.1
    np.testing.assert_allclose(
        pairwise(made, training), np.linalg.norm(made[:, None] - training[None], axis=2), atol=2e-3
    )
    assert nearest(made, training).shape == (20,)


def test_a_shifted_record_has_the_same_spectrum() -> None:
    leads = RNG.normal(size=(1, 8, 1000)).astype(np.float32)
    np.testing.assert_allclose(spectra(leads), spectra(np.roll(leads, 137, axis=2)), atol=1e-3)


def test_a_classifier_learns_from_recordings_that_show_what_was_asked_for() -> None:
    def recordings(fast: bool, count: int, seed: int) -> Floats:
        time = np.arange(1000) / 100
        phases = np.random.default_rng(seed).uniform(0, 6, (count, 8, 1))
        return np.sin(2 * np.pi * (12 if fast else 3) * time + phases).astype(np.float32)

    made, same, test = (
        random_kernels(np.concatenate([recordings(True, 20, k), recordings(False, 20, k + 10)])) for k in range(3)
    )
    asked = [described("AFIB")] * 20 + [described("")] * 20
    score = learned(("AFIB", "SR"), asked, made, same, asked, test)
    assert score.codes == 1
    assert min(score.generated, score.real, score.both) > 0.95
    noise = learned(("AFIB",), asked, RNG.normal(size=made.shape), same, asked, test)
    assert noise.generated < 0.95
