"""The points of each cell of a PDF page: LayoutMatch, DrawnPage -> LayoutMatch with exact ends, and a curve a cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.interpolate import make_interp_spline

from ecgimg.datamodel.page import Curve, LayoutMatch, PlacedCell
from ecgimg.stages.vector.constants import VECTOR
from ecgimg.stages.vector.curves import DrawnCurve
from ecgimg.stages.vector.page import DrawnPage
from ecgimg.stages.vector.rows import DrawnRow


def cut_cells(match: LayoutMatch, page: DrawnPage) -> tuple[LayoutMatch, tuple[Curve, ...]]:
    """The match with its cells on their own curves, and the points of each cell's.

    A cell that has a curve of its own begins and ends with it, whatever the curves beside it cover.
    """
    pairs = [_cell(cell, page.rows[cell.line], page.sheet.px_per_mm) for cell in match.cells]
    cells, curves = zip(*pairs, strict=True)
    return replace(match, cells=tuple(cells)), tuple(curves)


def _cell(cell: PlacedCell, row: DrawnRow, px_per_mm: float) -> tuple[PlacedCell, Curve]:
    """A cell of a row, and the points of its curve."""
    near = VECTOR.cell_end_mm * px_per_mm
    own = [c for c in row.curves if abs(c.x[0] - cell.x0) < near and abs(c.x[-1] - cell.x1) < near]
    if own:
        curve = min(own, key=lambda c: abs(float(c.x[0]) - cell.x0))
        cell = replace(cell, x0=float(curve.x[0]), x1=float(curve.x[-1]))
        return cell, _points([_between(curve, px_per_mm)])
    reach = VECTOR.beside_mm * px_per_mm
    near_cell = [c for c in row.curves if c.x[-1] > cell.x0 - reach and c.x[0] < cell.x1 + reach]
    return cell, _points([_between(curve, px_per_mm) for curve in near_cell])


def _between(curve: DrawnCurve, px_per_mm: float) -> DrawnCurve:
    """A curve with more points between its own, where these are evenly spaced: they are samples of a smooth signal.

    The new points lie on the spline of fifth degree through the curve's own, which stay as they are.
    """
    gaps = np.diff(curve.x)
    distance = curve.length / len(gaps)
    parts = int(np.ceil(distance / (VECTOR.fine_mm * px_per_mm)))
    if parts == 1 or np.abs(gaps - distance).max() > VECTOR.even_share * distance:
        return curve
    numbers = np.arange(len(curve.x), dtype=float)
    fine = np.arange(len(gaps) * parts + 1) / parts
    y = make_interp_spline(numbers, curve.y, k=5)(fine)
    y[::parts] = curve.y
    return DrawnCurve(np.interp(fine, numbers, curve.x), np.asarray(y, np.float64))


def _points(curves: list[DrawnCurve]) -> Curve:
    """Curves from left to right as one, with gaps between them; where they overlap, the one on the right is taken."""
    x, y = [np.array([-1.0, 0.0])], [np.full(2, np.nan)]
    for k, curve in enumerate(curves):
        end = curves[k + 1].x[0] if k + 1 < len(curves) else np.inf
        shown = (curve.x < end) & (curve.x > x[-1][-1])
        if shown.any():
            gap = (x[-1][-1] + curve.x[shown][0]) / 2
            x.append(np.concatenate([[gap], curve.x[shown]]))
            y.append(np.concatenate([[np.nan], curve.y[shown]]))
    places, heights = np.concatenate(x), np.concatenate(y)
    return Curve(places, heights, np.isfinite(heights).astype(np.float32))
