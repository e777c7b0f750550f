"""Effects on the sheet, which bend with it: paper, years, liquids, pens, stamps, the shading of folds.

Each effect takes RGB pixels [H, W, 3] 0..255 as floats and a strength 0..1, and returns new ones.
"""

from __future__ import annotations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.synth.camera import Relief
from ecgimg.synth.page.fonts import printed_fonts, rotated_mask, script_fonts
from ecgimg.synth.page.ink import Ink, blend, paste
from ecgimg.synth.page.text import NOTES, STAMPS

PENS = ((20, 30, 140), (15, 15, 20), (150, 20, 30), (40, 40, 60))
"""RGB colours of handwriting."""

STAMP_INKS = ((170, 30, 40), (40, 40, 150), (60, 20, 110))
"""RGB colours of stamps."""

MARKERS = ((255, 250, 90), (255, 170, 210), (150, 250, 160), (255, 200, 110))
"""RGB colours of highlighters."""

GRAIN_TILE = (389, 397)
"""Height and width of the tile of white noise; primes, so that its repetition does not fall on a grid."""


def cloud(rng: np.random.Generator, height: int, width: int, cells: float) -> Floats:
    """Smooth noise [height, width] in about -1..1 with `cells` bumps along the longer side."""
    longest = max(height, width)
    rows, cols = max(2, round(cells * height / longest) + 1), max(2, round(cells * width / longest) + 1)
    small = rng.normal(0, 0.5, (rows, cols)).astype(np.float32)
    if cells < 40 and longest > 800:
        # Smooth noise can be resized to a quarter and then linearly, which takes a third of the time.
        small = cv2.resize(small, (width // 4 + 1, height // 4 + 1), interpolation=cv2.INTER_CUBIC)
        return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def grain(rng: np.random.Generator, height: int, width: int, channels: int = 1) -> Floats:
    """White noise [height, width, channels], sigma 1: a tile, repeated, which is much faster and looks the same."""
    tile_height, tile_width = GRAIN_TILE
    tile = rng.standard_normal((tile_height, tile_width, channels), np.float32)
    return np.tile(tile, (-(-height // tile_height), -(-width // tile_width), 1))[:height, :width]


def texture(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """Grain and fibres of paper."""
    h, w = image.shape[:2]
    fibres = cv2.GaussianBlur(grain(rng, h, w)[..., 0], (0, 0), float(rng.uniform(0.5, 1.4)))
    field = 9 * strength * fibres + 5 * strength * cloud(rng, h, w, 60)
    return np.asarray(image + field[..., None], np.float32)


def yellowing(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """Paper that becomes yellow and brown, most at its margins."""
    h, w = image.shape[:2]
    x, y = np.abs(np.linspace(-1, 1, w, dtype=np.float32)), np.abs(np.linspace(-1, 1, h, dtype=np.float32))
    margin = np.maximum.outer(y**6, x**6)
    field = np.clip(strength * (0.6 + 0.3 * cloud(rng, h, w, 5) + 0.5 * margin), 0, 1)[..., None]
    return np.asarray(image * (1 - field * np.array([0.10, 0.2, 0.45], np.float32)), np.float32)


def fading(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """Thermal print that pales in patches, and in stripes across the paper's feed."""
    h, w = image.shape[:2]
    paper = np.median(image[:: max(1, h // 60), :: max(1, w // 60)].reshape(-1, 3), axis=0)
    stripes = cv2.resize(rng.normal(0, 0.15, (h // 3 + 1, 1)).astype(np.float32), (w, h))
    pale = np.clip(strength * (0.55 + 0.5 * cloud(rng, h, w, 4) + stripes), 0, 0.85)[..., None]
    return np.asarray(image + (np.maximum(paper, image) - image) * pale, np.float32)


def stains(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """Rings of cups and blots of water."""
    h, w = image.shape[:2]
    out = image
    for _ in range(int(rng.integers(1, 4))):
        radius = float(rng.uniform(0.05, 0.2)) * w
        ring = bool(rng.random() < 0.5)
        body = _blot(rng, h, w, radius, 0.02 if ring else 0.2)
        from_edge = np.abs(cv2.GaussianBlur(body, (0, 0), max(1.0, radius * 0.03)) - 0.5)
        edge = np.clip(1 - from_edge * 2.2, 0, 1)
        tint = np.array([0.25, 0.42, 0.62] if rng.random() < 0.65 else [0.12, 0.12, 0.1], np.float32)
        mask = np.clip(edge * 0.8 + (0.05 if ring else 0.35) * body, 0, 1) * strength
        out = out * (1 - mask[..., None] * tint)
    return np.asarray(out, np.float32)


def mould(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """Clusters of dark specks."""
    h, w = image.shape[:2]
    layer = np.zeros((h, w), np.uint8)
    for _ in range(int(rng.integers(1, 5))):
        middle = rng.uniform(0, 1, 2) * [w, h]
        spots = rng.normal(middle, 0.05 * w, (int(20 + 120 * strength), 2))
        for (x, y), r in zip(spots, rng.exponential(0.0018 * w, len(spots)), strict=True):
            cv2.circle(
                layer, (round(x * 16), round(y * 16)), round((r + 0.4) * 16), int(rng.integers(60, 255)), -1, 16, 4
            )
    mask = cv2.GaussianBlur(layer, (0, 0), 1.2).astype(np.float32)[..., None] * (0.7 * strength / 255)
    return np.asarray(image * (1 - mask) + np.array([70, 80, 60], np.float32) * mask, np.float32)


def bleed(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """The back's print shining through: this page mirrored, blurred and shifted."""
    dark = 255 - image[:, ::-1].mean(axis=2)
    dark = np.roll(cv2.GaussianBlur(dark, (0, 0), 1.8), int(rng.integers(-40, 40)), axis=0)
    return np.asarray(image - (dark - dark.mean()).clip(0)[..., None] * (0.3 * strength), np.float32)


def handwriting(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """Notes in a script font, ellipses, underlines and ticks."""
    pixels = image.clip(0, 255).astype(np.uint8)
    h, w = pixels.shape[:2]
    layer = np.zeros((h, w), np.uint8)
    fonts = script_fonts()
    font = fonts[int(rng.integers(len(fonts)))]
    for _ in range(1 + int(rng.integers(0, 1 + round(4 * strength)))):
        size = max(9, round(w * float(rng.uniform(0.014, 0.034))))
        mask = rotated_mask(font, size, str(rng.choice(NOTES)), float(rng.normal(0, 5)))
        in_header = rng.random() < 0.7
        y = float(rng.uniform(0.02, 0.22) if in_header else rng.uniform(0.2, 0.95)) * h
        paste(layer, mask, float(rng.uniform(0.02, 0.8)) * w, y)
    ink = Ink(w, h)
    for _ in range(int(rng.integers(0, 1 + round(3 * strength)))):
        ink.stroke(_scribble(rng, w, h), 0.0013 * w)
    cover = np.maximum(layer, ink.coverage())
    blend(pixels, cover, PENS[int(rng.integers(len(PENS)))], float(rng.uniform(0.6, 0.95)))
    return pixels.astype(np.float32)


def stamps(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """A rubber stamp: a word in a frame, with uneven ink."""
    pixels = image.clip(0, 255).astype(np.uint8)
    h, w = pixels.shape[:2]
    layer = np.zeros((h, w), np.uint8)
    font = printed_fonts()[int(rng.integers(len(printed_fonts())))]
    angle = float(rng.normal(0, 14))
    mask = rotated_mask(font, max(10, round(w * float(rng.uniform(0.016, 0.035)))), str(rng.choice(STAMPS)), angle)
    x, y = float(rng.uniform(0.02, 0.8)) * w, float(rng.uniform(0.02, 0.85)) * h
    paste(layer, mask, x, y)
    middle = (x + mask.shape[1] / 2, y + mask.shape[0] / 2)
    box = cv2.boxPoints((middle, (mask.shape[1] * 1.2, mask.shape[0] * 1.3), -angle))
    ink = Ink(w, h)
    ink.stroke(np.concatenate([box, box[:1]]).astype(np.float32), 0.0022 * w)
    patchy = np.clip(0.75 + 0.6 * cloud(rng, h, w, 90), 0, 1)
    cover = (np.maximum(layer, ink.coverage()) * patchy).astype(np.uint8)
    color = STAMP_INKS[int(rng.integers(len(STAMP_INKS)))]
    blend(pixels, cover, color, 0.45 + 0.5 * strength)
    return pixels.astype(np.float32)


def highlighter(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """A broad transparent stroke."""
    h, w = image.shape[:2]
    ink = Ink(w, h)
    x0, y0 = float(rng.uniform(0.05, 0.7)) * w, float(rng.uniform(0.05, 0.95)) * h
    x = np.linspace(x0, x0 + float(rng.uniform(0.08, 0.3)) * w, 40)
    y = y0 + 0.004 * h * np.cumsum(rng.normal(0, 0.4, 40))
    ink.stroke(np.stack([x, y], axis=1), min(0.02 * w, 30.0 / ink.scale))
    mask = ink.coverage().astype(np.float32)[..., None] * (strength / 255)
    tint = np.asarray(MARKERS[int(rng.integers(len(MARKERS)))], np.float32) / 255
    return np.asarray(image * (1 - mask + mask * tint), np.float32)


def shading(rng: np.random.Generator, image: Floats, strength: float, relief: Relief) -> Floats:
    """Light on the facets of a bent sheet (Lambert, one lamp), and ink that is worn off along sharp creases."""
    dx, dy = relief.slopes
    angle, low = float(rng.uniform(0, 6.28)), float(rng.uniform(0.9, 2.6))
    field = 1 + strength * low * (np.cos(angle) * dx + np.sin(angle) * dy)
    crease = np.abs(cv2.Laplacian(relief.z, cv2.CV_32F)) / relief.step
    field += float(rng.uniform(-0.3, 0.5)) * strength * np.minimum(crease, 0.3)
    h, w = image.shape[:2]
    fine = _spread(np.clip(field, 0.45, 1.35).astype(np.float32), relief.step, h, w)
    # The room lights what the lamp does not reach, in another colour.
    warmth = float(rng.uniform(-0.12, 0.3))
    tones = cv2.merge([cv2.pow(fine, 1 - warmth), fine, cv2.pow(fine, 1 + warmth)])
    return np.asarray(image * tones, np.float32)


def _spread(field: Floats, step: float, height: int, width: int) -> Floats:
    """A field on a grid every `step` pixels, for each pixel [height, width]."""
    scale = np.array([[1 / step, 0, 0], [0, 1 / step, 0]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    wide = cv2.warpAffine(field, scale, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(wide, np.float32)


def _blot(rng: np.random.Generator, h: int, w: int, radius: float, rough: float) -> Floats:
    """Coverage [h, w] 0..1 of a blot of a radius in pixels; `rough` is the size of its waves as a share of it."""
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    waves = np.cos(np.arange(2, 7)[:, None] * angle + rng.uniform(0, 6.28, (5, 1)))
    r = radius * (1 + rough * (rng.normal(0, 0.5, (5, 1)) * waves).sum(axis=0))
    middle = rng.uniform(0, 1, 2) * [w, h]
    points = np.stack([middle[0] + r * np.cos(angle), middle[1] + r * np.sin(angle)], axis=1)
    layer = np.zeros((h, w), np.uint8)
    cv2.fillPoly(layer, [np.round(points).astype(np.int32)], 255, cv2.LINE_AA)
    return np.asarray(layer, np.float32) / np.float32(255)


def _scribble(rng: np.random.Generator, w: int, h: int) -> Floats:
    """Points [N, 2] of an ellipse, an underline or a tick."""
    middle = rng.uniform(0.1, 0.9, 2) * [w, h]
    size = float(rng.uniform(0.02, 0.07)) * w
    kind = int(rng.integers(3))
    t = np.linspace(0, 1, 40)
    if kind == 0:
        a = 6.6 * t + float(rng.uniform(0, 6))
        points = np.stack([size * np.cos(a) * (1 + 0.08 * t), 0.5 * size * np.sin(a)], axis=1)
    elif kind == 1:
        points = np.stack([3 * size * (t - 0.5), 0.05 * size * np.sin(5 * t + float(rng.uniform(0, 6)))], axis=1)
    else:
        points = size * np.array([[0, 0], [0.4, 0.5], [1.4, -0.9]])
    return np.asarray(middle + points, np.float32)
