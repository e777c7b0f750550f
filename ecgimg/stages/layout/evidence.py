"""What speaks for and against a paper format placed on a page: lead names, strips, the limb leads' laws, likeness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import LeadName, PlacedCell
from ecgimg.layouts import Layout
from ecgimg.stages.layout.observations import PageObservations, samples
from ecgimg.stages.layout.origin import LABEL_LEFT_MM, LABEL_RIGHT_MM, LENGTH_TOLERANCE

NAME_LINE_MM = 3.0
"""Distance within which names agree on how far from their zero lines they stand."""
LABEL_REACH_MM = 22.0
"""How far above or below its row's zero line it stands."""
SAME_LEAD = 0.95
"""Correlation from which a strip repeats a cell; different leads of the same beats reach about 0.8 at times."""
RENAMED_LEAD = 0.985
"""Correlation with another lead's cell from which a strip without a name is taken for that lead."""
LIKE_LEAD = 0.7
STRIP_DOUBTS = (6.0, 3.0, 0.8, 0.8, 0.3)
"""Doubts of strips that are unlike their cell, nearly like it, and repeat it."""
LEAD_MARGIN = 0.15
"""By how much another cell must be more like a strip than the format's own lead before the strip is renamed."""
MISREAD_NAME = 5.0
"""How many times as unlike the cell of its printed name as that of the format's own lead a strip is whose name must
have been misread: "I" for a pale "II"."""
NAMELESS_DOUBT = 8.0
"""Doubt added where neither a lead name nor the usual rhythm strips, all of them, tell which leads these are."""
RIGHT_NAME_DOUBT = 0.8
"""Doubt of each lead name that is read where a format has it."""
SURE_NAME = 0.9
UNSURE_WRONG_DOUBT, WRONG_NAME_DOUBT = 1.4, 2.5
"""Doubts of each other name that stands there instead: read with less than SURE_NAME, as three of four misread ones
are, and surely, as nine of ten right ones are. A page with V1 to V6 in an order of its own has six sure ones."""
USUAL_NAMES = 12
"""Leads from which each name counts as one. Of a format of fewer each that is in place tells more, since all of them
prove as much, and each that has no place in it tells more against it."""
MISSING_NAME_DOUBT = 1.4
"""Doubt added by each lead name that a format expects and the page does not show, if its others are read."""
IDLE_NAME_DOUBT = 1.25
"""Doubt added by each lead name on the page that a format has no place for."""
UNUSUAL_STRIP = 2.0
"""Doubt added where a strip shows another lead than the format says."""
LAG_MM = 1.0
"""By how much a strip may lie beside its cell on a page that is not quite straight."""
LAW_RESIDUAL = 0.5
"""Share of the power from which what is left of Einthoven's law says nothing; a wrong assignment leaves more."""
LAW_DOUBTS = (0.15, 2.0)
"""Least and most by which the law changes the doubt."""
OBEYED = 0.05
"""What is left where leads stand one above the other and the limb leads are where a format has them; that is as sure as
names."""
OBEYED_TURNED = 0.01
"""The same on six rows in Cabrera order, for which V1 to V6 could be taken: of 17,349 recordings of PTB-XL one leaves
as little, while six rows in plain order leave 47 % at least."""
GOING_ON, GOING_ON_DOUBTS = (0.01, 0.04), (30.0, 1.0)
"""What is left of the laws beyond a column of all six, and the doubts of a format that has other leads there; V1 to V6
read as a Cabrera sequence leave a fifth as a rule and a twentieth at times."""
WHOLE_LAWS: tuple[Mapping[str, float], ...] = (
    {"I": 1, "III": 1, "II": -1},
    {"aVR": 1, "I": 0.5, "II": 0.5},
    {"aVL": 1, "I": -0.5, "III": 0.5},
    {"aVF": 1, "II": -0.5, "III": -0.5},
)
"""Einthoven's law and Goldberger's: these sums vanish at every moment."""
PART_LAWS: tuple[Mapping[str, float], ...] = (WHOLE_LAWS[0], {"aVR": 1, "aVL": 1, "aVF": 1})
"""What is left of them where limb leads and augmented leads stand in different columns."""
HALVES_PX_PER_MM = 2.0
"""Scale at which halves of rows are compared."""


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence: the factor by which it changes the doubt of a format, and what it says, if anything."""

    doubt: float
    words: str = ""


@dataclass(frozen=True)
class _Law:
    """Share of the limb leads' power that their laws leave, and whether all six leads were seen at once.

    Einthoven's law alone allows I and III to change places, and Goldberger's three leads may.
    """

    left: float
    whole: bool


def weigh(
    page: PageObservations, layout: Layout, cells: tuple[PlacedCell, ...], nominal_mm: float
) -> tuple[tuple[PlacedCell, ...], tuple[Evidence, ...]]:
    """The cells with each strip's lead as the page shows it, and all evidence on the format that placed them."""
    evidence = [*_length(page, nominal_mm)]
    shift = _name_shift(page, cells)
    right, against, missed = _names(page, cells, shift)
    evidence += _named(page, len(cells), right, against, missed)
    cells, repeats = _strips(page, cells, shift)
    evidence += _repeated(layout, repeats)
    usual = {cell.lead for cell in layout.strips}
    told = [lead in usual and r is not None and r > LIKE_LEAD for lead, r in repeats]
    law = _law_residual(page, cells)
    telling = {cell.lead for cell in cells} == set(LEADS) or all(cell.sign > 0 for cell in cells)
    most = OBEYED if telling else OBEYED_TURNED
    obeyed = layout.n_columns == 1 and law is not None and law.whole and law.left < most
    if right == 0 and not (told and all(told)) and not obeyed:
        evidence.append(Evidence(NAMELESS_DOUBT))
    return cells, (*evidence, *_alike(page, layout, cells), *_lawful(law), *_going_on(page, cells))


def _length(page: PageObservations, nominal_mm: float) -> tuple[Evidence, ...]:
    length = (page.right - page.left) / page.px_per_mm
    fits = abs(length / nominal_mm - 1) < LENGTH_TOLERANCE
    return (Evidence(0.6, f"{length:.0f} mm long"),) if fits else ()


def _named(page: PageObservations, cells: int, right: int, against: list[float], missed: float) -> tuple[Evidence, ...]:
    """Lead names that are read, contradicted, missed, or on the page without a place in the format."""
    if not page.names:
        return ()
    idle = max(len(page.names) - right, 0)
    each = max(USUAL_NAMES / cells, 1.0) if right or against else 1.0
    doubt = RIGHT_NAME_DOUBT ** (each * right) * IDLE_NAME_DOUBT ** (each * idle)
    doubt *= float(np.prod(against)) * MISSING_NAME_DOUBT**missed
    return (Evidence(doubt, f"{right} of {cells} lead names read, {len(against)} against"),)


def _repeated(layout: Layout, repeats: list[tuple[str, float | None]]) -> tuple[Evidence, ...]:
    printed = {cell.lead for cell in layout.strips}
    return tuple(
        Evidence(
            (1.0 if lead in printed else UNUSUAL_STRIP) * _doubt_of_strip(likeness),
            f"strip {lead} can't be compared with its cell"
            if likeness is None
            else f"strip {lead} repeats its cell (r = {likeness:.2f})",
        )
        for lead, likeness in repeats
    )


def _alike(page: PageObservations, layout: Layout, cells: tuple[PlacedCell, ...]) -> tuple[Evidence, ...]:
    halves = _halves_alike(page, cells)
    if halves is None:
        return ()
    return (Evidence(_doubt_of_halves(halves, layout.n_columns), f"left and right halves alike to {halves:.2f}"),)


def _lawful(law: _Law | None) -> tuple[Evidence, ...]:
    if law is None:
        return ()
    doubt = float(np.clip(law.left / LAW_RESIDUAL, *LAW_DOUBTS))
    return (Evidence(doubt, f"Einthoven's law leaves {100 * law.left:.0f} %"),)


def _going_on(page: PageObservations, cells: tuple[PlacedCell, ...]) -> tuple[Evidence, ...]:
    """Speaks against a change of leads where the rows obey the limb leads' laws beyond it as before."""
    rows = [cell for cell in cells if not cell.is_strip]
    first, end = min(cell.x0 for cell in rows), max(cell.x1 for cell in rows)
    beyond = {cell.lead: replace(cell, x0=cell.x1, x1=end) for cell in rows if cell.x0 == first and cell.x1 < end}
    found = _power_left(page, beyond, WHOLE_LAWS)
    if found is None or not found[1]:
        return ()
    residual = found[0] / found[1]
    doubt = float(np.interp(residual, GOING_ON, GOING_ON_DOUBTS))
    return (Evidence(doubt, "the limb leads go on in the next column"),) if doubt > 1 else ()


def _names(page: PageObservations, cells: tuple[PlacedCell, ...], shift: float) -> tuple[int, list[float], float]:
    """How many cells have their lead's name beside their start, the doubts of those that have another lead's and not
    their own, and how much the names that are missing tell: each as much as names can be read on the page, and those of
    a column without any as much as in the column where most are read.
    """
    columns: dict[float, list[tuple[bool, bool]]] = {}
    against = []
    for cell in cells:
        near = _names_near(page, cell, shift)
        columns.setdefault(cell.x0, []).append((cell.lead in near, bool(near)))
        if near and cell.lead not in near:
            against.append(WRONG_NAME_DOUBT if max(near.values()) >= SURE_NAME else UNSURE_WRONG_DOUBT)
    right = sum(named for column in columns.values() for named, _ in column)
    best = max(sum(named for named, _ in column) / len(column) for column in columns.values())
    missed = 0.0
    for column in columns.values():
        read, missing = any(named for named, _ in column), sum(not seen for _, seen in column)
        missed += missing * (right / len(cells) if read else best)
    return right, against, missed


def _names_near(page: PageObservations, cell: PlacedCell, shift: float) -> dict[str, float]:
    """The leads whose names stand beside a cell's start, `shift` pixels below its zero line, and how surely."""
    near = NAME_LINE_MM * page.px_per_mm
    found = [name for name in page.names if _beside(page, name, cell) and abs(name.y - cell.y0 - shift) < near]
    return {name.lead: name.confidence for name in sorted(found, key=lambda name: name.confidence)}


def _beside(page: PageObservations, name: LeadName, cell: PlacedCell) -> bool:
    """Whether a name stands where a cell's may, as far as the direction along the rows goes."""
    return -LABEL_LEFT_MM * page.px_per_mm < name.x - cell.x0 < LABEL_RIGHT_MM * page.px_per_mm


def _name_shift(page: PageObservations, cells: tuple[PlacedCell, ...]) -> float:
    """By how much names stand below their zero lines: one distance on all of a page, on which most names agree."""
    reach = LABEL_REACH_MM * page.px_per_mm
    shifts = np.array(
        [
            name.y - cell.y0
            for cell in cells
            for name in page.names
            if name.lead == cell.lead and _beside(page, name, cell) and abs(name.y - cell.y0) < reach
        ]
    )
    if not shifts.size:
        return 0.0
    agree = np.abs(shifts[:, None] - shifts[None]) < NAME_LINE_MM * page.px_per_mm
    return float(np.median(shifts[agree[agree.sum(axis=1).argmax()]]))


def _strips(
    page: PageObservations, cells: tuple[PlacedCell, ...], shift: float
) -> tuple[tuple[PlacedCell, ...], list[tuple[str, float | None]]]:
    """The cells with each strip's lead as the page shows it, and (lead, likeness to its cell) of every strip.

    A strip's printed name decides, unless it repeats the format's own lead far better than the one it is said to be;
    without a name, a cell of another lead that it repeats clearly better than its own.
    """
    named = list(cells)
    repeats: list[tuple[str, float | None]] = []
    for k, strip in enumerate(cells):
        if not strip.is_strip:
            continue
        likeness = {c.lead: (_likeness(page, strip, c), c) for c in cells if not c.is_strip}
        known = {lead: (r, c) for lead, (r, c) in likeness.items() if r is not None}
        if strip.lead not in known:
            repeats.append((strip.lead, None))
            continue
        printed = _names_near(page, strip, shift) & known.keys()
        best = max(known, key=lambda lead: known[lead][0])
        chosen = strip.lead
        if len(printed) == 1 and known[min(printed)][0] > LIKE_LEAD:
            name = printed.pop()
            if not _misread(known[name][0], known[chosen][0]):
                chosen = name
        elif known[best][0] > max(RENAMED_LEAD, known[chosen][0] + LEAD_MARGIN):
            chosen = best
        named[k] = replace(strip, lead=chosen, sign=known[chosen][1].sign)
        repeats.append((chosen, known[chosen][0]))
    return tuple(named), repeats


def _misread(named: float, own: float) -> bool:
    """Whether a strip that is like the cell of its name, and like the format's own lead, must be the latter."""
    return own > RENAMED_LEAD and 1 - named > MISREAD_NAME * (1 - own)


def _likeness(page: PageObservations, strip: PlacedCell, cell: PlacedCell) -> float | None:
    """Best correlation of a strip with a cell over the cell's stretch of paper, moved by up to LAG_MM either way, or
    None where too little is known.
    """
    lag = round(LAG_MM * page.px_per_mm)
    here = samples(page.lines[cell.line], cell.x0, cell.x1)
    around = samples(page.lines[strip.line], cell.x0 - lag, cell.x1 + lag)
    found = [
        r
        for k in range(0, len(around) - len(here) + 1, 2)
        if (r := _correlation(here, around[k : k + len(here)])) is not None
    ]
    return max(found, default=None)


def _correlation(one: Floats, other: Floats) -> float | None:
    known = np.isfinite(one) & np.isfinite(other)
    if known.mean() < 0.5:
        return None
    a, b = (part[known] - part[known].mean() for part in (one, other))
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else None


def _doubt_of_strip(correlation: float | None) -> float:
    if correlation is None:
        return 1.5
    return float(np.interp(correlation, [0.0, LIKE_LEAD, LIKE_LEAD + 0.01, SAME_LEAD, SAME_LEAD + 0.01], STRIP_DOUBTS))


def _doubt_of_halves(alike: float, columns: int) -> float:
    """A row of one lead beats alike to its end; where it changes from lead to lead, its halves differ."""
    if columns == 1:
        return float(np.interp(alike, [0.6, 0.9], [1.3, 0.5]))
    return float(np.interp(alike, [0.7, 0.95], [0.6, 1.6]))


def _halves_alike(page: PageObservations, cells: tuple[PlacedCell, ...]) -> float | None:
    """How alike the left and right halves of the rows are: the median of their best correlations over all lags."""
    left, right = min(c.x0 for c in cells), max(c.x1 for c in cells)
    scores = []
    for row in sorted({c.line for c in cells if not c.is_strip}):
        curve = samples(page.lines[row], left, right)[:: max(1, round(page.px_per_mm / HALVES_PX_PER_MM))]
        middle, window = len(curve) // 2, len(curve) // 4
        pattern, search = curve[middle // 2 - window // 2 : middle // 2 + window // 2], curve[middle:]
        if np.isfinite(pattern).all() and np.isfinite(search).mean() > 0.8:
            search = np.nan_to_num(search, nan=float(np.nanmedian(search)))
            scores.append(float(cv2.matchTemplate(search[None], pattern[None], cv2.TM_CCOEFF_NORMED).max()))
    return float(np.median(scores)) if scores else None


def _law_residual(page: PageObservations, cells: tuple[PlacedCell, ...]) -> _Law | None:
    """What the laws leave of the limb leads that share their time; None where too few of them do."""
    by_lead = {cell.lead: cell for cell in cells if not cell.is_strip}
    whole = _power_left(page, by_lead, WHOLE_LAWS)
    parts = [whole] if whole else [_power_left(page, by_lead, (law,)) for law in PART_LAWS]
    known = [part for part in parts if part]
    left, total = (sum(part[k] for part in known) for k in (0, 1))
    return _Law(left / total, whole is not None) if total > 0 else None


def _power_left(
    page: PageObservations, by_lead: Mapping[str, PlacedCell], laws: tuple[Mapping[str, float], ...]
) -> tuple[float, float] | None:
    """Mean squares of what should vanish, and of the terms that it consists of; None where a lead is not seen with the
    others.
    """
    leads = sorted({lead for law in laws for lead in law})
    seen = [by_lead[lead] for lead in leads if lead in by_lead]
    if len(seen) < len(leads) or len({cell.start for cell in seen}) > 1:
        return None
    curves = np.stack([cell.sign * samples(page.lines[cell.line], cell.x0, cell.x1) for cell in seen])
    known = np.isfinite(curves).all(axis=0)
    if known.mean() < 0.5:
        return None
    curves = curves[:, known] - np.median(curves[:, known], axis=1, keepdims=True)
    shares = np.array([[law.get(lead, 0.0) for lead in leads] for law in laws])
    return float(((shares @ curves) ** 2).mean(axis=1).sum()), float((shares**2 @ (curves**2).mean(axis=1)).sum())
