"""Training of the completion in small: it begins as the linear map, learns, and fixes what a seen lead fixes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from networks.test_completion import made_up

from ecgimg.networks.completion import INDEPENDENT, LinearCompletion, read_completion
from ecgimg.networks.runtime import open_network
from ecgimg.train.completion.data import GROUP, GROUPS, Batches, about_levels, covariance, free_leads, kernel
from ecgimg.train.completion.fit import CompletionPlan, completion_loss, write_map
from ecgimg.train.completion.model import CompletionResidual
from ecgimg.train.completion.run import run


@pytest.fixture(scope="module")
def signals() -> np.ndarray:
    return made_up(40, 600).astype(np.float16)


@pytest.fixture(scope="module")
def linear(signals: np.ndarray) -> LinearCompletion:
    return LinearCompletion(covariance(signals))


def test_the_map_survives_its_file(signals: np.ndarray, linear: LinearCompletion, tmp_path: Path) -> None:
    found = read_completion(write_map(covariance(signals), tmp_path / "completion.json"))
    seen = np.zeros((12, 600), bool)
    seen[[1, 8]] = True
    values = about_levels(signals[0])
    ours, theirs = (one.estimate(values, seen, 100.0)[0] for one in (linear, found))
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_the_convolution_is_the_map_within_a_record(signals: np.ndarray, linear: LinearCompletion) -> None:
    values, rows = about_levels(signals[0]), [1, 6, 10]
    seen = np.zeros(values.shape, bool)
    seen[rows] = True
    whole = torch.from_numpy(np.where(seen, values, 0).astype(np.float32))[None]
    folded = torch.nn.functional.conv1d(whole, kernel(linear, rows), padding=8)[0].numpy()
    np.testing.assert_allclose(folded[:, 8:-8], linear.estimate(values, seen, 100.0)[0][:, 8:-8], atol=1e-4)


@pytest.mark.parametrize("rows", [[1], [5], [0, 1], [2, 3, 6], []])
def test_a_residual_changes_no_limb_lead_that_is_seen(rows: list[int]) -> None:
    freedom = free_leads(rows)
    limb = [row for row in rows if row < 6]
    assert np.abs(freedom[limb]).max(initial=0) < 1e-12
    if len(limb) >= 2:
        assert np.abs(freedom[:6]).max() < 1e-12
    np.testing.assert_allclose(freedom[6:, 2:], np.eye(6), atol=1e-12)


def test_a_batch_hides_what_the_network_has_to_find(signals: np.ndarray, linear: LinearCompletion) -> None:
    (batch,) = Batches(signals, linear).draw(1, 0)
    values, seen, anchor = batch.leads.split(12, 1)
    assert len(batch.truth) == GROUPS * GROUP
    assert not (values * batch.hidden).any()
    torch.testing.assert_close(seen, (1 - batch.hidden).expand_as(seen))
    torch.testing.assert_close(anchor, batch.anchor)


def test_it_begins_as_the_linear_map(signals: np.ndarray, linear: LinearCompletion) -> None:
    (batch,) = Batches(signals, linear).draw(1, 0)
    assert not CompletionResidual().eval()(batch.leads).any()
    assert CompletionResidual()(batch.leads).shape == (GROUPS * GROUP, len(INDEPENDENT), batch.truth.shape[2])


def test_a_perfect_residual_costs_nothing(signals: np.ndarray, linear: LinearCompletion) -> None:
    """The loss sees hidden leads alone: with the truth as anchor only the divergence is left."""
    (batch,) = Batches(signals, linear).draw(1, 0)
    model = CompletionResidual()
    perfect = type(batch)(batch.leads, batch.truth, batch.truth, batch.hidden, batch.free)
    wrong = type(batch)(batch.leads, batch.truth, batch.truth + batch.hidden, batch.hidden, batch.free)
    assert float(completion_loss(model, perfect)) < 0.01 < 1 < float(completion_loss(model, wrong))


@pytest.mark.slow
def test_a_training_goes_from_signals_to_files(signals: np.ndarray, tmp_path: Path) -> None:
    np.save(tmp_path / "signals.npy", signals)
    linear, network = run(tmp_path, tmp_path, CompletionPlan(epochs=1, steps=2))
    assert linear.is_file()
    (residual,) = open_network(network, 1).run(leads=np.zeros((1, 36, 16), np.float32))
    assert residual.shape == (1, 8, 16)
    before = network.stat().st_mtime_ns
    assert run(tmp_path, tmp_path, CompletionPlan(epochs=1, steps=2))[1].stat().st_mtime_ns > before
