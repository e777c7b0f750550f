"""The flat page: a photo taken flat by its grid's homography, on which the grid's phase is measured."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats, Pixels
from ecgimg.errors import Cause, RefusedError
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.grid_fit import GridFit
from ecgimg.stages.straighten.line_contrast import ink_mask, line_contrast


@dataclass(frozen=True, eq=False)
class FlatPage:
    """Line contrast [h, w] of a page at `flat_px_per_mm`, without ink, and the homography [3, 3] from the photo."""

    contrast: Floats
    from_photo: Doubles


def flat_page(rgb: Pixels, fit: GridFit, enlargement: float) -> FlatPage:
    """The flat page of a photo's pixels [H, W, 3].

    Args:
        rgb: the photo as it was fitted.
        fit: its grid.
        enlargement: by which factor the photo had been enlarged.

    Raises:
        RefusedError: the grid is too large for a page.
    """
    from_photo, size = _page_frame(fit)
    page = _warped(rgb, from_photo, size)
    soft = page
    scale = _px_per_mm(fit, rgb.shape)
    if scale / max(enlargement, 1.0) > STRAIGHTEN.sharp_px_per_mm:
        soft = _warped(cv2.GaussianBlur(rgb, (0, 0), STRAIGHTEN.soft_mm * scale), from_photo, size)
    # Ink is left out: a tall QRS beside a grid line would pull the line's phase towards it.
    ink = ink_mask(page, STRAIGHTEN.flat_px_per_mm)
    return FlatPage(np.where(ink, np.float32(0), line_contrast(soft)), from_photo)


def _page_frame(fit: GridFit) -> tuple[Doubles, tuple[int, int]]:
    """Homography from photo pixels to a page that holds the tiles with a grid, and its width and height in pixels."""
    scale = STRAIGHTEN.flat_px_per_mm
    margin = (fit.box[2:] - fit.box[:2]) * (STRAIGHTEN.bent_margin_share if fit.is_bent else 0)
    low, high = fit.box[:2] - margin, fit.box[2:] + margin
    if (high - low > STRAIGHTEN.max_side_mm).any():
        raise RefusedError(Cause.LARGE_GRID, f"the grid seems {max(high - low):.0f} mm wide", where="straighten")
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    to_flat = np.diag([scale, scale, 1.0]) @ shift @ fit.matrix
    width, height = np.ceil((high - low) * scale).astype(int)
    return to_flat, (int(width), int(height))


def _px_per_mm(fit: GridFit, shape: tuple[int, ...]) -> float:
    """Scale of the photo in its middle."""
    middle = np.array([shape[1] / 2, shape[0] / 2])
    around = middle + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    origin, right, down = cv2.perspectiveTransform(around[:, None], fit.matrix)[:, 0]
    return float(abs(np.linalg.det([right - origin, down - origin])) ** -0.5)


def _warped(rgb: np.ndarray, matrix: Doubles, size: tuple[int, int]) -> Pixels:
    """The pixels after a homography, white where there are none."""
    warped = cv2.warpPerspective(rgb, matrix, size, flags=cv2.INTER_AREA, borderValue=(255, 255, 255))
    return np.asarray(warped, np.uint8)
