"""Paper and areas without a drawing: blank, grid and writing paper, surfaces, even areas, patches of colour.

Each function draws RGB pixels [H, W, 3] of a random size.
"""

from __future__ import annotations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Pixels
from ecgimg.synth.page.fonts import printed_fonts, script_fonts, text_mask
from ecgimg.synth.page.ink import blend, paste, ruled_paper
from ecgimg.synth.page.style import GRID_COLORS, GridStyle
from ecgimg.synth.wear.aging import cloud
from ecgimg.synth.wear.background import background

_TEXT = (
    "report of the annual total patient date sum value mean range page result number name address account paid due from"
    " to with and or not item order list note see table figure left right upper lower time rate level index review"
)
VOCABULARY = tuple(_TEXT.split())
"""The words of printed and handwritten lines."""


def sheet_size(rng: np.random.Generator) -> tuple[int, int]:
    """Height and width in pixels of a sheet, upright or lying."""
    width = int(rng.integers(560, 1000))
    ratio = float(rng.choice([0.707, 1.414, 0.6, 1.0], p=[0.5, 0.25, 0.15, 0.1]))
    return int(np.clip(width * ratio, 300, 1100)), width


def blank_paper(rng: np.random.Generator) -> Pixels:
    """Plain paper of a light colour."""
    h, w = sheet_size(rng)
    tone = np.clip(rng.uniform(215, 255) + rng.normal(0, 6, 3), 0, 255)
    grain = cloud(rng, h, w, 5) * float(rng.uniform(0, 6)) + cloud(rng, h, w, 200) * float(rng.uniform(0, 4))
    return np.asarray(np.clip(tone + grain[..., None], 0, 255), np.uint8)


def grid_paper(rng: np.random.Generator) -> Pixels:
    """Grid paper as that of ECGs without a trace, sometimes with a printed header."""
    h, w = sheet_size(rng)
    minor, major = GRID_COLORS[str(rng.choice(list(GRID_COLORS)))]
    kind = str(rng.choice(["lines", "dashed", "dots", "major-only"]))
    style = GridStyle(kind, minor, major, float(rng.uniform(0.07, 0.2)), float(rng.uniform(0.15, 0.45)))
    edge = float(rng.choice([0.0, rng.uniform(5, 40)]))
    box = (edge - 0.5, edge - 0.5, w - edge - 0.5, h - edge - 0.5)
    pixels, _ = ruled_paper(w, h, float(rng.uniform(2.1, 5)), style, (255, 252, 250), box)
    if rng.random() < 0.4:
        layer = np.zeros((h, w), np.uint8)
        for k in range(int(rng.integers(1, 6))):
            write_line(layer, rng, 12 + rng.uniform(0, 0.5) * w, 12 + 16 * k, 11, int(rng.integers(2, 6)))
        blend(pixels, layer, (20, 20, 24))
    return pixels


def writing_paper(rng: np.random.Generator) -> Pixels:
    """Ruled writing paper, empty or with handwriting."""
    pixels = blank_paper(rng)
    h, w = pixels.shape[:2]
    step = float(rng.uniform(16, 40))
    color = tuple(int(c) for c in rng.integers(90, 220, 3))
    for y in np.arange(step * 2, h, step):
        cv2.line(pixels, (0, round(y)), (w, round(y)), color, 1)
    if rng.random() < 0.7:
        layer = np.zeros((h, w), np.uint8)
        for y in np.arange(step * 2, h * rng.uniform(0.3, 1.0), step):
            write_line(
                layer, rng, rng.uniform(10, 60), y - step * 0.8, round(step * 0.7), int(rng.integers(3, 9)), True
            )
        blend(pixels, layer, (20, 30, 110), 0.85)
    return pixels


def write_line(
    layer: Pixels, rng: np.random.Generator, x: float, y: float, size: int, count: int, script: bool = False
) -> None:
    """Adds a line of `count` words to a coverage layer [H, W], with its top left corner at (x, y)."""
    fonts = script_fonts() if script else printed_fonts()
    font = fonts[int(rng.integers(len(fonts)))]
    line = " ".join(str(word) for word in rng.choice(VOCABULARY, count))
    if rng.random() < 0.3:
        line += f" {rng.integers(0, 9999)}"
    paste(layer, text_mask(font, max(6, size), line), x, y)


def surface(rng: np.random.Generator) -> Pixels:
    """A table, cloth or wall."""
    h, w = sheet_size(rng)
    return np.asarray(np.clip(background(rng, h, w) + rng.normal(0, 5, (h, w, 1)), 0, 255), np.uint8)


def even_area(rng: np.random.Generator) -> Pixels:
    """An even area of any brightness, or noise."""
    h, w = sheet_size(rng)
    even = np.full((h, w, 3), rng.uniform(0, 255, 3))
    slope = np.linspace(-1, 1, w)[None, :, None] * float(rng.uniform(0, 60))
    return np.asarray(np.clip(even + slope + rng.normal(0, float(rng.choice([1, 8, 50])), (h, w, 3)), 0, 255), np.uint8)


def patches(rng: np.random.Generator) -> Pixels:
    """Areas of even or drifting colour with soft and hard edges, as of objects in a photo."""
    h, w = sheet_size(rng)
    fields = np.stack([cloud(rng, h, w, float(rng.uniform(2, 30))) for _ in range(3)], axis=-1)
    levels = float(rng.choice([2, 4, 64]))
    toned = np.round(fields * levels) / levels * rng.uniform(20, 90, 3) + rng.uniform(60, 200, 3)
    for _ in range(int(rng.integers(0, 12))):
        blot = cloud(rng, h, w, float(rng.uniform(2, 8))) > float(rng.uniform(0.3, 0.8))
        toned[blot] = toned[blot] * 0.3 + rng.uniform(0, 255, 3) * 0.7
    return np.asarray(np.clip(toned + rng.normal(0, float(rng.uniform(1, 10)), (h, w, 1)), 0, 255), np.uint8)
