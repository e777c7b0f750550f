from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats
from ecgimg.synth.wear import exposure

H, W = 90, 120


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def grey(level: float = 180.0) -> Floats:
    return np.full((H, W, 3), level, np.float32)


def dot() -> Floats:
    """A bright square of 3 x 3 pixels in the middle."""
    image = np.zeros((H, W, 3), np.float32)
    image[H // 2 - 1 : H // 2 + 2, W // 2 - 1 : W // 2 + 2] = 255
    return image


def centre(image: Floats) -> tuple[float, float]:
    weight = image[..., 0].astype(float)
    y, x = np.mgrid[0:H, 0:W]
    return float((weight * x).sum() / weight.sum()), float((weight * y).sum() / weight.sum())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("effect", [exposure.defocus, exposure.motion])
def test_blur_moves_nothing_and_keeps_light(effect: object, seed: int) -> None:
    blurred = effect(rng(seed), dot(), 0.8, 12.0)  # type: ignore[operator]
    assert centre(blurred) == pytest.approx((W // 2, H // 2), abs=0.05)
    assert float(blurred.sum()) == pytest.approx(float(dot().sum()), rel=0.01)
    assert float(blurred.max()) < 255


def test_motion_is_longer_than_wide() -> None:
    weight = exposure.motion(rng(1), dot(), 1.0, 20.0)[..., 0].astype(float).clip(0)
    y, x = np.mgrid[0:H, 0:W]
    spread = np.linalg.eigvalsh(np.cov(np.stack([x.ravel(), y.ravel()]), aweights=weight.ravel()))
    assert spread[1] > 3 * spread[0]


def test_a_scan_of_few_pixels_loses_detail_and_keeps_its_size() -> None:
    stripes = grey(255)
    stripes[:, ::4] = 0
    worst = exposure.low_dpi(rng(), stripes, 1.0, 11.0)
    assert worst.shape == stripes.shape
    assert float(worst.std()) < 0.4 * float(stripes.std())
    sharp = exposure.low_dpi(rng(), stripes, 1.0, exposure.MIN_PX_PER_MM)
    np.testing.assert_allclose(sharp, stripes)


def test_light_and_shadow_change_slowly() -> None:
    for effect in (exposure.light, exposure.shadow):
        lit = effect(rng(3), grey(), 1.0)
        assert float(np.ptp(lit[..., 0])) > 10
        assert float(np.abs(np.diff(lit[..., 0], axis=1)).max()) < 40
    assert (exposure.shadow(rng(3), grey(), 1.0) <= grey() + 0.5).all()


def test_white_balance_is_one_tone_curve_a_channel() -> None:
    ramp = np.repeat(np.linspace(0, 255, W, dtype=np.float32)[None, :, None], H, axis=0).repeat(3, axis=2)
    toned = exposure.white_balance(rng(5), ramp, 1.0)
    assert (np.diff(toned, axis=1) >= 0).all()
    np.testing.assert_array_equal(toned[0], toned[-1])
    assert len({round(float(level), 1) for level in toned[0, W // 2]}) == 3


def test_noise_grows_with_brightness() -> None:
    dark, bright = (float(exposure.noise(rng(), grey(level), 1.0).std()) for level in (30.0, 220.0))
    assert bright > 2 * dark


def test_grey_has_equal_channels() -> None:
    image = np.random.default_rng(0).uniform(0, 255, (H, W, 3)).astype(np.float32)
    single = exposure.grey(rng(), image, 1.0)
    np.testing.assert_allclose(single[..., 0], single[..., 2], atol=0.01)
    np.testing.assert_array_equal(exposure.grey(rng(), image, 0.05), image)


def test_a_photocopy_is_black_on_white() -> None:
    page = grey(200)
    page[44:47] = 80
    copy = exposure.photocopy(rng(), page, 1.0)
    assert float(np.median(copy[45])) < 40
    assert float(np.median(copy[5])) > 200
    np.testing.assert_array_equal(copy[..., 0], copy[..., 1])


def test_stronger_compression_loses_more() -> None:
    image = np.random.default_rng(0).uniform(0, 255, (H, W, 3)).astype(np.float32)
    weak, strong = (float(np.abs(exposure.jpeg(rng(), image, s) - image).mean()) for s in (0.0, 1.0))
    assert weak < strong


def test_sharpening_overshoots_at_edges() -> None:
    page = grey(200)
    page[:, 60:] = 100
    sharp = exposure.sharpening(rng(), page, 1.0)
    assert float(sharp.max()) > 210
    assert float(sharp.min()) < 90
    assert float(sharp[0, 5, 0]) == pytest.approx(200, abs=0.5)


def test_moire_darkens_in_bands() -> None:
    bands = exposure.moire(rng(2), grey(), 1.0)
    assert (bands <= grey() + 1e-3).all()
    assert float(bands.std()) > 3
