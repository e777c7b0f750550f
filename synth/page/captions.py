"""Text on a page: lead names, a header, a footer with the scales, a table beside the traces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Pixels
from ecgimg.synth.page import text
from ecgimg.synth.page.fonts import plain_font, text_mask
from ecgimg.synth.page.ink import paste
from ecgimg.synth.page.style import PageStyle
from ecgimg.synth.truth import Curve, TextBox

CAPITAL_HEIGHT = 0.72
"""Height of a capital as a share of the size of its font."""

MIN_FONT_PX = 6
"""Smaller letters are no letters any more."""

HEADING_SIZE = 1.6
"""Size of a heading, in sizes of the other text."""

LINE_STEP = 1.45
"""Distance of two lines of text, in heights of their capitals."""


@dataclass(frozen=True)
class PagePlan:
    """The geometry of a page in pixels: its size, the x of the first column, the y of each row, the box of the grid.

    `right` is the x of the end of the rows, with the pulses behind them.
    """

    width: int
    height: int
    left: float
    right: float
    zero_lines: tuple[float, ...]
    box: tuple[float, float, float, float]


def write_texts(
    layer: Pixels, curves: Sequence[Curve], style: PageStyle, plan: PagePlan, rng: np.random.Generator
) -> tuple[TextBox, ...]:
    """Writes all texts of a page on a layer of coverage; returns their boxes."""
    names = _lead_names(layer, curves, style)
    if style.texts is not None:
        return (*names, *_vendor_texts(layer, style.texts, style, plan))
    return (*names, *_header(layer, style, plan, rng), *_footer(layer, style, plan, rng))


def _lead_names(layer: Pixels, curves: Sequence[Curve], style: PageStyle) -> list[TextBox]:
    boxes: list[TextBox] = []
    if style.label == "none":
        return boxes
    for cell in (c.cell for c in curves):
        lead = dict(style.names).get(cell.lead, cell.lead)
        name = f"-{lead}" if cell.sign < 0 else lead
        mask = text_mask(_font(style), _size(style, style.label_mm), " ".join(name) if style.spaced else name)
        x = cell.x0 + style.label_shift[0] * style.px_per_mm - (mask.shape[1] if style.label == "left" else 0)
        y = cell.y0 + style.label_shift[1] * style.px_per_mm - (mask.shape[0] if style.label != "below" else 0)
        boxes.append(_text(layer, mask, x, y, name, "lead", lead))
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
        step = min(style.text_mm * LINE_STEP * px, free / max(len(lines), 1))
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


def _vendor_texts(layer: Pixels, texts: text.PrintedTexts, style: PageStyle, plan: PagePlan) -> list[TextBox]:
    """Heading, header, footer and table of a vendor."""
    px, top = style.px_per_mm, (style.border + 2) * style.px_per_mm
    boxes = []
    if texts.heading:
        mask = text_mask(_font(style), _size(style, style.text_mm * HEADING_SIZE), texts.heading)
        boxes.append(_text(layer, mask, (plan.width - mask.shape[1]) / 2, top, texts.heading, "header"))
        top += style.text_mm * HEADING_SIZE * LINE_STEP * px
    end = min(plan.zero_lines[0] - 10 * px, plan.box[1] if style.grid_reach else np.inf) - 1.5 * px
    for block in texts.header:
        step = min(style.text_mm * LINE_STEP * px, max(end - top, 0) / max(len(block.lines), 1))
        x = style.border * px + block.at * plan.width
        boxes += _lines(layer, block.lines, style, (x, top), step, style.text_mm)
    if texts.rule:
        row = round(end + px)
        layer[row : row + max(round(0.3 * px), 1), round(0.02 * plan.width) : round(0.98 * plan.width)] = 255
    x, y = plan.right + 4 * px, plan.zero_lines[0] - 8 * px
    boxes += _lines(layer, texts.table, style, (x, y), style.text_mm * LINE_STEP * px, style.text_mm)
    return boxes + _footer_parts(layer, texts, style, plan)


def _lines(
    layer: Pixels, lines: Sequence[str], style: PageStyle, at: tuple[float, float], step: float, size_mm: float
) -> list[TextBox]:
    """Lines one below the other; where they stand closer than letters need, the letters are smaller."""
    size = _size(style, min(size_mm, step / style.px_per_mm / LINE_STEP))
    masks = [text_mask(_font(style), size, line) for line in lines]
    return [
        _text(layer, mask, at[0], at[1] + k * step, line, "header")
        for k, (line, mask) in enumerate(zip(lines, masks, strict=True))
    ]


def _footer_parts(layer: Pixels, texts: text.PrintedTexts, style: PageStyle, plan: PagePlan) -> list[TextBox]:
    """The scales of a vendor, below the grid, or on it where it ends with the page."""
    px, boxes = style.px_per_mm, []
    x = max(texts.footer_at * plan.width, (style.border + 1) * px)
    y = min(plan.box[3] + 1.5 * px, plan.height - (1.5 + style.text_mm * LINE_STEP) * px)
    for line, kind in texts.footer:
        mask = text_mask(_font(style), _size(style, style.text_mm), line)
        boxes.append(_text(layer, mask, x, y, line, kind))
        x += mask.shape[1] + texts.gap * px
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
