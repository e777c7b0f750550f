"""Explains the ink of a sheet: which of it was read, and what is left that may be a curve."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.arrays import Bools
from ecgimg.datamodel.ink import ExplainedInk, InkStretch
from ecgimg.datamodel.page import Curve, PlacedCell, Sheet, UprightSheet
from ecgimg.stages.explain.constants import EXPLAIN
from ecgimg.stages.explain.ink import SHRUNK, draw_curves, to_mask, to_sheet
from ecgimg.stages.explain.stretches import Piece, Stretch, find_stretches

Sees = Callable[[tuple[InkStretch, ...]], tuple[bool, ...]]
"""Whether each of some stretches of ink, from top to bottom, is a curve; the pipeline asks the trace network."""


def explain_rows(page: UprightSheet, ink: Bools, curves: Sequence[Curve], sees: Sees) -> ExplainedInk:
    """How much of a page's curves was traced, before any layout; `ink` is the sheet's, `curves` one for each row."""
    left = _unexplained(page, ink, curves, sees)
    return ExplainedInk(_share(sum(map(_length, curves)), _total(left)), (), tuple(one.ink for one in left))


def explain_cells(
    page: UprightSheet, ink: Bools, cells: Sequence[PlacedCell], curves: Sequence[Curve], sees: Sees
) -> ExplainedInk:
    """How much of a page's curves is in its recording.

    Args:
        page: the sheet with its landmarks.
        ink: its ink, of `find_ink`.
        cells: the cells that were read.
        curves: the curve of each.
        sees: whether ink is a curve.
    """
    left = _unexplained(page, ink, _row_parts(cells, curves, page.sheet.px_per_mm), sees)
    read = [_length(_between(curve, cell.x0, cell.x1)) for cell, curve in zip(cells, curves, strict=True)]
    left_of_cells = [0.0] * len(cells)
    for piece in (piece for one in left for piece in one.stretch.pieces):
        for k, length in _in_cells(piece, cells, page.sheet.px_per_mm):
            left_of_cells[k] += length
    return ExplainedInk(
        share=_share(sum(read), _total(left)),
        cell_shares=tuple(map(_share, read, left_of_cells)),
        unexplained=tuple(one.ink for one in left),
    )


def doubted_curves(curves: Sequence[Curve], explained: ExplainedInk) -> tuple[Curve, ...]:
    """The curves of cells, each less sure by the share of its cell's ink that was not read; not what the user drew."""
    return tuple(
        curve
        if share == 1
        else replace(curve, confidence=np.where(curve.by_user, curve.confidence, curve.confidence * np.float32(share)))
        for curve, share in zip(curves, explained.cell_shares, strict=True)
    )


@dataclass(frozen=True, eq=False)
class _Left:
    """A stretch that is left over, in pixels of its mask and on sheet and photo."""

    stretch: Stretch
    ink: InkStretch


def _unexplained(page: UprightSheet, ink: Bools, explained: Sequence[Curve], sees: Sees) -> list[_Left]:
    """The ink of a sheet that is a curve, without print, marks, and the curves that are explained."""
    rest = ink & ~draw_curves(ink.shape, explained, page.sheet.px_per_mm)
    for x0, y0, x1, y1 in _marks(page):
        left, top, right, bottom = (max(round(to_mask(side)), 0) for side in (x0, y0, x1, y1))
        rest[top : bottom + 1, left : right + 1] = False
    found = [_Left(one, _on_photo(page.sheet, one)) for one in find_stretches(rest, page.sheet.px_per_mm / SHRUNK)]
    if not found:
        return []
    return [one for one, is_curve in zip(found, sees(tuple(one.ink for one in found)), strict=True) if is_curve]


def _total(left: Sequence[_Left]) -> float:
    """Length of what is left in sheet pixels."""
    return SHRUNK * sum(one.stretch.length for one in left)


def _marks(page: UprightSheet) -> Iterator[tuple[float, float, float, float]]:
    """Boxes x0, y0, x1, y1 of the lead names, printed scales and calibration pulses of a sheet."""
    wide, high = (mm * page.sheet.px_per_mm for mm in EXPLAIN.name_mm)
    margin = EXPLAIN.mark_margin_mm * page.sheet.px_per_mm
    yield from ((name.x - wide, name.y - high, name.x + wide, name.y + high) for name in page.names)
    yield from page.scale_texts
    for pulse in page.pulses:
        for y in page.baselines:
            yield pulse.left - margin, y - pulse.height - margin, pulse.right + margin, y + margin


def _row_parts(cells: Sequence[PlacedCell], curves: Sequence[Curve], px_per_mm: float) -> list[Curve]:
    """The parts of the rows' curves that are their cells', and a little beside them."""
    beside, parts = EXPLAIN.beside_mm * px_per_mm, []
    for line in {cell.line for cell in cells}:
        row = [(cell, curve) for cell, curve in zip(cells, curves, strict=True) if cell.line == line]
        low, high = min(cell.x0 for cell, _ in row) - beside, max(cell.x1 for cell, _ in row) + beside
        parts += [_between(curve, low, high) for curve in {id(curve): curve for _, curve in row}.values()]
    return parts


def _between(curve: Curve, low: float, high: float) -> Curve:
    inside = (curve.x >= low) & (curve.x <= high)
    return Curve(curve.x[inside], curve.y[inside], curve.confidence[inside])


def _length(curve: Curve) -> float:
    """Columns in which a curve is known, in sheet pixels."""
    known: Bools = np.isfinite(curve.y)
    return float(np.diff(curve.x)[known[1:] & known[:-1]].sum())


def _in_cells(piece: Piece, cells: Sequence[PlacedCell], px_per_mm: float) -> Iterator[tuple[int, float]]:
    """The cells in which a piece lies, those nearest to its zero line, and its length in each in sheet pixels."""
    x, zero = to_sheet(piece.x), to_sheet(piece.zero)
    near = [k for k, cell in enumerate(cells) if abs(cell.y0 - zero) <= EXPLAIN.cell_reach_mm * px_per_mm]
    nearest = min((abs(cells[k].y0 - zero) for k in near), default=0.0)
    for k in near:
        if abs(cells[k].y0 - zero) == nearest:
            yield k, SHRUNK * float(((x >= cells[k].x0) & (x <= cells[k].x1)).sum())


def _share(read: float, left: float) -> float:
    """Share of what was read; 1 where there is nothing."""
    return read / (read + left) if read + left > 0 else 1.0


def _on_photo(sheet: Sheet, stretch: Stretch) -> InkStretch:
    """A stretch in sheet and photo pixels."""
    px_per_mm = sheet.px_per_mm
    x, y = (to_sheet(np.concatenate([getattr(piece, side) for piece in stretch.pieces])) for side in ("x", "y"))
    path = sheet.map.to_photo(np.stack([x, y], axis=1))
    path[np.cumsum([len(piece.x) for piece in stretch.pieces])[:-1] - 1] = np.nan
    zero = to_sheet(stretch.zero)
    return InkStretch(float(x.min()), float(x.max()), zero, stretch.length * SHRUNK / px_per_mm, path)
