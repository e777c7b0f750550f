"""The chain of wear: the effects of a page in the order in which they happen to paper, photo and file."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.synth.camera import Relief
from ecgimg.synth.recipe import WearRecipe, amount
from ecgimg.synth.wear import aging, exposure

Effect = Callable[[np.random.Generator, Floats, float], Floats]
PhotoEffect = Callable[[np.random.Generator, Floats, float, float], Floats]
Log = dict[str, float]
"""The size of each effect that a page has, by name."""

SHEET_EFFECTS: tuple[tuple[str, Effect, float], ...] = (
    ("bleed", aging.bleed, 0.25),
    ("fading", aging.fading, 0.4),
    ("texture", aging.texture, 0.8),
    ("yellowing", aging.yellowing, 0.4),
    ("stains", aging.stains, 0.3),
    ("mould", aging.mould, 0.2),
    ("highlighter", aging.highlighter, 0.2),
    ("handwriting", aging.handwriting, 0.4),
    ("stamps", aging.stamps, 0.25),
)
"""Name, effect, and the probability that a page has it."""

PHOTO_EFFECTS: tuple[tuple[str, Effect, float], ...] = (
    ("light", exposure.light, 0.9),
    ("shadow", exposure.shadow, 0.4),
    ("white_balance", exposure.white_balance, 0.9),
    ("moire", exposure.moire, 0.12),
)
"""Light and colour; as `SHEET_EFFECTS`."""

SCALED_EFFECTS: tuple[tuple[str, PhotoEffect, float], ...] = (
    ("defocus", exposure.defocus, 0.6),
    ("motion", exposure.motion, 0.3),
    ("low_dpi", exposure.low_dpi, 0.3),
)
"""Losses of detail, whose size depends on the resolution in px/mm."""

LAST_EFFECTS: tuple[tuple[str, Effect, float], ...] = (
    ("sharpening", exposure.sharpening, 0.5),
    ("noise", exposure.noise, 0.8),
    ("grey", exposure.grey, 0.2),
    ("photocopy", exposure.photocopy, 0.12),
    ("jpeg", exposure.jpeg, 0.85),
)
"""What software and office machines do to the file; as `SHEET_EFFECTS`."""


def wear_sheet(rng: np.random.Generator, pixels: Pixels, recipe: WearRecipe, relief: Relief) -> tuple[Pixels, Log]:
    """The flat sheet [H, W, 3] after wear, and the size of each effect."""
    image, log = _apply(rng, pixels.astype(np.float32), recipe, SHEET_EFFECTS)
    size = amount(rng, recipe.shading, 1.0)
    if size and relief.z.any():
        image, log["shading"] = aging.shading(rng, image, size, relief), size
    return _pixels(image), log


def wear_photo(rng: np.random.Generator, image: Floats, recipe: WearRecipe, px_per_mm: float) -> tuple[Pixels, Log]:
    """The photo [H, W, 3] 0..255 after light, lens and machine, and the size of each effect."""
    image, log = _apply(rng, image, recipe, PHOTO_EFFECTS)
    for name, effect, probability in SCALED_EFFECTS:
        size = amount(rng, getattr(recipe, name), probability)
        if size:
            image, log[name] = effect(rng, image, size, px_per_mm), size
    image, last = _apply(rng, image, recipe, LAST_EFFECTS)
    return _pixels(image), log | last


def _apply(
    rng: np.random.Generator, image: Floats, recipe: WearRecipe, effects: tuple[tuple[str, Effect, float], ...]
) -> tuple[Floats, Log]:
    log: Log = {}
    for name, effect, probability in effects:
        size = amount(rng, getattr(recipe, name), probability)
        if size:
            image, log[name] = effect(rng, image, size), size
    return image, log


def _pixels(image: Floats) -> Pixels:
    return np.asarray(np.clip(image + 0.5, 0, 255), np.uint8)
