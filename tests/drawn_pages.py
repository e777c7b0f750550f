"""Pages drawn for the stages' tests."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import Photo, Sheet, SheetMap, UprightSheet
from ecgimg.layouts import load_layout
from ecgimg.networks.trace import PX_PER_MM
from ecgimg.stages.landmarks.find import find_landmarks
from ecgimg.stages.straighten.by_grid import by_grid
from ecgimg.synth.page.render import render_page
from ecgimg.synth.page.style import PageStyle
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.sample import MIN_SECONDS, sample_page
from ecgimg.synth.signals.sources import FS, Simulated
from ecgimg.synth.truth import Page, SynthPage, shown_signals

STEP = 20.0


@cache
def drawn(preset: str, layout: str, seed: int) -> SynthPage:
    """A page of a layout at usual speed and gain, on a grid that can be seen."""
    recipe = load_recipe(preset)
    usual = {"layouts": {layout: 1.0}, "speeds": {25.0: 1.0}, "gains": {10.0: 1.0}, "grids": {"lines": 1.0}}
    page = recipe.page.model_copy(update=usual | {"px_per_mm": (7.0, 8.0)})
    return sample_page((seed,), recipe.model_copy(update={"page": page}), Simulated(seed))


@cache
def upright(preset: str, layout: str, seed: int) -> UprightSheet:
    """The same page, straightened and turned upright."""
    sheet = by_grid(Photo(drawn(preset, layout, seed).pixels, Path("page.png")))
    assert sheet is not None
    return find_landmarks(sheet)


@cache
def flat(layout: str, style: PageStyle) -> tuple[Page, UprightSheet]:
    """A page of 8 px/mm, whatever its style's scale, without camera or straightening: its pixels are the sheet's.

    At another speed than the layout's it is as long, and shows less or more.
    """
    rng = np.random.default_rng(5)
    style = replace(style, px_per_mm=PX_PER_MM)
    shown = load_layout(layout)
    if style.paper_speed != shown.paper_speed:
        shown = shown.on_same_paper(style.paper_speed)
    page = render_page(Simulated(5).get(5, max(MIN_SECONDS, shown.seconds)).mv, FS, shown, style, rng)
    h, w = page.pixels.shape[:2]
    x, y = np.meshgrid(np.arange(int(w / STEP) + 2) * STEP, np.arange(int(h / STEP) + 2) * STEP)
    sheet = Sheet(
        pixels=page.pixels,
        px_per_mm=page.px_per_mm,
        map=SheetMap(np.stack([x, y], axis=2).astype(np.float32), STEP),
        photo_shape=(h, w),
        rotation=0.0,
        straightened_by="grid",
        grid_confidence=1.0,
    )
    return page, find_landmarks(sheet)


def true_signals(page: Page) -> Floats:
    """What a flat page shows: [12, T] mV at 500 Hz, NaN elsewhere."""
    return shown_signals(page.curves)
