"""Stretches of curves drawn anew or erased: curves of the cells, changes -> curves that mark the user's points."""

from __future__ import annotations

import numpy as np

from ecgimg.corrections import Corrections, CurveChange, Erase
from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.page import Curve, LayoutMatch, UprightSheet
from ecgimg.errors import UsageError
from ecgimg.stages.correct.snap import follow_ink

USER_CONFIDENCE = 1.0
"""Confidence of a sample that the user drew: it is the user's word and no measured probability, and it is marked."""


def correct_curves(
    curves: tuple[Curve, ...], match: LayoutMatch, corrections: Corrections, page: UprightSheet
) -> tuple[Curve, ...]:
    """The curves of a layout's cells with what the user drew and erased.

    Raises:
        UsageError: a change is of a row that the page does not have, or lies beside its leads.
    """
    for change in corrections.curve_changes:
        x, y = drawn_stretch(change, page)
        cells = [k for k, cell in enumerate(match.cells) if cell.line + 1 == change.row]
        if not any(match.cells[k].x0 < x[-1] and match.cells[k].x1 > x[0] for k in cells):
            what = f"change {change.id}: it lies on no lead of row {change.row}"
            rows = len({cell.line for cell in match.cells})
            raise UsageError(what, where="corrections", remedy=f"the page has {rows} rows, the first is at the top")
        curves = tuple(with_stretch(curve, x, y) if k in cells else curve for k, curve in enumerate(curves))
    return curves


def drawn_stretch(change: CurveChange, page: UprightSheet) -> tuple[Doubles, Doubles]:
    """The columns of the sheet [N] from the first to the last point of a change, and the y of its curve [N]."""
    points = page.sheet.map.to_sheet(np.array(change.points, np.float64))
    columns = np.rint(points[:, 0])
    limit = page.sheet.pixels.shape[1] - 1
    if columns.max() < 0 or columns.min() > limit or np.ptp(columns.clip(0, limit)) < 1:
        what = f"change {change.id}: its points have no width on the page"
        raise UsageError(what, where="corrections", remedy="give points on the curve from left to right")
    x = np.arange(max(columns.min(), 0), min(columns.max(), limit) + 1)
    if isinstance(change, Erase):
        return x, np.full(len(x), np.nan)
    last = {float(column): float(y) for column, y in zip(columns, points[:, 1], strict=True)}
    places = np.array(sorted(last))
    drawn = np.interp(x, places, [last[place] for place in places])
    return x, follow_ink(page.planes, page.sheet.px_per_mm, x, drawn) if change.snap else drawn


def with_stretch(curve: Curve, x: Doubles, y: Doubles) -> Curve:
    """A curve with other points [N] from x[0] to x[-1], which are marked as the user's; NaN erases."""
    before, after = curve.x < x[0], curve.x > x[-1]
    confidence = np.where(np.isfinite(y), USER_CONFIDENCE, 0.0).astype(np.float32)
    return Curve(
        np.concatenate([curve.x[before], x, curve.x[after]]),
        np.concatenate([curve.y[before], y, curve.y[after]]),
        np.concatenate([curve.confidence[before], confidence, curve.confidence[after]]),
        np.concatenate([curve.by_user[before], np.ones(len(x), bool), curve.by_user[after]]),
    )
