"""Draws a flat page of any layout and style, and says where everything on it lies."""

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


@dataclass(frozen=True)
class PagePlan:
    """Where things go, in page pixels."""

    width: int
    height: int
    left: float
    zero_lines: tuple[float, ...]
    box: tuple[float, float, float, float]


def render_page(mv: Floats, fs: float, layout: Layout, style: PageStyle, rng: np.random.Generator) -> Page:
    """Draws signals on a page.

    Args:
        mv: signals [12, T] in mV in the order of LEADS; NaN and what lies after their end is not drawn.
        fs: their rate in Hz.
        layout: what stands where; its own speed and gain give way to the style's.
        style: how it looks.
        rng: for the words on the page.
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
    words = np.zeros((plan.height, plan.width), np.uint8)
    boxes = [*_lead_names(words, curves, style), *_header(words, style, plan, rng), *_footer(words, style, plan, rng)]
    blend(pixels, words, style.text_color, style.ink_alpha)
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
    """The signals with unknown samples after their end, where they are shorter than the page."""
    missing = round(seconds * fs) - mv.shape[1]
    return mv if missing <= 0 else np.pad(mv, ((0, 0), (0, missing)), constant_values=np.nan)


def plan_page(layout: Layout, style: PageStyle) -> PagePlan:
    """Where a page's rows lie, and how large it is."""
    s = style
    pulse = s.pulse_mm + s.pulse_gap + 1.5
    left = s.border + s.left + (pulse if s.pulse == "left" else 0)
    content_w = left + layout.seconds * s.paper_speed + (pulse + 1 if s.pulse == "right" else 0) + s.right + s.border
    gaps = [s.pitch] * layout.n_rows + [s.strip_pitch] * len(layout.rhythm)
    rows = np.cumsum([0.0, *gaps[1:]]) + s.border + s.top
    content_h = rows[-1] + s.bottom + s.border
    width_mm, height_mm = content_w, content_h
    if s.paper:
        width_mm, height_mm = max(s.paper[0], content_w), max(s.paper[1], content_h)
        # Machines print near the bottom of a page that is taller than its content, or near its top.
        rows = rows + (height_mm - content_h) * (0.75 if s.header != "none" else 0.2)
    k = s.px_per_mm
    width, height = round(width_mm * k), round(height_mm * k)
    edge = s.border * k
    box = (edge - 0.5, edge - 0.5, width - edge - 0.5, height - edge - 0.5)
    return PagePlan(width, height, left * k, tuple(float(y * k) for y in rows), box)


def _curve(cell: Cell, is_strip: bool, mv: Floats, fs: float, style: PageStyle, plan: PagePlan) -> Curve:
    k = style.px_per_mm * style.paper_speed
    x0, y0 = plan.left + cell.column * cell.seconds * k, plan.zero_lines[cell.row]
    x1 = x0 + cell.seconds * k
    first, last = round(cell.start * fs), min(round((cell.start + cell.seconds) * fs), mv.shape[1] - 1)
    index = np.arange(first, last + 1)
    values = mv[LEADS.index(cell.lead), index]
    x = x0 + (index / fs - cell.start) * k
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
    """The lines as the pen drew them: a row at once where the machine joins its columns."""
    if not style.join:
        return [c.points for c in curves]
    n, grid = layout.n_columns, len(layout.cells)
    rows = [np.concatenate([c.points for c in curves[r * n : r * n + n]]) for r in range(layout.n_rows)]
    return rows + [c.points for c in curves[grid:]]


def pulse_outlines(layout: Layout, style: PageStyle, plan: PagePlan) -> list[NDArray[np.float64]]:
    """Outlines of the calibration pulses, one a line; `pulse_mm` wide and 1 mV high."""
    if style.pulse == "none":
        return []
    k, w, h = style.px_per_mm, style.pulse_mm * style.px_per_mm, style.gain * style.px_per_mm
    foot = min(1.5, 0.3 * style.pulse_mm) * k
    if style.pulse == "left":
        x = plan.left - style.pulse_gap * k - w - foot
    else:
        x = plan.left + layout.seconds * style.paper_speed * k + style.pulse_gap * k + foot
    xs = np.array([x - foot, x, x, x + w, x + w, x + w + foot])
    return [np.stack([xs, y0 - np.array([0, 0, h, h, 0, 0])], axis=1) for y0 in plan.zero_lines]


def _separators(ink: Ink, layout: Layout, style: PageStyle, plan: PagePlan) -> None:
    """Marks where one column ends and the next begins."""
    k = style.px_per_mm
    if style.separator == "none":
        return
    for c in range(1, layout.n_columns):
        x = plan.left + c * layout.column_seconds * style.paper_speed * k
        rows = plan.zero_lines[: layout.n_rows]
        if style.separator == "full":
            ink.stroke(np.array([[x, rows[0] - 12 * k], [x, rows[-1] + 10 * k]]), 0.15 * k)
            continue
        if style.separator == "dotted":
            for y in np.arange(rows[0] - 12 * k, rows[-1] + 10 * k, 1.2 * k):
                ink.stroke(np.array([[x, y], [x, y + 0.5 * k]]), 0.2 * k)
            continue
        for y in rows:
            reach, width = (3.0, 0.6) if style.separator == "tick" else (7.0, 0.45)
            spans = [(-reach, reach)] if style.separator == "tick" else [(-reach, -reach / 2), (reach / 2, reach)]
            for a, b in spans:
                ink.stroke(np.array([[x, y + a * k], [x, y + b * k]]), width * k)


def _lead_names(words: Pixels, curves: tuple[Curve, ...], style: PageStyle) -> list[TextBox]:
    boxes = []
    for cell in (c.cell for c in curves):
        name = f"-{cell.lead}" if cell.sign < 0 else cell.lead
        mask = text_mask(_font(style), _size(style, style.label_mm), name)
        x = cell.x0 + style.label_shift[0] * style.px_per_mm - (mask.shape[1] if style.label == "left" else 0)
        y = cell.y0 + style.label_shift[1] * style.px_per_mm - (mask.shape[0] if style.label != "below" else 0)
        boxes.append(_text(words, mask, x, y, name, "lead", cell.lead))
    return boxes


def _header(words: Pixels, style: PageStyle, plan: PagePlan, rng: np.random.Generator) -> list[TextBox]:
    """Patient, measurements and statements at the top of the page."""
    if style.header == "none":
        return []
    k = style.px_per_mm
    groups = [text.patient_lines(rng), text.measurement_lines(rng), text.statement_lines(rng)]
    stops = [0.0, 0.28, 0.55]
    if style.header == "columns":
        patient = groups[0]
        groups = [patient[:3], patient[3:], [text.date_line(rng), *patient[-1:]]]
        stops = [0.0, 0.22, 0.47]
    else:
        groups[0].append(text.date_line(rng))
    boxes, top = [], (style.border + float(rng.uniform(1, 4))) * k
    free = max(8.0, plan.zero_lines[0] - top - 10 * k)
    for stop, lines in zip(stops, groups, strict=True):
        x = (style.border + 3) * k + stop * plan.width
        step = min(style.text_mm * 1.45 * k, free / max(len(lines), 1))
        for i, line in enumerate(lines):
            mask = text_mask(_font(style), _size(style, style.text_mm), line)
            boxes.append(_text(words, mask, x, top + i * step, line, "header"))
    return boxes


def _footer(words: Pixels, style: PageStyle, plan: PagePlan, rng: np.random.Generator) -> list[TextBox]:
    """Printed speed, gain and filter, left to right along the lower edge."""
    if not style.footer:
        return []
    k, boxes = style.px_per_mm, []
    x, gap = plan.left + float(rng.uniform(0, 40)) * k, float(rng.uniform(4, 25)) * k
    y = plan.height - (style.border + float(rng.uniform(1.5, 4)) + style.text_mm) * k
    kinds = ("speed", "gain", "filter")
    for kind, line in zip(kinds, text.scale_texts(rng, style.paper_speed, style.gain), strict=True):
        if line:
            mask = text_mask(_font(style), _size(style, style.text_mm), line)
            boxes.append(_text(words, mask, x, y, line, kind))
            x += mask.shape[1] + gap
    return boxes


def _text(words: Pixels, mask: Pixels, x: float, y: float, line: str, kind: str, lead: str | None = None) -> TextBox:
    x0, y0, x1, y1 = paste(words, mask, x, y)
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32) - 0.5
    return TextBox(line, kind, corners, lead)


def _font(style: PageStyle) -> Path:
    return style.font or plain_font()


def _size(style: PageStyle, mm: float) -> int:
    """Font size in pixels whose capitals are about `mm` high."""
    return max(6, round(mm * style.px_per_mm / 0.72))
