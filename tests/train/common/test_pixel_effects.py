"""Effects by albumentations: repeatable, of the strength asked for, and no pixel moves."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import pytest

from ecgimg.train.common.pixel_effects import PixelEffect, blur, coarsen, darken, jpeg, noise

EFFECTS: dict[str, Callable[[], PixelEffect]] = {
    "blur": lambda: blur(0.35, 1.5),
    "noise": lambda: noise(2, 13),
    "darken": lambda: darken(0.6, 0.97),
    "jpeg": lambda: jpeg(25, 84),
    "coarsen": lambda: coarsen(0.3, 0.6),
}


def squares() -> np.ndarray:
    """Grey paper [120, 160] with four dark squares."""
    image = np.full((120, 160), 230, np.uint8)
    for y, x in ((20, 30), (20, 110), (80, 30), (80, 110)):
        image[y : y + 16, x : x + 16] = 40
    return image


def centre(image: np.ndarray) -> np.ndarray:
    """Centre (y, x) of the ink in the upper left quarter."""
    ink = np.clip(image[:60, :80].max() - 60.0 - image[:60, :80], 0, None)
    return np.array([(ink * at).sum() for at in np.indices(ink.shape)]) / ink.sum()


@pytest.mark.parametrize("name", EFFECTS)
def test_the_same_seed_gives_the_same_pixels(name: str) -> None:
    effect = EFFECTS[name]()
    first, second = (effect(squares(), np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert first.dtype == np.uint8
    drawn = {effect(squares(), np.random.default_rng(k)).tobytes() for k in range(6)}
    assert len(drawn) > 1


@pytest.mark.parametrize("name", EFFECTS)
def test_pixels_change_and_none_moves(name: str) -> None:
    for k in range(6):
        out = EFFECTS[name]()(squares(), np.random.default_rng(k))
        assert out.shape == squares().shape
        assert (out != squares()).any()
        np.testing.assert_allclose(centre(out), centre(squares()), atol=0.6)


def test_noise_has_the_levels_asked_for() -> None:
    grey = np.full((200, 200), 128, np.uint8)
    spread = [float(noise(5, 5)(grey, np.random.default_rng(k)).std()) for k in range(3)]
    assert spread == pytest.approx([5, 5, 5], abs=0.5)


def test_darkening_multiplies() -> None:
    assert float(darken(0.7, 0.7)(squares(), np.random.default_rng(0)).mean()) == pytest.approx(
        0.7 * squares().mean(), abs=1
    )


def test_the_generator_moves_on() -> None:
    rng = np.random.default_rng(0)
    effect = noise(5, 5)
    assert (effect(squares(), rng) != effect(squares(), rng)).any()


def test_albumentations_does_not_ask_for_its_version() -> None:
    assert os.environ["NO_ALBUMENTATIONS_UPDATE"] == "1"
