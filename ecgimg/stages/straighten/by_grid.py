"""Straightens a photo by its grid: Photo -> Sheet, a page of known scale made by one resampling of the photo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Doubles, Floats, Pixels
from ecgimg.datamodel.page import Photo, Sheet, SheetMap
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.flat_page import flat_page
from ecgimg.stages.straighten.grid_fit import GridFit, fit_bent_grid, fit_grid, fit_known_grid
from ecgimg.stages.straighten.grid_region import grid_box
from ecgimg.stages.straighten.paper_extent import carried_on, paper_box
from ecgimg.stages.straighten.resample import resized, sheet_of
from ecgimg.stages.straighten.sheet_nodes import sheet_nodes
from ecgimg.stages.straighten.squareness import photo_stretch


def by_grid(photo: Photo) -> Sheet | None:
    """The straightened page of a photo; None where no grid is seen, or its squares are nowhere the same.

    The grid becomes horizontal and vertical; the sheet's x axis is the one nearest to the photo's. A picture that was
    stretched so much that its squares don't become square is unstretched first.

    Raises:
        RefusedError: the grid is too small for an ECG, or too large for a page.
    """
    sheet = _straightened(photo, fit_grid)
    stretch = 1.0 if sheet is None else photo_stretch(sheet)
    return sheet if stretch == 1 else _unstretched(photo, stretch)


def by_known_grid(photo: Photo, mm_px: float) -> Sheet | None:
    """The same by squares of which other witnesses tell that a millimetre is about `mm_px` pixels of the photo long.

    Raises:
        RefusedError: the grid is too small for an ECG, or too large for a page.
    """
    return _straightened(photo, lambda work: fit_known_grid(work, mm_px * work.shape[1] / photo.shape[1]))


def by_warped_grid(photo: Photo) -> Sheet | None:
    """The same of a page so bent, or seen so aslant, that its squares are nowhere the same.

    Raises:
        RefusedError: the grid is too small for an ECG, or too large for a page.
    """
    return _straightened(photo, fit_bent_grid)


def by_grid_in_box(photo: Photo, corners: NDArray[np.floating]) -> Sheet | None:
    """The page straightened by the grid inside a box of the photo; None where no grid is seen there.

    A page that is small in the photo becomes large, and a woven cloth around it, which is a grid too, is cut off.

    Args:
        photo: the whole photo.
        corners: the box [4, 2] in pixels of the photo, clockwise from the top left.

    Raises:
        RefusedError: the grid is too small for an ECG, or too large for a page.
    """
    width, height = (round(float(np.linalg.norm(corners[k] - corners[0]))) for k in (1, 3))
    if min(width, height) < 2:
        return None
    flat = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], np.float32)
    to_photo = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    part = cv2.warpPerspective(
        photo.pixels,
        to_photo,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    sheet = by_grid(replace(photo, pixels=np.asarray(part, np.uint8)))
    if sheet is None:
        return None
    nodes: Floats = np.asarray(cv2.perspectiveTransform(sheet.map.nodes, to_photo), np.float32)
    whole = sheet_of(photo, SheetMap(nodes, sheet.map.step), "grid", sheet.grid_confidence, sheet.grid_box)
    return replace(whole, stretch=sheet.stretch, bend=sheet.bend)


def _unstretched(photo: Photo, stretch: float) -> Sheet | None:
    """The sheet of a photo whose squares are `stretch` times as high as wide; None where it has no square ones either.

    Raises:
        RefusedError: the grid is too small for an ECG, or too large for a page.
    """
    height, width = photo.shape
    size = (max(round(width * min(stretch, 1.0)), 1), max(round(height / max(stretch, 1.0)), 1))
    pixels = np.asarray(cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    sheet = _straightened(replace(photo, pixels=pixels), fit_grid)
    if sheet is None or photo_stretch(sheet) != 1:
        return None
    factor = np.array([width / size[0], height / size[1]], np.float32)
    nodes: Floats = np.asarray((sheet.map.nodes + 0.5) * factor - 0.5, np.float32)
    unstretched = sheet_of(photo, SheetMap(nodes, sheet.map.step), "grid", sheet.grid_confidence, sheet.grid_box)
    return replace(unstretched, stretch=stretch, bend=sheet.bend)


def _straightened(photo: Photo, find_grid: Callable[[Pixels], GridFit | None]) -> Sheet | None:
    """The recipe: find the grid, take the photo flat, correct the nodes by the grid's phase, resample the photo."""
    work, factor = resized(photo.pixels, STRAIGHTEN.work_side_px)
    fit = find_grid(work)
    if fit is None:
        return None
    page = flat_page(work, fit, factor)
    nodes = sheet_nodes(page, fit)
    from_flat = np.asarray(np.linalg.inv(page.from_photo), np.float64)
    grid = grid_box(nodes.strength)
    paper = paper_box(work, page.from_photo, grid)
    photo_nodes = _to_photo(carried_on(nodes.places, grid, paper), from_flat, factor)
    x0, y0, x1, y1 = ((side - paper[k % 2]) * STRAIGHTEN.node_px for k, side in enumerate(grid))
    sheet = sheet_of(photo, SheetMap(photo_nodes, STRAIGHTEN.node_px), "grid", _confidence(fit), (x0, y0, x1, y1))
    return replace(sheet, bend=nodes.bend)


def _to_photo(nodes: Floats, from_flat: Doubles, factor: float) -> Floats:
    """Photo pixels [r, c, 2] of nodes.

    Args:
        nodes: flat-page pixels [r, c, 2].
        from_flat: homography from flat-page pixels to pixels of the resized photo.
        factor: by which the photo was resized.
    """
    work = cv2.perspectiveTransform(nodes.reshape(-1, 1, 2).astype(np.float64), from_flat)
    return np.asarray(((work + 0.5) / factor - 0.5).reshape(nodes.shape), np.float32)


def _confidence(fit: GridFit) -> float:
    """How sure a grid is, 0..1, by the contrast of its comb; less where the spacing of its lines was assumed."""
    certainty = float(np.clip(fit.contrast / STRAIGHTEN.certain_comb_contrast, 0, 1))
    return certainty * (STRAIGHTEN.assumed_confidence_factor if fit.assumed else 1.0)
