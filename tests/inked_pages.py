"""Sheets of rows of beats with their true places, made by hand: no camera, no network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.page import Curve, Sheet, SheetMap, UprightSheet
from ecgimg.networks.contrast import contrast_planes

WIDTH, HEIGHT = 1200, 900


def inked_page(zeros: tuple[float, ...], line: int = 3) -> tuple[UprightSheet, list[Floats]]:
    """A page of smooth beats on a faint red grid at 8 px/mm, and the true y of every column."""
    pixels = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
    pixels[::8], pixels[:, ::8] = (250, 215, 215), (250, 215, 215)
    pixels[::40], pixels[:, ::40] = (240, 150, 150), (240, 150, 150)
    x = np.arange(WIDTH)
    truths = []
    for k, zero in enumerate(zeros):
        beat = sum(np.exp(-0.5 * ((x - c - 40 * k) / 9.0) ** 2) for c in range(100, WIDTH, 170))
        wave = sum(np.exp(-0.5 * ((x - c - 40 * k - 60) / 16.0) ** 2) for c in range(100, WIDTH, 170))
        y = zero - 50 * beat - 14 * wave
        fine = np.interp(np.arange(WIDTH * 8) / 8, x, y)
        for column, height in zip(np.arange(WIDTH * 8) // 8, fine, strict=True):
            pixels[round(height) - line // 2 : round(height) + line // 2 + 1, column] = 25
        truths.append(np.asarray(y, np.float32))
    return UprightSheet(sheet_of(pixels), contrast_planes(pixels), zeros), truths


def sheet_of(pixels: Pixels) -> Sheet:
    """A sheet that is its own photo."""
    nodes = np.stack(np.meshgrid(np.arange(70) * 20.0, np.arange(50) * 20.0), axis=2).astype(np.float32)
    return Sheet(
        pixels=pixels,
        px_per_mm=8.0,
        map=SheetMap(nodes, 20.0),
        photo_shape=pixels.shape[:2],
        rotation=0.0,
        straightened_by="grid",
        grid_confidence=1.0,
    )


def with_pixels(page: UprightSheet, pixels: Pixels) -> UprightSheet:
    """The same page with other pixels."""
    return replace(page, sheet=sheet_of(pixels), planes=contrast_planes(pixels))


def curve_of(y: Floats) -> Curve:
    """A curve that is known at every column of a sheet, or NaN."""
    return Curve(np.arange(len(y), dtype=np.float64), y.astype(np.float64), np.ones(len(y), np.float32))
