"""Draws a flat page of any layout and style, with the place of everything on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import PlacedCell
from ecgimg.layouts import Cell, Layout
from ecgimg.synth.page import text
from ecgimg.synth.page.fonts import plain_font, text_mask
from ecgimg.synth.page.ink import Ink, blend, paste, ruled_paper
from ecgimg.synth.page.style import PageStyle
from ecgimg.synth.truth import Curve, Page, TextBox

PULSE_FOOT_MM = 1.5
"""Length of the flat line before and after a calibration pulse."""

ROW_MARKS_MM: dict[str, tuple[tuple[float, float, float], ...]] = {
    "tick": ((-3.0, 3.0, 0.6),),
    "double": ((-7.0, -3.5, 0.45), (3.5, 7.0, 0.45)),
}
"""From, to (below the zero line) and width of the strokes of separators that stand at each row."""

CAPITAL_HEIGHT = 0.72
"""Height of a capital as a share of the size of its font."""

MIN_FONT_PX = 6
"""Smaller letters are no letters any more."""


@dataclass(frozen=True)
class PagePlan:
    """The geometry of a page in pixels: its size, the x of the first column, the y of each row, the box of the grid."""

    width: int
    height: int
    left: float
    zero_lines: tuple[float, ...]
    box: tuple[float, float, float, float]


def render_page(mv: Floats, fs: float, layout: Layout, style: PageStyle, rng: np.random.Generator) -> Page:
    """Draws signals on a page.

    Args:
        mv: signals [12, T] in mV in the order of LEADS; NaN and what follows their end is not drawn.
        fs: their rate in Hz.
        layout: the leads of each row; the speed and gain are those of the style.
        style: the look.
        rng: for the texts.
    """
    plan = plan_page(layout, style)
    pixels, origin = ruled_paper(plan.width, plan.height, style.px_per_mm, style.grid, style.paper_color, plan.box)
    mv = _long_enough(mv, max(c.start + c.seconds for c in layout.cells), fs)
    ink = Ink(plan.width, plan.height)
    curves = tuple(
        _curve(cell, k >= len(layout.cells), mv, fs, style, plan)
        for k, cell in enumerate((*layout.cells, *layout.strips))
    )
    width = style.line * style.px_per_mm
    for line in _connected(curves, layout, style):
        ink.trace(line, width, style.thin)
    pulses = pulse_outlines(layout, style, plan)
    for pulse in pulses:
        ink.stroke(pulse, width * 1.05)
    _separators(ink, layout, style, plan)
    layer = np.zeros((plan.height, plan.width), np.uint8)
    boxes = [*_lead_names(layer, curves, style), *_header(layer, style, plan, rng), *_footer(layer, style, plan, rng)]
    blend(pixels, layer, style.text_color, style.ink_alpha)
    blend(pixels, ink.coverage(), style.ink, style.ink_alpha)
    return Page(
        pixels=pixels,
        layout=layout,
        px_per_mm=style.px_per_mm,
        paper_speed=style.paper_speed,
        gain=style.gain,
        grid_kind=style.grid.kind,
        grid_origin=origin,
        grid_box=plan.box,
        curves=curves,
        texts=tuple(boxes),
        pulses=tuple(np.asarray(p, np.float32) for p in pulses),
    )


def _long_enough(mv: Floats, seconds: float, fs: float) -> Floats:
    """The signals with NaN after their end where they are shorter than the page."""
    missing = round(seconds * fs) - mv.shape[1]
    return mv if missing <= 0 else np.pad(mv, ((0, 0), (0, missing)), constant_values=np.nan)


def plan_page(layout: Layout, style: PageStyle) -> PagePlan:
    """The geometry of a page of a layout and a style."""
    pulse_mm = style.pulse_mm + style.pulse_gap + PULSE_FOOT_MM
    left_mm = style.border + style.left + (pulse_mm if style.pulse == "left" else 0)
    pulse_right_mm = pulse_mm + 1 if style.pulse == "right" else 0
    gaps_mm = [style.pitch] * layout.n_rows + [style.strip_pitch] * len(layout.rhythm)
    rows_mm = np.cumsum([0.0, *gaps_mm[1:]]) + style.border + style.top
    width_mm = left_mm + layout.seconds * style.paper_speed + pulse_right_mm + style.right + style.border
    height_mm = content_mm = rows_mm[-1] + style.bottom + style.border
    if style.paper:
        width_mm, height_mm = max(style.paper[0], width_mm), max(style.paper[1], content_mm)
        # On a page that is taller than its content the traces are below the header, else near the top.
        rows_mm = rows_mm + (height_mm - content_mm) * (0.75 if style.header != "none" else 0.2)
    px = style.px_per_mm
    width, height, edge = round(width_mm * px), round(height_mm * px), style.border * px
    box = (edge - 0.5, edge - 0.5, width - edge - 0.5, height - edge - 0.5)
    return PagePlan(width, height, left_mm * px, tuple(float(y * px) for y in rows_mm), box)


def _curve(cell: Cell, is_strip: bool, mv: Floats, fs: float, style: PageStyle, plan: PagePlan) -> Curve:
    """The stretch of a lead that a cell shows, in page pixels."""
    px_per_second = style.px_per_mm * style.paper_speed
    x0, y0 = plan.left + cell.column * cell.seconds * px_per_second, plan.zero_lines[cell.row]
    x1 = x0 + cell.seconds * px_per_second
    first, last = round(cell.start * fs), min(round((cell.start + cell.seconds) * fs), mv.shape[1] - 1)
    index = np.arange(first, last + 1)
    values = mv[LEADS.index(cell.lead), index]
    x = x0 + (index / fs - cell.start) * px_per_second
    up = cell.sign * values * style.gain * style.px_per_mm
    if style.clip is not None:
        up = np.clip(up, -style.clip * style.px_per_mm, style.clip * style.px_per_mm)
    points = np.stack([np.where(np.isnan(up), np.nan, x), y0 - up], axis=1).astype(np.float32)
    inside = ((points > -0.5) & (points < (plan.width - 0.5, plan.height - 0.5))).all(axis=1)
    clipped = np.zeros(len(up), bool) if style.clip is None else np.abs(values) * style.gain > style.clip
    placed = PlacedCell(
        lead=cell.lead,
        sign=cell.sign,
        line=cell.row,
        is_strip=is_strip,
        start=cell.start,
        seconds=cell.seconds,
        x0=float(x0),
        x1=float(x1),
        y0=float(y0),
    )
    return Curve(placed, (index / fs).astype(np.float32), values, points, np.isfinite(values) & inside & ~clipped)


def _connected(curves: tuple[Curve, ...], layout: Layout, style: PageStyle) -> list[Floats]:
    """The traces as lines: one a row where the machine joins its columns, else one a cell."""
    if not style.join:
        return [c.points for c in curves]
    n, grid = layout.n_columns, len(layout.cells)
    rows = [np.concatenate([c.points for c in curves[r * n : r * n + n]]) for r in range(layout.n_rows)]
    return rows + [c.points for c in curves[grid:]]


def pulse_outlines(layout: Layout, style: PageStyle, plan: PagePlan) -> list[NDArray[np.float64]]:
    """Outlines [6, 2] of the calibration pulses, one a row; `pulse_mm` wide and 1 mV high."""
    if style.pulse == "none":
        return []
    px, width, height = style.px_per_mm, style.pulse_mm * style.px_per_mm, style.gain * style.px_per_mm
    foot = min(PULSE_FOOT_MM, 0.3 * style.pulse_mm) * px
    if style.pulse == "left":
        x = plan.left - style.pulse_gap * px - width - foot
    else:
        x = plan.left + layout.seconds * style.paper_speed * px + style.pulse_gap * px + foot
    xs = np.array([x - foot, x, x, x + width, x + width, x + width + foot])
    return [np.stack([xs, y0 - np.array([0, 0, height, height, 0, 0])], axis=1) for y0 in plan.zero_lines]


def _separators(ink: Ink, layout: Layout, style: PageStyle, plan: PagePlan) -> None:
    """Draws the separators between columns."""
    px, rows = style.px_per_mm, plan.zero_lines[: layout.n_rows]
    for column in range(1, layout.n_columns):
        x = plan.left + column * layout.column_seconds * style.paper_speed * px
        for y0, y1, width in _separator_strokes(style.separator, rows[0], rows[-1], px):
            ink.stroke(np.array([[x, y0], [x, y1]]), width)
        for y in rows:
            for from_mm, to_mm, width_mm in ROW_MARKS_MM.get(style.separator, ()):
                ink.stroke(np.array([[x, y + from_mm * px], [x, y + to_mm * px]]), width_mm * px)


def _separator_strokes(kind: str, first: float, last: float, px: float) -> list[tuple[float, float, float]]:
    """From, to and width in pixels of the strokes that run past all rows, from the first to the last zero line."""
    top, bottom = first - 12 * px, last + 10 * px
    if kind == "full":
        return [(top, bottom, 0.15 * px)]
    if kind == "dotted":
        return [(y, y + 0.5 * px, 0.2 * px) for y in np.arange(top, bottom, 1.2 * px)]
    return []


def _lead_names(layer: Pixels, curves: tuple[Curve, ...], style: PageStyle) -> list[TextBox]:
    boxes = []
    for cell in (c.cell for c in curves):
        name = f"-{cell.lead}" if cell.sign < 0 else cell.lead
        mask = text_mask(_font(style), _size(style, style.label_mm), name)
        x = cell.x0 + style.label_shift[0] * style.px_per_mm - (mask.shape[1] if style.label == "left" else 0)
        y = cell.y0 + style.label_shift[1] * style.px_per_mm - (mask.shape[0] if style.label != "below" else 0)
        boxes.append(_text(layer, mask, x, y, name, "lead", cell.lead))
    return boxes


def _header(layer: Pixels, style: PageStyle, plan: PagePlan, rng: np.random.Generator) -> list[TextBox]:
    """Patient, measurements and statements at the top of the page, in three columns."""
    if style.header == "none":
        return []
    px = style.px_per_mm
    groups = [text.patient_lines(rng), text.measurement_lines(rng), text.statement_lines(rng)]
    stops = [0.0, 0.28, 0.55]
    if style.header == "columns":
        patient = groups[0]
        groups = [patient[:3], patient[3:], [text.date_line(rng), *patient[-1:]]]
        stops = [0.0, 0.22, 0.47]
    else:
        groups[0].append(text.date_line(rng))
    boxes, top = [], (style.border + float(rng.uniform(1, 4))) * px
    free = max(8.0, plan.zero_lines[0] - top - 10 * px)
    for stop, lines in zip(stops, groups, strict=True):
        x = (style.border + 3) * px + stop * plan.width
        step = min(style.text_mm * 1.45 * px, free / max(len(lines), 1))
        for i, line in enumerate(lines):
            mask = text_mask(_font(style), _size(style, style.text_mm), line)
            boxes.append(_text(layer, mask, x, top + i * step, line, "header"))
    return boxes


def _footer(layer: Pixels, style: PageStyle, plan: PagePlan, rng: np.random.Generator) -> list[TextBox]:
    """Speed, gain and filter, from left to right along the lower edge."""
    if not style.footer:
        return []
    px, boxes = style.px_per_mm, []
    x, gap = plan.left + float(rng.uniform(0, 40)) * px, float(rng.uniform(4, 25)) * px
    y = plan.height - (style.border + float(rng.uniform(1.5, 4)) + style.text_mm) * px
    kinds = ("speed", "gain", "filter")
    for kind, line in zip(kinds, text.scale_texts(rng, style.paper_speed, style.gain), strict=True):
        if line:
            mask = text_mask(_font(style), _size(style, style.text_mm), line)
            boxes.append(_text(layer, mask, x, y, line, kind))
            x += mask.shape[1] + gap
    return boxes


def _text(layer: Pixels, mask: Pixels, x: float, y: float, line: str, kind: str, lead: str | None = None) -> TextBox:
    x0, y0, x1, y1 = paste(layer, mask, x, y)
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32) - 0.5
    return TextBox(line, kind, corners, lead)


def _font(style: PageStyle) -> Path:
    return style.font or plain_font()


def _size(style: PageStyle, mm: float) -> int:
    """Font size in pixels of capitals about `mm` high."""
    return max(MIN_FONT_PX, round(mm * style.px_per_mm / CAPITAL_HEIGHT))
