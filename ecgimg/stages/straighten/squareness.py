"""Whether the squares of a straightened grid are square: Sheet -> stretch of its photo.

A grid is followed as long as its squares are nearly square in the photo. In a picture that was stretched by more, the
lines of one direction are followed and those of the other are taken for something else. Every fifth line is bold, so
that a right sheet shows lines every 5 mm along both axes.
"""

from __future__ import annotations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datamodel.page import Sheet
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.line_contrast import line_contrast
from ecgimg.stages.straighten.resample import resized

PERIODS_MM: Doubles = np.exp(
    np.arange(np.log(STRAIGHTEN.min_period_mm), np.log(STRAIGHTEN.max_period_mm), STRAIGHTEN.period_step)
)
"""The periods that are searched, in even logarithmic steps."""


def photo_stretch(sheet: Sheet) -> float:
    """Height over width of the grid's squares in the photo of a sheet whose squares are not square; else 1.

    It is 1 too where nothing can be concluded: on a narrow strip, and where no bold lines are seen.
    """
    if sheet.grid_box is None:
        return 1.0
    x0, y0, x1, y1 = (max(round(side), 0) for side in sheet.grid_box)
    if min(x1 - x0, y1 - y0) < STRAIGHTEN.min_period_side_mm * sheet.px_per_mm:
        return 1.0
    small, factor = resized(sheet.pixels[y0:y1, x0:x1], round(max(x1 - x0, y1 - y0) * STRAIGHTEN.period_factor))
    contrast = line_contrast(small)
    across, down = (_side(line_strengths(part, sheet.px_per_mm * factor)) for part in (contrast, contrast.T))
    stretch = _step_ratio(sheet) * down / across
    is_right = across == down == 1 or abs(np.log(stretch)) < STRAIGHTEN.min_stretch
    return 1.0 if is_right else stretch


def line_strengths(contrast: Floats, px_per_mm: float) -> Doubles:
    """Log strengths [P] of lines at PERIODS_MM from left to right in a contrast [h, w]; 0 is the usual one.

    It is the mean over the first harmonics, so that a multiple of the true period is weak.
    """
    place = np.arange(contrast.shape[1]) / px_per_mm
    smooth = (2 * round(STRAIGHTEN.max_period_mm * px_per_mm / 2) + 1, 1)
    rows = np.array([part.mean(axis=0) for part in np.array_split(contrast, STRAIGHTEN.period_strips)], np.float32)
    rows = (rows - cv2.blur(rows, smooth)) * np.hanning(len(place)).astype(np.float32)
    logs = np.zeros(len(PERIODS_MM))
    for harmonic in range(1, STRAIGHTEN.period_harmonics + 1):
        waves = np.exp(2j * np.pi * harmonic * place[:, None] / PERIODS_MM).astype(np.complex64)
        strength = np.abs(rows @ waves).sum(axis=0) + np.finfo(np.float32).tiny
        logs += np.log(strength / np.median(strength))
    return np.asarray(logs / STRAIGHTEN.period_harmonics, np.float64)


def _side(strengths: Doubles) -> float:
    """Length of a bold square's side over the length that it has on a right sheet; 1 where no other one is sure."""
    near = np.abs(np.log(PERIODS_MM / STRAIGHTEN.large_square_mm)) < STRAIGHTEN.period_tolerance
    if strengths.max() < STRAIGHTEN.min_bold_lines or strengths[near].max() > STRAIGHTEN.max_missing_lines:
        return 1.0
    # Parts of the true period have about as strong lines: the longest is the true one.
    strong = np.flatnonzero(strengths > STRAIGHTEN.equal_period_share * strengths.max())
    return float(PERIODS_MM[strong[-1]] / STRAIGHTEN.large_square_mm)


def _step_ratio(sheet: Sheet) -> float:
    """A sheet's millimetre down over one across, both in the photo."""
    down, across = (np.linalg.norm(np.median(np.diff(sheet.map.nodes, axis=k), axis=(0, 1))) for k in (0, 1))
    return float(down / across)
