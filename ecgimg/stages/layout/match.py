"""Finds the paper format of a sheet: traces and landmarks -> LayoutMatch, or a refusal that says what was seen.

Every format with as many lines as the page is placed on it and judged by what the page shows: lead names; rhythm strips
that repeat one of the cells (which also shows their lead); Einthoven's law (I + III = II) and Goldberger's
(aVR + aVL + aVF = 0) among cells of the same time; and the printed length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.page import LayoutMatch, PlacedCell, PrintedScales, Scale, Trace, UprightSheet
from ecgimg.datamodel.probability import log_odds
from ecgimg.errors import Cause, RefusedError
from ecgimg.layouts import MAX_COLUMN_SECONDS, Layout
from ecgimg.networks.layout_evidence import LayoutEvidenceModel, load_layout_evidence
from ecgimg.networks.paper_speed import USUAL
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.contradictions import (
    contradicted,
    find_contradictions,
    impossible_laws,
    several_ecgs,
    without_other_leads,
)
from ecgimg.stages.layout.evidence import score_layout, stray_evidence, sum_features
from ecgimg.stages.layout.observations import PageObservations, observe
from ecgimg.stages.layout.origin import column_pitch, covers, find_origin, row_length
from ecgimg.stages.layout.scales import LayoutOptions, decide_chest_gain, decide_gain, decide_paper_speed, without_grid
from ecgimg.stages.layout.single_leads import place_single_leads, read_single_leads


@dataclass(frozen=True)
class Candidate:
    """A format placed on a page, and the evidence on it: features of the model, and sentences.

    `cells` is empty and `features` None where the format can't stand on the page: the curves have another length.
    """

    layout: Layout
    speed: Scale
    cells: tuple[PlacedCell, ...]
    features: Mapping[str, float] | None
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class _Judged:
    """A candidate, and how probable it is."""

    candidate: Candidate
    log_odds: float

    @property
    def confidence(self) -> float:
        return float(1 / (1 + np.exp(-self.log_odds)))


def find_layout(
    upright: UprightSheet, lines: tuple[Trace, ...], scales: PrintedScales, options: LayoutOptions
) -> LayoutMatch:
    """The format of a page, with its cells in place.

    Args:
        upright: the page and its landmarks.
        lines: its curves, one for each row.
        scales: its printed speed and gain.
        options: what the user knows of it.

    Raises:
        RefusedError: no format fits; the message says how many rows were seen and what came nearest. Or the leads of
            the one that does can't be what they are named.
    """
    page, first = observe(upright, lines, scales)
    best = _choose_for_one_ecg(page, options)
    found = best.candidate
    _require_possible(page, found.cells)
    match = LayoutMatch(
        layout_id=found.layout.id,
        cells=tuple(replace(cell, line=cell.line + first) for cell in without_other_leads(page, found.cells)),
        paper_speed=found.speed,
        gain=decide_gain(page, options),
        chest_gain=decide_chest_gain(page, options),
        confidence=best.confidence,
        evidence=found.evidence,
        seconds=max(c.start + c.seconds for c in found.cells),
    )
    nominal_mm = found.layout.seconds * found.speed.value
    return contradicted(match, *find_contradictions(page, found.cells, nominal_mm))


def _choose_for_one_ecg(page: PageObservations, options: LayoutOptions) -> _Judged:
    """The most probable format, or rows of one lead each; a refusal says so where the page shows several ECGs."""
    try:
        return choose(page, place_layouts(page, options), load_layout_evidence(), options.is_open)
    except RefusedError as error:
        single = _place_single_leads(page, options) if options.is_open else None
        if single is not None:
            return single
        n_repeated = several_ecgs(page)
        if n_repeated < C.min_repeated_names:
            raise
        seen = f"the names of {n_repeated} leads stand on the page more than once"
        raise RefusedError(Cause.SEVERAL_ECGS, seen, where="layout") from error


def _require_possible(page: PageObservations, cells: tuple[PlacedCell, ...]) -> None:
    """Refuses limb leads that can't be what they are named."""
    impossible = impossible_laws(page, cells)
    if impossible:
        seen = f"the curves named {' and '.join(impossible)} have no relation"
        raise RefusedError(Cause.IMPOSSIBLE_LEADS, seen, where="layout")


def _place_single_leads(page: PageObservations, options: LayoutOptions) -> _Judged | None:
    """The page as rows of one lead each; None where it is no such page."""
    single = read_single_leads(page)
    if single is None:
        return None
    layout = single.layout(page.length_mm / USUAL)
    speed = decide_paper_speed(page, options, [layout])
    cells = place_single_leads(page, single, speed)
    if cells is None:
        return None
    return _Judged(Candidate(layout, speed, cells, {}, single.evidence), float(log_odds(np.float64(single.confidence))))


def place_layouts(page: PageObservations, options: LayoutOptions) -> tuple[Candidate, ...]:
    """All formats with as many lines as the page, placed on it; they may leave over rows above and below.

    Raises:
        RefusedError: no format has as many lines.
    """
    n_lines = len(page.lines)
    rivals = [layout for layout in options.layouts if n_lines - C.max_stray_rows <= layout.n_lines <= n_lines]
    if not rivals:
        raise RefusedError(_cause(page, options.is_open), _seen(page, "which no such layout has"), where="layout")
    speed = decide_paper_speed(page, options, rivals)
    rivals += on_same_paper(rivals, speed.value)
    return tuple(
        _place_on_rows(page, layout, speed, top) for layout in rivals for top in range(n_lines - layout.n_lines + 1)
    )


def on_same_paper(layouts: Iterable[Layout], speed: float) -> list[Layout]:
    """The formats of another speed in mm/s as they are printed at this one on paper of the same length."""
    others = [layout for layout in layouts if layout.paper_speed != speed]
    return [one.on_same_paper(speed) for one in others if one.column_mm <= MAX_COLUMN_SECONDS * speed]


def choose(
    page: PageObservations, candidates: tuple[Candidate, ...], model: LayoutEvidenceModel, is_open: bool = True
) -> _Judged:
    """The most probable candidate; `is_open` is whether the user left the layout to the page.

    Raises:
        RefusedError: none is probable, or one that reads other leads is nearly as probable as the best.
    """
    judged = [_Judged(c, -np.inf if c.features is None else model.log_odds(c.features)) for c in candidates]
    judged.sort(key=lambda j: j.log_odds, reverse=True)
    best = judged[0]
    rival = next((j for j in judged[1:] if not _agree(j.candidate, best.candidate)), None)
    tied = rival is not None and best.log_odds - rival.log_odds < C.min_rival_distance
    if best.confidence < C.min_confidence or tied:
        seen = "; ".join(
            f"{j.candidate.layout.id} {j.confidence:.2f} ({', '.join(j.candidate.evidence) or 'nothing'})"
            for j in (best, rival)
            if j
        )
        raise RefusedError(
            _cause(page, is_open, best.candidate.features is not None),
            _seen(page, f"which fit no layout surely: {seen}"),
            where="layout",
        )
    return best


def _cause(page: PageObservations, is_open: bool, has_length: bool = False) -> Cause:
    """Why a page fits no layout; `has_length` is whether its curves are as long as a layout's."""
    if is_open and len(page.lines) <= C.max_strip_rows:
        if len({name.lead for name in page.names}) <= C.max_strip_names:
            return Cause.STRIP
        return Cause.CUT_OFF if page.is_cut_off else Cause.UNKNOWN_LAYOUT
    if page.is_cut_off and not has_length:
        return Cause.CUT_OFF
    if not is_open:
        return Cause.GIVEN_LAYOUT
    return Cause.UNCERTAIN_LAYOUT if has_length else Cause.UNKNOWN_LAYOUT


def _seen(page: PageObservations, which: str) -> str:
    return f"{len(page.lines)} row{'s' * (len(page.lines) != 1)} of curves over {page.length_mm:.0f} mm, {which}"


def _agree(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates read the same leads from the lines that both use; one may leave out a strip."""
    shared = {c.line for c in one.cells} & {c.line for c in other.cells}
    first, second = ({(c.line, c.lead, c.sign, c.start) for c in j.cells if c.line in shared} for j in (one, other))
    return first == second


def _place_on_rows(page: PageObservations, layout: Layout, speed: Scale, top: int) -> Candidate:
    """Places a format on the lines from `top` on; those above and below are left over."""
    end = top + layout.n_lines
    used = replace(page, lines=page.lines[top:end], begins=page.begins[top:end], ends=page.ends[top:end])
    candidate = _place(used, layout, speed)
    strays = stray_evidence(page, (*page.lines[:top], *page.lines[end:]))
    features = candidate.features
    return replace(
        candidate,
        cells=tuple(replace(cell, line=cell.line + top) for cell in candidate.cells),
        features=None if features is None else {**features, **sum_features(strays)},
        evidence=(*candidate.evidence, *(one.text for one in strays)),
    )


def _place(page: PageObservations, layout: Layout, speed: Scale) -> Candidate:
    """Places a format on a page of as many lines, and collects the evidence on it."""
    speed = speed if page.has_grid else without_grid(page, layout, speed)
    nominal_mm = row_length(page, layout, layout.seconds * speed.value)
    layout = layout.lasting(nominal_mm / speed.value)
    pitch_px = column_pitch(page, layout, nominal_mm)
    origin = find_origin(page, layout, nominal_mm, pitch_px)
    if origin is None or not covers(page, origin, nominal_mm):
        return Candidate(layout, speed, (), None, (f"{page.length_mm:.0f} mm instead of {nominal_mm:.0f} mm",))
    cells, evidence = score_layout(page, layout, place_cells(page, layout, origin, pitch_px, speed), nominal_mm)
    texts = tuple(one.text for one in evidence if one.text)
    return Candidate(layout, speed, cells, sum_features(evidence), texts)


def place_cells(
    page: PageObservations, layout: Layout, origin: float, pitch_px: float, speed: Scale
) -> tuple[PlacedCell, ...]:
    """The cells and strips of a format whose first column begins at sheet column `origin`, the next `pitch_px` on."""
    px_per_second = speed.value * page.px_per_mm
    placed = []
    for cell in (*layout.cells, *layout.strips):
        is_strip = cell.row >= layout.n_rows
        x0 = origin + (0.0 if is_strip else cell.column * pitch_px)
        width = cell.seconds * px_per_second
        placed.append(
            PlacedCell(
                lead=cell.lead,
                sign=cell.sign,
                line=cell.row,
                is_strip=is_strip,
                start=cell.start,
                seconds=cell.seconds,
                x0=x0,
                x1=x0 + (width if is_strip else min(width, pitch_px)),
                y0=page.lines[cell.row].baseline_y,
            )
        )
    return tuple(placed)
