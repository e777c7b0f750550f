"""Resampling: the sheet's pixels from the photo's in one step, and the shades that fill the sheet beyond the photo."""

from __future__ import annotations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats, Pixels
from ecgimg.datamodel.page import Geometry, Photo, Sheet, SheetMap
from ecgimg.stages.straighten.constants import STRAIGHTEN


def sheet_of(
    photo: Photo,
    sheet_map: SheetMap,
    straightened_by: Geometry,
    confidence: float,
    grid: tuple[float, float, float, float] | None = None,
) -> Sheet:
    """The sheet of a photo, resampled through a map.

    Args:
        photo: the photo.
        sheet_map: where each point of the sheet lies in it.
        straightened_by: the origin of the geometry.
        confidence: of the grid.
        grid: the part of the sheet on which the grid was seen, x0, y0, x1, y1 in sheet pixels.
    """
    return Sheet(
        pixels=resample(photo.pixels, sheet_map),
        px_per_mm=STRAIGHTEN.sheet_px_per_mm,
        map=sheet_map,
        photo_shape=photo.shape,
        rotation=sheet_map.rotation,
        straightened_by=straightened_by,
        grid_confidence=confidence,
        grid_box=grid,
    )


def resample(pixels: Pixels, sheet_map: SheetMap) -> Pixels:
    """The sheet's pixels [h, w, 3] from a photo's pixels [H, W, 3].

    A photo much finer than the sheet is first shrunk, so that no line aliases.
    """
    rows, cols = sheet_map.nodes.shape[:2]
    step = sheet_map.step
    spacing = float(np.median(np.linalg.norm(np.diff(sheet_map.nodes, axis=1), axis=2)))
    small, factor = pixels, 1.0
    if step / spacing <= STRAIGHTEN.max_resampling_factor:
        small, factor = resized(pixels, round(max(pixels.shape[:2]) * (step / spacing)))
    nodes = (sheet_map.nodes + 0.5) * factor - 0.5
    size = (round((rows - 1) * step) + 1, round((cols - 1) * step) + 1)
    x, y = dense_map(nodes, size, step)
    inside = (x >= 0) & (x <= small.shape[1] - 1) & (y >= 0) & (y <= small.shape[0] - 1)
    straight = cv2.remap(small, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return _filled_outside(np.asarray(straight, np.uint8), inside)


def resized(pixels: Pixels, side: int) -> tuple[Pixels, float]:
    """Pixels [H, W, 3] whose longest side is `side`, or less where they were very small, and the factor."""
    factor = min(STRAIGHTEN.max_enlargement, side / max(pixels.shape[:2]))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=method), np.uint8), factor


def dense_map(nodes: Floats, size: tuple[int, int], step: float) -> tuple[Floats, Floats]:
    """Maps [H, W] of x and y for cv2.remap from nodes [R, C, 2] every `step` pixels, exactly bilinear.

    cv2.remap itself rounds places to 1/32 of a node's distance, which is 0.6 px of a sheet.
    """
    rows = _interpolated(nodes, size[0], step)
    dense = _interpolated(np.ascontiguousarray(rows.transpose(1, 0, 2)), size[1], step)
    return np.ascontiguousarray(dense[..., 0].T), np.ascontiguousarray(dense[..., 1].T)


def _interpolated(nodes: Floats, count: int, step: float) -> Floats:
    """Values [count, C, 2] of nodes [R, C, 2], linear between their rows, which are `step` apart."""
    place = np.minimum(np.arange(count) / step, len(nodes) - 1)
    first = np.minimum(place.astype(int), max(len(nodes) - 2, 0))
    share = (place - first).astype(np.float32)[:, None, None]
    after = nodes[np.minimum(first + 1, len(nodes) - 1)]
    return np.asarray(nodes[first] * (1 - share) + after * share, np.float32)


def _filled_outside(pixels: Pixels, inside: Bools) -> Pixels:
    """The sheet, filled with the nearest shade where the photo does not reach: an edge there looks like ink."""
    if inside.all():
        return pixels
    h, w = inside.shape
    block = STRAIGHTEN.fill_block_px
    size = (w // block + 1, h // block + 1)
    known = cv2.resize(inside.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    total = cv2.resize(np.where(inside[..., None], pixels, 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    full = known > STRAIGHTEN.full_block_share
    _, nearest = cv2.distanceTransformWithLabels(
        (~full).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    shades = np.zeros((int(nearest.max()) + 1, 3), np.float32)
    shades[nearest[full]] = total[full]
    smooth = cv2.GaussianBlur(shades[nearest], (0, 0), STRAIGHTEN.fill_blur_blocks)
    filled = cv2.resize(smooth, (w, h), interpolation=cv2.INTER_LINEAR)
    return np.where(inside[..., None], pixels, np.clip(filled, 0, 255).astype(np.uint8))
