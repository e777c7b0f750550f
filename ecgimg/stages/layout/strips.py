"""Rhythm strips as evidence: which cell each repeats, and which lead it shows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import PlacedCell
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.names import names_near
from ecgimg.stages.layout.observations import PageObservations, samples


@dataclass(frozen=True)
class StripLikeness:
    """A strip's lead, and the correlation with that lead's cell; None where they can't be compared."""

    lead: str
    correlation: float | None


def identify_strips(
    page: PageObservations, cells: tuple[PlacedCell, ...], shift_px: float
) -> tuple[tuple[PlacedCell, ...], tuple[StripLikeness, ...]]:
    """The cells with each strip's lead as the page shows it, and the likeness of every strip."""
    identified = list(cells)
    found: list[StripLikeness] = []
    for k, strip in enumerate(cells):
        if not strip.is_strip:
            continue
        likeness = {c.lead: (likeness_to_cell(page, strip, c), c) for c in cells if not c.is_strip}
        known = {lead: (r, c) for lead, (r, c) in likeness.items() if r is not None}
        if strip.lead not in known:
            found.append(StripLikeness(strip.lead, None))
            continue
        printed = names_near(page, strip, shift_px).keys() & known.keys()
        lead = strip_lead(strip.lead, {lead: r for lead, (r, _) in known.items()}, printed)
        correlation, cell = known[lead]
        identified[k] = replace(strip, lead=lead, sign=cell.sign)
        found.append(StripLikeness(lead, correlation))
    return tuple(identified), tuple(found)


def strip_lead(expected: str, correlations: dict[str, float], printed: set[str]) -> str:
    """The lead that a strip shows.

    A single printed name decides, unless the strip repeats the expected lead far better than the named one. Without a
    name, another lead that it repeats clearly better than the expected one.

    Args:
        expected: the format's own lead for the strip, a key of `correlations`.
        correlations: lead -> correlation of the strip with its cell.
        printed: leads whose names stand beside the strip, of these keys.
    """
    best = max(correlations, key=lambda lead: correlations[lead])
    if len(printed) == 1 and correlations[min(printed)] > C.similar_lead:
        named = min(printed)
        return expected if _is_misread(correlations[named], correlations[expected]) else named
    if correlations[best] > max(C.renamed_lead, correlations[expected] + C.lead_margin):
        return best
    return expected


def _is_misread(named: float, expected: float) -> bool:
    """Whether a strip with these correlations shows the expected lead rather than the one of its printed name."""
    return expected > C.renamed_lead and 1 - named > C.misread_ratio * (1 - expected)


def likeness_to_cell(page: PageObservations, strip: PlacedCell, cell: PlacedCell) -> float | None:
    """Best correlation of a strip with a cell over the cell's stretch of paper, at lags of up to `max_lag_mm`; None
    where too little is known.
    """
    lag = round(C.max_lag_mm * page.px_per_mm)
    here = samples(page.lines[cell.line], cell.x0, cell.x1)
    around = samples(page.lines[strip.line], cell.x0 - lag, cell.x1 + lag)
    found = [
        r
        for k in range(0, len(around) - len(here) + 1, C.lag_step_px)
        if (r := _correlation(here, around[k : k + len(here)])) is not None
    ]
    return max(found, default=None)


def _correlation(one: Floats, other: Floats) -> float | None:
    known = np.isfinite(one) & np.isfinite(other)
    if known.mean() < C.min_known_share:
        return None
    a, b = (part[known] - part[known].mean() for part in (one, other))
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else None
