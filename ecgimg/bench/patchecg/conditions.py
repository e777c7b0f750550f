"""What `ecgimg bench patchecg` hides from the networks: all that a layout does not print, leads, all leads but one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.train.patchecg.masks import LAYOUTS, Mask, layout_mask, lead_blackout, record_layouts

DARK_LEADS = (1, 3, 6, 9, 11)
"""Numbers of leads that are blacked out."""
DARK_SEED = 100
"""Seed of the blacked-out leads, plus their number."""


@dataclass(frozen=True)
class Condition:
    """One way to hide samples: its name, its kind (layout, blackout, single) and the masks of N records of length T."""

    name: str
    kind: str
    masks: Callable[[int, int], Mask]
    complete: bool = False
    """Whether it is one of the layouts 0-5, over which the mean is taken."""


def conditions(layouts: Sequence[int]) -> tuple[Condition, ...]:
    """The conditions of a benchmark: the layouts, then k of 12 leads blacked out, then each lead alone."""
    pages = [Condition(f"layout {k} ({LAYOUTS[k]})", "layout", layout_masks(k), k < len(LAYOUTS) - 1) for k in layouts]
    dark = [Condition(f"{k} of 12 leads dark", "blackout", _dark(k)) for k in DARK_LEADS]
    single = [Condition(f"lead {lead} only", "single", _single(k)) for k, lead in enumerate(LEADS)]
    return (*pages, *dark, *single)


def hide(signals: Floats, mask: Mask) -> Floats:
    """Signals with NaN where the mask is False (not observed)."""
    return np.where(mask, signals, np.float32(np.nan))


def layout_masks(layout: int) -> Callable[[int, int], Mask]:
    """The masks of one layout."""

    def masks(count: int, length: int) -> Mask:
        return np.stack([layout_mask(int(k), length) for k in record_layouts(layout, count, seed=layout)])

    return masks


def _dark(dark: int) -> Callable[[int, int], Mask]:
    return lambda count, length: lead_blackout(dark, count, length, seed=DARK_SEED + dark)


def _single(lead: int) -> Callable[[int, int], Mask]:
    def masks(count: int, length: int) -> Mask:
        mask = np.zeros((count, len(LEADS), length), bool)
        mask[:, lead] = True
        return mask

    return masks
