"""Small pages whose lead names are any that the network reads, of the twelve leads and of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ecgimg.datamodel.leads import LEADS, LIMB_LEADS, PRECORDIAL_LEADS
from ecgimg.layouts import Layout
from ecgimg.networks.lead_names import NAMES
from ecgimg.synth.page.render import render_page
from ecgimg.synth.page.style import sample_style
from ecgimg.synth.recipe import Recipe
from ecgimg.synth.sample import photograph, printed
from ecgimg.synth.signals.sources import FS, SignalSource
from ecgimg.train.common.marked_pages import MarkedPage, marked, resampled, straightened
from ecgimg.train.common.sheets import worn

COLUMN_MM = 45.0
"""Length of each of the two columns of a page."""
PITCH_MM = (9.0, 20.0)
"""Least and largest distance between the rows of a page."""
OTHER_SHARE = 0.45
"""Share of the names that are not of the twelve leads."""
PAPER_SPEED = 25.0
"""mm/s."""

_ROWS = tuple(zip(LIMB_LEADS, PRECORDIAL_LEADS, strict=True))


def draw_small_page(source: SignalSource, recipes: Sequence[Recipe], rng: np.random.Generator) -> MarkedPage:
    """A sheet of two columns with names at random; recipes as of `common.marked_pages.draw_page`."""
    is_flat = rng.random() < 0.5
    recipe = recipes[0 if is_flat else int(rng.integers(1, len(recipes)))]
    layout = Layout(id="names", title="a small page", rows=_ROWS, column_seconds=COLUMN_MM / PAPER_SPEED)
    style = replace(
        sample_style(rng, layout, recipe.page),
        paper=None, paper_speed=PAPER_SPEED, pitch=float(rng.uniform(*PITCH_MM)), names=_names(rng),
    )  # fmt: skip
    signal = source.get(int(rng.integers(2**31 - 1)))
    page = render_page(printed(signal.mv, rng), FS, layout, style, rng)
    if is_flat:
        return marked(page, page.curves, *resampled(page, worn(page.pixels, rng), rng), rng)
    photo = photograph(page, signal, recipe, rng)
    return marked(photo.sheet, photo.curves, *straightened(photo, rng), rng)


def _names(rng: np.random.Generator) -> tuple[tuple[str, str], ...]:
    """For each lead a name at random that is printed in place of its own."""
    others = NAMES[len(LEADS) :]
    return tuple((lead, str(rng.choice(others if rng.random() < OTHER_SHARE else LEADS))) for lead in LEADS)
