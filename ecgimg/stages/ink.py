"""Separates ink from grid: Sheet -> darkness [H, W] in 0..1 of traces and text, with the grid removed."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.ndimage import distance_transform_edt

from ecgimg.stages.filters import wide_blur
from ecgimg.stages.grid import MAJOR_MM, Array
from ecgimg.types import Sheet

BLOCK_SQUARES = 5
"""Large squares along a block, whose common pattern is the grid; a trace passes the same place of few of them."""
GRID_SLACK_MM = 0.25
"""Distance by which a line may miss its place in the pattern."""
GRID_MARGIN = 1.1
"""Darkness of the darkest grid lines against the pattern's."""
EDGE_MM = 5.0
"""Rim of a page that lies against a background and is not looked at."""
CLEAR_EDGE_MM = 0.0
"""The same where the page goes on around the grid."""
DARKER = 0.85
INK_PERCENTILE = 99.7


def ink_image(sheet: Sheet) -> Array:
    """Darkness of the ink: 0 is paper or grid, 1 is the page's full ink.

    The brightest channel is used, in which a coloured grid is faint. What is left of the grid repeats from square to
    square, so its pattern is the median over the squares of a block, and is taken off. A pixel of full ink stays 1 on a
    grid line, since the range above the grid is stretched.
    """
    q = sheet.px_per_mm
    bright = sheet.pixels.max(axis=2).astype(np.float32)
    detail = wide_blur(bright, 3 * q) - bright
    paper = _paper(sheet)
    slack = 2 * round(GRID_SLACK_MM * q) + 1
    pattern = _grid_pattern(detail, paper, round(MAJOR_MM * q))
    grid = np.maximum(cv2.dilate(pattern, np.ones((slack, slack), np.uint8)) * GRID_MARGIN, 0)
    level = max(float(np.percentile((detail - grid)[::4, ::4][paper[::4, ::4] > 0.5], INK_PERCENTILE)), 12.0)
    ink = np.clip((detail - grid) / np.maximum(level - grid, 0.4 * level), 0, 1)
    return np.asarray(ink * paper, np.float32)


def _paper(sheet: Sheet) -> Array:
    """1 where the page is, 0 beside it and on its rim.

    The grid's measured strength blurs the page's edge: where a darker background begins there, more of it is left out.
    """
    h, w = sheet.pixels.shape[:2]
    x, y = np.meshgrid(np.arange(w, dtype=np.float32) / sheet.map.step, np.arange(h, dtype=np.float32) / sheet.map.step)
    edge = EDGE_MM if _on_background(sheet) else CLEAR_EDGE_MM
    rim = 2 * round(edge * sheet.px_per_mm / sheet.map.step) + 1
    nodes = cv2.erode(sheet.paper.astype(np.float32), np.ones((rim, rim), np.uint8))
    return np.asarray(cv2.remap(nodes, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _on_background(sheet: Sheet) -> bool:
    """Whether what surrounds the grid is darker than the page."""
    h, w = sheet.paper.shape
    looks = cv2.resize(sheet.pixels.max(axis=2), (w, h), interpolation=cv2.INTER_AREA)
    if sheet.paper.all() or not sheet.paper.any():
        return False
    return bool(np.percentile(looks[~sheet.paper], 25) < DARKER * np.median(looks[sheet.paper]))


def _grid_pattern(detail: Array, paper: Array, square: int) -> Array:
    """The grid [H, W] repeated from each block's median square; blocks half beside the page take a neighbour's."""
    h, w = detail.shape
    n = BLOCK_SQUARES
    block = n * square
    rows, cols = -(-h // block), -(-w // block)
    margin = ((0, rows * block - h), (0, cols * block - w))
    squares = np.pad(detail, margin, mode="edge").reshape(rows, n, square, cols, n, square)
    pattern = np.median(squares, axis=(1, 4))
    share = np.pad(paper, margin).reshape(rows, block, cols, block).mean(axis=(1, 3))
    good = share >= min(0.7, float(share.max()))
    nearest = distance_transform_edt(~good, return_distances=False, return_indices=True)
    pattern = pattern.transpose(0, 2, 1, 3)[nearest[0], nearest[1]]
    tiled = np.broadcast_to(pattern.transpose(0, 2, 1, 3)[:, None, :, :, None, :], squares.shape)
    return np.asarray(tiled.reshape(rows * block, cols * block)[:h, :w], np.float32)
