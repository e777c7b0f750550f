from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats
from ecgimg.synth.camera import Relief, flat_relief
from ecgimg.synth.wear import aging

H, W = 120, 160


def sheet() -> Floats:
    """White paper with a black line."""
    image = np.full((H, W, 3), 250, np.float32)
    image[60:63] = 20
    return image


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("cells", [3, 20, 200])
def test_clouds_are_smooth_noise_around_zero(cells: float) -> None:
    field = np.stack([aging.cloud(rng(seed), 90, 150, cells) for seed in range(8)])
    assert field.shape == (8, 90, 150)
    assert abs(float(field.mean())) < 0.2
    assert 0.2 < float(field.std()) < 0.8


def test_more_cells_are_rougher() -> None:
    roughness = [float(np.abs(np.diff(aging.cloud(rng(), 100, 900, cells), axis=1)).mean()) for cells in (3, 30, 100)]
    assert roughness == sorted(roughness)
    assert roughness[2] > 3 * roughness[0]


def test_grain_is_white_noise_of_any_size() -> None:
    noise = aging.grain(rng(), 500, 420, 3)
    assert noise.shape == (500, 420, 3)
    assert float(noise.std()) == pytest.approx(1.0, abs=0.02)
    np.testing.assert_array_equal(noise[389:, :397], noise[: 500 - 389, :397])


DARKENING: list[Callable[[np.random.Generator, Floats, float], Floats]] = [
    aging.yellowing, aging.stains, aging.mould, aging.bleed, aging.handwriting, aging.stamps, aging.highlighter,
]  # fmt: skip


@pytest.mark.parametrize("effect", DARKENING)
def test_what_lies_on_paper_absorbs_light(effect: Callable[[np.random.Generator, Floats, float], Floats]) -> None:
    before = sheet()
    for seed in range(3):
        after = effect(rng(seed), before.copy(), 0.9)
        assert after.shape == before.shape
        assert after.dtype == np.float32
        assert float(after.mean()) < float(before.mean())
        # Mould has a colour of its own and may lighten black ink.
        paper = np.ones(H, bool)
        paper[55:68] = False
        assert (after[paper] <= before[paper] + 1e-3).all()


def test_yellow_paper_lacks_blue_most() -> None:
    red, green, blue = aging.yellowing(rng(), sheet(), 1.0)[:50].mean(axis=(0, 1))
    assert red > green > blue


def test_fading_makes_ink_paler_and_leaves_paper() -> None:
    after = aging.fading(rng(), sheet(), 1.0)
    assert float(after[60:63].mean()) > 40
    np.testing.assert_allclose(after[:50], 250, atol=0.01)


def test_a_page_shines_through_mirrored() -> None:
    image = np.full((H, W, 3), 250, np.float32)
    image[:, 20:40] = 0
    after = aging.bleed(rng(), image, 1.0)
    shade = 250 - after[:, :, 0].mean(axis=0)
    assert shade[W - 30] > 10 > shade[W // 2]


def test_the_strength_of_stains_is_a_scale() -> None:
    before = sheet()
    weak, strong = (float((before - aging.stains(rng(1), before, strength)).mean()) for strength in (0.1, 1.0))
    assert strong > 5 * weak > 0


def test_a_flat_sheet_has_no_shading_and_a_roof_has_two_sides() -> None:
    white = np.full((H, W, 3), 200, np.float32)
    flat = aging.shading(rng(2), white, 1.0, flat_relief(W, H))
    assert float(np.ptp(flat[..., 1])) == pytest.approx(0, abs=0.5)
    relief = flat_relief(W, H)
    x = np.arange(relief.z.shape[1]) * relief.step
    roof = Relief(np.broadcast_to(-0.15 * np.abs(x - W / 2), relief.z.shape).astype(np.float32), relief.step)
    lit = [aging.shading(rng(seed), white, 1.0, roof)[..., 1] for seed in range(6)]
    assert max(abs(float(image[:, 20:60].mean() - image[:, 100:140].mean())) for image in lit) > 20
