"""The linear map of leads: it is the least squares map of its data, for any pattern of what is seen."""

from __future__ import annotations

import numpy as np
import pytest
from networks.base import PackagedTests, Values

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.completion import DELAYS, FROM_INDEPENDENT, NAME, TAPS, LinearCompletion, load_completion
from ecgimg.train.completion.data import covariance


def made_up(count: int = 40, length: int = 500) -> Floats:
    """Records [N, 12, T] whose leads are smooth mixtures of three sources."""
    rng = np.random.default_rng(0)
    mixing = rng.normal(0, 1, (8, 3))
    sources = rng.normal(0, 1, (count, 3, length + 20))
    smooth = np.apply_along_axis(lambda row: np.convolve(row, np.hanning(21), "valid"), 2, sources)
    independent = mixing @ smooth + rng.normal(0, 0.1, (count, 8, length))
    return (FROM_INDEPENDENT @ independent).astype(np.float32)


@pytest.fixture(scope="module")
def fitted() -> LinearCompletion:
    return LinearCompletion(covariance(made_up().astype(np.float16)))


def test_it_is_the_least_squares_map_of_its_data(fitted: LinearCompletion) -> None:
    records = made_up()
    records -= np.median(records, axis=2, keepdims=True)
    seen = [1, 6, 10]
    inner = slice(-TAPS[0], records.shape[2] - TAPS[-1])
    taps = [records[:, seen, inner.start + tap : inner.stop + tap] for tap in TAPS]
    design = np.concatenate(taps, axis=1).transpose(0, 2, 1).reshape(-1, len(seen) * len(TAPS))
    target = records[:, 7, inner].reshape(-1)
    best = np.linalg.lstsq(design, target, rcond=None)[0]
    mask = np.zeros(records.shape[1:], bool)
    mask[seen] = True
    ours = np.stack([fitted.estimate(one, mask, 100.0)[0][7, inner] for one in records])
    errors = np.square(ours.reshape(-1) - target).mean(), np.square(design @ best - target).mean()
    assert errors[0] == pytest.approx(errors[1], rel=0.02)


def test_what_is_explained_is_what_the_estimate_has_in_common_with_the_lead(fitted: LinearCompletion) -> None:
    records = made_up()
    records -= np.median(records, axis=2, keepdims=True)
    mask = np.zeros(records.shape[1:], bool)
    mask[[1, 6]] = True
    found = [fitted.estimate(one, mask, 100.0) for one in records]
    errors = np.stack([one[0] for one in found])[:, 8, 20:-20] - records[:, 8, 20:-20]
    share = 1 - np.square(errors).mean() / np.square(records[:, 8]).mean()
    assert found[0][1][8, 250] == pytest.approx(share, abs=0.03)


def test_a_seen_sample_is_nearly_its_own_estimate(fitted: LinearCompletion) -> None:
    one = made_up(1)[0]
    estimates, explained = fitted.estimate(one, np.ones(one.shape, bool), 100.0)
    np.testing.assert_allclose(estimates, one, atol=0.05 * np.abs(one).max())
    assert explained.min() > 0.99


def test_nothing_is_explained_by_nothing(fitted: LinearCompletion) -> None:
    estimates, explained = fitted.estimate(np.ones((12, 30), np.float32), np.zeros((12, 30), bool), 100.0)
    assert not estimates.any()
    assert not explained.any()


def test_covariances_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="covariances are"):
        LinearCompletion(np.zeros((DELAYS + 1, 8, 8)))


class TestCompletion(PackagedTests):
    name = NAME

    @classmethod
    def example(cls, rng: np.random.Generator, count: int) -> Values:
        return {"values": rng.normal(0, 0.5, (count, 12, 80)).astype(np.float32)}

    @classmethod
    def answer(cls, inputs: Values, threads: int = 1) -> Values:
        seen = np.zeros((12, 80), bool)
        seen[[0, 1, 7]] = True
        seen[3, :30] = True
        found = [load_completion().estimate(one, seen, 100.0) for one in inputs["values"]]
        return {"estimates": np.stack([one[0] for one in found])}

    @classmethod
    def shapes(cls, inputs: Values) -> dict[str, tuple[int, ...]]:
        return {"estimates": inputs["values"].shape}
