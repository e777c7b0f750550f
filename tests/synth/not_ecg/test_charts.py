from __future__ import annotations

import numpy as np
import pytest

from ecgimg.synth.not_ecg import charts
from ecgimg.synth.not_ecg.charts import Wave


@pytest.mark.parametrize("wave", [charts.brain_waves, charts.earthquake, charts.breathing, charts.oscillations])
def test_waves_are_bounded_and_move(wave: Wave) -> None:
    for seed in range(5):
        curve = wave(np.random.default_rng(seed), 1600)
        assert curve.shape == (1600,)
        assert np.isfinite(curve).all()
        assert 0.02 < float(curve.std()) < 4


def test_an_earthquake_is_a_burst_after_rest() -> None:
    curve = np.abs(charts.earthquake(np.random.default_rng(2), 1600))
    start = int(curve.argmax())
    assert curve[: max(start - 400, 1)].mean() < 0.5 * curve[start : start + 80].mean()


@pytest.mark.parametrize("style", ["line", "bar", "scatter"])
def test_charts_have_two_axes(style: str) -> None:
    pixels = charts.chart(np.random.default_rng(4), style)
    height, width = pixels.shape[:2]
    column = pixels[round(0.12 * height) : round(0.86 * height), round(0.1 * width) - 1 : round(0.1 * width) + 2]
    row = pixels[round(0.88 * height) - 1 : round(0.88 * height) + 2, round(0.12 * width) : round(0.93 * width)]
    assert (column.min(axis=(1, 2)) < 200).mean() > 0.95
    assert (row.min(axis=(0, 2)) < 200).mean() > 0.95


def test_channels_stand_below_one_another() -> None:
    def flat(rng: np.random.Generator, n: int) -> np.ndarray:
        return np.zeros(n, np.float32)

    pixels = charts.channels(np.random.default_rng(7), flat, 9)
    dark = (pixels[:, pixels.shape[1] // 2 - 40 : pixels.shape[1] // 2 + 40].max(axis=(1, 2)) < 190).astype(int)
    assert 1 <= int((np.diff(dark) == 1).sum()) <= 8
