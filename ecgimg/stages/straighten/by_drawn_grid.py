"""Straightening by the lines of a grid that a PDF draws: its scale is exact, and the page lies straight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.page import Photo, Sheet, SheetMap
from ecgimg.datamodel.vector_page import VectorPage
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.resample import sheet_of


@dataclass(frozen=True)
class _Lines:
    """Parallel, evenly spaced lines: first and last of their places, and their distance, in photo pixels."""

    first: float
    last: float
    distance: float


def by_drawn_grid(photo: Photo) -> Sheet | None:
    """The sheet of a PDF page that draws its grid as lines; None where none is found, or the sheet would be too large.

    Sheet pixels are photo pixels times one factor each way, as a photo's size is rounded to whole pixels. The lines'
    distance is 1 or 5 mm, whichever is nearer to the size that the file declares for the page.
    """
    if photo.vector is None:
        return None
    upright, level = (_even_lines(photo.vector, axis, max(photo.shape)) for axis in (0, 1))
    if upright is None or level is None:
        return None
    distance = (upright.distance + level.distance) / 2
    if abs(upright.distance - level.distance) > STRAIGHTEN.drawn_square_tolerance * distance:
        return None
    squares_mm = np.array([STRAIGHTEN.small_square_mm, STRAIGHTEN.large_square_mm])
    square_mm = float(squares_mm[np.abs(np.log(distance / squares_mm / photo.vector.px_per_mm)).argmin()])
    if max(photo.shape) / distance * square_mm > STRAIGHTEN.max_side_mm:
        return None
    return _scaled(photo, upright, level, square_mm)


def _even_lines(page: VectorPage, axis: int, side: int) -> _Lines | None:
    """The long lines of a page across an axis, 0 for upright ones; None where they are too few or uneven.

    `side` is the photo's longer side.
    """
    places = _line_places(page, axis, STRAIGHTEN.drawn_line_share * side)
    if len(places) < STRAIGHTEN.min_drawn_lines:
        return None
    gaps = np.diff(places)
    distance = float(np.median(gaps))
    numbers = np.concatenate([[0], np.cumsum(np.rint(gaps / distance))])
    even = np.abs(gaps / distance - np.rint(gaps / distance)) < STRAIGHTEN.drawn_line_tolerance
    if even.mean() < STRAIGHTEN.min_even_share or len(np.unique(numbers)) < STRAIGHTEN.min_drawn_lines:
        return None
    slope, begin = np.polyfit(numbers, places, 1)
    off = np.abs(places - begin - slope * numbers) > STRAIGHTEN.drawn_line_tolerance * slope
    if off.mean() > 1 - STRAIGHTEN.min_even_share:
        return None
    return _Lines(float(places[0]), float(places[-1]), float(slope))


def _line_places(page: VectorPage, axis: int, shortest: float) -> Doubles:
    """Places [N] along an axis of the strokes across it that are at least so long, each once, in order."""
    if not page.lines:
        return np.zeros(0)
    begins, ends = (np.concatenate([line[part] for line in page.lines]) for part in (slice(None, -1), slice(1, None)))
    move = np.abs(ends - begins)
    across = (move[:, axis] < STRAIGHTEN.same_line_px) & (move[:, 1 - axis] > shortest)
    places = np.sort(begins[across, axis])
    return np.asarray(places[np.diff(places, prepend=-np.inf) > STRAIGHTEN.same_line_px])


def _scaled(photo: Photo, upright: _Lines, level: _Lines, square_mm: float) -> Sheet:
    """The sheet of a straight photo with these lines of a grid, whose squares have a size."""
    square = STRAIGHTEN.sheet_px_per_mm * square_mm
    factors = (square / upright.distance, square / level.distance)
    height, width = photo.shape
    step = STRAIGHTEN.node_px
    columns, rows = (
        np.arange(np.ceil((side - 1) * factor / step) + 1) * step / factor
        for side, factor in zip((width, height), factors, strict=True)
    )
    nodes = np.stack(np.meshgrid(columns, rows), axis=2).astype(np.float32)
    margin = STRAIGHTEN.region_margin_mm * STRAIGHTEN.sheet_px_per_mm
    (left, right), (top, bottom) = (
        (lines.first * factor - margin, lines.last * factor + margin)
        for lines, factor in zip((upright, level), factors, strict=True)
    )
    return sheet_of(photo, SheetMap(nodes, step), "vector", 1.0, (left, top, right, bottom))
