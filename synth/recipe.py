"""Recipes: every weight and strength of a set of pages in one YAML file. `recipes/` holds the presets.

A strength is a number from 0 (never) to 1 (as bad as paper gets). On each page the size of an effect is random between
0 and its strength, and some pages are without the effect even at 1.
"""

from __future__ import annotations

import os
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ecgimg.errors import UsageError
from ecgimg.io.yaml_file import read_yaml
from ecgimg.layouts import GAINS, PAPER_SPEEDS, layout_ids
from ecgimg.text import shortened

Strength = Annotated[float, Field(ge=0, le=1)]
Weights = dict[str, float]

MIN_SIZE = 0.15
"""An effect that a page has is at least this share of its strength; less would not be seen."""

OWN_STYLE = "own"
"""The style whose choices are the recipe's."""

ANY_VENDOR = "vendor"
"""Stands for any of the vendor styles."""

K = TypeVar("K", str, float)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class PageRecipe(_Part):
    """The print: weights of each choice. Where `speeds` or `gains` are empty, those of the layout are printed.

    `px_per_mm` and `line_mm` are ranges (low, high); `longest` is the maximal width of a sheet in pixels. Shares of
    pages: `tight` of sheets that end where their content ends, `clipped` of traces that end at the edge of their
    channel, `short` of faster paper that shows less time instead of being longer.

    `styles` are weights of vendor styles (`vendor` is any of them, `own` the choices above); a vendor's pages have the
    formats, scales and looks of its style.
    """

    layouts: Weights = Field(default={"3x4+1R": 1.0}, min_length=1)
    px_per_mm: tuple[float, float] = (3.2, 8.0)
    longest: int = Field(default=3600, ge=400, le=12000)
    speeds: dict[float, float] = {}
    gains: dict[float, float] = {}
    line_mm: tuple[float, float] = (0.16, 0.5)
    families: Weights = {"any": 1.0}
    tight: Strength = 0.4
    clipped: Strength = 0.1
    short: Strength = 0.0
    papers: Weights = {"white": 1.0}
    grids: Weights = {"lines": 1.0}
    grid_colors: Weights = {"red": 1.0}
    pulses: Weights = {"left": 0.65, "right": 0.12, "none": 0.23}
    styles: Weights = {OWN_STYLE: 1.0}

    @field_validator("layouts", "styles", "families", "papers", "grids", "grid_colors", "pulses", "speeds", "gains")
    @classmethod
    def _weights(cls, value: dict[str, float]) -> dict[str, float]:
        if value and (min(value.values()) < 0 or sum(value.values()) <= 0):
            raise ValueError("weights are not negative and not all zero")
        return value

    @field_validator("layouts")
    @classmethod
    def _known_layouts(cls, value: Weights) -> Weights:
        for name in value:
            if name != "all" and name not in layout_ids() and not name.endswith((".yaml", ".yml")):
                raise ValueError(f"there is no layout {name!r}")
        return value

    @field_validator("speeds", "gains")
    @classmethod
    def _known_scales(cls, value: dict[float, float]) -> dict[float, float]:
        for key in value:
            if key not in PAPER_SPEEDS + GAINS:
                raise ValueError(f"{key} is no scale of an ECG machine")
        return value

    @field_validator("px_per_mm", "line_mm")
    @classmethod
    def _range(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not 0 < value[0] <= value[1] <= 40:
            raise ValueError("a range is [low, high], both above 0 and at most 40")
        return value


class CameraRecipe(_Part):
    """The geometry: strengths; `rotation` is in degrees, `quarter_turns` the share of pages that lie on a side."""

    rotation: float = Field(default=0.0, ge=0, le=180)
    quarter_turns: Strength = 0.0
    perspective: Strength = 0.0
    curl: Strength = 0.0
    folds: Strength = 0.0
    crumple: Strength = 0.0
    lens: Strength = 0.0
    background: Strength = 0.0
    crop: Strength = 0.0


class WearRecipe(_Part):
    """What years, people and cameras do to the picture: a strength for each effect."""

    texture: Strength = 0.0
    yellowing: Strength = 0.0
    fading: Strength = 0.0
    stains: Strength = 0.0
    mould: Strength = 0.0
    bleed: Strength = 0.0
    handwriting: Strength = 0.0
    stamps: Strength = 0.0
    highlighter: Strength = 0.0
    shading: Strength = 0.0
    light: Strength = 0.0
    shadow: Strength = 0.0
    white_balance: Strength = 0.0
    moire: Strength = 0.0
    motion: Strength = 0.0
    defocus: Strength = 0.0
    sharpening: Strength = 0.0
    noise: Strength = 0.0
    low_dpi: Strength = 0.0
    grey: Strength = 0.0
    photocopy: Strength = 0.0
    jpeg: Strength = 0.0


class Recipe(_Part):
    """A whole recipe: name, print, camera (None for a flat page) and wear.

    `conditions` are weights of layouts; a set with conditions prints every record under each of them.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")
    page: PageRecipe = PageRecipe()
    camera: CameraRecipe | None = None
    wear: WearRecipe = WearRecipe()
    conditions: tuple[Weights, ...] = ()

    def under(self, condition: int) -> Recipe:
        """The recipe of one of its conditions."""
        return self.with_layouts(self.conditions[condition])

    def with_layouts(self, weights: Weights) -> Recipe:
        """The recipe with other layouts.

        Raises:
            UsageError: there is no layout of such a name.
        """
        try:
            page = PageRecipe.model_validate({**self.page.model_dump(), "layouts": weights})
        except ValidationError as error:
            remedy = f"choose from all, {', '.join(layout_ids())}, or a .yaml file"
            raise UsageError(
                error.errors()[0]["msg"].removeprefix("Value error, "), where="layout", remedy=remedy
            ) from error
        return self.model_copy(update={"page": page, "conditions": ()})

    def with_styles(self, weights: Weights) -> Recipe:
        """The recipe with other styles."""
        return self.model_copy(update={"page": self.page.model_copy(update={"styles": weights}), "conditions": ()})


def recipe_names() -> tuple[str, ...]:
    """The names of the recipes that come with the package."""
    return tuple(sorted(f.name.removesuffix(".yaml") for f in _folder().iterdir() if f.name.endswith(".yaml")))


def load_recipe(source: str | Path) -> Recipe:
    """The recipe of a name that `recipe_names` lists, or of a user's YAML file.

    Raises:
        UsageError: there is none of this name, or it breaks the schema; the message names the line.
    """
    text = str(source)
    file: Traversable | Path = _folder() / f"{text}.yaml" if text in recipe_names() else Path(text)
    if isinstance(file, Path) and not os.path.exists(file):  # Path.exists raises on a name that no file can have
        remedy = f"choose one of {', '.join(recipe_names())}, or a .yaml file"
        raise UsageError(f"there is no recipe {shortened(text)!r}", where="recipe", remedy=remedy)
    return read_yaml(Recipe, file, text, "recipe")


def pick(rng: np.random.Generator, weights: dict[K, float]) -> K:
    """A key at random, each with a probability in proportion to its weight."""
    keys, sizes = list(weights), np.array(list(weights.values()), float)
    return keys[int(rng.choice(len(keys), p=sizes / sizes.sum()))]


def amount(rng: np.random.Generator, strength: float, probability: float = 0.7) -> float:
    """The size of an effect on a page: uniform in [0.15, 1] x `strength` with a probability, else 0."""
    draw, size = rng.random(), rng.uniform(MIN_SIZE, 1.0)
    return float(strength * size) if draw < probability else 0.0


def _folder() -> Traversable:
    return resources.files("ecgimg.synth") / "recipes"
