"""Tiles of a photo and their spectra: in a tile the grid is a comb along two nearly perpendicular rays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.threads import thread_count


def polar_spectra(contrast: Floats) -> tuple[Floats, Floats]:
    """Tile centres [N, 2] in pixels, row by row, and the tiles' spectra [N, angles, radii].

    A spectrum holds the roots of the amplitudes; its angles cover half a turn, its radii are half a bin apart.
    """
    size = STRAIGHTEN.tile_px
    window = np.outer(np.hanning(size), np.hanning(size)).astype(np.float32)
    angles = np.arange(STRAIGHTEN.angle_steps) * (np.pi / STRAIGHTEN.angle_steps)
    theta, radius = np.meshgrid(angles, np.arange(size) / 2, indexing="ij")
    across = (size / 2 + radius * np.cos(theta)).astype(np.float32)
    along = (radius * np.sin(theta)).astype(np.float32)
    corners = [(x, y) for y in _starts(contrast.shape[0]) for x in _starts(contrast.shape[1])]

    def spectrum(corner: tuple[int, int]) -> Floats:
        x, y = corner
        tile = contrast[y : y + size, x : x + size]
        tile = np.pad(tile, ((0, size - tile.shape[0]), (0, size - tile.shape[1])))
        # A real picture's spectrum is the same on both sides of the origin: the lower half holds all angles.
        half = np.abs(np.fft.rfft2((tile - tile.mean()) * window, axes=(1, 0)))
        half = np.ascontiguousarray(np.roll(half, size // 2, axis=1))
        polar = cv2.remap(half, across, along, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        return np.asarray(np.sqrt(polar / (np.median(polar[::4, ::4]) + 1e-6)), np.float32)

    with ThreadPoolExecutor(thread_count()) as pool:
        spectra = np.stack(list(pool.map(spectrum, corners)))
    return np.array(corners, np.float32) + size / 2, spectra


def tile_weights(centres: Floats, spread: Floats) -> Floats:
    """Weights [N] of the tiles by their contrast: tables and cloths have textures fainter than a page with ink.

    Args:
        centres: tile centres [N, 2] in pixels.
        spread: mean deviation [H, W] of the photo in grey levels.
    """
    size = (STRAIGHTEN.tile_px, STRAIGHTEN.tile_px)
    strength = cv2.remap(cv2.blur(spread, size), centres[None], None, cv2.INTER_LINEAR)[0]
    usual = STRAIGHTEN.faint_share * np.percentile(strength, STRAIGHTEN.usual_percentile) + 1e-6
    return np.asarray(np.clip(strength / usual, 0, 1) ** 2, np.float32)


def tile_lattice(centres: Floats) -> NDArray[np.int_]:
    """Numbers [R, C] of the tiles, which lie row by row."""
    return np.arange(len(centres)).reshape(len(np.unique(centres[:, 1])), -1)


def tile_bounds(matrix: NDArray[np.float64], centres: Floats, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Bounds (x0, y0, x1, y1) of the tiles, cut off at the photo's edges, after a homography [3, 3]."""
    half = STRAIGHTEN.tile_px / 2
    corners = np.concatenate([centres + half * np.array(d) for d in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
    corners = np.clip(corners, 0, [shape[1] - 1, shape[0] - 1]).astype(np.float64)
    mapped = cv2.perspectiveTransform(corners[:, None], matrix)[:, 0]
    return np.concatenate([mapped.min(axis=0), mapped.max(axis=0)])


def _starts(length: int) -> list[int]:
    """First pixels of the tiles along a side, evenly spaced by at most the stride."""
    last = max(length - STRAIGHTEN.tile_px, 0)
    return [int(v) for v in np.linspace(0, last, max(1, int(np.ceil(last / STRAIGHTEN.tile_stride_px)) + 1))]
