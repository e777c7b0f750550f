"""Effects of room, lens, sensor and office machine on a photo. None of them moves a pixel.

Each effect takes RGB pixels [H, W, 3] 0..255 as floats and a strength 0..1, and returns new ones.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.synth.wear.aging import cloud, grain

MIN_PX_PER_MM = 2.2
"""Resolution of the worst scan."""


def light(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """A lamp on one side, darker margins, sometimes a glare."""
    h, w = image.shape[:2]
    x, y = np.meshgrid(np.linspace(-1, 1, 96, dtype=np.float32), np.linspace(-1, 1, 72, dtype=np.float32))
    a = float(rng.uniform(0, 6.28))
    field = 1 + strength * (0.28 * (np.cos(a) * x + np.sin(a) * y) - 0.22 * float(rng.random()) * (x**2 + y**2))
    field += strength * 0.15 * cloud(rng, 72, 96, 3)
    if rng.random() < 0.2:
        cx, cy = rng.uniform(-1, 1, 2)
        field += strength * 0.5 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / float(rng.uniform(0.03, 0.2)))
    wide = cv2.resize(np.clip(field, 0.25, 1.6).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    return np.asarray(image * wide[..., None], np.float32)


def shadow(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """The soft shadow of a phone or of a hand, from an edge of the photo."""
    h, w = image.shape[:2]
    small = np.zeros((180, 240), np.uint8)
    x, y = float(rng.uniform(0, 240)), float(rng.choice([rng.uniform(-30, 50), rng.uniform(130, 210)]))
    if rng.random() < 0.5:
        box = cv2.boxPoints(((x, y), tuple(rng.uniform(70, 170, 2)), float(rng.uniform(0, 90))))
        cv2.fillConvexPoly(small, np.round(box).astype(np.int32), 255)
    else:
        toward = np.arctan2(90 - y, 120 - x)
        cv2.ellipse(small, (round(x), round(y)), (55, 40), float(np.rad2deg(toward)), 0, 360, 255, -1)
        for spread in (-0.5, -0.2, 0.1, 0.4):
            tip = (x + 95 * np.cos(toward + spread), y + 95 * np.sin(toward + spread))
            cv2.line(small, (round(x), round(y)), (round(tip[0]), round(tip[1])), 255, 15)
    soft = cv2.GaussianBlur(small.astype(np.float32) / 255, (0, 0), float(rng.uniform(1.5, 14)))
    fall = cv2.resize(soft, (w, h), interpolation=cv2.INTER_CUBIC)[..., None] * (0.62 * strength)
    return np.asarray(image * (1 - fall * np.array([1.0, 0.97, 0.92], np.float32)), np.float32)


def white_balance(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """Warm or cold light, exposure, contrast and gamma."""
    warm, green = rng.normal(0, 0.5, 2) * strength
    gains = np.array([1 + 0.16 * warm, 1 + 0.05 * green, 1 - 0.2 * warm], np.float32)
    tones = np.arange(256, dtype=np.float32)[:, None]
    out = np.clip(tones * (gains * (1 - strength * float(rng.uniform(0.0, 0.5)))) / 255, 0, 1.2)
    contrast = 1 - strength * float(rng.uniform(-0.1, 0.3))
    out = 0.5 + (out - 0.5) * contrast - 0.06 * strength * float(rng.random())
    gamma = float(np.exp(strength * rng.normal(0, 0.2)))
    table = (255 * np.clip(out, 0, 1) ** gamma).astype(np.float32)[None]
    return np.asarray(cv2.LUT(np.clip(image + 0.5, 0, 255).astype(np.uint8), table), np.float32)


def moire(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """Bent bands of colour, as of the rows of a screen against those of the sensor."""
    h, w = image.shape[:2]
    bend = 3 * cloud(rng, h, w, 4)
    x, y = np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32)[:, None]
    a, period = float(rng.uniform(0, 3.14)), float(rng.uniform(4, 40))
    base = (np.cos(a) * x + np.sin(a) * y) * (6.28 / period) + bend
    waves = np.stack([np.sin(base + shift) for shift in rng.uniform(0, 1.5, 3)], axis=-1)
    return np.asarray(image * (1 - 0.12 * strength * (1 + waves)), np.float32)


def defocus(rng: np.random.Generator, image: Floats, strength: float, px_per_mm: float) -> Floats:
    """A disc of confusion, at most 0.3 mm of paper in radius."""
    return _filtered(image, _disc(strength * min(0.3 * px_per_mm, 4.5)))


def sharpening(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """Halos around edges, as of the software of a phone."""
    soft = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.8, 2.0)))
    return np.asarray(image + (image - soft) * np.float32(1.6 * strength), np.float32)


def motion(rng: np.random.Generator, image: Floats, strength: float, px_per_mm: float) -> Floats:
    """Motion of the camera along a line, at most 0.7 mm of paper long."""
    half, a = strength * min(0.35 * px_per_mm, 6.0), float(rng.uniform(0, 3.14))
    n = 2 * int(np.ceil(half)) + 3
    kernel = np.zeros((n, n), np.uint8)
    c, d = n // 2 * 16, np.array([np.cos(a), np.sin(a)]) * half * 16
    ends = np.round([c - d, c + d]).astype(int)
    # The mean with its own rotation by 180 degrees makes the kernel symmetric, so that nothing moves.
    cv2.line(kernel, tuple(map(int, ends[0])), tuple(map(int, ends[1])), 255, 1, cv2.LINE_AA, 4)
    symmetric = kernel.astype(np.float32) + kernel[::-1, ::-1]
    return _filtered(image, symmetric / symmetric.sum())


def noise(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """Photon noise, which grows with the square root of brightness, and coarse colour noise."""
    h, w = image.shape[:2]
    fine = grain(rng, h, w) * np.float32(10 * strength)
    color = cv2.resize(grain(rng, h // 2 + 1, w // 2 + 1, 3), (w, h), interpolation=cv2.INTER_LINEAR)
    level = cv2.sqrt(np.clip(image, 20, 255) * np.float32(1 / 255))
    return np.asarray(image + (fine + color * np.float32(7 * strength)) * level, np.float32)


def low_dpi(rng: np.random.Generator, image: Floats, strength: float, px_per_mm: float) -> Floats:
    """A scan of few pixels, enlarged again; at worst `MIN_PX_PER_MM`."""
    h, w = image.shape[:2]
    factor = 1 + strength * max(0.0, px_per_mm / MIN_PX_PER_MM - 1)
    small = cv2.resize(image, (max(8, round(w / factor)), max(8, round(h / factor))), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def grey(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """Grey values, a mixture of the channels at random."""
    mix = rng.dirichlet([3, 5, 2]).astype(np.float32)
    single = (image @ mix)[..., None]
    return np.asarray(image + (single - image) * (1.0 if strength > 0.1 else 0.0), np.float32)


def photocopy(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """Hard contrast, streaks and specks of a copier; at worst a fax of two tones."""
    h, w = image.shape[:2]
    single = image.mean(axis=2)
    local = cv2.GaussianBlur(single, (0, 0), max(3.0, 0.02 * w))
    hard = 1 + 9 * strength**2
    out = 255 / (1 + np.exp(-hard * (single - local * float(rng.uniform(0.78, 0.92))) / 28))
    streaks = np.float32(rng.uniform(20, 90)) * (rng.random(w) < 0.004 * strength)
    specks = np.float32(rng.uniform(80, 230)) * (rng.random((h, w), np.float32) < 0.0012 * strength)
    return np.asarray(np.repeat((out - streaks - specks)[..., None], 3, axis=2), np.float32)


def jpeg(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """JPEG compression of quality 97 to 22."""
    quality = round(97 - 75 * strength)
    bgr = np.ascontiguousarray(image.clip(0, 255).astype(np.uint8)[..., ::-1])
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    back = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))
    return back[..., ::-1].astype(np.float32)


def _disc(radius: float) -> NDArray[np.float32]:
    """A kernel of sum 1: a disc of a radius in pixels with a soft edge."""
    n = int(np.ceil(radius)) + 1
    x, y = np.meshgrid(np.arange(-n, n + 1), np.arange(-n, n + 1))
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _filtered(image: Floats, kernel: NDArray[np.float32]) -> Floats:
    return np.asarray(cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)
