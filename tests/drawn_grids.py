"""Ruled paper drawn for the tests of straightening."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Pixels


def ruled(size: tuple[int, int], px_per_mm: float, degrees: float = 0.0, fine: bool = True) -> Pixels:
    """Paper [H, W, 3] with red lines every 5 mm, and fainter ones every mm where `fine`."""
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    angle = np.deg2rad(degrees)
    u = (x * np.cos(angle) + y * np.sin(angle)) / px_per_mm
    v = (-x * np.sin(angle) + y * np.cos(angle)) / px_per_mm
    dark = np.zeros(size, np.float32)
    for along in (u, v):
        dark = np.maximum(dark, (np.abs(along - np.round(along / 5) * 5) * px_per_mm < 0.9) * 1.0)
        if fine:
            dark = np.maximum(dark, (np.abs(along - np.round(along)) * px_per_mm < 0.6) * 0.45)
    return np.stack([np.full(size, 250), 250 - 150 * dark, 250 - 140 * dark], axis=2).astype(np.uint8)


def dotted(size: tuple[int, int], px_per_mm: float, degrees: float = 0.0, amid: bool = False) -> Pixels:
    """Paper [H, W, 3] with a dot every mm across and down, as pale grids look when they are printed and scanned.

    `amid`: a dot in the middle of each small square too, and bold lines every 5 mm.
    """
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    angle = np.deg2rad(degrees)
    u = x * np.cos(angle) + y * np.sin(angle)
    v = -x * np.sin(angle) + y * np.cos(angle)

    def near(along: np.ndarray, step: float, begin: float = 0.0) -> np.ndarray:
        return np.abs(along - begin - np.round((along - begin) / step) * step) < 0.6

    dark = near(u, px_per_mm) & near(v, px_per_mm)
    if amid:
        middle = px_per_mm / 2
        dark |= near(u, px_per_mm, middle) & near(v, px_per_mm, middle)
        dark |= near(u, 5 * px_per_mm) | near(v, 5 * px_per_mm)
    return np.repeat((235 - 60 * dark).astype(np.uint8)[..., None], 3, axis=2)
