"""A user's own network answers as it did in torch, from any recording, and a wrong folder is one clear line."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from made_models import TARGETS, random_model, write_model
from made_recordings import columns, whole

from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import RefusedError, UsageError
from ecgimg.networks.finetuned import (
    MODEL,
    FinetunedNet,
    ModelInput,
    ModelTarget,
    decoded,
    filtered,
    open_finetuned,
    prepared,
)
from ecgimg.networks.manifest import weight_path
from ecgimg.networks.patchecg import split_mask
from ecgimg.recording.recording import Recording
from ecgimg.train.common.export import deployable


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> FinetunedNet:
    return open_finetuned(write_model(tmp_path_factory.mktemp("own")), 1)


def test_it_answers_as_torch_does(net: FinetunedNet) -> None:
    windows = prepared(columns(), net.input)
    assert windows.shape == (1, 2, 1000)
    values, mask = split_mask(windows)
    assert mask.mean() == pytest.approx(0.625, abs=0.01)  # lead I for a quarter, lead II throughout
    with torch.no_grad():
        logits = deployable(random_model())(torch.from_numpy(values), torch.from_numpy(mask)).numpy()
    np.testing.assert_allclose(net.logits(windows), logits, atol=1e-3)
    np.testing.assert_allclose(net.of_recording(columns()), decoded(logits, TARGETS)[0], atol=1e-2)


def test_answers_are_probability_value_and_level() -> None:
    logits = np.array([[0.5, -1, 9, -9], [0, 2, 9, 9]], np.float32)
    np.testing.assert_allclose(decoded(logits, TARGETS), [[0.5, 45, 1], [1 / (1 + np.e), 90, 2]], atol=1e-3)
    hazard = ModelTarget("s", "S", "survival", "", 1)
    np.testing.assert_allclose(decoded(logits, [hazard]), [[-1], [2]])


@pytest.mark.parametrize(("probability", "stratum"), [(0.05, "low"), (0.1, "intermediate"), (1.0, "high")])
def test_strata_are_the_validations(probability: float, stratum: str) -> None:
    assert TARGETS[0].stratum(probability) == stratum
    assert TARGETS[1].stratum(probability) == ""


def test_long_recordings_are_cut_into_windows_and_averaged(net: FinetunedNet) -> None:
    long = whole(20.0, 100.0)
    first, second = (Recording(long.signals[:, k : k + 1000].copy(), 100.0) for k in (0, 1000))
    both = (net.of_recording(first) + net.of_recording(second)) / 2
    np.testing.assert_allclose(net.of_recording(long), both, atol=1e-5)


def test_hidden_leads_change_nothing(net: FinetunedNet) -> None:
    two = Recording(np.where(np.arange(12)[:, None] < 2, whole().signals, np.nan).astype(np.float32), 500.0)
    np.testing.assert_allclose(net.of_recording(two), net.of_recording(whole()), atol=1e-6)


def test_a_recording_without_its_leads_is_refused(net: FinetunedNet) -> None:
    signals = np.where(np.arange(12)[:, None] < 2, np.nan, whole().signals).astype(np.float32)
    with pytest.raises(RefusedError):
        net.of_recording(Recording(signals, 500.0))


def test_ecgfounders_filter_takes_off_drift_and_mains_and_keeps_gaps() -> None:
    time = np.arange(5000) / 500
    beat = 0.5 * np.sin(2 * np.pi * 8 * time)
    signals = np.tile((beat + 3 + 2 * time + 0.3 * np.sin(2 * np.pi * 50 * time)).astype(np.float32), (2, 1))
    signals[1, 1000:1500] = np.nan
    found = filtered(signals, 500)
    assert np.isnan(found[1, 1000:1500]).all()
    assert np.isfinite(found[1, 1500:]).all()
    np.testing.assert_allclose(found[0, 1000:4000], beat[1000:4000], atol=0.1)
    rows = prepared(whole(), ModelInput(rate=500, band=True))
    assert rows.shape == (1, len(LEADS), 5000)


def test_a_wrong_folder_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"has no {MODEL}; give a folder that `ecgimg finetune` wrote"):
        open_finetuned(tmp_path)
    (tmp_path / MODEL).write_bytes(b"rubbish")
    with pytest.raises(UsageError, match="can't be opened"):
        open_finetuned(tmp_path)
    shutil.copyfile(weight_path("patchecg"), tmp_path / MODEL)
    with pytest.raises(UsageError, match="is another network"):
        open_finetuned(tmp_path)
