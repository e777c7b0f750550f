"""Pictures of more than one ECG: the parts that show one each, and what lies beyond the one that was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.constants import constant
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import Photo, PlacedCell, Sheet, UprightSheet
from ecgimg.errors import RefusedError
from ecgimg.pipelines.page_search import PAGE_SEARCH, is_proven
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
Box: TypeAlias = tuple[int, int, int, int]
"""x0, y0, x1, y1 in photo pixels."""
SheetBox: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1 in sheet pixels."""


def another_ecg(photo: Photo, sheet: Sheet, cells: Sequence[PlacedCell]) -> Box | None:
    """The part of a photo, in its pixels, beyond a sheet's grid and cells that has a grid of its own, rows and lead
    names; None where there is none.
    """
    return next((box for box in parts_beyond(photo, sheet, cells) if _is_ecg(part_of(photo, box))), None)


def parts_beyond(photo: Photo, sheet: Sheet, cells: Sequence[PlacedCell]) -> Iterator[Box]:
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
            yield left, top, right, bottom


def part_of(photo: Photo, box: Box) -> Photo:
    """A part of a photo as a photo of its own."""
    left, top, right, bottom = box
    return replace(photo, pixels=np.ascontiguousarray(photo.pixels[top:bottom, left:right]), vector=None)


def in_whole(page: UprightSheet, box: Box, shape: tuple[int, int]) -> UprightSheet:
    """A page that was found in a part of a photo of this shape, with its places on the whole photo."""
    sheet = page.sheet
    nodes = np.asarray(sheet.map.nodes + np.array(box[:2], np.float32), np.float32)
    return replace(page, sheet=replace(sheet, map=replace(sheet.map, nodes=nodes), photo_shape=shape))


def parts_with_one_ecg(page: UprightSheet) -> tuple[Box, ...]:
    """The two parts of a photo between which the fewest lead names stand twice; none where that separates no ECGs.

    Names of rhythm strips stand twice on a page of one ECG. Of equal cuts the one in the widest gap is taken.
    """
    names = [name for name in page.names if name.lead in LEADS]
    places = page.sheet.map.to_photo(np.array([(name.x, name.y) for name in names]).reshape(-1, 2))
    cuts = [cut for axis in (0, 1) for cut in _cuts(axis, places[:, axis], [name.lead for name in names])]
    if not cuts:
        return ()
    _, _, axis, at = min(cuts)
    height, width = page.sheet.photo_shape
    return ((0, 0, at, height), (at, 0, width, height)) if axis == 0 else ((0, 0, width, at), (0, at, width, height))


def _cuts(axis: int, places: Floats, leads: Sequence[str]) -> Iterator[tuple[int, float, int, int]]:
    """The cuts across an axis of a photo that leave the names of an ECG on both sides: names that stand twice on their
    side, the gap with a minus, the axis, and the place.
    """
    order = np.argsort(places)
    for k in range(1, len(order)):
        sides = [[leads[i] for i in side] for side in (order[:k], order[k:])]
        if min(len({*side}) for side in sides) < PAGE_SEARCH.min_marks:
            continue
        low, high = float(places[order[k - 1]]), float(places[order[k]])
        yield sum(len(side) - len({*side}) for side in sides), low - high, axis, round((low + high) / 2)


def _around(sheet: Sheet, box: SheetBox, cells: Sequence[PlacedCell]) -> SheetBox:
    """The box of the grid, extended to hold the cells with their curves and names."""
    reach = ANOTHER_ECG.row_mm * sheet.px_per_mm
    return (
        min(box[0], *(cell.x0 - reach for cell in cells)),
        min(box[1], *(cell.y0 - reach for cell in cells)),
        max(box[2], *(cell.x1 + reach for cell in cells)),
        max(box[3], *(cell.y0 + reach for cell in cells)),
    )


def _box_on_photo(sheet: Sheet, box: SheetBox) -> Box:
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
