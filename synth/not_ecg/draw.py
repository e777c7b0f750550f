"""Pictures that are no ECG page: other printed paper, and other things before a camera, for the quality gate.

Each kind draws RGB pixels [H, W, 3] from a random generator. The gate is trained on `KINDS`. `VALIDATION_KINDS` are for
its test only: kinds that it has not met.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ecgimg.datamodel.arrays import Pixels
from ecgimg.errors import UsageError
from ecgimg.synth.not_ecg.charts import brain_waves, breathing, channels, chart, earthquake, oscillations
from ecgimg.synth.not_ecg.on_paper import TRAINING_ON_PAPER, VALIDATION_ON_PAPER, DrawOnPaper
from ecgimg.synth.not_ecg.prints import contours, document, doodles, floor_plan, music, shapes, table
from ecgimg.synth.not_ecg.sheets import (
    blank_paper,
    even_area,
    grid_paper,
    patches,
    sheet_size,
    surface,
    writing_paper,
)

PICTURES = (
    "brick.png", "camera.png", "cell.png", "chelsea.png", "clock_motion.png", "coffee.png", "color.png", "grass.png",
    "gravel.png", "horse.png", "hubble_deep_field.jpg", "ihc.png", "microaneurysms.png", "moon.png",
    "motorcycle_left.png", "page.png", "phantom.png", "chessboard_GRAY.png",
)  # fmt: skip
"""Pictures of scikit-image's wheel for the training of the gate."""

VALIDATION_PICTURES = ("astronaut.png", "coins.png", "retina.jpg", "rocket.jpg", "text.png", "logo.png")
"""The same for the test of the gate."""

COLLAGE_KINDS = ("document", "table", "shapes", "contours", "patches", "picture", "bar-chart")
"""Kinds of the parts of a collage."""

_Draw = Callable[[np.random.Generator], Pixels]


def draw_non_ecg(kind: str, rng: np.random.Generator) -> Pixels:
    """A picture of a kind of `KINDS` or `VALIDATION_KINDS`: RGB pixels [H, W, 3].

    Raises:
        UsageError: there is no such kind.
    """
    draw = _DRAW.get(kind)
    if draw is None:
        raise UsageError(f"no kind of picture {kind!r}", where="synth", remedy=f"choose from {', '.join(_DRAW)}")
    return draw(rng)


def _collage(rng: np.random.Generator) -> Pixels:
    """Pictures of other kinds, beside and over each other."""
    h, w = sheet_size(rng)
    out = np.full((h, w, 3), 250, np.uint8)
    for _ in range(int(rng.integers(2, 7))):
        part = _DRAW[str(rng.choice(COLLAGE_KINDS))](rng)
        height, width = int(rng.integers(60, h)), int(rng.integers(60, w))
        y, x = int(rng.integers(0, h - height + 1)), int(rng.integers(0, w - width + 1))
        out[y : y + height, x : x + width] = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
    return out


def _on_paper(draw: DrawOnPaper, grid: float = 0.0) -> _Draw:
    """Draws on plain paper, or on grid paper with a probability of `grid`."""

    def drawn(rng: np.random.Generator) -> Pixels:
        pixels = (grid_paper(rng) if rng.random() < grid else blank_paper(rng)).copy()
        draw(pixels, rng)
        return pixels

    return drawn


def _picture(names: tuple[str, ...]) -> _Draw:
    """Draws one of those named pictures that the installed scikit-image has."""

    def draw(rng: np.random.Generator) -> Pixels:
        folder = Path(str(files("skimage.data")))
        found = [name for name in names if (folder / name).is_file()]
        with Image.open(folder / str(rng.choice(found))) as picture:
            return np.asarray(picture.convert("RGB"), np.uint8)

    return draw


_DRAW: dict[str, _Draw] = {
    "blank": blank_paper,
    "grid": grid_paper,
    "ruled": writing_paper,
    "document": document,
    "table": table,
    "line-chart": lambda rng: chart(rng, "line"),
    "bar-chart": lambda rng: chart(rng, "bar"),
    "eeg": lambda rng: channels(rng, brain_waves, 22),
    "texture": surface,
    "plain": even_area,
    "scrawl": doodles,
    "picture": _picture(PICTURES),
    "shapes": shapes,
    "patches": patches,
    "contours": contours,
    "collage": _collage,
    "oscilloscope": lambda rng: channels(rng, oscillations, 12),
    **{kind: _on_paper(draw, 0.4) for kind, draw in TRAINING_ON_PAPER.items()},
    "seismogram": lambda rng: channels(rng, earthquake, 9),
    "breathing": lambda rng: channels(rng, breathing, 6),
    "scatter": lambda rng: chart(rng, "scatter"),
    "music": music,
    "floor-plan": floor_plan,
    "held-picture": _picture(VALIDATION_PICTURES),
    **{kind: _on_paper(draw) for kind, draw in VALIDATION_ON_PAPER.items()},
}

VALIDATION_KINDS = ("seismogram", "breathing", "scatter", "music", "floor-plan", "held-picture", *VALIDATION_ON_PAPER)
"""Kinds for the test of the quality gate."""

KINDS = tuple(kind for kind in _DRAW if kind not in VALIDATION_KINDS)
"""Kinds for the training of the quality gate."""
