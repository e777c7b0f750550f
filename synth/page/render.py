"""Draws a flat page of any layout and style, with the place of everything on it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.leads import LEADS, PRECORDIAL_LEADS
from ecgimg.datamodel.page import PlacedCell
from ecgimg.layouts import Cell, Layout
from ecgimg.synth.page.captions import PagePlan, write_texts
from ecgimg.synth.page.ink import Ink, blend, ruled_paper
from ecgimg.synth.page.style import PageStyle
from ecgimg.synth.truth import Curve, Page

PULSE_FOOT_MM = 1.5
"""Length of the flat line before and after a calibration pulse."""

ONE_BIT_LEVEL = 90
"""Coverage, of 255, from which a pixel is black in a file without greys."""

ROW_MARKS_MM: dict[str, tuple[tuple[float, float, float], ...]] = {
    "tick": ((-3.0, 3.0, 0.6),),
    "double": ((-7.0, -3.5, 0.45), (3.5, 7.0, 0.45)),
}
"""From, to (below the zero line) and width of the strokes of separators that stand at each row."""


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
    mv = _long_enough(mv, layout.recorded_seconds, fs)
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
    boxes = write_texts(layer, curves, style, plan, rng)
    for coverage, color in ((layer, style.text_color), (ink.coverage(), style.ink)):
        blend(pixels, _one_bit(coverage) if style.one_bit else coverage, color, style.ink_alpha)
    return Page(
        pixels=_as_file(pixels, style),
        layout=layout,
        px_per_mm=style.px_per_mm,
        paper_speed=style.paper_speed,
        gain=style.gain,
        chest_gain=style.chest_gain or style.gain,
        grid_kind=style.grid.kind,
        grid_origin=origin,
        grid_box=plan.box,
        curves=curves,
        texts=boxes,
        pulses=tuple(np.asarray(p, np.float32) for p in pulses),
    )


def _one_bit(coverage: Pixels) -> Pixels:
    """Coverage without greys."""
    return np.where(coverage >= ONE_BIT_LEVEL, 255, 0).astype(np.uint8)


def _as_file(pixels: Pixels, style: PageStyle) -> Pixels:
    """The pixels of a page as its file has them: white on black, or worn by JPEG."""
    if style.inverted:
        pixels = 255 - pixels
    if not style.jpeg:
        return pixels
    code = cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, style.jpeg])[1]
    decoded = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])


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
    right_mm = left_mm + layout.seconds * style.paper_speed + pulse_right_mm
    width_mm = right_mm + style.right + style.border
    height_mm = content_mm = rows_mm[-1] + style.bottom + style.border
    if style.paper:
        width_mm, height_mm = max(style.paper[0], width_mm), max(style.paper[1], content_mm)
        rows_mm = rows_mm + (height_mm - content_mm) * style.drop
    px = style.px_per_mm
    width, height, edge = round(width_mm * px), round(height_mm * px), style.border * px
    top, bottom = edge, height - edge
    if style.grid_reach is not None:
        top = max(top, (rows_mm[0] - style.grid_reach[0]) * px)
        bottom = min(bottom, (rows_mm[-1] + style.grid_reach[1]) * px)
    box = (edge - 0.5, float(top - 0.5), width - edge - 0.5, float(bottom - 0.5))
    return PagePlan(width, height, left_mm * px, right_mm * px, tuple(float(y * px) for y in rows_mm), box)


def _curve(cell: Cell, is_strip: bool, mv: Floats, fs: float, style: PageStyle, plan: PagePlan) -> Curve:
    """The stretch of a lead that a cell shows, in page pixels."""
    px_per_second = style.px_per_mm * style.paper_speed
    gain = _gain(cell, style)
    x0, y0 = plan.left + cell.column * cell.seconds * px_per_second, plan.zero_lines[cell.row]
    x1 = x0 + cell.seconds * px_per_second
    first, last = round(cell.start * fs), min(round((cell.start + cell.seconds) * fs), mv.shape[1] - 1)
    index = np.arange(first, last + 1)
    values = mv[LEADS.index(cell.lead), index]
    x = x0 + (index / fs - cell.start) * px_per_second
    up = cell.sign * values * gain * style.px_per_mm
    if style.clip is not None:
        up = np.clip(up, -style.clip * style.px_per_mm, style.clip * style.px_per_mm)
    points = np.stack([np.where(np.isnan(up), np.nan, x), y0 - up], axis=1).astype(np.float32)
    inside = ((points > -0.5) & (points < (plan.width - 0.5, plan.height - 0.5))).all(axis=1)
    clipped = np.zeros(len(up), bool) if style.clip is None else np.abs(values) * gain > style.clip
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


def _gain(cell: Cell, style: PageStyle) -> float:
    """The gain of a cell in mm/mV."""
    return style.chest_gain if style.chest_gain and cell.lead in PRECORDIAL_LEADS else style.gain


def _connected(curves: tuple[Curve, ...], layout: Layout, style: PageStyle) -> list[Floats]:
    """The traces as lines: one a row where the machine joins its columns, else one a cell."""
    if not style.join:
        return [c.points for c in curves]
    n, grid = layout.n_columns, len(layout.cells)
    rows = [np.concatenate([c.points for c in curves[r * n : r * n + n]]) for r in range(layout.n_rows)]
    return rows + [c.points for c in curves[grid:]]


def pulse_outlines(layout: Layout, style: PageStyle, plan: PagePlan) -> list[NDArray[np.float64]]:
    """Outlines [6, 2] of the calibration pulses, one a row or one only; `pulse_mm` wide and 1 mV high."""
    if style.pulse == "none":
        return []
    px, width, height = style.px_per_mm, style.pulse_mm * style.px_per_mm, style.gain * style.px_per_mm
    foot = min(PULSE_FOOT_MM, 0.3 * style.pulse_mm) * px
    if style.pulse == "left":
        x = plan.left - style.pulse_gap * px - width - foot
    else:
        x = plan.left + layout.seconds * style.paper_speed * px + style.pulse_gap * px + foot
    xs = np.array([x - foot, x, x, x + width, x + width, x + width + foot])
    rows = plan.zero_lines[:1] if style.pulse_once else plan.zero_lines
    return [np.stack([xs, y0 - np.array([0, 0, height, height, 0, 0])], axis=1) for y0 in rows]


def _separators(ink: Ink, layout: Layout, style: PageStyle, plan: PagePlan) -> None:
    """Draws the separators between columns, and before the first one where the machine marks it too."""
    px, rows = style.px_per_mm, plan.zero_lines[: layout.n_rows]
    for column in range(0 if style.first_marker else 1, layout.n_columns):
        x = plan.left + column * layout.column_seconds * style.paper_speed * px
        for y0, y1, width in _separator_strokes(style.separator, plan, rows[-1], px):
            ink.stroke(np.array([[x, y0], [x, y1]]), width)
        for y in rows:
            for from_mm, to_mm, width_mm in ROW_MARKS_MM.get(style.separator, ()):
                ink.stroke(np.array([[x, y + from_mm * px], [x, y + to_mm * px]]), width_mm * px)


def _separator_strokes(kind: str, plan: PagePlan, last: float, px: float) -> list[tuple[float, float, float]]:
    """From, to and width in pixels of strokes past all rows of columns, whose last zero line is at `last`."""
    top, bottom = plan.zero_lines[0] - 12 * px, last + 10 * px
    if kind == "full":
        return [(top, bottom, 0.15 * px)]
    if kind == "page":
        return [(max(plan.box[1], 0.0), min(plan.box[3], plan.height - 1.0), 0.2 * px)]
    if kind == "dotted":
        return [(y, y + 0.5 * px, 0.2 * px) for y in np.arange(top, bottom, 1.2 * px)]
    return []
