"""Pictures of two ECGs: the two parts that show one each."""

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
from ecgimg.pipelines.page_search import PAGE_SEARCH, find_page, is_proven
from ecgimg.pipelines.step_runner import StepRunner
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
Parts: TypeAlias = tuple[Box, Box]
"""The two parts into which a line cuts a photo."""
SheetBox: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1 in sheet pixels."""


def parts_by_grid(photo: Photo, sheet: Sheet, cells: Sequence[PlacedCell]) -> Parts | None:
    """The part of a photo with what was read of a sheet, and one beyond its grid and cells that has a grid of its own,
    rows and lead names; None where there is none.
    """
    return next((parts for parts in parts_beyond(photo, sheet, cells) if _is_ecg(part_of(photo, parts[1]))), None)


def parts_beyond(photo: Photo, sheet: Sheet, cells: Sequence[PlacedCell]) -> Iterator[Parts]:
    """The cuts of a photo left of, right of, above and below what was read of a sheet, whose part beyond is large
    enough; that part comes second.

    Where a grid is pale, only a part of it is seen, and cells lie beyond it.
    """
    if sheet.grid_box is None:
        return
    height, width = photo.shape
    x0, y0, x1, y1 = _box_on_photo(sheet, _around(sheet, sheet.grid_box, cells))
    beyond = ((0, 0, x0, height), (x1, 0, width, height), (0, 0, width, y0), (0, y1, width, height))
    inside = ((x0, 0, width, height), (0, 0, x1, height), (0, y0, width, height), (0, 0, width, y1))
    for own, (left, top, right, bottom) in zip(inside, beyond, strict=True):
        if right - left > ANOTHER_ECG.min_side * width and bottom - top > ANOTHER_ECG.min_side * height:
            yield own, (left, top, right, bottom)


def part_of(photo: Photo, box: Box) -> Photo:
    """A part of a photo as a photo of its own."""
    left, top, right, bottom = box
    return replace(photo, pixels=np.ascontiguousarray(photo.pixels[top:bottom, left:right]), vector=None)


def ecg_in(photo: Photo, box: Box, steps: StepRunner) -> UprightSheet | None:
    """The page in a part of a photo, with its places on the whole photo; None where no ECG is proven there."""
    try:
        page = find_page(part_of(photo, box), steps, thorough=False)
    except RefusedError:
        return None
    return in_whole(page, box, photo.shape) if is_proven(page) else None


def in_whole(page: UprightSheet, box: Box, shape: tuple[int, int]) -> UprightSheet:
    """A page that was found in a part of a photo of this shape, with its places on the whole photo."""
    sheet = page.sheet
    nodes = np.asarray(sheet.map.nodes + np.array(box[:2], np.float32), np.float32)
    return replace(page, sheet=replace(sheet, map=replace(sheet.map, nodes=nodes), photo_shape=shape))


def parts_by_names(page: UprightSheet) -> Parts | None:
    """The two parts of a photo between which the fewest lead names stand twice; None where they do not have the names
    of several leads in common, as two ECGs do.

    Names of rhythm strips stand twice on a page of one ECG. Of equal cuts the one in the widest gap is taken.
    """
    names = [name for name in page.names if name.lead in LEADS]
    places = page.sheet.map.to_photo(np.array([(name.x, name.y) for name in names]).reshape(-1, 2))
    cuts = [cut for axis in (0, 1) for cut in _cuts(axis, places[:, axis], [name.lead for name in names])]
    if not cuts:
        return None
    _, _, axis, at = min(cuts)
    height, width = page.sheet.photo_shape
    return ((0, 0, at, height), (at, 0, width, height)) if axis == 0 else ((0, 0, width, at), (0, at, width, height))


def _cuts(axis: int, places: Floats, leads: Sequence[str]) -> Iterator[tuple[int, float, int, int]]:
    """The cuts across an axis of a photo that leave the same leads on both sides: names that stand twice on their side,
    the gap with a minus, the axis, and the place.
    """
    order = np.argsort(places)
    for k in range(1, len(order)):
        sides = [[leads[i] for i in side] for side in (order[:k], order[k:])]
        if len({*sides[0]} & {*sides[1]}) < PAGE_SEARCH.min_marks:
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
