"""Small pages print names of any leads that the network reads."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.leads import LEADS
from ecgimg.networks.landmarks import FIRST_NAME
from ecgimg.networks.lead_names import NAMES
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.common.shards import from_bytes
from ecgimg.train.lead_names.pages import draw_small_page


def test_names_of_the_twelve_and_others_stand_where_they_are_marked() -> None:
    recipe = load_recipe("clean")
    names, inked = [], []
    for k in range(4):
        page = draw_small_page(Simulated(2), [recipe, recipe], np.random.default_rng([3, k]))
        ink = from_bytes(page.planes)[0]
        for channel, x, y, *_ in page.marks[page.marks[:, 0] >= FIRST_NAME]:
            names.append(NAMES[int(channel) - FIRST_NAME])
            part = ink[max(round(4 * y) - 8, 0) : round(4 * y) + 8, max(round(4 * x) - 16, 0) : round(4 * x) + 16]
            inked.append(part.size > 0 and part.max() > 0.3)
    n_usual = sum(name in LEADS for name in names)
    assert min(n_usual, len(names) - n_usual) >= 5
    assert np.mean(inked) > 0.95
