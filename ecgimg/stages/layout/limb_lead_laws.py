"""Einthoven's and Goldberger's laws as evidence on where a format has the limb leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.leads import FROM_I_AND_II, LIMB_LEADS
from ecgimg.datamodel.page import PlacedCell
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.observations import PageObservations, samples

Law = Mapping[str, float]
"""Lead -> factor; the sum over the leads vanishes at every moment."""
WHOLE_LAWS: tuple[Law, ...] = (
    {"I": 1, "III": 1, "II": -1},
    {"aVR": 1, "I": 0.5, "II": 0.5},
    {"aVL": 1, "I": -0.5, "III": 0.5},
    {"aVF": 1, "II": -0.5, "III": -0.5},
)
"""Laws of the six limb leads: I + III = II (Einthoven); aVR = -(I + II)/2 and so on (Goldberger)."""
PART_LAWS: tuple[Law, ...] = (WHOLE_LAWS[0], {"aVR": 1, "aVL": 1, "aVF": 1})
"""Laws of I, II, III and of the augmented leads, which stand in different columns."""


@dataclass(frozen=True)
class LawResidual:
    """`share` of the limb leads' power that their laws leave; `is_whole` if all six leads share their time.

    The laws within the two groups of three hold after an exchange of two of their leads, those of all six don't.
    """

    share: float
    is_whole: bool


def law_residual(page: PageObservations, cells: tuple[PlacedCell, ...]) -> LawResidual | None:
    """Residual of the limb leads that share their time; None where too few of them do."""
    by_lead = {cell.lead: cell for cell in cells if not cell.is_strip}
    whole = _powers(page, by_lead, WHOLE_LAWS)
    powers = [whole] if whole else [_powers(page, by_lead, (law,)) for law in PART_LAWS]
    known = [part for part in powers if part]
    left, total = (sum(part[k] for part in known) for k in (0, 1))
    return LawResidual(left / total, whole is not None) if total > 0 else None


def group_residuals(page: PageObservations, cells: tuple[PlacedCell, ...]) -> tuple[tuple[tuple[str, ...], float], ...]:
    """Limb leads that share their time, and the share of their power that all laws among them leave for most of it.

    All limb leads are sums of two of them, so that any three have a law, as have those of a column in Cabrera's order.
    Separators and names stand at the cells' ends, and strokes on a curve are misread for a moment: neither counts.
    """
    limb = [cell for cell in cells if cell.lead in LIMB_LEADS and not cell.is_strip]
    residuals = []
    for start in sorted({cell.start for cell in limb}):
        group = [cell for cell in limb if cell.start == start]
        share = _usual_residual(page, group) if len(group) > 2 else None
        if share is not None:
            residuals.append((tuple(cell.lead for cell in group), share))
    return tuple(residuals)


def _usual_residual(page: PageObservations, group: Sequence[PlacedCell]) -> float | None:
    """Share of power that the laws of three or more limb leads leave without the largest residuals; None if unknown."""
    margin = C.law_margin_mm * page.px_per_mm
    seen = [cell.sign * samples(page.lines[cell.line], cell.x0 + margin, cell.x1 - margin) for cell in group]
    curves = np.stack([curve[: min(map(len, seen))] for curve in seen])
    known = np.isfinite(curves).all(axis=0)
    if known.mean() < C.min_known_share:
        return None
    curves = curves[:, known] - np.median(curves[:, known], axis=1, keepdims=True)
    sums = np.array([FROM_I_AND_II[LIMB_LEADS.index(cell.lead)] for cell in group])
    laws = np.linalg.svd(sums)[0][:, 2:].T
    left = np.sort(((laws @ curves) ** 2).sum(axis=0))
    total = float((laws**2).sum(axis=0) @ (curves**2).mean(axis=1))
    return float(left[: int(C.law_share * left.size)].sum()) / left.size / total if total > 0 else None


def residual_beyond(page: PageObservations, cells: tuple[PlacedCell, ...]) -> float | None:
    """Residual of the limb leads' laws in the rows right of the first column; None where there is no such column.

    It is small where the rows of a single column are taken for several columns.
    """
    rows = [cell for cell in cells if not cell.is_strip]
    first, end = min(cell.x0 for cell in rows), max(cell.x1 for cell in rows)
    beyond = {cell.lead: replace(cell, x0=cell.x1, x1=end) for cell in rows if cell.x0 == first and cell.x1 < end}
    powers = _powers(page, beyond, WHOLE_LAWS)
    return powers[0] / powers[1] if powers and powers[1] else None


def _powers(
    page: PageObservations, by_lead: Mapping[str, PlacedCell], laws: tuple[Law, ...]
) -> tuple[float, float] | None:
    """Mean squares of the sums that should vanish, and of their terms; None where a lead doesn't share its time."""
    leads = sorted({lead for law in laws for lead in law})
    seen = [by_lead[lead] for lead in leads if lead in by_lead]
    if len(seen) < len(leads) or len({cell.start for cell in seen}) > 1:
        return None
    curves = np.stack([cell.sign * samples(page.lines[cell.line], cell.x0, cell.x1) for cell in seen])
    known = np.isfinite(curves).all(axis=0)
    if known.mean() < C.min_known_share:
        return None
    curves = curves[:, known] - np.median(curves[:, known], axis=1, keepdims=True)
    factors = np.array([[law.get(lead, 0.0) for lead in leads] for law in laws])
    return float(((factors @ curves) ** 2).mean(axis=1).sum()), float((factors**2 @ (curves**2).mean(axis=1)).sum())
