"""Finds the paper format of a sheet: curves and words -> LayoutMatch, or a refusal that says what was seen.

Every format with as many lines as the page is placed on it and judged by what the page itself says: the lead names that
were read, a rhythm strip that repeats one of the cells (which also tells its lead), Einthoven's law (I + III = II) and
Goldberger's (aVR + aVL + aVF = 0) among cells of the same time, and the printed length.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.page import LayoutMatch, PlacedCell, PrintedScales, Scale, Trace, UprightSheet
from ecgimg.errors import RefusedError
from ecgimg.layouts import Layout
from ecgimg.stages.layout.evidence import weigh
from ecgimg.stages.layout.observations import PageObservations, printed_range, samples
from ecgimg.stages.layout.origin import column_pitch, covers, find_origin
from ecgimg.stages.layout.scales import LayoutOptions, decide_gain, decide_paper_speed, speed_of_length

MIN_CONFIDENCE = 0.65
MIN_SEEN = 0.3
"""Share of the printed range over which an outermost row must be seen."""
MAX_STRAY = 2
"""Rows that may turn out to be lines of text above or below the curves."""
STRAY_DOUBT, STRAY_CURVE_DOUBT, STRAY_LINE_DOUBT = 6.0, 30.0, 1.5
"""Doubt added by each of them, by one that is seen from end to end as a curve is, and by one that is straight: the
grid's frame.
"""
STRAIGHT_MM = 1.0
"""Height within which a straight line stays, but for half a percent of it above and below."""
CURVE_SEEN = 0.85
"""Share of the printed range over which it is then seen."""
RIVAL_DOUBT = 1.5
"""How many times the doubt of the best format that of the next one must be."""
_REMEDY = "name the page's layout with --layout (see `ecgimg layouts list`), or describe it in a YAML file"


@dataclass(frozen=True)
class _Judgement:
    layout: Layout
    speed: Scale
    cells: tuple[PlacedCell, ...]
    confidence: float
    evidence: tuple[str, ...]


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
        RefusedError: no format fits; the message tells how many rows were seen and what came nearest.
    """
    if not lines:
        raise RefusedError("no ECG curves found on the grid", where="layout")
    q = upright.sheet.px_per_mm
    left, right, begins, ends = printed_range(lines, upright.pulses, upright.sheet)
    seen = [k for k, line in enumerate(lines) if _seen(line, left, right) > MIN_SEEN]
    if not seen:
        raise RefusedError("no curve is seen for a good part of its row", where="layout")
    first, last = seen[0], seen[-1] + 1
    page = PageObservations(
        lines=lines[first:last],
        names=upright.names,
        starts=upright.starts,
        pulses=upright.pulses,
        scales=scales,
        left=left,
        right=right,
        begins=begins[first:last],
        ends=ends[first:last],
        px_per_mm=q,
        has_grid=upright.sheet.straightened_by == "grid",
    )
    match = _best_match(page, options)
    return replace(match, cells=tuple(replace(cell, line=cell.line + first) for cell in match.cells))


def _seen(line: Trace, left: float, right: float) -> float:
    """Share of the printed range over which a line is seen; text above and below the curves is for a small part."""
    x = np.arange(len(line.y)) * line.step
    return float((line.confidence[(x >= left) & (x <= right)] > 0.5).mean())


def _best_match(page: PageObservations, options: LayoutOptions) -> LayoutMatch:
    """The format that a page's evidence speaks for; formats may leave over rows above and below."""
    lines, q, left, right = page.lines, page.px_per_mm, page.left, page.right
    rivals = [layout for layout in options.layouts if len(lines) - MAX_STRAY <= layout.n_lines <= len(lines)]
    if not rivals:
        raise RefusedError(f"{len(lines)} rows of curves, which no known layout has", where="layout", remedy=_REMEDY)
    speed = decide_paper_speed(page, options, rivals)
    rivals += [layout.shortened(speed.value) for layout in rivals if speed.value > layout.paper_speed]
    judged = [_judge_rows(page, layout, speed, top) for layout in rivals for top in _tops(lines, layout)]
    judged.sort(key=lambda j: j.confidence, reverse=True)
    best = judged[0]
    other = next((j for j in judged[1:] if not _agree(j, best)), None)
    tied = other is not None and 1 - other.confidence < RIVAL_DOUBT * (1 - best.confidence)
    if best.confidence < MIN_CONFIDENCE or tied:
        seen = "; ".join(
            f"{j.layout.id} {j.confidence:.2f} ({', '.join(j.evidence) or 'nothing'})" for j in (best, other) if j
        )
        raise RefusedError(
            f"{len(lines)} rows over {(right - left) / q:.0f} mm fit no layout surely: {seen}",
            where="layout",
            remedy=_REMEDY,
        )
    return LayoutMatch(
        layout_id=best.layout.id,
        cells=best.cells,
        paper_speed=best.speed,
        gain=decide_gain(page, options),
        confidence=best.confidence,
        evidence=best.evidence,
        seconds=max(c.start + c.seconds for c in best.cells),
    )


def _tops(lines: tuple[Trace, ...], layout: Layout) -> range:
    """The first lines from which a format's lines can be counted; what is left over is taken for lines of text."""
    return range(len(lines) - layout.n_lines + 1)


def _judge_rows(page: PageObservations, layout: Layout, speed: Scale, top: int) -> _Judgement:
    """Judges a format on the lines from `top` on; every line that it leaves over adds doubt."""
    kept = slice(top, top + layout.n_lines)
    strays = [*page.lines[:top], *page.lines[top + layout.n_lines :]]
    doubt = float(np.prod([_stray_doubt(line, page) for line in strays]))
    judged = _judge(
        replace(page, lines=page.lines[kept], begins=page.begins[kept], ends=page.ends[kept]), layout, speed
    )
    return replace(
        judged,
        cells=tuple(replace(cell, line=cell.line + top) for cell in judged.cells),
        confidence=max(1 - (1 - judged.confidence) * doubt, 0.0),
        evidence=(*judged.evidence, f"{len(strays)} rows left over") if strays else judged.evidence,
    )


def _stray_doubt(line: Trace, page: PageObservations) -> float:
    """The doubt that a line adds which a format leaves over."""
    y = samples(line, page.left, page.right)
    known = np.flatnonzero(np.isfinite(y))
    if known.size > 1:
        off = y[known] - np.polynomial.Polynomial.fit(known, y[known], 1)(known)
        if np.ptp(np.percentile(off, (0.5, 99.5))) < STRAIGHT_MM * page.px_per_mm:
            return STRAY_LINE_DOUBT
    return STRAY_CURVE_DOUBT if _seen(line, page.left, page.right) > CURVE_SEEN else STRAY_DOUBT


def _agree(one: _Judgement, other: _Judgement) -> bool:
    """Whether two judgements read the same leads from the lines that both use; one may leave out a strip."""
    shared = {c.line for c in one.cells} & {c.line for c in other.cells}
    first, second = ({(c.line, c.lead, c.sign, c.start) for c in j.cells if c.line in shared} for j in (one, other))
    return first == second


def _judge(page: PageObservations, layout: Layout, speed: Scale) -> _Judgement:
    """Places a format on the page and weighs what speaks for and against it.

    Independent pieces of evidence leave the doubt of each: confidence = 1 - product of the doubts.
    """
    speed = speed if page.has_grid else speed_of_length(page, layout, speed)
    nominal_mm = layout.seconds * speed.value
    pitch = column_pitch(page, layout, nominal_mm)
    origin = find_origin(page, layout, nominal_mm, pitch)
    if origin is None or not covers(page, origin, nominal_mm):
        length_mm = (page.right - page.left) / page.px_per_mm
        return _Judgement(layout, speed, (), 0.0, (f"{length_mm:.0f} mm instead of {nominal_mm:.0f} mm",))
    cells, evidence = weigh(page, layout, _place(page, layout, origin, pitch, speed), nominal_mm)
    doubt = float(np.prod([one.doubt for one in evidence]))
    words = tuple(one.words for one in evidence if one.words)
    return _Judgement(layout, speed, cells, float(np.clip(1 - doubt, 0, 1)), words)


def _place(page: PageObservations, layout: Layout, origin: float, pitch: float, speed: Scale) -> tuple[PlacedCell, ...]:
    per_second = speed.value * page.px_per_mm
    placed = []
    for cell in (*layout.cells, *layout.strips):
        is_strip = cell.row >= layout.n_rows
        x0 = origin + (0.0 if is_strip else cell.column * pitch)
        room = np.inf if is_strip else pitch
        placed.append(
            PlacedCell(
                lead=cell.lead,
                sign=cell.sign,
                line=cell.row,
                is_strip=is_strip,
                start=cell.start,
                seconds=cell.seconds,
                x0=x0,
                x1=x0 + min(cell.seconds * per_second, room),
                y0=page.lines[cell.row].baseline_y,
            )
        )
    return tuple(placed)
