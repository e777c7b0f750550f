"""Masks of what a page shows of a record: the one definition of PatchECG's masks, for training and benchmarks.

A mask is a bool array [12, T], True where a sample was observed. The seven layouts and the blackouts are those of
PatchECG (arXiv 2508.09165); the columns of a layout are fractions of T, so any length will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAD_COUNT = 12
LAYOUTS: tuple[str, ...] = ("3x4", "3x4+II", "3x4+II+V1", "6x2", "6x2+II", "12x1", "random")
"""Names of layouts 0-6; 6 draws one of 0-5 for each record."""

_COLUMNS = (4, 4, 4, 2, 2, 1)
_STRIPS: tuple[tuple[int, ...], ...] = ((), (1,), (1, 6), (), (1,), ())

Mask = NDArray[np.bool_]


def layout_mask(layout: int, length: int) -> Mask:
    """Mask [12, length] of layout 0-5; ValueError for another number."""
    if not 0 <= layout < len(_COLUMNS):
        raise ValueError(f"layout {layout} is not one of 0-5; layout 6 is drawn per record by record_layouts")
    mask = column_mask(np.linspace(0, length, _COLUMNS[layout] + 1).round().astype(int), length)
    mask[list(_STRIPS[layout])] = True
    return mask


def column_mask(bounds: Sequence[int] | NDArray[np.int_], length: int) -> Mask:
    """Mask of len(bounds) - 1 columns that share the leads in order; column k shows [bounds[k], bounds[k + 1])."""
    mask = np.zeros((LEAD_COUNT, length), bool)
    for k, leads in enumerate(np.array_split(np.arange(LEAD_COUNT), len(bounds) - 1)):
        mask[leads, bounds[k] : bounds[k + 1]] = True
    return mask


def record_layouts(layout: int, count: int, seed: int = 0) -> NDArray[np.int_]:
    """Layout of each of ``count`` records: the same one for 0-5, uniform over 0-5 for layout 6."""
    if layout == len(LAYOUTS) - 1:
        return np.random.default_rng(seed).integers(0, len(_COLUMNS), count)
    return np.full(count, layout)


def lead_blackout(dark: int, count: int, length: int, seed: int = 0) -> Mask:
    """[count, 12, length] masks with ``dark`` of 12 leads, drawn at random for each record, wholly unobserved."""
    rng = np.random.default_rng(seed)
    order = rng.permuted(np.tile(np.arange(LEAD_COUNT), (count, 1)), axis=1)
    return np.repeat((order >= dark)[:, :, None], length, axis=2)


@dataclass(frozen=True)
class MaskRecipe:
    """Probabilities of the parts of a training mask.

    Attributes:
        layout: of one of the layouts 0-5.
        free_columns: of 2-4 columns with free bounds and strips; with neither of both all is visible before blackouts.
        blackout: that a contiguous block of .0 to .8 of the record is hidden in each lead.
        leads: that 1 to `max_leads` whole leads are hidden.
        max_leads: largest number of hidden leads.
        gaps: that each lead has a short dropout, as a digitizer leaves it.
    """

    layout: float = 0.6
    free_columns: float = 0.2
    blackout: float = 0.25
    leads: float = 0.3
    max_leads: int = 11
    gaps: float = 0.15


def draw_masks(rng: np.random.Generator, count: int, length: int, recipe: MaskRecipe | None = None) -> Mask:
    """[count, 12, length] training masks; every record shows at least a quarter of one lead."""
    recipe = recipe or MaskRecipe()
    masks = np.stack([_draw_page(rng, length, recipe) for _ in range(count)])
    for mask in masks:
        page = mask.copy()
        _hide_parts(rng, mask, recipe)
        if mask.sum() < length // 4:
            mask[:] = page
    return masks


def _draw_page(rng: np.random.Generator, length: int, recipe: MaskRecipe) -> Mask:
    kind = rng.random()
    if kind < recipe.layout:
        return layout_mask(int(rng.integers(0, len(_COLUMNS))), length)
    if kind >= recipe.layout + recipe.free_columns:
        return np.ones((LEAD_COUNT, length), bool)
    columns = int(rng.integers(2, 5))
    jitter = rng.uniform(-0.1, 0.1, columns + 1) * length
    bounds = np.clip(np.linspace(0, length, columns + 1) + jitter, 0, length).astype(int)
    mask = column_mask(bounds, length)
    mask[rng.permutation(LEAD_COUNT)[: int(rng.integers(0, 3))]] = True
    return mask


def _hide_parts(rng: np.random.Generator, mask: Mask, recipe: MaskRecipe) -> None:
    length = mask.shape[1]
    if rng.random() < recipe.blackout:
        for lead in mask:
            _hide(rng, lead, int(rng.integers(0, 9) * length // 10))
    if rng.random() < recipe.leads:
        dark = int(rng.integers(1, recipe.max_leads + 1))
        mask[rng.permutation(LEAD_COUNT)[:dark]] = False
    if rng.random() < recipe.gaps:
        for lead in mask:
            _hide(rng, lead, int(rng.integers(0, length // 25)))


def _hide(rng: np.random.Generator, lead: Mask, width: int) -> None:
    start = int(rng.integers(0, len(lead) - width + 1))
    lead[start : start + width] = False
