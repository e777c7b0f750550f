"""Draws calipers on the redrawn ECG and on the photo: QT under the trace, PR and QRS beside each other below."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.page import PlacedCell
from ecgimg.findings.calipers import Caliper
from ecgimg.recording.plot import Color, write_text

LEVEL_MM = 2.4
"""Distance of the first caliper from the trace, and of the second from the first."""
TICK_MM = 0.5
"""By how much a caliper's ends reach below its bar."""
TEXT_MM = 0.6
"""Distance of a text from its bar."""
LEVELS = {"QT": 1, "PR": 2, "QRS": 2}
LEFT = ("PR",)
"""Calipers whose text is to their left."""
INK: Color = (20, 26, 34)
PX_OF_1000 = {"level": 13.0, "tick": 3.0, "line": 1.3, "text": 0.42}
"""Sizes on the photo in pixels for a picture that is 1000 pixels long; text as cv2's scale."""

Curves = Sequence[tuple[PlacedCell, Floats]]


def svg_height_mm(laid: Sequence[Caliper]) -> float:
    """Height of the calipers under a trace."""
    return max(LEVELS[one.name] for one in laid) * LEVEL_MM + TICK_MM


def svg_calipers(laid: Sequence[Caliper], x_of: Callable[[float], float], y: float) -> str:
    """SVG elements of calipers under a trace whose lowest point is at `y` mm; `x_of` is the place of a second in mm."""
    parts = []
    for one in laid:
        bar = y + LEVELS[one.name] * LEVEL_MM
        x0, x1 = x_of(one.start), x_of(one.end)
        path = "".join(f"M{x:.2f} {y:.2f}V{bar + TICK_MM:.2f}" for x in (x0, x1)) + f"M{x0:.2f} {bar:.2f}H{x1:.2f}"
        x, anchor = (x0 - TEXT_MM, "end") if one.name in LEFT else (x1 + TEXT_MM, "start")
        parts.append(
            f'<path d="{path}" class="caliper"/>'
            f'<text x="{x:.2f}" y="{bar + 0.8:.2f}" text-anchor="{anchor}" class="measured">{one.text}</text>'
        )
    return "".join(parts)


def draw_calipers(canvas: Pixels, curves: Curves, laid: Sequence[Caliper]) -> None:
    """Draws calipers under the trace of their lead on an upright photo; `curves` are its cells' points [N, 2].

    Nothing is drawn where no cell shows them whole.
    """
    for cell, points in curves:
        if laid and cell.lead == laid[0].lead and (ends := _ends(cell, points, laid)) is not None:
            unit = max(canvas.shape[:2]) / 1000
            first, last = round(ends.min()), round(ends.max())
            for one, (x0, x1) in zip(laid, ends, strict=True):
                y = (
                    float(np.nanmax(points[_inside(points, first, last), 1]))
                    + unit * PX_OF_1000["level"] * LEVELS[one.name]
                )
                _draw(canvas, one, (round(x0), round(x1)), round(y), unit)
            return


def _ends(cell: PlacedCell, points: Floats, laid: Sequence[Caliper]) -> Floats | None:
    """Columns [K, 2] of the photo at which K calipers begin and end; None where the cell does not show all of them."""
    seconds = np.array([(one.start, one.end) for one in laid])
    at = np.floor((seconds - cell.start) / cell.seconds * len(points)).astype(int)
    if at.min() < 0 or at.max() >= len(points):
        return None
    columns = points[at, 0]
    return columns if bool(np.isfinite(columns).all()) else None


def _inside(points: Floats, first: int, last: int) -> np.ndarray:
    return (points[:, 0] >= first) & (points[:, 0] <= last)


def _draw(canvas: Pixels, one: Caliper, x: tuple[int, int], y: int, unit: float) -> None:
    line, scale = max(1, round(PX_OF_1000["line"] * unit)), PX_OF_1000["text"] * unit
    up, down = round(unit * PX_OF_1000["level"] * (LEVELS[one.name] - 0.3)), round(unit * PX_OF_1000["tick"])
    cv2.line(canvas, (x[0], y), (x[1], y), INK, line, cv2.LINE_AA)
    for end in x:
        cv2.line(canvas, (end, y - up), (end, y + down), INK, line, cv2.LINE_AA)
    (width, _), _ = cv2.getTextSize(one.text, cv2.FONT_HERSHEY_SIMPLEX, scale, line)
    left = x[0] - width - 2 * down if one.name in LEFT else x[1] + 2 * down
    write_text(canvas, one.text, (left, y + down), scale, INK, line)
