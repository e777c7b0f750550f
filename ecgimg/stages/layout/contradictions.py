"""Contradictions on a page: evidence that its leads are not what the chosen format takes them for.

Which side of a contradiction is right can't be seen on the page, so each is a question for the user, and the format's
confidence is lowered. Electrodes that were swapped obey all laws; nothing of them is noticed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from ecgimg.datamodel.leads import LEADS, PRECORDIAL_LEADS
from ecgimg.datamodel.page import LayoutMatch, PlacedCell
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.limb_lead_laws import group_residuals
from ecgimg.stages.layout.names import is_placed, name_shift, names_near, other_leads
from ecgimg.stages.layout.observations import PageObservations, samples
from ecgimg.stages.layout.row_beats import distances, row_beats
from ecgimg.stages.layout.strips import likeness_to_cell


def find_contradictions(page: PageObservations, cells: tuple[PlacedCell, ...], nominal_mm: float) -> tuple[str, ...]:
    """A warning for each contradiction between a page and the cells of a format, whose rows are `nominal_mm` long."""
    shift = name_shift(page, cells)
    return (
        *_other_leads(page, cells, shift),
        *_exchanged_names(page, cells, shift),
        *_broken_laws(page, cells),
        *_unlike_strips(page, cells),
        *_equal_curves(page, cells),
        *_missing_time(page, nominal_mm),
        *_simultaneous_columns(page, cells),
        *_another_ecg(page, cells, shift),
    )


def contradicted(match: LayoutMatch, *warnings: str) -> LayoutMatch:
    """A match with more contradictions, if there are any, and the confidence that they leave."""
    if not warnings:
        return match
    fit = match.confidence if match.fit is None else match.fit
    confidence, texts = min(fit, C.contradicted_confidence), (*match.contradictions, *warnings)
    return replace(match, confidence=confidence, contradictions=texts, fit=fit)


def contradicted_anew(match: LayoutMatch, page: PageObservations, first: int) -> LayoutMatch:
    """A match whose leads the user named, with the contradictions that they leave; the printed names no longer count.

    `first` is the row of the sheet that is the first one of the observations.
    """
    fit = match.confidence if match.fit is None else match.fit
    named = replace(match, confidence=fit, contradictions=(), fit=None)
    cells = tuple(replace(cell, line=cell.line - first) for cell in match.cells)
    nominal_mm = match.seconds * match.paper_speed.value
    return contradicted(named, *find_contradictions(replace(page, names=()), cells, nominal_mm))


def without_other_leads(page: PageObservations, cells: tuple[PlacedCell, ...]) -> tuple[PlacedCell, ...]:
    """The cells without those that show another lead: the curve of V4R is not V4's."""
    others = _leads_instead(page, cells, name_shift(page, cells))
    return tuple(cell for cell in cells if cell.is_strip or cell.lead not in others)


def _leads_instead(page: PageObservations, cells: tuple[PlacedCell, ...], shift: float) -> dict[str, str]:
    """Lead -> the lead that its cell shows instead: one beyond the twelve by its name, or one of the twelve by its
    sure name where the limb leads' laws are broken too.
    """
    broken = {lead for leads, share in group_residuals(page, cells) if share > C.broken_law_residual for lead in leads}
    others, found = other_leads(page, cells, shift), {}
    for cell in cells:
        near, other = names_near(page, cell, shift), others.get(cell)
        if other is None and cell.lead in broken and cell.lead not in near:
            other = next((lead for lead, confidence in near.items() if confidence >= C.sure_name), None)
        if other is not None and not cell.is_strip:
            found[cell.lead] = other
    return found


def impossible_laws(page: PageObservations, cells: tuple[PlacedCell, ...]) -> tuple[str, ...]:
    """Limb leads whose curves can't be theirs, as they leave as much of the laws as leads that have no relation."""
    broken = group_residuals(page, cells)
    return tuple(_listed(leads) for leads, share in broken if share > C.impossible_law_residual)


def several_ecgs(page: PageObservations) -> int:
    """Number of leads whose names stand at several places of a page: many where it shows more than one ECG."""
    names = [name.lead for name in page.names if name.lead in LEADS and name.confidence >= C.sure_name]
    return sum(names.count(lead) > 1 for lead in LEADS)


def _other_leads(page: PageObservations, cells: tuple[PlacedCell, ...], shift: float) -> Iterator[str]:
    """Names of other leads in the places of some of the twelve."""
    others = _leads_instead(page, cells, shift)
    if others:
        yield (
            f"the page names {_listed(tuple(others.values()))} where a 12-lead ECG has {_listed(tuple(others))}: "
            "these curves are left out"
        )


def _exchanged_names(page: PageObservations, cells: Sequence[PlacedCell], shift: float) -> Iterator[str]:
    """Names that stand in each other's place, or in another lead's place and not in their own."""
    near = [(cell.lead, names_near(page, cell, shift)) for cell in cells]
    right = {lead for lead, names in near if lead in names}
    own = {
        cell.lead
        for cell in cells
        for name in page.names
        if name.lead == cell.lead and is_placed(page, name, [cell], shift)
    }
    read = {lead: max(names, key=lambda n: names[n]) for lead, names in near if names and lead not in right}
    sure = {lead for lead, names in near if names and max(names.values()) >= C.sure_name}
    for one, other in sorted(read.items()):
        if read.get(other) == one:
            if one < other:
                yield f"leads {one} and {other}: their printed names stand in each other's place; check the page"
        elif one in sure and other in LEADS and other not in own:
            yield f"lead {other} is printed where the page's format has {one}; check the page"


def _broken_laws(page: PageObservations, cells: tuple[PlacedCell, ...]) -> Iterator[str]:
    """Limb leads that don't obey Einthoven's and Goldberger's laws."""
    for leads, share in group_residuals(page, cells):
        if share > C.broken_law_residual:
            yield (
                f"leads {_listed(leads)} contradict each other: the limb leads' laws leave {100 * share:.0f} % of "
                "their power; a name or a curve is wrong, check the page"
            )


def _unlike_strips(page: PageObservations, cells: Sequence[PlacedCell]) -> Iterator[str]:
    """Rhythm strips that don't repeat the cell of their lead."""
    by_lead = {cell.lead: cell for cell in cells if not cell.is_strip}
    for strip in cells:
        if strip.is_strip and strip.lead in by_lead:
            likeness = likeness_to_cell(page, strip, by_lead[strip.lead])
            if likeness is not None and likeness < C.similar_lead:
                yield f"the rhythm strip {strip.lead} does not repeat lead {strip.lead}; check the page"


def _equal_curves(page: PageObservations, cells: Sequence[PlacedCell]) -> Iterator[str]:
    """Chest leads of the same time that show the same curve."""
    chest = [cell for cell in cells if cell.lead in PRECORDIAL_LEADS and not cell.is_strip]
    pairs = [pair for pair in combinations(chest, 2) if pair[0].start == pair[1].start and _is_equal(page, *pair)]
    if pairs:
        equal = {cell.lead for pair in pairs for cell in pair}
        yield f"leads {_listed(tuple(sorted(equal)))} show the same curve; check the page"


def _is_equal(page: PageObservations, one: PlacedCell, other: PlacedCell) -> bool:
    """Whether two cells show the same curve: their difference is as small as the error of reading."""
    first, second = (samples(page.lines[cell.line], cell.x0, cell.x1) for cell in (one, other))
    length = min(len(first), len(second))
    curves = np.stack([first[:length], second[:length]]) / page.px_per_mm
    known = np.isfinite(curves).all(axis=0)
    if known.mean() < C.min_known_share:
        return False
    curves = curves[:, known] - np.median(curves[:, known], axis=1, keepdims=True)
    return bool(np.sqrt(((curves[0] - curves[1]) ** 2).mean()) < C.equal_curves_mm)


def _missing_time(page: PageObservations, nominal_mm: float) -> Iterator[str]:
    """Rows that begin and end on the page, and are shorter than the format's."""
    lengths = np.array(page.ends) - np.array(page.begins)
    if not np.isfinite(lengths).any():
        return
    missing_mm = nominal_mm - float(np.nanmax(lengths)) / page.px_per_mm
    if missing_mm > C.max_missing_mm:
        yield f"the rows are {missing_mm:.0f} mm shorter than this format's: a piece of the page is missing"


def _simultaneous_columns(page: PageObservations, cells: Sequence[PlacedCell]) -> Iterator[str]:
    """Columns whose beats repeat those of the strip's beginning instead of those that the strip shows below them."""
    strips = [cell for cell in cells if cell.is_strip]
    later = [cell for cell in cells if not cell.is_strip and cell.start > 0]
    if not strips or not later:
        return
    rows = {line: row_beats(page, line).places_mm for line in {strips[0].line, *(cell.line for cell in later)}}
    strip = rows[strips[0].line]
    below, repeated = [], []
    for cell in later:
        x0, x1 = cell.x0 / page.px_per_mm, cell.x1 / page.px_per_mm
        beats = rows[cell.line]
        beats = beats[(beats > x0 + C.beats_apart_mm) & (beats < x1 - C.beats_apart_mm)]
        below.append(distances(beats, strip))
        repeated.append(distances(beats - x0 + strips[0].x0 / page.px_per_mm, strip))
    in_sequence, at_once = (float((np.concatenate(d) < C.beats_together_mm).mean()) for d in (below, repeated))
    if at_once > C.min_synchrony and in_sequence < C.max_asynchrony:
        yield (
            "all columns beat as the beginning of the strip and seem to show the same seconds; describe the layout in "
            "a YAML file with `simultaneous: true`"
        )


def _another_ecg(page: PageObservations, cells: Sequence[PlacedCell], shift: float) -> Iterator[str]:
    """Lead names beside the format's place that stand in it too: those of another ECG."""
    beside = {name.lead for name in page.names if name.lead in LEADS and not is_placed(page, name, cells, shift)}
    if len(beside) >= C.min_names_of_another:
        yield f"another ECG stands beside this one, with {len(beside)} lead names; give each its own picture"


def _listed(leads: Sequence[str]) -> str:
    """I, II and III."""
    return leads[0] if len(leads) == 1 else f"{', '.join(leads[:-1])} and {leads[-1]}"
