from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks.base import NetworkTests, Values
from refused import refused

from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import Cause
from ecgimg.networks.patchecg import LENGTH, NAME, RATE, PatchEcg, load_patchecg, prepare, windows
from ecgimg.networks.runtime import Network
from ecgimg.recording.recording import Recording
from ecgimg.recording.resample import resample
from ecgimg.train.patchecg.masks import layout_mask


def beats(seconds: float = 10, fs: float = 100, rate: float = 70) -> np.ndarray:
    """Twelve leads with P, QRS and T at a steady rate, [12, T] mV."""
    time = np.arange(int(seconds * fs)) / fs
    phase = (time * rate / 60) % 1 - 0.4
    wave = 0.12 * np.exp(-((phase + 0.18) ** 2) / 0.001) + np.exp(-(phase**2) / 0.0002)
    wave += 0.25 * np.exp(-((phase - 0.3) ** 2) / 0.004)
    size = np.array([0.6, 1.0, 0.4, -0.8, 0.2, 0.7, -0.5, 0.4, 0.8, 1.2, 1.1, 0.9])
    return (size[:, None] * wave).astype(np.float32)


def on_page(signals: np.ndarray, layout: int) -> np.ndarray:
    return np.where(layout_mask(layout, signals.shape[1]), signals, np.nan).astype(np.float32)


class Double:
    """Stands in for an ONNX session: two outputs, the sum of the signals and the number of observed samples."""

    def run(self, _: None, inputs: dict[str, Any]) -> list[np.ndarray]:
        assert not np.isnan(inputs["signals"]).any()
        assert inputs["signals"].shape[1:] == (12, 1000)
        return [np.stack([inputs["signals"].sum((1, 2)) / 100, inputs["mask"].sum((1, 2)) / 1000], axis=1)]


@pytest.fixture
def double() -> PatchEcg:
    rows = [
        {"code": code, "group": group, "slope": 0.5, "offset": -1.0, "threshold": 0.4}
        for code, group in (("NORM", "subclass"), ("AFIB", "rhythm"))
    ]
    return PatchEcg(Network(Double(), {"outputs": rows, "patch": 128}))


def test_prediction_is_calibrated_and_grouped(double: PatchEcg) -> None:
    found = double.predict(Recording(on_page(beats(), 0), 100.0))
    expected = 1 / (1 + np.exp(-(0.5 * 3.0 - 1.0)))
    assert found.probability("AFIB", "rhythm") == pytest.approx(expected, abs=1e-6)
    assert [f.code for f in found.group("subclass")] == ["NORM"]
    assert found.group("rhythm")[0].positive
    assert found.lead_seconds == pytest.approx(30)
    assert found.warnings == ()
    with pytest.raises(KeyError, match="AMI"):
        found.probability("AMI")


@pytest.mark.parametrize("fs", [100, 250, 360, 500, 1000])
def test_any_rate_gives_the_same_signal(fs: float) -> None:
    ours = resample(on_page(beats(fs=fs), 0), fs, RATE)
    expected = on_page(beats(fs=100), 0)
    assert ours.shape == (12, 1000)
    both = np.isfinite(ours) & np.isfinite(expected)
    assert both.sum() > 0.99 * np.isfinite(expected).sum()
    assert np.abs(ours - expected)[both].mean() < 0.02


def test_resampling_takes_nothing_from_gaps() -> None:
    signals = beats(fs=500)
    hidden = signals.copy()
    hidden[:, 1000:2000] = np.nan
    signals[:, 1000:2000] = np.nan
    np.testing.assert_array_equal(resample(hidden, 500, RATE), resample(signals, 500, RATE))
    assert np.isnan(resample(hidden, 500, RATE)[:, 205:395]).all()


def test_short_and_long_recordings(double: PatchEcg) -> None:
    assert windows(beats(2.5)).shape == (1, 12, 1000)
    assert np.isnan(windows(beats(2.5))[0, :, 250:]).all()
    assert windows(beats(24)).shape == (3, 12, 1000)
    dark = beats(30)
    dark[:, 1000:] = np.nan
    assert len(windows(dark)) == 1
    assert double.predict(Recording(beats(24), 100.0)).lead_seconds == pytest.approx(288)


def test_saliency_is_nan_where_nothing_is_seen(double: PatchEcg) -> None:
    (saliency,) = double.explain_all(Recording(on_page(beats(), 0), 100.0), [("AFIB", "rhythm")])
    assert saliency.values.shape == (12, 8)
    assert len(saliency.bounds) == 9
    assert np.isnan(saliency.values[11, :5]).all()
    assert saliency.values[0, 0] == pytest.approx(0.128, abs=1e-5)
    with pytest.raises(KeyError):
        double.explain_all(Recording(beats(), 100.0), [("AMI", "subclass")])


def test_refuses_what_shows_nothing() -> None:
    nothing = np.full((12, 1000), np.nan, np.float32)
    with refused(Cause.LITTLE_SIGNAL, "lead seconds"):
        prepare(Recording(nothing, 100.0))
    nothing[1, :90] = beats()[1, :90]
    with refused(Cause.LITTLE_SIGNAL, r"0\.90 lead seconds"):
        prepare(Recording(nothing, 100.0))


def test_refuses_flat_leads_and_wrong_units() -> None:
    with refused(Cause.FLAT_SIGNAL, "no lead is 0.05 mV high|no lead is"):
        prepare(Recording(np.zeros((12, 1000), np.float32), 100.0))
    with refused(Cause.FLAT_SIGNAL, "no lead is 0.05 mV high|no lead is"):
        prepare(Recording(beats() / 1000, 100.0))
    with refused(Cause.WRONG_UNIT, "mV high"):
        prepare(Recording(beats() * 1000, 100.0))


def test_warns_of_a_flat_lead_and_of_little_to_see() -> None:
    signals = beats()
    signals[6] = 0.3
    kept, warnings = prepare(Recording(signals, 100.0))
    assert np.isnan(kept[6]).all()
    assert any("V1" in w for w in warnings)
    few = np.full((12, 1000), np.nan, np.float32)
    few[1, :250] = beats()[1, :250]
    assert any("2.5 lead seconds" in w for w in prepare(Recording(few, 100.0))[1])
    assert any("gain" in w for w in prepare(Recording(beats() * 15, 100.0))[1])


def test_samples_without_confidence_are_not_used() -> None:
    confidence = np.ones((12, 1000), np.float32)
    confidence[3] = 0
    kept, _ = prepare(Recording(beats(), 100.0, confidence))
    assert np.isnan(kept[3]).all()
    assert np.isfinite(kept[4]).all()


class TestPackaged:
    """The network that the package brings."""

    @pytest.fixture(scope="class")
    @classmethod
    def net(cls) -> PatchEcg:
        return load_patchecg(threads=1)

    def test_outputs(self, net: PatchEcg) -> None:
        groups = [o.group for o in net.outputs]
        assert (groups.count("subclass"), groups.count("superclass"), groups.count("rhythm")) == (23, 5, 9)
        assert all(0 < o.threshold < 1 and o.slope > 0 for o in net.outputs)

    def test_hidden_samples_do_not_count(self, net: PatchEcg) -> None:
        signals = on_page(beats(), 0)
        seen = np.isfinite(signals)
        rubbish = np.where(seen, signals, 9.0).astype(np.float32)
        feed = {"mask": seen[None].astype(np.float32)}
        first = net._network.run(signals=np.nan_to_num(signals)[None], **feed)[0]
        np.testing.assert_allclose(net._network.run(signals=rubbish[None], **feed)[0], first, atol=1e-6)

    def test_alone_or_in_a_batch(self, net: PatchEcg) -> None:
        batch = np.stack([on_page(beats(rate=r), k) for k, r in enumerate((60, 80, 110))])
        alone = np.concatenate([net.logits(one[None]) for one in batch])
        np.testing.assert_allclose(net.logits(batch), alone, atol=1e-4)

    def test_regular_and_irregular_rhythm(self, net: PatchEcg) -> None:
        steady = net.predict(Recording(on_page(beats(), 4), 100.0))
        rng = np.random.default_rng(0)
        pieces = [beats(60 / r, rate=r) for r in rng.uniform(60, 150, 30)]
        ragged = np.concatenate(pieces, axis=1)[:, :1000]
        uneven = net.predict(Recording(on_page(ragged, 4), 100.0))
        assert uneven.probability("AFIB", "rhythm") > steady.probability("AFIB", "rhythm")

    @pytest.mark.parametrize("lead", [1, 6])
    def test_one_lead_is_enough_to_answer(self, net: PatchEcg, lead: int) -> None:
        signals = np.full((12, 1000), np.nan, np.float32)
        signals[lead] = beats()[lead]
        (saliency,) = net.explain_all(Recording(signals, 100.0), [("NORM", "subclass")])
        assert np.isfinite(saliency.values[lead]).all()
        assert np.isnan(np.delete(saliency.values, lead, axis=0)).all()
        assert len(LEADS) == 12


class TestPatchEcg(NetworkTests):
    name = NAME
    inputs_and_outputs = ("signals", "mask", "logits")

    @classmethod
    def example(cls, rng: np.random.Generator, count: int) -> Values:
        shape = (count, len(LEADS), LENGTH)
        mask = np.stack([layout_mask(k % 6, LENGTH) for k in range(count)]).astype(np.float32)
        return {"signals": (0.3 * rng.standard_normal(shape)).astype(np.float32) * mask, "mask": mask}

    @classmethod
    def shapes(cls, inputs: Values) -> dict[str, tuple[int, ...]]:
        return {"logits": (len(inputs["signals"]), 37)}

    @classmethod
    def export_twin(cls, path: Path) -> Any:
        from ecgimg.train.common.export import Ensemble, deployable
        from ecgimg.train.common.ptbxl_targets import TARGETS, EcgSet
        from ecgimg.train.patchecg.fit import OUTPUTS, TrainingPlan, build, export

        twin = deployable(Ensemble([build("member-1")], len(OUTPUTS)))
        targets = np.tile(np.arange(2, dtype=np.float32)[:, None], (1, len(TARGETS)))
        held = EcgSet(np.stack([beats(), 2 * beats()]).astype(np.float16), targets, np.ones_like(targets), np.arange(2))
        export(twin, held, path, TrainingPlan())
        return twin
