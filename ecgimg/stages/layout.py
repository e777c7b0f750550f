"""Finds the paper format of a sheet: curves and words -> LayoutMatch, or a refusal that says what was seen.

Every format with as many lines as the page is placed on it and judged by what the page itself says: the lead names that
were read, a rhythm strip that repeats one of the cells (which also tells its lead), Einthoven's law (I + III = II) and
Goldberger's (aVR + aVL + aVF = 0) among cells of the same time, and the printed length.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ecgimg.errors import RefusedError
from ecgimg.layouts import PAPER_SPEEDS, Layout
from ecgimg.stages.grid import Array
from ecgimg.stages.words import read_gain, read_speed, read_texts
from ecgimg.types import LayoutMatch, LeadName, Line, PlacedCell, Pulse, Scale, UprightSheet

BESIDE_MM = 25.0
"""Curves may be seen this far before a format begins or after it ends: pulses, and what is taken for a curve."""
LENGTH_TOLERANCE = 0.035
"""Share by which the printed length may differ from the format's."""
MIN_VISIBLE = 0.55
"""Share of the format's length that must be on the picture."""
LABEL_LEFT_MM, LABEL_RIGHT_MM = 8.0, 34.0
"""Where a lead's name stands relative to the start of its cell; some programs spread names wider than columns."""
START_MM = 2.0
"""Distance within which starts of stretches agree."""
START_ROW_MM = 6.0
"""Distance from a row's zero line within which its stretches start."""
SHARP_SIGN, BLURRED_SIGN, PULSE_SIGN, START_SIGN = (1.0, 0.25), (0.2, 0.4), (0.5, 0.25), (0.2, 0.6)
"""Weight and spread in mm of what tells the origin: ends of rows, those beside a pulse, pulses, starts of stretches."""
PEN_MM = 0.1
"""Half the width of a stroke: by so much it ends after the time that it stands for."""
NAME_VOTES = 2
"""Starts that a lead name counts for."""
START_SHARE = 0.3
"""Share of a format's cells whose starts must agree."""
NAME_LINE_MM = 3.0
"""Distance within which names agree on how far from their zero lines they stand."""
LABEL_REACH_MM = 22.0
"""How far above or below its row's zero line it stands."""
SAME_LEAD = 0.95
"""Correlation from which a strip repeats a cell; different leads of the same beats reach about 0.8 at times."""
RENAMED_LEAD = 0.985
"""Correlation with another lead's cell from which a strip without a name is taken for that lead."""
LIKE_LEAD = 0.7
LEAD_MARGIN = 0.15
"""By how much another cell must be more like a strip than the format's own lead before the strip is renamed."""
NAMELESS_DOUBT = 4.0
"""Doubt added where neither a lead name nor a rhythm strip tells which leads these are."""
MISSING_NAME_DOUBT = 1.4
"""Doubt added by each lead name that a format expects and the page does not show, if its others are read."""
IDLE_NAME_DOUBT = 1.25
"""Doubt added by each lead name on the page that a format has no place for."""
UNUSUAL_STRIP = 2.0
"""Doubt added where a strip shows another lead than the format says."""
LAW_RESIDUAL = 0.5
"""Share of the power from which what is left of Einthoven's law says nothing; a wrong assignment leaves more."""
HALVES_PX_PER_MM = 2.0
"""Scale at which halves of rows are compared."""
MIN_CONFIDENCE = 0.6
MIN_SEEN = 0.3
"""Share of the printed range over which an outermost row must be seen."""
MAX_STRAY = 2
"""Rows that may turn out to be lines of text above or below the curves."""
STRAY_DOUBT = 6.0
"""Doubt added by each of them."""
RIVAL_DOUBT = 1.5
"""How many times the doubt of the best format that of the next one must be."""
FOOT_MM = 4.0
"""Longest foot of a calibration pulse after its right stroke."""
PULSE_MV = 1.0
"""Height of a calibration pulse."""


@dataclass(frozen=True)
class LayoutOptions:
    """What the user knows of a page: formats to choose from; paper speed (mm/s) and gain (mm/mV), None to read them."""

    layouts: tuple[Layout, ...]
    paper_speed: float | None = None
    gain: float | None = None


@dataclass(frozen=True)
class _Page:
    """What was seen of a page, in sheet pixels."""

    lines: tuple[Line, ...]
    names: tuple[LeadName, ...]
    starts: tuple[tuple[float, float], ...]
    pulses: tuple[Pulse, ...]
    text: str
    left: float
    right: float
    begins: tuple[float, ...]
    ends: tuple[float, ...]
    px_per_mm: float


@dataclass(frozen=True)
class _Judgement:
    layout: Layout
    cells: tuple[PlacedCell, ...]
    confidence: float
    evidence: tuple[str, ...]


def find_layout(upright: UprightSheet, lines: tuple[Line, ...], options: LayoutOptions) -> LayoutMatch:
    """The format of a page, with its cells in place.

    Raises:
        RefusedError: no format fits; the message tells how many rows were seen and what came nearest.
    """
    if not lines:
        raise RefusedError("no ECG curves found on the grid", where="layout")
    q = upright.sheet.px_per_mm
    text = read_texts(upright.sheet.pixels, upright.scale_texts, q)
    left, right, begins, ends = _printed_range(lines, upright.pulses)
    seen = [k for k, line in enumerate(lines) if _seen(line, left, right)]
    if not seen:
        raise RefusedError("no curve is seen for a good part of its row", where="layout")
    first, last = seen[0], seen[-1] + 1
    page = _Page(
        lines=lines[first:last],
        names=upright.names,
        starts=upright.starts,
        pulses=upright.pulses,
        text=text,
        left=left,
        right=right,
        begins=begins[first:last],
        ends=ends[first:last],
        px_per_mm=q,
    )
    match = _best_match(page, options)
    return replace(match, cells=tuple(replace(cell, line=cell.line + first) for cell in match.cells))


def _seen(line: Line, left: float, right: float) -> bool:
    """Whether a line is seen for a good part of the printed range; the first and last rows may be text that is not."""
    x = np.arange(len(line.y)) * line.step
    return bool((line.confidence[(x >= left) & (x <= right)] > 0.5).mean() > MIN_SEEN)


def _best_match(page: _Page, options: LayoutOptions) -> LayoutMatch:
    """The format that a page's evidence speaks for; formats may leave over rows above and below."""
    lines, q, left, right = page.lines, page.px_per_mm, page.left, page.right
    rivals = [layout for layout in options.layouts if len(lines) - MAX_STRAY <= layout.n_lines <= len(lines)]
    if not rivals:
        raise RefusedError(f"{len(lines)} rows of curves, which no known layout has", where="layout", remedy=_REMEDY)
    speed = _paper_speed(page, options, rivals)
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
        paper_speed=speed,
        gain=_gain(page, options),
        confidence=best.confidence,
        evidence=best.evidence,
        seconds=max(c.start + c.seconds for c in best.cells),
    )


def _tops(lines: tuple[Line, ...], layout: Layout) -> range:
    """The first lines from which a format's lines can be counted; what is left over is taken for lines of text."""
    return range(len(lines) - layout.n_lines + 1)


def _judge_rows(page: _Page, layout: Layout, speed: Scale, top: int) -> _Judgement:
    """Judges a format on the lines from `top` on; every line that it leaves over adds doubt."""
    kept = slice(top, top + layout.n_lines)
    stray = len(page.lines) - layout.n_lines
    judged = _judge(
        replace(page, lines=page.lines[kept], begins=page.begins[kept], ends=page.ends[kept]), layout, speed
    )
    return replace(
        judged,
        cells=tuple(replace(cell, line=cell.line + top) for cell in judged.cells),
        confidence=max(1 - (1 - judged.confidence) * STRAY_DOUBT**stray, 0.0),
        evidence=(*judged.evidence, f"{stray} rows left over") if stray else judged.evidence,
    )


def _agree(one: _Judgement, other: _Judgement) -> bool:
    """Whether two judgements read the same leads from the lines that both use; one may leave out a strip."""
    shared = {c.line for c in one.cells} & {c.line for c in other.cells}
    first, second = ({(c.line, c.lead, c.sign, c.start) for c in j.cells if c.line in shared} for j in (one, other))
    return first == second


_REMEDY = "name the page's layout with --layout (see `ecgimg layouts list`), or describe it in a YAML file"


def _printed_range(
    lines: tuple[Line, ...], pulses: tuple[Pulse, ...]
) -> tuple[float, float, tuple[float, ...], tuple[float, ...]]:
    """First and last sheet column of the curves, without the calibration pulses, and those of each row, NaN if it
    is not seen.
    """
    columns = [np.flatnonzero(line.confidence > 0.5) * line.step for line in lines]
    first, last = (np.array([c[k] if c.size else np.nan for c in columns]) for k in (0, -1))
    if np.isnan(first).all():
        raise RefusedError("the curves are too faint to be followed", where="layout")
    left, right = float(np.nanmedian(first)), float(np.nanmedian(last))
    if pulses:
        pulse_left, pulse_right = (float(np.median([getattr(p, side) for p in pulses])) for side in ("left", "right"))
        if pulse_left - left < right - pulse_right:
            left = pulse_right
        else:
            right = pulse_left
    return left, right, tuple(first.tolist()), tuple(last.tolist())


def _paper_speed(page: _Page, options: LayoutOptions, rivals: list[Layout]) -> Scale:
    """Paper speed: the user's, the printed one, the one at which the curves have a format's length, the usual."""
    if options.paper_speed is not None:
        return Scale(options.paper_speed, "given")
    printed = read_speed(page.text)
    if printed is not None:
        return Scale(printed, "text")
    length = (page.right - page.left) / page.px_per_mm
    usual = rivals[0].paper_speed
    fits = [s for s in PAPER_SPEEDS if any(abs(length / (r.seconds * s) - 1) < LENGTH_TOLERANCE for r in rivals)]
    return Scale(fits[0], "signal") if len(fits) == 1 and fits[0] != usual else Scale(usual, "assumed")


def _gain(page: _Page, options: LayoutOptions) -> Scale:
    """Gain: the user's, the calibration pulse's (it is what the paper shows), the printed one, the usual."""
    if options.gain is not None:
        return Scale(options.gain, "given")
    if page.pulses:
        height = float(np.median([p.height for p in page.pulses])) / page.px_per_mm / PULSE_MV
        nearest = min((5.0, 10.0, 20.0), key=lambda gain: abs(np.log(height / gain)))
        if abs(height / nearest - 1) < 0.12:
            return Scale(nearest, "pulse")
    printed = read_gain(page.text)
    return Scale(printed, "text") if printed is not None else Scale(10.0, "assumed")


def _judge(page: _Page, layout: Layout, speed: Scale) -> _Judgement:
    """Places a format on the page and weighs what speaks for and against it.

    Independent pieces of evidence leave the doubt of each: confidence = 1 - product of the doubts.
    """
    length_mm = (page.right - page.left) / page.px_per_mm
    nominal_mm = layout.seconds * speed.value
    origin = _origin(page, layout, nominal_mm)
    if origin is None or not _covers(page, origin, nominal_mm):
        return _Judgement(layout, (), 0.0, (f"{length_mm:.0f} mm instead of {nominal_mm:.0f} mm",))
    cells = _place(page, layout, origin, speed)
    doubts: list[float] = []
    evidence: list[str] = []
    if abs(length_mm / nominal_mm - 1) < LENGTH_TOLERANCE:
        doubts.append(0.6)
        evidence.append(f"{length_mm:.0f} mm long")
    right_names, wrong_names = _names(page, cells)
    if right_names + wrong_names:
        missing = len(cells) - right_names - wrong_names
        legible = right_names / len(cells)  # where names can be read, one that is missing tells more
        doubts.append(0.8**right_names * 1.6**wrong_names * MISSING_NAME_DOUBT ** (missing * legible))
    if page.names:
        doubts.append(IDLE_NAME_DOUBT ** max(len(page.names) - right_names, 0))
        evidence.append(f"{right_names} of {len(cells)} lead names read, {wrong_names} against")
    cells, repeats = _strips(page, cells)
    printed_strips = {cell.lead for cell in layout.strips}
    for lead, correlation in repeats:
        doubts.append((1.0 if lead in printed_strips else UNUSUAL_STRIP) * _doubt_of_strip(correlation))
        seen = "can't be compared with" if correlation is None else "repeats"
        evidence.append(
            f"strip {lead} {seen} its cell" + (f" (r = {correlation:.2f})" if correlation is not None else "")
        )
    if right_names == 0 and not any(r is not None and r > LIKE_LEAD for _, r in repeats):
        doubts.append(NAMELESS_DOUBT)
    halves = _halves_alike(page, cells)
    if halves is not None:
        doubts.append(_doubt_of_halves(halves, layout.n_columns))
        evidence.append(f"left and right halves alike to {halves:.2f}")
    residual = _law_residual(page, cells)
    if residual is not None:
        doubts.append(float(np.clip(residual / LAW_RESIDUAL, 0.15, 1.0)))
        evidence.append(f"Einthoven's law leaves {100 * residual:.0f} %")
    doubt = float(np.prod(doubts)) if doubts else 1.0
    return _Judgement(layout, cells, float(np.clip(1 - doubt, 0, 1)), tuple(evidence))


def _covers(page: _Page, origin: float, nominal_mm: float) -> bool:
    """Whether a format placed at an origin is visible for its greater part, and no curves are left over beside it."""
    left, right = ((x - origin) / page.px_per_mm for x in (page.left, page.right))
    seen = min(right, nominal_mm) - max(left, 0.0)
    return seen >= MIN_VISIBLE * nominal_mm and max(-left, right - nominal_mm) < BESIDE_MM


def _origin(page: _Page, layout: Layout, nominal_mm: float) -> float | None:
    """Sheet column at which the first cell begins, as the starts of the stretches and the lead names tell.

    Where they don't: after a calibration pulse, whose foot may be longer than its stroke, it is counted back from the
    rows' ends; other curves of the right length are centred on the format.
    """
    nominal = nominal_mm * page.px_per_mm
    length = page.right - page.left
    voted = _voted_origin(page, layout, nominal)
    if voted is not None:
        return _sharpened(page, layout, voted, nominal)
    if _pulse_is_left(page):
        feet = [end - nominal - page.left for end in page.ends]
        likely = [foot for foot in feet if abs(foot) < FOOT_MM * page.px_per_mm]
        return page.left + max(float(np.median(likely)), 0.0) if likely else page.left
    if abs(length / nominal - 1) < LENGTH_TOLERANCE:
        return page.left + (length - nominal) / 2
    return page.left if length < nominal else None


def _voted_origin(page: _Page, layout: Layout, nominal: float) -> float | None:
    """The origin that most starts of stretches and lead names agree on, or None where too few starts do.

    A start may be any column's; a name tells its own. A page that is cut, or has a separator after its last column,
    shows starts a column too early or too late.
    """
    column = nominal / layout.n_columns
    votes = np.array([x - k * column for x in _row_starts(page) for k in range(layout.n_columns)])
    if votes.size == 0:
        return None
    agree = np.abs(votes[:, None] - votes[None]) < START_MM * page.px_per_mm
    worth = agree.sum(axis=1) + [NAME_VOTES * _names_that_fit(page, layout, origin, column) for origin in votes]
    best = agree[int(np.argmax(worth))]
    return float(np.median(votes[best])) if best.sum() >= max(3, START_SHARE * len(layout.cells)) else None


def _sharpened(page: _Page, layout: Layout, voted: float, nominal: float) -> float:
    """An origin, moved to where the densest evidence lies: rows' ends, pulses, and starts of stretches, each by how
    sharply it is seen. Rows' beginnings are blurred by pulses before them, and their ends by pulses after them.
    """
    q, column = page.px_per_mm, nominal / layout.n_columns
    left = _pulse_is_left(page)
    signs = [(x - nominal - PEN_MM * q, *(SHARP_SIGN if left or not page.pulses else BLURRED_SIGN)) for x in page.ends]
    signs += [(x, *(BLURRED_SIGN if left else SHARP_SIGN)) for x in page.begins]
    signs += [(p.right - PEN_MM * q, *PULSE_SIGN) for p in page.pulses if left]
    signs += [(x - k * column, *START_SIGN) for x in _row_starts(page) for k in range(layout.n_columns)]
    places, weights, spreads = np.array(signs).T
    tried = voted + np.arange(-START_MM, START_MM, 0.02) * q
    density = (weights * np.exp(-0.5 * ((tried[:, None] - places) / (spreads * q)) ** 2)).sum(axis=1)
    return float(tried[int(density.argmax())])


def _names_that_fit(page: _Page, layout: Layout, origin: float, column: float) -> int:
    """How many lead names stand where a format's columns would put them."""
    columns = {cell.lead: cell.column for cell in layout.cells}
    low, high = -LABEL_LEFT_MM * page.px_per_mm, LABEL_RIGHT_MM * page.px_per_mm
    return sum(low < name.x - origin - columns.get(name.lead, -1) * column < high for name in page.names)


def _row_starts(page: _Page) -> list[float]:
    """Sheet columns of the starts that lie on a row."""
    near = START_ROW_MM * page.px_per_mm
    return [x for x, y in page.starts if min(abs(y - line.zero) for line in page.lines) < near]


def _pulse_is_left(page: _Page) -> bool:
    return any(abs(p.right - page.left) < 4 * page.px_per_mm for p in page.pulses)


def _place(page: _Page, layout: Layout, origin: float, speed: Scale) -> tuple[PlacedCell, ...]:
    per_second = speed.value * page.px_per_mm
    placed = []
    for cell in (*layout.cells, *layout.strips):
        is_strip = cell.row >= layout.n_rows
        x0 = origin + (0.0 if is_strip else cell.column * layout.column_seconds * per_second)
        placed.append(
            PlacedCell(
                lead=cell.lead,
                sign=cell.sign,
                line=cell.row,
                is_strip=is_strip,
                start=cell.start,
                seconds=cell.seconds,
                x0=x0,
                x1=x0 + cell.seconds * per_second,
                y0=page.lines[cell.row].zero,
            )
        )
    return tuple(placed)


def _names(page: _Page, cells: tuple[PlacedCell, ...]) -> tuple[int, int]:
    """How many cells have their lead's name beside their start, and how many have another lead's and not their own."""
    right = wrong = 0
    shift = _name_shift(page, cells)
    for cell in cells:
        near = _names_near(page, cell, shift)
        right += cell.lead in near
        wrong += bool(near) and cell.lead not in near
    return right, wrong


def _names_near(page: _Page, cell: PlacedCell, shift: float) -> set[str]:
    """The leads whose names stand beside a cell's start, `shift` pixels below its zero line."""
    near = NAME_LINE_MM * page.px_per_mm
    return {name.lead for name in page.names if _beside(page, name, cell) and abs(name.y - cell.y0 - shift) < near}


def _beside(page: _Page, name: LeadName, cell: PlacedCell) -> bool:
    """Whether a name stands where a cell's may, as far as the direction along the rows goes."""
    return -LABEL_LEFT_MM * page.px_per_mm < name.x - cell.x0 < LABEL_RIGHT_MM * page.px_per_mm


def _name_shift(page: _Page, cells: tuple[PlacedCell, ...]) -> float:
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
    page: _Page, cells: tuple[PlacedCell, ...]
) -> tuple[tuple[PlacedCell, ...], list[tuple[str, float | None]]]:
    """The cells with each strip's lead as the page shows it, and (lead, likeness to its cell) of every strip.

    A strip's printed name decides; without one, a cell of another lead that it repeats clearly better than its own.
    """
    named, shift = list(cells), _name_shift(page, cells)
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
            chosen = printed.pop()
        elif known[best][0] > max(RENAMED_LEAD, known[chosen][0] + LEAD_MARGIN):
            chosen = best
        named[k] = replace(strip, lead=chosen, sign=known[chosen][1].sign)
        repeats.append((chosen, known[chosen][0]))
    return tuple(named), repeats


def _likeness(page: _Page, strip: PlacedCell, cell: PlacedCell) -> float | None:
    """Correlation of a strip with a cell over the cell's stretch of paper, or None where too little is known."""
    a = _samples(page.lines[strip.line], cell.x0, cell.x1)
    b = _samples(page.lines[cell.line], cell.x0, cell.x1)
    known = np.isfinite(a) & np.isfinite(b)
    if known.mean() < 0.5:
        return None
    a, b = a[known] - a[known].mean(), b[known] - b[known].mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else None


def _doubt_of_strip(correlation: float | None) -> float:
    if correlation is None:
        return 1.5
    return 0.3 if correlation > SAME_LEAD else 0.8 if correlation > LIKE_LEAD else 3.0


def _doubt_of_halves(alike: float, columns: int) -> float:
    """A row of one lead beats alike to its end; where it changes from lead to lead, its halves differ."""
    if columns == 1:
        return float(np.interp(alike, [0.6, 0.9], [1.6, 0.5]))
    return float(np.interp(alike, [0.7, 0.95], [0.6, 1.6]))


def _halves_alike(page: _Page, cells: tuple[PlacedCell, ...]) -> float | None:
    """How alike the left and right halves of the rows are: the median of their best correlations over all lags."""
    left, right = min(c.x0 for c in cells), max(c.x1 for c in cells)
    scores = []
    for row in sorted({c.line for c in cells if not c.is_strip}):
        curve = _samples(page.lines[row], left, right)[:: max(1, round(page.px_per_mm / HALVES_PX_PER_MM))]
        middle, window = len(curve) // 2, len(curve) // 4
        pattern, search = curve[middle // 2 - window // 2 : middle // 2 + window // 2], curve[middle:]
        if np.isfinite(pattern).all() and np.isfinite(search).mean() > 0.8:
            search = np.nan_to_num(search, nan=float(np.nanmedian(search)))
            scores.append(float(cv2.matchTemplate(search[None], pattern[None], cv2.TM_CCOEFF_NORMED).max()))
    return float(np.median(scores)) if scores else None


def _law_residual(page: _Page, cells: tuple[PlacedCell, ...]) -> float | None:
    """Power left of I + III - II and of aVR + aVL + aVF against the leads' own, where three share their time."""
    left = total = 0.0
    by_lead = {cell.lead: cell for cell in cells if not cell.is_strip}
    for leads, signs in ((("I", "III", "II"), (1, 1, -1)), (("aVR", "aVL", "aVF"), (1, 1, 1))):
        trio = [by_lead[lead] for lead in leads if lead in by_lead]
        if len(trio) < 3 or len({cell.start for cell in trio}) > 1:
            continue
        curves = np.stack(
            [
                sign * cell.sign * _samples(page.lines[cell.line], cell.x0, cell.x1)
                for sign, cell in zip(signs, trio, strict=True)
            ]
        )
        known = np.isfinite(curves).all(axis=0)
        if known.mean() < 0.5:
            continue
        curves = curves[:, known] - np.median(curves[:, known], axis=1, keepdims=True)
        left += float((curves.sum(axis=0) ** 2).mean())
        total += float((curves**2).mean(axis=1).sum())
    return left / total if total > 0 else None


def _samples(line: Line, x0: float, x1: float) -> Array:
    """The curve's y at every pixel from x0 to x1, NaN where it is not known."""
    columns = np.arange(round(x0), round(x1))
    return np.asarray(
        np.interp(columns, np.arange(len(line.y)) * line.step, line.y, left=np.nan, right=np.nan), np.float32
    )
