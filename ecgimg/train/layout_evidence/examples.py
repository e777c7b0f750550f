"""Examples of formats placed on pages, right and wrong: ObservedPage -> features and labels.

Each page is shown as it is, with names dropped at random, among formats that have other leads as rhythm strips, with V1
to V6 printed in another order, and with two names exchanged. On the last two no known format is right for the rows
whose leads changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.leads import LEADS, PRECORDIAL_LEADS
from ecgimg.errors import RefusedError
from ecgimg.layouts import Layout, load_layout
from ecgimg.stages.layout.match import Candidate, place_layouts
from ecgimg.stages.layout.observations import PageObservations
from ecgimg.stages.layout.scales import LayoutOptions
from ecgimg.train.layout_evidence.pages import ObservedPage, TrueStretch

READ_SHARES = (0.0, 0.3, 0.6)
"""Shares of the names that are read on pages from which names are dropped."""
AS_SEEN = "as seen"
DROPPED = "names dropped"
OTHER_STRIPS = "other strips than the formats'"
REORDERED = "V leads in another order"
SWAPPED = "two names exchanged"
VARIANT_WEIGHTS = {AS_SEEN: 1.0, DROPPED: 0.5, OTHER_STRIPS: 0.25, REORDERED: 0.25}
"""Weight of each variant's examples in the fit: pages with other names are rarer than here, and a model that must not
be misled by two exchanged names would take no misread name either, so that those only measure it."""
WRONG_COSTS = {AS_SEEN: 1.0, DROPPED: 3.0, OTHER_STRIPS: 1.0, REORDERED: 1.0}
"""Cost of a wrong format against that of a refused right one: pages with few names tempt to guess."""
PLACE_TOLERANCE_MM = 8.0
"""Distance between a cell's end and that of the true stretch; columns lie 62 mm apart."""


@dataclass(frozen=True)
class PageVariant:
    """A page, perhaps with other names: its observations, and the stretches that it truly shows.

    `strips` are leads that the formats have as rhythm strips in place of their own, if any.
    """

    kind: str
    observations: PageObservations
    stretches: tuple[TrueStretch, ...]
    strips: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example:
    """A format placed on a page: features of the model, whether it is right and complete.

    `weight` is its page's in the fit, `cost` its own.
    """

    features: Mapping[str, float]
    is_right: bool
    weight: float
    cost: float = 1.0


def page_variants(page: ObservedPage) -> Iterator[PageVariant]:
    """The variants of a page, drawn by its number; none if the page was refused."""
    seen = page.observations
    if seen is None:
        return
    rng = np.random.default_rng([page.number, len(page.stretches)])
    yield PageVariant(AS_SEEN, seen, page.stretches)
    if seen.names:
        share = rng.choice(READ_SHARES)
        names = tuple(name for name in seen.names if rng.random() < share)
        yield PageVariant(DROPPED, replace(seen, names=names), page.stretches)
    shown = sorted({name.lead for name in seen.names})
    if any(lead in PRECORDIAL_LEADS for lead in shown):
        yield rename(REORDERED, page, dict(zip(PRECORDIAL_LEADS, _another_order(rng), strict=True)))
    if len(shown) > 1:
        one, other = (str(lead) for lead in rng.choice(shown, 2, replace=False))
        yield rename(SWAPPED, page, {one: other, other: one})
    if load_layout(page.layout).rhythm:
        strips = tuple(str(lead) for lead in rng.permutation(LEADS))
        yield PageVariant(OTHER_STRIPS, seen, page.stretches, strips)


def reversed_precordials(page: ObservedPage) -> PageVariant:
    """The page with V6 where V1 is, and so on."""
    return rename(REORDERED, page, dict(zip(PRECORDIAL_LEADS, reversed(PRECORDIAL_LEADS), strict=True)))


def rename(kind: str, page: ObservedPage, leads: Mapping[str, str]) -> PageVariant:
    """The page as if it showed and named other leads: lead -> lead."""
    seen = page.observations
    assert seen is not None
    names = tuple(replace(name, lead=leads.get(name.lead, name.lead)) for name in seen.names)
    stretches = tuple(replace(stretch, lead=leads.get(stretch.lead, stretch.lead)) for stretch in page.stretches)
    return PageVariant(kind, replace(seen, names=names), stretches)


def variant_examples(variant: PageVariant, layouts: tuple[Layout, ...]) -> Iterator[Example]:
    """All formats that can stand on a page; none of a variant that only measures."""
    weight = VARIANT_WEIGHTS.get(variant.kind, 0.0)
    for candidate in candidates(variant, layouts) if weight else ():
        if candidate.features is not None:
            right = is_right(candidate, variant) and is_complete(candidate, variant)
            yield Example(candidate.features, right, weight, 1.0 if right else WRONG_COSTS[variant.kind])


def candidates(variant: PageVariant, layouts: tuple[Layout, ...]) -> tuple[Candidate, ...]:
    """The formats placed on a page; none where no format has as many rows."""
    if variant.strips:
        layouts = tuple(with_strips(layout, variant.strips) for layout in layouts)
    try:
        return place_layouts(variant.observations, LayoutOptions(layouts))
    except RefusedError:
        return ()


def with_strips(layout: Layout, leads: tuple[str, ...]) -> Layout:
    """The format with the first of these leads as rhythm strips, as many as it has."""
    return Layout.model_validate({**layout.model_dump(), "rhythm": leads[: len(layout.rhythm)]})


def is_right(candidate: Candidate, variant: PageVariant) -> bool:
    """Whether each cell of a placed format shows the true lead, the right way up, over the true stretch of paper."""
    lines, tolerance = variant.observations.lines, PLACE_TOLERANCE_MM * variant.observations.px_per_mm
    for cell in candidate.cells:
        stretches = [s for s in variant.stretches if (s.lead, s.sign) == (cell.lead, cell.sign)]
        y0 = lines[cell.line].baseline_y
        if not any(
            max(abs(s.x0 - cell.x0), abs(s.x1 - cell.x1), abs(s.y0 - y0)) < tolerance
            and _is_nearest_row(s, y0, variant.stretches)
            for s in stretches
        ):
            return False
    return bool(candidate.cells)


def is_complete(candidate: Candidate, variant: PageVariant) -> bool:
    """Whether a placed format leaves over no row that holds true stretches."""
    return true_rows(variant) <= {cell.line for cell in candidate.cells}


def true_rows(variant: PageVariant) -> set[int]:
    """Numbers of the rows that hold true stretches, each the nearest to theirs; others are text or lines."""
    baselines = np.array([line.baseline_y for line in variant.observations.lines])
    limit = PLACE_TOLERANCE_MM * variant.observations.px_per_mm
    distances = [np.abs(baselines - stretch.y0) for stretch in variant.stretches]
    return {int(distance.argmin()) for distance in distances if distance.min() < limit}


def _is_nearest_row(stretch: TrueStretch, y0: float, stretches: tuple[TrueStretch, ...]) -> bool:
    """Whether no other row of true stretches lies nearer to a line's baseline."""
    return abs(stretch.y0 - y0) <= min(abs(other.y0 - y0) for other in stretches) + 1.0


def _another_order(rng: np.random.Generator) -> tuple[str, ...]:
    order = tuple(str(lead) for lead in rng.permutation(PRECORDIAL_LEADS))
    return order if order != PRECORDIAL_LEADS else tuple(reversed(PRECORDIAL_LEADS))
