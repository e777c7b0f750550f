"""What of a photo the pictures of a page may show: the whole photo, the surroundings of its traces, or nothing.

Every picture that is stored is drawn over a photo that `stored_photo` made, so that there is one place to check.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Bools, Pixels
from ecgimg.datamodel.page import PageGeometry, Photo
from ecgimg.options import PhotoStored
from ecgimg.recording.plot import draw_curve

KEPT_MM = 2.5
"""The photo is kept this far from a trace: enough to see whether the trace lies on the print."""
BLOCKS = 16
"""Blocks along the longer side, each of one colour, that stand for what is not kept: larger than a printed word."""
_KEPT = (255, 255, 255)


def stored_photo(photo: Photo, stored: PhotoStored, geometry: PageGeometry | None) -> Photo:
    """The photo as pictures may show it; without a geometry nothing was traced, and "redacted" keeps nothing sharp."""
    if stored == "whole":
        return photo
    if stored == "none":
        return replace(photo, pixels=np.full_like(photo.pixels, 255))
    kept = traced_area(photo.shape, geometry)
    return replace(photo, pixels=np.where(kept[..., None], photo.pixels, without_details(photo.pixels)))


def traced_area(shape: tuple[int, int], geometry: PageGeometry | None) -> Bools:
    """The pixels [H, W] of a photo within KEPT_MM of a trace."""
    mask = np.zeros((*shape, 3), np.uint8)
    if geometry is not None:
        width = max(1, round(2 * KEPT_MM * traced_px_per_mm(geometry)))
        for _, points in geometry.curves:
            draw_curve(mask, points, _KEPT, width)
    return np.asarray(mask[..., 0] > 127)


def without_details(pixels: Pixels) -> Pixels:
    """A picture [H, W, 3] of the same size of which only the median colour of each block is left.

    A median has no trace of what covers less than half of its block, so no sharpening brings a print back.
    """
    height, width = pixels.shape[:2]
    side = -(-max(height, width) // BLOCKS)
    medians = [
        [np.median(pixels[y : y + side, x : x + side], axis=(0, 1)) for x in range(0, width, side)]
        for y in range(0, height, side)
    ]
    small = np.array(medians, np.float32)
    wide = cv2.resize(small, (small.shape[1] * side, small.shape[0] * side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide[:height, :width].round(), np.uint8)


def traced_px_per_mm(geometry: PageGeometry) -> float:
    """Photo pixels a millimetre of paper: the median over the traces from their first to their last seen point."""
    scales = []
    for cell, points in geometry.curves:
        known = np.flatnonzero(np.isfinite(points).all(axis=1))
        if len(known) > 1:
            length_mm = (known[-1] - known[0]) / len(points) * cell.seconds * geometry.paper_speed.value
            scales.append(float(np.linalg.norm(points[known[-1]] - points[known[0]])) / length_mm)
    return float(np.median(scales)) if scales else 0.0
