"""Makes the example pages: `python examples/make.py` writes them beside this file, the same bytes every time.

Each page is a simulated heart on a drawn sheet; no patient's page is in this repository.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ecgimg.synth.recipe import Recipe, load_recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.simulator import Heart, simulate
from ecgimg.synth.signals.sources import FS, Signal

HERE = Path(__file__).resolve().parent
QUALITIES = (85, 80, 75, 70, 65, 60, 50, 40, 30)
"""JPEG qualities; the best one whose file is small enough is taken."""
MAX_BYTES = 390_000
SCAN = {
    "camera": {"rotation": 1.5, "background": 0.0, "crop": 0.1},
    "wear": {"texture": 0.3, "yellowing": 0.2, "shading": 0.1, "noise": 0.2, "jpeg": 0.2},
}
CRUMPLED = {
    "camera": {"rotation": 8, "perspective": 0.4, "curl": 0.4, "folds": 0.7, "crumple": 0.9, "background": 1},
    "wear": {"texture": 0.4, "shading": 0.8, "light": 0.5, "shadow": 0.3, "noise": 0.3, "jpeg": 0.3},
}
PHOTO: dict[str, dict[str, float]] = {}


@dataclass(frozen=True)
class Example:
    """A page: name, layout, heart and seed, and the parts that replace those of examples/recipe.yaml."""

    name: str
    layout: str
    heart: Heart
    seed: int
    changes: dict[str, dict[str, float]]


EXAMPLES = (
    Example("photo-3x4+1R", "3x4+1R", Heart(rate=68, noise=0.006, wander=0.03), 24, PHOTO),
    Example("scan-6x2", "6x2", Heart(rate=74, voltage=1.9, noise=0.006, wander=0.02), 30, SCAN),
    Example("scan-12x1", "12x1", Heart(rate=63, block="rbbb", noise=0.006, wander=0.02), 26, SCAN),
    Example("atrial-fibrillation", "3x4+1R", Heart(rate=96, rhythm="af", noise=0.006, wander=0.03), 30, PHOTO),
    Example("left-bundle-branch-block", "3x4+1R", Heart(rate=76, block="lbbb", noise=0.006, wander=0.03), 21, PHOTO),
    Example("crumpled", "3x4+1R", Heart(rate=82, noise=0.006, wander=0.03), 6, CRUMPLED),
)


@dataclass(frozen=True)
class OneHeart:
    """A source of signals with one heart."""

    heart: Heart
    seed: int
    name: str = "simulator"

    def __len__(self) -> int:
        """One recording."""
        return 1

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """The recording, longer than the page, so that the filter of the page's machine does not meet its end."""
        rng = np.random.default_rng(self.seed)
        return Signal(simulate(self.heart, rng, seconds + 4, FS), f"example-{self.seed}", text=self.heart.description())


def recipe_of(example: Example) -> Recipe:
    """The recipe of a page."""
    content = load_recipe(HERE / "recipe.yaml").with_layouts({example.layout: 1.0}).model_dump()
    return Recipe.model_validate({**content, **example.changes})


def make(example: Example) -> Path:
    """Writes one page."""
    page = sample_page(example.seed, recipe_of(example), OneHeart(example.heart, example.seed), 0)
    path = HERE / f"{example.name}.jpg"
    for quality in QUALITIES:
        Image.fromarray(page.pixels).save(path, quality=quality, optimize=True)
        if path.stat().st_size <= MAX_BYTES:
            break
    return path


if __name__ == "__main__":
    for one in EXAMPLES:
        make(one)
