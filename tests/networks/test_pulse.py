"""The phenotypes of drawn pulses have the values that they were drawn with, and are NaN where there are none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Doubles
from ecgimg.errors import RefusedError
from ecgimg.networks.pulse import PHENOTYPES, phenotypes, prepared_pulse
from ecgimg.recording.waveform import Waveform

FS = 250.0
MAIN, REFLECTED = (0.2, 0.05, 1.0), (0.48, 0.06, 0.4)
"""Time and deviation in s, and height, of the two waves."""
OF_REFLECTION = ("notch_height", "reflection_index", "reflection_delay_s", "area_ratio")


def pulse(waves: Sequence[tuple[float, float, float]], interval: float = 0.8, seconds: float = 10.0) -> Waveform:
    """A pulse of Gaussian waves, with a unit and a level of its own."""
    time = np.arange(round(seconds * FS)) / FS
    starts = np.arange(-1, seconds / interval + 1) * interval
    beats = [h * np.exp(-0.5 * ((time - s - at) / width) ** 2) for s in starts for at, width, h in waves]
    return Waveform((300 + 40 * np.sum(beats, axis=0)).astype(np.float32), FS)


def figures(wave: Waveform) -> dict[str, float]:
    """The phenotypes of the first window by name."""
    found: Doubles = phenotypes(prepared_pulse(wave)[0, 0])
    return dict(zip(PHENOTYPES, found, strict=True))


def test_a_drawn_pulse_has_the_phenotypes_that_it_was_drawn_with() -> None:
    found = figures(pulse((MAIN, REFLECTED)))
    assert found["rate_bpm"] == pytest.approx(75, abs=1)
    assert found["variability"] < 0.02
    assert found["rise_s"] == pytest.approx(MAIN[1] * np.sqrt(2 * np.log(10)), abs=0.015)
    assert found["width_s"] == pytest.approx(MAIN[1] * np.sqrt(8 * np.log(2)), abs=0.015)
    assert found["reflection_delay_s"] == pytest.approx(REFLECTED[0] - MAIN[0], abs=0.01)
    assert found["reflection_index"] == pytest.approx(REFLECTED[2], abs=0.05)
    assert found["area_ratio"] == pytest.approx(REFLECTED[2] * REFLECTED[1] / MAIN[1], abs=0.1)
    assert 0 < found["notch_height"] < 0.12
    assert found["b_over_a"] == pytest.approx(-1 / (2 * np.exp(-1.5)), abs=0.3)  # of a Gaussian


def test_intervals_that_vary_are_measured() -> None:
    rng = np.random.default_rng(0)
    starts = np.cumsum(0.8 * (1 + 0.05 * rng.standard_normal(16))) - 1
    time = np.arange(2500) / FS
    samples = np.sum([np.exp(-0.5 * ((time - s) / 0.06) ** 2) for s in starts], axis=0)
    inside = np.diff(starts[(starts > 0) & (starts < 10)])
    found = figures(Waveform(samples.astype(np.float32), FS))
    assert found["variability"] == pytest.approx(inside.std() / inside.mean(), abs=0.012)


def test_a_pulse_without_a_notch_has_no_reflection() -> None:
    found = figures(pulse((MAIN,)))
    assert all(np.isnan(found[name]) for name in OF_REFLECTION)
    assert np.isfinite([found[name] for name in PHENOTYPES if name not in OF_REFLECTION]).all()


@pytest.mark.parametrize("kind", ["noise", "two beats", "mostly unknown"])
def test_the_rule_finds_nothing_where_there_is_no_rhythm(kind: str) -> None:
    rng = np.random.default_rng(0)
    wave = {
        "noise": Waveform(rng.standard_normal(2500).astype(np.float32), FS),
        "two beats": pulse((MAIN,), interval=4.5),
        "mostly unknown": Waveform(np.append(pulse((MAIN,)).samples[:1000], np.full(1500, np.nan, np.float32)), FS),
    }[kind]
    assert np.isnan(phenotypes(prepared_pulse(wave)[0, 0])).all()


def test_windows_are_scaled_and_gaps_stay_gaps() -> None:
    wave = pulse((MAIN, REFLECTED), seconds=25)
    wave.samples[500:1000] = np.nan
    windows = prepared_pulse(wave)
    assert windows.shape == (2, 1, 1000)
    assert np.isnan(windows[0, 0, 205:395]).all()
    assert np.isfinite(windows[1]).all()
    np.testing.assert_allclose(np.nanstd(windows, axis=(1, 2)), 1, atol=1e-4)


@pytest.mark.parametrize("samples", [np.full(1000, np.nan), np.full(1000, 5.0)])
def test_too_little_and_a_flat_line_are_refused(samples: np.ndarray) -> None:
    with pytest.raises(RefusedError):
        prepared_pulse(Waveform(samples.astype(np.float32), 100.0))
