"""The chain of wear: which effects a page gets, in the order in which they happen in life."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.synth.camera import Relief
from ecgimg.synth.recipe import WearRecipe, amount
from ecgimg.synth.wear import aging, exposure

Effect = Callable[[np.random.Generator, Floats, float], Floats]
Log = dict[str, float]

_ON_SHEET: tuple[tuple[str, Effect, float], ...] = (
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
"""Name, effect, and the share of pages that get it."""
_ON_PHOTO: tuple[tuple[str, Effect, float], ...] = (
    ("light", exposure.light, 0.9),
    ("shadow", exposure.shadow, 0.4),
    ("white_balance", exposure.white_balance, 0.9),
    ("moire", exposure.moire, 0.12),
)
_AT_LAST: tuple[tuple[str, Effect, float], ...] = (
    ("sharpening", exposure.sharpening, 0.5),
    ("noise", exposure.noise, 0.8),
    ("grey", exposure.grey, 0.2),
    ("photocopy", exposure.photocopy, 0.12),
    ("jpeg", exposure.jpeg, 0.85),
)


def wear_sheet(rng: np.random.Generator, pixels: Pixels, recipe: WearRecipe, relief: Relief) -> tuple[Pixels, Log]:
    """The sheet after its years, and how much of each effect it got."""
    image, log = _apply(rng, pixels.astype(np.float32), recipe, _ON_SHEET)
    size = amount(rng, recipe.shading, 1.0)
    if size and relief.z.any():
        image, log["shading"] = aging.shading(rng, image, size, relief), size
    return _pixels(image), log


def wear_photo(rng: np.random.Generator, image: Floats, recipe: WearRecipe, px_per_mm: float) -> tuple[Pixels, Log]:
    """The picture after light, lens and machine, and how much of each effect it got."""
    image, log = _apply(rng, image, recipe, _ON_PHOTO)
    for name, effect, often in (
        ("defocus", exposure.defocus, 0.6),
        ("motion", exposure.motion, 0.3),
        ("low_dpi", exposure.low_dpi, 0.3),
    ):
        size = amount(rng, getattr(recipe, name), often)
        if size:
            image, log[name] = effect(rng, image, size, px_per_mm), size
    image, last = _apply(rng, image, recipe, _AT_LAST)
    return _pixels(image), log | last


def _apply(
    rng: np.random.Generator, image: Floats, recipe: WearRecipe, effects: tuple[tuple[str, Effect, float], ...]
) -> tuple[Floats, Log]:
    log: Log = {}
    for name, effect, often in effects:
        size = amount(rng, getattr(recipe, name), often)
        if size:
            image, log[name] = effect(rng, image, size), size
    return image, log


def _pixels(image: Floats) -> Pixels:
    return np.asarray(np.clip(image + 0.5, 0, 255), np.uint8)
