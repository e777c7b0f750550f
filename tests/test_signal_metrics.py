"""The competition's metric."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from ecgimg.signal_metrics import fit_lead, fit_page, mean_db
from ecgimg.types import Floats


def beats(seed: int = 0, samples: int = 5000) -> Floats:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(0, 0.05, (12, samples)), axis=1).astype(np.float32)


def test_a_perfect_output_has_no_error() -> None:
    truth = beats()
    assert fit_page(truth, truth, 500).snr > 1e8


def test_shift_and_offset_are_free_within_their_limits() -> None:
    truth = beats()[0] - beats()[0].mean()
    inside = fit_lead(truth, np.roll(truth, 60) + 0.4, 500)
    assert inside.shift == 60
    assert inside.error < 0.06 * inside.signal
    beyond = fit_lead(truth, np.roll(truth, 400), 500)
    assert beyond.error > 0.06 * beyond.signal


def test_missing_samples_count_as_zero() -> None:
    truth = np.tile(np.array([1.0, -1.0], np.float32), 2500)
    output = truth.copy()
    output[2500:] = np.nan
    fit = fit_lead(truth, output, 500)
    assert fit.error == pytest.approx(fit.signal / 2, rel=0.01)


def test_an_empty_output_scores_no_better_than_zero() -> None:
    truth = beats()
    assert fit_page(truth, np.full_like(truth, np.nan), 500).db == pytest.approx(0, abs=1e-6)


def test_linear_ratios_are_averaged() -> None:
    assert mean_db(np.array([10.0, 1000.0])) == pytest.approx(10 * np.log10(505))


def test_it_is_the_shared_tool_s_metric(shared: Path) -> None:
    spec = importlib.util.spec_from_file_location("score", shared / "tools/score.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    truth, output = beats(1), beats(1) + 0.1 * beats(2)
    truth[3, 1250:] = np.nan
    output[5, 2000:2600] = np.nan
    wanted, _ = tool.page_snr(truth.T.astype(float), output.T.astype(float))
    assert fit_page(truth, output, 500).snr == pytest.approx(wanted, rel=1e-3)
