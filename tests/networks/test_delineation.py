"""The input of the delineation network, and the waves in its output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks.base import NetworkTests, Values

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.delineation import (
    MIN_SIZE_MV,
    NAME,
    RATE,
    STRIDE,
    Delineator,
    at_rate,
    find_waves,
    load_delineation,
    network_input,
)


def probabilities(*waves: tuple[int, int, int], length: int = 500) -> Floats:
    """Certain probabilities of waves (class, first sample, one past the last)."""
    out = np.zeros((4, length), np.float32)
    out[0] = 1
    for kind, start, stop in waves:
        out[:, start:stop] = 0
        out[kind, start:stop] = 1
    return out


ALL = np.ones(500, np.bool_)


def test_a_wave_ends_where_its_neighbour_becomes_as_probable() -> None:
    p, qrs = find_waves(probabilities((1, 100, 130), (2, 150, 175)), ALL)
    assert (p.kind, qrs.kind) == ("P", "QRS")
    assert p.onset == pytest.approx(99.5 / RATE)
    assert p.end == pytest.approx(129.5 / RATE)
    assert qrs.middle == pytest.approx(162 / RATE)
    assert qrs.probability == 1


def test_short_runs_are_no_waves_and_small_holes_are_closed() -> None:
    (wave,) = find_waves(probabilities((1, 100, 103), (3, 200, 230), (3, 233, 260)), ALL)
    assert wave.kind == "T"
    assert wave.end == pytest.approx(259.5 / RATE)


def test_an_end_beyond_what_is_seen_is_unknown() -> None:
    known = ALL.copy()
    known[160:] = False
    (wave,) = find_waves(probabilities((2, 150, 175)), known)
    assert wave.onset == pytest.approx(149.5 / RATE)
    assert wave.end is None
    (first,) = find_waves(probabilities((2, 0, 20)), ALL)
    assert first.onset is None


def test_the_input_has_no_wander_and_the_size_of_the_lead() -> None:
    seconds = np.arange(5 * RATE) / RATE
    beat = np.exp(-0.5 * ((seconds % 1 - 0.5) / 0.02) ** 2)
    wander = 0.3 * np.sin(2 * np.pi * 0.1 * seconds)
    small, large = (network_input(np.float32(k * beat + wander), seconds >= 1) for k in (0.4, 4))
    np.testing.assert_allclose(small[0, 2 * RATE : -RATE], large[0, 2 * RATE : -RATE], atol=0.1)
    assert large[0].max() == pytest.approx(1, abs=0.5)
    assert small[0, : RATE - 1].max() == 0
    assert small[1].tolist() == (seconds >= 1).astype(float).tolist()
    flat = network_input(np.float32(0.1 * MIN_SIZE_MV * beat), seconds >= 0)
    assert flat[0].max() < 0.2


@pytest.mark.parametrize("fs", [100.0, 250.0, 360.0, 1000.0])
def test_leads_of_any_rate_come_at_the_networks(fs: float) -> None:
    seconds = np.arange(round(4 * fs)) / fs
    lead = np.sin(2 * np.pi * 2 * seconds).astype(np.float32)
    lead[: round(fs)] = np.nan
    values, known = at_rate(lead, fs)
    assert len(values) == 4 * RATE
    assert abs(int((~known).sum()) - RATE) <= 2
    wanted = np.sin(2 * np.pi * 2 * np.arange(4 * RATE) / RATE)
    np.testing.assert_allclose(values[RATE + 50 : -50], wanted[RATE + 50 : -50], atol=0.05)


def test_leads_of_different_lengths_are_judged_as_if_alone() -> None:
    network: Delineator = load_delineation(1)
    rng = np.random.default_rng(0)
    leads = [rng.normal(0, 0.3, n).astype(np.float32) for n in (600, 2500, 600)]
    together = network.probabilities(leads, 250.0)
    assert [p.shape for p in together] == [(4, 600), (4, 2500), (4, 600)]
    for lead, found in zip(leads, together, strict=True):
        np.testing.assert_allclose(network.probabilities([lead], 250.0)[0], found, atol=1e-4)
        np.testing.assert_allclose(found.sum(axis=0), 1, atol=1e-4)


class TestDelineation(NetworkTests):
    name = NAME
    inputs_and_outputs = ("lead", "logits")

    @classmethod
    def example(cls, rng: np.random.Generator, count: int) -> Values:
        lead = rng.normal(0, 1, (count, 2, 20 * STRIDE)).astype(np.float32)
        lead[:, 1] = 1
        return {"lead": lead}

    @classmethod
    def shapes(cls, inputs: Values) -> dict[str, tuple[int, ...]]:
        return {"logits": (len(inputs["lead"]), 4, inputs["lead"].shape[2])}

    @classmethod
    def export_twin(cls, path: Path) -> Any:
        from ecgimg.train.common.export import deployable
        from ecgimg.train.delineation.fit import export
        from ecgimg.train.delineation.model import Delineation

        model = Delineation().eval()
        export(model, path)
        return deployable(model)
