"""Amplitudes of drawn beats."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats
from ecgimg.stages.measure.shapes import Ends, deflections, shape_of

FS = 1000.0
ENDS = Ends(qrs_onset=0.30, qrs_end=0.40, p_onset=0.10, p_end=0.20, t_onset=0.55, t_end=0.75)


def beat(*bumps: tuple[float, float, float], level: float = 0.2) -> Floats:
    """A signal of 1 s: half sines (middle, width, height) on a level."""
    seconds = np.arange(1000) / FS
    out = np.full(1000, level)
    for middle, width, height in bumps:
        phase = (seconds - middle) / width
        out += np.where(np.abs(phase) < 0.5, height * np.cos(np.pi * phase), 0)
    return out.astype(np.float32)


QRS = ((0.31, 0.018, -0.1), (0.34, 0.04, 1.2), (0.38, 0.03, -0.4))


def test_deflections_have_names_heights_and_durations() -> None:
    shape = shape_of(beat((0.15, 0.1, 0.12), *QRS, (0.65, 0.2, -0.3)), FS, ENDS)
    assert shape.p == pytest.approx(0.12, abs=0.005)
    assert (shape.q, shape.r, shape.s) == (
        pytest.approx(-0.1, abs=0.01),
        pytest.approx(1.2, abs=0.01),
        pytest.approx(-0.4, abs=0.01),
    )
    assert shape.r2 is None
    assert shape.t == pytest.approx(-0.3, abs=0.01)
    assert shape.r_peak_ms == pytest.approx(40, abs=2)
    assert shape.r_ms == pytest.approx(40, abs=3)
    assert shape.net == pytest.approx(0.8, abs=0.02)
    assert shape.qrs == pytest.approx(1.6, abs=0.02)


def test_a_second_r_wave_is_r_prime_and_gives_the_r_peak_time() -> None:
    shape = shape_of(beat((0.315, 0.03, 0.4), (0.345, 0.03, -0.5), (0.38, 0.04, 0.9)), FS, ENDS)
    assert (shape.r, shape.r2) == (pytest.approx(0.4, abs=0.02), pytest.approx(0.9, abs=0.02))
    assert shape.q is None
    assert shape.r_peak_ms == pytest.approx(80, abs=2)


def test_a_complex_without_an_r_wave_has_s_alone() -> None:
    shape = shape_of(beat((0.35, 0.1, -1.0)), FS, ENDS)
    assert (shape.q, shape.r, shape.r_peak_ms) == (None, None, None)
    assert shape.s == pytest.approx(-1.0, abs=0.01)


def test_ripples_are_no_deflections() -> None:
    rest = beat(*QRS, (0.395, 0.01, 0.02), level=0.0)
    assert len(deflections(rest, FS, 0.30, 0.40)) == 3


def test_st_is_counted_from_the_level_before_qrs() -> None:
    signal = beat(*QRS)
    signal[400:] += 0.15 + 0.001 * np.arange(600, dtype=np.float32)
    shape = shape_of(signal, FS, ENDS)
    assert shape.st[1:] == (pytest.approx(0.19, abs=0.01), pytest.approx(0.21, abs=0.01), pytest.approx(0.23, abs=0.01))


def test_what_is_not_seen_has_no_amplitude() -> None:
    signal = beat((0.15, 0.1, 0.12), *QRS)
    signal[600:] = np.nan
    shape = shape_of(signal, FS, ENDS)
    assert shape.t is None
    assert shape.r is not None
    assert shape_of(signal, FS, Ends(None, 0.4)).r is None
    signal[345] = np.nan
    assert shape_of(signal, FS, ENDS).r is None
