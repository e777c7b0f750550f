"""The competition's metric."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from ecgimg.bench.common.signal_metrics import fit_lead, fit_page, low_passed, mean_db, overlap, shifted
from ecgimg.datamodel.arrays import Floats


def beats(seed: int = 0, samples: int = 5000) -> Floats:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(0, 0.05, (12, samples)), axis=1).astype(np.float32)


def _tool(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", shared / "tools/score.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


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
    tool = _tool(shared)
    truth, output = beats(1), beats(1) + 0.1 * beats(2)
    truth[3, 1250:] = np.nan
    output[5, 2000:2600] = np.nan
    wanted, _ = tool.page_snr(truth.T.astype(float), output.T.astype(float))
    assert fit_page(truth, output, 500).snr == pytest.approx(wanted, rel=1e-3)


def test_an_output_that_is_worse_than_none_is_not_called_none(shared: Path) -> None:
    tool = _tool(shared)
    truth = beats(1)
    output = 3 * beats(2)
    output[:, :700] = np.nan
    wanted, _ = tool.page_snr(truth.T.astype(float), output.T.astype(float))
    assert wanted < 1
    assert fit_page(truth, output, 500).snr == pytest.approx(wanted, rel=1e-3)


def test_pages_known_at_100_hz_are_judged_as_the_tool_does(shared: Path) -> None:
    tool = _tool(shared)
    truth = np.stack([low_passed(row, 500.0) for row in beats(3)])
    output = np.roll(beats(3), 7, axis=1) + 0.02 * beats(4)
    output[2, 1000:1400] = np.nan
    wanted, _ = tool.page_snr(truth.T.astype(float), output.T.astype(float), True)
    assert fit_page(truth, output, 500, band_limited=True).snr == pytest.approx(wanted, rel=1e-3)
    assert fit_page(truth, output, 500, band_limited=True).snr > fit_page(truth, output, 500).snr


def test_overlaps_tell_how_alike_two_curves_are() -> None:
    truth = beats(5)[0]
    sums = overlap(truth, np.roll(-2 * truth, 30)[:4000], 50)
    assert int(np.argmin(sums.correlation)) - 50 == 30
    assert sums.correlation.min() == pytest.approx(-1, abs=1e-6)
    assert sums.count[80] == pytest.approx(3970)
    assert overlap(truth, np.ones_like(truth), 5).correlation.max() == 0


def test_what_lies_outside_of_a_curve_is_unknown() -> None:
    moved = shifted(np.arange(4, dtype=np.float32), -2, 5)
    assert np.isnan(moved[:2]).all()
    assert moved[2:].tolist() == [0, 1, 2]
    assert np.isnan(shifted(np.ones(3, np.float32), 9, 2)).all()
