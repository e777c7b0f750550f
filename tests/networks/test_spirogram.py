"""The expiration of a drawn spirogram begins and ends where it was drawn, in litres."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.errors import RefusedError, UnreadableInputError, UsageError
from ecgimg.networks.finetuned import ModelInput, waveform_input
from ecgimg.networks.spirogram import RATE, prepared_spirogram
from ecgimg.recording.waveform import Waveform

FS, BEGIN_S, LITRES, TAU_S = 100.0, 1.5, 4.0, 0.6
SHOWN = ModelInput("spirogram", RATE, ("volume",), ("volume",), facts=("age", "height"))


def spirogram(seconds: float = 9.0, breath_in_s: float | None = None, level: float = 0.0) -> Waveform:
    """One exponential expiration, after which somebody may breathe in again."""
    time = np.arange(round(seconds * FS)) / FS
    volume = LITRES * (1 - np.exp(-np.maximum(time - BEGIN_S, 0) / TAU_S))
    if breath_in_s is not None:
        volume -= np.clip(2 * (time - breath_in_s), 0, volume)
    return Waveform((level + volume).astype(np.float32), FS, "drawn")


@pytest.mark.parametrize("level", [0.0, -2.5])
def test_the_expiration_is_found_in_litres(level: float) -> None:
    window = prepared_spirogram(spirogram(level=level))[0, 0]
    time = np.arange(len(window)) / RATE
    known = np.isfinite(window)
    assert known.sum() == pytest.approx((9 - BEGIN_S) * RATE, abs=3)
    np.testing.assert_allclose(window[known], LITRES * (1 - np.exp(-time[known] / TAU_S)), atol=0.2)
    assert window[known][-1] == pytest.approx(LITRES, abs=0.02)


def test_it_ends_where_somebody_breathes_in_and_gaps_stay_gaps() -> None:
    wave = spirogram(breath_in_s=5.0)
    wave.samples[300:350] = np.nan
    window = prepared_spirogram(wave)[0, 0]
    assert np.flatnonzero(np.isfinite(window))[-1] == pytest.approx((5.0 - BEGIN_S) * RATE, abs=3)
    assert np.isnan(window[round((3.0 - BEGIN_S) * RATE) + 2 : round((3.5 - BEGIN_S) * RATE) - 2]).all()


def test_another_unit_is_given_by_its_litres_and_refused_without() -> None:
    wave = spirogram()
    millilitres = Waveform(1000 * wave.samples, FS, "drawn")
    np.testing.assert_allclose(prepared_spirogram(millilitres, 0.001), prepared_spirogram(wave), atol=1e-4)
    with pytest.raises(UnreadableInputError, match="litres are breathed out"):
        prepared_spirogram(millilitres)


@pytest.mark.parametrize("samples", [np.full(900, np.nan), np.zeros(900), np.linspace(2, 0, 900), np.ones(40)])
def test_what_is_no_expiration_is_refused(samples: np.ndarray) -> None:
    with pytest.raises(RefusedError):
        prepared_spirogram(Waveform(samples.astype(np.float32), FS))


def test_covariates_are_taken_by_name_and_those_left_out_are_unknown() -> None:
    windows, facts = waveform_input(spirogram(), SHOWN, {"height": 1.7})
    assert windows.shape == (1, 1, 500)
    np.testing.assert_array_equal(facts, np.array([[np.nan, 1.7]], np.float32))
    with pytest.raises(UsageError, match="no covariate 'weight'"):
        waveform_input(spirogram(), SHOWN, {"weight": 80})
    with pytest.raises(UsageError, match="no covariate 'age'"):
        waveform_input(spirogram(), ModelInput("pulse"), {"age": 60})
