"""Looks for another ECG in a photo, beside the one that was read: in the parts beyond its grid and its curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from ecgimg.datamodel.constants import constant
from ecgimg.datamodel.page import Photo, PlacedCell, Sheet
from ecgimg.errors import RefusedError
from ecgimg.pipelines.page_search import is_proven
from ecgimg.stages.landmarks.find import find_landmarks
from ecgimg.stages.straighten.by_grid import by_grid


@dataclass(frozen=True)
class AnotherEcgConstants:
    """Which parts of a photo are looked at."""

    min_side: float = constant(
        0.25, unit="share of the photo's side", why="a narrower part beside the page hardly shows an ECG"
    )
    row_mm: float = constant(25.0, unit="mm", why="curves and names reach this far from their row")


ANOTHER_ECG = AnotherEcgConstants()
Box: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1."""


def shows_another_ecg(photo: Photo, sheet: Sheet, cells: Sequence[PlacedCell]) -> bool:
    """Whether a part of the photo beyond a sheet's grid and cells has a grid of its own, rows and lead names."""
    return any(_is_ecg(part) for part in parts_beyond(photo, sheet, cells))


def parts_beyond(photo: Photo, sheet: Sheet, cells: Sequence[PlacedCell]) -> Iterator[Photo]:
    """The parts of a photo left of, right of, above and below what was read of a sheet that are large enough.

    Where a grid is pale, only a part of it is seen, and cells lie beyond it.
    """
    if sheet.grid_box is None:
        return
    height, width = photo.shape
    x0, y0, x1, y1 = _box_on_photo(sheet, _around(sheet, sheet.grid_box, cells))
    sides = ((0, 0, x0, height), (x1, 0, width, height), (0, 0, width, y0), (0, y1, width, height))
    for left, top, right, bottom in sides:
        if right - left > ANOTHER_ECG.min_side * width and bottom - top > ANOTHER_ECG.min_side * height:
            yield replace(photo, pixels=np.ascontiguousarray(photo.pixels[top:bottom, left:right]))


def _around(sheet: Sheet, box: Box, cells: Sequence[PlacedCell]) -> Box:
    """The box of the grid, extended to hold the cells with their curves and names."""
    reach = ANOTHER_ECG.row_mm * sheet.px_per_mm
    return (
        min(box[0], *(cell.x0 - reach for cell in cells)),
        min(box[1], *(cell.y0 - reach for cell in cells)),
        max(box[2], *(cell.x1 + reach for cell in cells)),
        max(box[3], *(cell.y0 + reach for cell in cells)),
    )


def _box_on_photo(sheet: Sheet, box: Box) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 in photo pixels around a box of a sheet."""
    left, top, right, bottom = box
    corners = sheet.map.to_photo(np.array([(left, top), (right, top), (right, bottom), (left, bottom)]))
    (x0, y0), (x1, y1) = np.rint(corners.min(axis=0)), np.rint(corners.max(axis=0))
    height, width = sheet.photo_shape
    return max(int(x0), 0), max(int(y0), 0), min(int(x1), width), min(int(y1), height)


def _is_ecg(part: Photo) -> bool:
    try:
        sheet = by_grid(part)
    except RefusedError:
        return False
    return sheet is not None and is_proven(find_landmarks(sheet))
