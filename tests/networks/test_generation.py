"""What is asked of the generator as numbers, and its sampler."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from networks.base import NetworkTests, Values

from ecgimg.datamodel.arrays import Floats
from ecgimg.findings.phrases import PHRASES
from ecgimg.networks.generation import (
    CHANNELS,
    CODES,
    CONDITIONS,
    HOP,
    HOPS,
    LENGTH,
    NAME,
    RATE,
    TEXT_BINS,
    Generator,
    beat_map,
    condition,
    load_generator,
    rhythm_of,
    text_features,
)


def test_what_is_not_asked_for_is_zero() -> None:
    assert not condition().any()
    asked = condition(["AFIB", "CLBBB"], "male", 60, 130)
    assert [CODES[k] for k in np.flatnonzero(asked[: len(CODES)])] == ["CLBBB", "AFIB"]
    assert asked.shape == (CONDITIONS,)
    assert set(CODES) == set(PHRASES)
    with pytest.raises(ValueError, match="not in"):
        condition(["XYZ"])


def test_near_rates_look_alike_and_rates_beyond_the_centres_are_the_last() -> None:
    here, near, far = (condition(rate=rate) for rate in (80, 82, 130))
    assert np.linalg.norm(here - near) < 0.5 * np.linalg.norm(here - far)
    np.testing.assert_array_equal(condition(rate=220), condition(rate=400))


def test_texts_with_the_same_words_look_alike() -> None:
    one, same, like, other = map(
        text_features, ("Left bundle-branch block", "left BUNDLE branch block", "bundle branch blocks", "sinusrhythmus")
    )
    np.testing.assert_array_equal(one, same)
    assert one.shape == (TEXT_BINS,)
    assert one @ like > 0.5 > 0.1 > one @ other
    assert not text_features(" .,;").any()


def test_beats_have_the_rate_that_is_asked_for_and_cover_the_recording() -> None:
    network = SimpleNamespace(spec={"intervals": {"SR": [[0.8, 0.9, 0.8, 0.7], [1.5] * 3], "AFIB": [[0.4, 0.9, 0.6]]}})
    generator = Generator(network)  # type: ignore[arg-type]
    for rate in (40, 75, 180):
        times = generator.beats(["NORM", "SR"], rate, (1, rate))
        assert 60 / np.median(np.diff(times)) == pytest.approx(rate, rel=0.1)
        assert times[0] <= 60 / rate * 1.3
        assert times[-1] > 10
    np.testing.assert_allclose(np.diff(generator.beats(["AFIB"], None, (1,)))[:2], [0.9, 0.6])
    np.testing.assert_array_equal(generator.beats(["PACE"], 60, (1,)), generator.beats(["SR"], 60, (1,)))
    assert not np.array_equal(generator.beats(["SR"], 75, (1,)), generator.beats(["SR"], 75, (2,)))


def test_a_beat_is_a_bump_at_its_sample() -> None:
    row = beat_map([2.0]).T.ravel()
    assert int(row.argmax()) - int(beat_map([1.0]).T.ravel().argmax()) == RATE
    assert beat_map([2.0]).shape == (HOP, HOPS)
    assert row.max() == pytest.approx(1)
    assert not beat_map([]).any()


def test_the_rhythm_is_that_of_the_strongest_statement() -> None:
    assert [rhythm_of(codes) for codes in (["SR", "PVC"], ["CLBBB", "AFIB"], ["LVH"])] == ["PVC", "AFIB", "SR"]


class Known:
    """A session whose velocity is that of known coefficients: 1 where something is asked for, 0 elsewhere."""

    def run(self, _: None, inputs: dict[str, Floats]) -> list[Floats]:
        clean = inputs["condition"].any(axis=1)[:, None, None].astype(np.float32)
        angle = inputs["angle"][:, :, None]
        state = inputs["state"]
        noise = (state - np.cos(angle) * clean) / np.maximum(np.sin(angle), 1e-6)
        leads = np.zeros((len(state), 8, LENGTH), np.float32) + clean
        return [(np.cos(angle) * noise - np.sin(angle) * clean).astype(np.float32), leads]


def test_guidance_goes_beyond_the_condition() -> None:
    network = SimpleNamespace(run=lambda **inputs: Known().run(None, inputs), spec={"intervals": {}})
    generator = Generator(network)  # type: ignore[arg-type]
    asked, text = condition(["AFIB"])[None], text_features("")[None]
    plain, guided = (
        generator.sample(beat_map([])[None], asked, text, [(1,)], guidance)[0, 0, 0] for guidance in (1.0, 3.0)
    )
    assert plain == pytest.approx(1)
    assert guided == pytest.approx(3)


def test_a_seed_gives_the_same_recording_alone_and_beside_another() -> None:
    generator = load_generator(threads=1)
    one = beat_map(generator.beats(["SR"], 70, (4,))), condition(["SR"], rate=70), text_features("")
    both = generator.sample(*(np.stack([part] * 2) for part in one), [(4, 1), (4, 2)])
    single = [part[None] for part in one]
    alone = generator.sample(*single, [(4, 1)])
    np.testing.assert_array_equal(generator.sample(*single, [(4, 1)]), alone)
    np.testing.assert_allclose(both[:1], alone, atol=1e-3)
    assert both.shape == (2, 8, LENGTH)
    assert not np.allclose(both[0], both[1], atol=0.05)
    assert 0.02 < both.std() < 1


class TestGeneration(NetworkTests):
    name = NAME
    inputs_and_outputs = ("state", "angle", "beats", "condition", "text", "velocity", "leads")

    @classmethod
    def example(cls, rng: np.random.Generator, count: int) -> Values:
        inputs = {
            "state": rng.standard_normal((count, CHANNELS, HOPS)),
            "angle": rng.uniform(0.1, 1.4, (count, 1)),
            "beats": np.stack([beat_map([0.5 + k, 2.5, 4.5]) for k in range(count)]),
            "condition": np.stack([condition([CODES[k]], "male", 50, 60 + k) for k in range(count)]),
            "text": np.stack([text_features(PHRASES[CODES[k]][0]) for k in range(count)]),
        }
        return {name: value.astype(np.float32) for name, value in inputs.items()}

    @classmethod
    def shapes(cls, inputs: Values) -> dict[str, tuple[int, ...]]:
        count = len(inputs["state"])
        return {"velocity": (count, CHANNELS, HOPS), "leads": (count, 8, LENGTH)}

    @classmethod
    def export_twin(cls, path: Path) -> Any:
        import torch

        from ecgimg.train.common.export import deployable
        from ecgimg.train.generation.fit import export
        from ecgimg.train.generation.model import Generation

        model = Generation(torch.randn(CHANNELS, 8, 2 * HOP)).eval()
        export(model, {"SR": [[0.8, 0.8]]}, path)
        return deployable(model)
