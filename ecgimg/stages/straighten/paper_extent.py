"""How far the paper goes on around the part on which the grid is seen.

A grid is often too pale to be seen everywhere, and headers and strips may be printed beside it. The sheet is the paper:
its nodes are carried on to all that is as bright as the paper under the grid and connected with it.
"""

from __future__ import annotations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats, Pixels
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.grid_region import Box


def paper_box(rgb: Pixels, from_photo: Doubles, grid: Box) -> Box:
    """The box of nodes that holds the paper around a grid; at least the grid's own box.

    Args:
        rgb: the photo's pixels [H, W, 3] as they were fitted.
        from_photo: homography [3, 3] from these pixels to those of the flat page.
        grid: the box of nodes on which the grid is seen.
    """
    brightness = _without_ink(rgb)
    place = _node_places(brightness.shape, from_photo)
    low, high = np.array(grid[:2]), np.array(grid[2:])
    inside = ((place >= low) & (place <= high)).all(axis=2)
    if not inside.any():
        return grid
    reach = STRAIGHTEN.paper_reach_mm / STRAIGHTEN.node_mm
    near = ((place > low - reach) & (place < high + reach)).all(axis=2)
    level = STRAIGHTEN.paper_brightness_share * np.percentile(brightness[inside], STRAIGHTEN.paper_percentile)
    paper = ((brightness >= level) & near) | inside
    _, labels = cv2.connectedComponents(paper.astype(np.uint8), connectivity=4)
    points = place[labels == np.bincount(labels[inside]).argmax()]
    first = np.floor(np.percentile(points, STRAIGHTEN.paper_outlier_percent, axis=0)).astype(int)
    last = np.ceil(np.percentile(points, 100 - STRAIGHTEN.paper_outlier_percent, axis=0)).astype(int)
    columns = min(int(first[0]), grid[0]), max(int(last[0]), grid[2])
    rows = min(int(first[1]), grid[1]), max(int(last[1]), grid[3])
    return columns[0], rows[0], columns[1], rows[1]


def carried_on(nodes: Floats, grid: Box, wanted: Box) -> Floats:
    """Flat-page pixels [r, c, 2] of the nodes of a wider box: beyond the grid the displacement of its edge goes on.

    Args:
        nodes: flat-page pixels [R, C, 2] of all nodes that were measured.
        grid: the box of nodes on which the grid is seen.
        wanted: a box that holds it; may go beyond the nodes that were measured.
    """
    x0, y0, x1, y1 = grid
    shift = nodes[y0 : y1 + 1, x0 : x1 + 1] - _regular(grid)
    margins = ((y0 - wanted[1], wanted[3] - y1), (x0 - wanted[0], wanted[2] - x1), (0, 0))
    return np.asarray(_regular(wanted) + np.pad(shift, margins, "edge"), np.float32)


def _regular(box: Box) -> Floats:
    """Flat-page pixels of the nodes of a box where nothing displaces them."""
    x, y = np.meshgrid(np.arange(box[0], box[2] + 1), np.arange(box[1], box[3] + 1))
    nodes = np.stack([x, y], axis=2) * (STRAIGHTEN.flat_px_per_mm * STRAIGHTEN.node_mm)
    return np.asarray(nodes, np.float32)


def _without_ink(rgb: Pixels) -> Pixels:
    """A small picture of the brightest channel, in which coloured lines are faint, without curves and text."""
    scale = STRAIGHTEN.paper_scale
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).max(axis=2)
    side = STRAIGHTEN.paper_ink_px
    return np.asarray(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)), np.uint8)


def _node_places(shape: tuple[int, ...], from_photo: Doubles) -> Doubles:
    """Where the pixels of the small picture lie, in nodes of the flat page: [h, w, 2]."""
    x, y = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    photo = (np.stack([x, y], axis=2).reshape(-1, 1, 2) + 0.5) / STRAIGHTEN.paper_scale - 0.5
    flat = cv2.perspectiveTransform(photo.astype(np.float64), from_photo)[:, 0]
    return np.asarray(flat.reshape(*shape[:2], 2) / (STRAIGHTEN.flat_px_per_mm * STRAIGHTEN.node_mm), np.float64)
