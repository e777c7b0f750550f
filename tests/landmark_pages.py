"""A drawn page with its landmarks, for the tests of the networks that find and read them."""

from __future__ import annotations

import numpy as np

from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.common.marked_pages import MarkedPage, draw_page


def landmark_page() -> MarkedPage:
    """A flat print of 3x4+1R with pulses at the left."""
    recipe = load_recipe("clean")
    usual = recipe.page.model_copy(update={"layouts": {"3x4+1R": 1.0}, "pulses": {"left": 1.0}})
    recipe = recipe.model_copy(update={"page": usual})
    return draw_page(Simulated(2), [recipe, recipe], np.random.default_rng(4))
