"""Draws the redrawn ECG on a PDF page, as lines in true size: it reads the SVG that the HTML shows.

Only what `ecgimg.report.ecg_svg` makes is read: paths of straight lines, boxes, texts, and the grid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from reportlab.lib.units import mm

from ecgimg.report.pdf_style import PAGE

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

Color = tuple[float, float, float]
_SPACE = "{http://www.w3.org/2000/svg}"
_COMMAND = re.compile(r"([MmLlHhVv])([^MmLlHhVv]*)")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")


@dataclass(frozen=True)
class Line:
    """How a line is drawn: width and dashes in mm, and its colour."""

    width: float
    color: Color
    dashes: tuple[float, ...] = ()


_INK: Color = (0.063, 0.086, 0.11)
_SOFT: Color = (0.31, 0.357, 0.404)
_USER: Color = (0.627, 0.235, 0.471)
_PAPER: Color = (1.0, 0.992, 0.988)
LINES = {
    "sure": Line(0.24, _INK),
    "doubt": Line(0.24, (0.545, 0.584, 0.62)),
    "user": Line(0.34, _USER, (0.7, 0.6)),
    "generated": Line(0.24, (0.0, 0.447, 0.698), (1.1, 0.7)),
    "erased": Line(0.5, _USER, (0.5, 0.8)),
    "pulse": Line(0.22, _SOFT),
    "tick": Line(0.25, _SOFT),
    "caliper": Line(0.25, _INK),
}
"""Lines by the class of their path, as in report.css; a class without an entry is drawn as a tick."""
GRID = ((1.0, Line(0.1, (0.953, 0.804, 0.784))), (5.0, Line(0.18, (0.89, 0.604, 0.569))))
"""Distances of the grid's lines in mm, and how they are drawn."""
TEXT_MM = {"lead": 3.1, "letter": 2.6, "measured": 2.4}
"""Heights of texts in mm by their class; a class without an entry has 2.4."""


def draw_ecg(canvas: Canvas, svg: str, left_mm: float, top_mm: float) -> None:
    """Draws an SVG of `ecg_svg` with its upper left corner at a place from the page's, in millimetres of paper."""
    root = ElementTree.fromstring(svg)
    canvas.saveState()
    canvas.translate(left_mm * mm, PAGE[1] - top_mm * mm)
    canvas.scale(mm, -mm)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    for element in root:
        _draw(canvas, element)
    canvas.restoreState()


def _draw(canvas: Canvas, element: ElementTree.Element) -> None:
    tag = element.tag.removeprefix(_SPACE)
    if tag == "rect":
        _box(canvas, element)
    elif tag == "path":
        _path(canvas, element)
    elif tag == "text":
        _text(canvas, element)


def _box(canvas: Canvas, element: ElementTree.Element) -> None:
    x, y, width, height = (float(element.get(name, "0")) for name in ("x", "y", "width", "height"))
    if element.get("fill", "").startswith("url"):
        _grid(canvas, width, height)
        return
    canvas.saveState()
    red, green, blue = [int(part) / 255 for part in re.findall(r"\d+", element.get("fill", ""))] or _PAPER
    canvas.setFillColorRGB(red, green, blue, alpha=float(element.get("fill-opacity", "1")))
    canvas.rect(x, y, width, height, stroke=0, fill=1)
    canvas.restoreState()


def _grid(canvas: Canvas, width: float, height: float) -> None:
    for distance, line in GRID:
        _style(canvas, line)
        path = canvas.beginPath()
        for k in range(1, int(width / distance) + 1):
            path.moveTo(k * distance, 0)
            path.lineTo(k * distance, height)
        for k in range(1, int(height / distance) + 1):
            path.moveTo(0, k * distance)
            path.lineTo(width, k * distance)
        canvas.drawPath(path)


def _path(canvas: Canvas, element: ElementTree.Element) -> None:
    scale = float((_NUMBER.findall(element.get("transform", "")) or ["1"])[0])
    _style(canvas, LINES.get(element.get("class", ""), LINES["tick"]))
    path = canvas.beginPath()
    for is_start, x, y in points_of(element.get("d", "")):
        (path.moveTo if is_start else path.lineTo)(x * scale, y * scale)
    canvas.drawPath(path)


def points_of(data: str) -> Iterator[tuple[bool, float, float]]:
    """(starts a line, x, y) of each point of a path of straight lines."""
    x = y = 0.0
    for command, text in _COMMAND.findall(data):
        numbers = [float(number) for number in _NUMBER.findall(text)]
        is_relative, kind = command.islower(), command.upper()
        size = 1 if kind in "HV" else 2
        for k in range(0, len(numbers), size):
            dx = numbers[k] if kind != "V" else (0.0 if is_relative else x)
            dy = numbers[k + size - 1] if kind != "H" else (0.0 if is_relative else y)
            x, y = (x + dx, y + dy) if is_relative else (dx, dy)
            yield kind == "M" and k == 0, x, y


def _text(canvas: Canvas, element: ElementTree.Element) -> None:
    """A text on a light ground; it is turned back, since y grows downwards here."""
    canvas.saveState()
    canvas.translate(float(element.get("x", "0")), float(element.get("y", "0")))
    canvas.scale(1, -1)
    canvas.setFont("Helvetica-Bold", TEXT_MM.get(element.get("class", ""), 2.4))
    canvas.setFillColorRGB(*_INK)
    draw = canvas.drawRightString if element.get("text-anchor") == "end" else canvas.drawString
    draw(0, 0, element.text or "")
    canvas.restoreState()


def _style(canvas: Canvas, line: Line) -> None:
    canvas.setLineWidth(line.width)
    canvas.setStrokeColorRGB(*line.color)
    canvas.setDash(list(line.dashes), 0)
