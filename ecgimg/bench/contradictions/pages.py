"""Pages that contradict themselves, drawn from reserved seeds, and the same pages without a contradiction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.arrays import Pixels
from ecgimg.datamodel.leads import LEADS
from ecgimg.layouts import Layout, load_layouts
from ecgimg.synth.recipe import Recipe, load_recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import Signal, SignalSource

SEED = 91_000_000
"""First number of the seeds that are reserved for this benchmark; no training draws from them."""
PRESETS = ("scan", "photo")
"""Presets of the pages in turn."""
RIGHT_SIDED = {"V3": "V3R", "V4": "V4R", "V5": "V5R", "V6": "V6R"}
"""Names of a right-sided ECG, by the leads in whose places they are printed."""
POSTERIOR = {"V4": "V7", "V5": "V8", "V6": "V9"}
"""Names of a posterior ECG, by the leads in whose places they are printed."""


@dataclass(frozen=True)
class Draft:
    """What a page is drawn from: its number, recipe of one layout, signals, and a generator of its own."""

    number: int
    recipe: Recipe
    source: SignalSource
    rng: np.random.Generator

    def page(self, names: Mapping[str, str] | None = None) -> Pixels:
        """The page of this number, with some names printed in place of others."""
        return sample_page((SEED, self.number), self.recipe, self.source, names=names).pixels


@dataclass(frozen=True)
class ShuffledLeads:
    """A source whose leads are those of another source in another order: lead k is lead `order[k]`."""

    source: SignalSource
    order: tuple[int, ...]
    name: str = "shuffled"

    def __len__(self) -> int:
        return len(self.source)

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """The recording of a number with its leads in this order."""
        signal = self.source.get(index, seconds)
        return replace(signal, mv=signal.mv[list(self.order)])


@dataclass(frozen=True)
class Kind:
    """Pages of one contradiction: how one is made, and how many are drawn."""

    draw: Callable[[Draft], Pixels]
    pages: int


def _right(draft: Draft) -> Pixels:
    return draft.page()


def _two_exchanged(draft: Draft) -> Pixels:
    one, other = (str(lead) for lead in draft.rng.choice(LEADS, 2, replace=False))
    return draft.page({one: other, other: one})


def _shuffled(draft: Draft) -> Pixels:
    order = tuple(int(k) for k in draft.rng.permutation(len(LEADS)))
    return replace(draft, source=ShuffledLeads(draft.source, order)).page()


def _right_sided(draft: Draft) -> Pixels:
    return draft.page(RIGHT_SIDED)


def _posterior(draft: Draft) -> Pixels:
    return draft.page(POSTERIOR)


KINDS: Mapping[str, Kind] = {
    "right": Kind(_right, 12),
    "two names exchanged": Kind(_two_exchanged, 40),
    "curves shuffled": Kind(_shuffled, 12),
    "right-sided": Kind(_right_sided, 6),
    "posterior": Kind(_posterior, 6),
}
"""Kinds of pages by what contradicts the format; the first are as they should be."""


def draw(kind: str, number: int, source: SignalSource) -> Pixels:
    """The page of a kind and number; 12-lead layouts and presets in turn."""
    layouts = twelve_lead_layouts()
    layout = layouts[number // len(PRESETS) % len(layouts)]
    recipe = load_recipe(PRESETS[number % len(PRESETS)]).with_layouts({layout.id: 1.0})
    rng = np.random.default_rng([SEED, number, list(KINDS).index(kind)])
    return KINDS[kind].draw(Draft(number, recipe, source, rng))


def twelve_lead_layouts() -> tuple[Layout, ...]:
    """The formats that show all 12 leads."""
    return tuple(layout for layout in load_layouts() if {cell.lead for cell in layout.cells} == set(LEADS))
