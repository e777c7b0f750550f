"""What `ecgimg bench complete` hides: all but some leads, or all that a page of four columns does not show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Bools
from ecgimg.datamodel.leads import LEADS, LIMB_LEADS
from ecgimg.train.patchecg.masks import layout_mask

LENGTH = 1000
"""Samples of a record at 100 Hz."""
PAGE_LAYOUT = 1
"""The number of 3x4+II among the layouts of PatchECG."""
COLUMNS = 4
LEAD_SETS = (("II", "V1", "V5"), ("I", "II", "V2"))


@dataclass(frozen=True, eq=False)
class Part:
    """A stretch that is scored by itself: its name, its samples, and rows of its leads that were estimated in it."""

    name: str
    samples: slice
    rows: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Condition:
    """What is seen [12, LENGTH], and the parts that are scored."""

    name: str
    seen: Bools
    parts: tuple[Part, ...]


def conditions() -> tuple[Condition, ...]:
    """The sets of leads, then the page."""
    sets = [_of(f"{', '.join(leads)} for 10 s", _lead_set(leads), 1) for leads in LEAD_SETS]
    return (*sets, _of("page 3x4+II", layout_mask(PAGE_LAYOUT, LENGTH), COLUMNS))


def _lead_set(leads: tuple[str, ...]) -> Bools:
    seen = np.zeros((len(LEADS), LENGTH), bool)
    seen[[LEADS.index(lead) for lead in leads]] = True
    return seen


def _of(name: str, seen: Bools, count: int) -> Condition:
    size = LENGTH // count
    names = [f"{name}, column {k + 1}" for k in range(count)] if count > 1 else [name]
    slices = [slice(k * size, (k + 1) * size) for k in range(count)]
    parts = [Part(name, samples, estimated(seen[:, samples])) for name, samples in zip(names, slices, strict=True)]
    return Condition(name, seen, tuple(parts))


def estimated(seen: Bools) -> tuple[int, ...]:
    """Rows of the leads that are not seen and do not follow exactly from two limb leads that are."""
    shown = np.asarray(seen.any(axis=1))
    is_exact = int(shown[: len(LIMB_LEADS)].sum()) >= 2
    return tuple(row for row in np.flatnonzero(~shown).tolist() if not (is_exact and row < len(LIMB_LEADS)))
