"""Straightens a page on which no grid is seen: the edges of the paper give its shape, at a size that is given.

The corners of the paper make the page a rectangle, which is rotated until its rows and words lie level. Several sizes
in millimetres are tried, and calibration pulses give the final one: see `ecgimg.pipelines.page_search`.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Doubles, Floats, Pixels
from ecgimg.datamodel.page import Photo, Sheet, SheetMap
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.resample import sheet_of


def by_paper_edges(photo: Photo, corners: Floats, mm_per_px: float) -> Sheet:
    """The sheet of a page whose corners are known.

    Args:
        photo: the photo of the page.
        corners: corners [4, 2] in photo pixels, clockwise from the top left.
        mm_per_px: millimetres of the page per photo pixel along its upper edge.
    """
    step = STRAIGHTEN.node_px
    size = [side * mm_per_px * STRAIGHTEN.sheet_px_per_mm for side in _size(corners, photo.shape)]
    columns, rows = (max(int(np.ceil(n / step)) + 1, 2) for n in size)
    flat = np.array([(0, 0), (size[0], 0), (size[0], size[1]), (0, size[1])], np.float32)
    to_photo = cv2.getPerspectiveTransform(flat, corners)
    x, y = np.meshgrid(np.arange(columns) * step, np.arange(rows) * step)
    points = np.stack([x, y], axis=2).astype(np.float32).reshape(-1, 1, 2)
    nodes = cv2.perspectiveTransform(points, to_photo).reshape(rows, columns, 2).astype(np.float32)
    return sheet_of(photo, SheetMap(nodes, step), "page", confidence=0.0)


def level_paper_corners(pixels: Pixels) -> Floats:
    """Corners [4, 2] of the paper in a photo, clockwise from the top left, rotated so that rows and words lie level."""
    return _level(pixels, _paper_corners(pixels))


def longest_side(corners: Floats, shape: tuple[int, int]) -> float:
    """The longer side of a page in pixels of a photo of this height and width."""
    return max(_size(corners, shape))


def _paper_corners(pixels: Pixels) -> Floats:
    """Corners [4, 2] of the paper, clockwise from the top left; those of the picture where no edges are seen."""
    height, width = pixels.shape[:2]
    whole = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], np.float32)
    small, shrink = _shrunk(pixels)
    _, bright = cv2.threshold(
        cv2.medianBlur(small, STRAIGHTEN.paper_median_px), 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU
    )
    closing = np.ones((STRAIGHTEN.paper_closing_px, STRAIGHTEN.paper_closing_px), np.uint8)
    closed = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, closing)
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    paper = max(outlines, key=cv2.contourArea)
    outline = cv2.convexHull(paper)
    area = cv2.contourArea(outline)
    tolerance = STRAIGHTEN.outline_tolerance * cv2.arcLength(outline, True)
    corners = cv2.approxPolyDP(outline, tolerance, True)[:, 0]
    share = area / small.size
    if len(corners) != 4 or not STRAIGHTEN.min_paper_share < share < STRAIGHTEN.max_paper_share:
        return whole
    if not STRAIGHTEN.corner_fit < cv2.contourArea(corners) / area < 1 / STRAIGHTEN.corner_fit:
        return whole
    corners = _sharpened(paper[:, 0], corners)
    return np.asarray((_clockwise(corners) + 0.5) / shrink - 0.5, np.float32)


def _clockwise(corners: Doubles) -> Doubles:
    """Corners [4, 2] of a convex outline, clockwise from the top left."""
    first = int(corners.sum(axis=1).argmin())
    ordered = np.roll(corners, -first, axis=0)
    area = np.linalg.det(np.stack([ordered[1] - ordered[0], ordered[3] - ordered[0]]))
    return ordered if area > 0 else ordered[[0, 3, 2, 1]]


def _sharpened(outline: NDArray[np.int32], corners: NDArray[np.int32]) -> Doubles:
    """Corners [4, 2] where straight lines along the paper's edges meet; rounded, folded and torn corners do not count.

    Each edge is a robust line through the points of the outline [N, 2] beside its middle part.
    """
    end, reach = STRAIGHTEN.edge_end_share, STRAIGHTEN.edge_reach_share
    lines = []
    for first, last in zip(corners.astype(np.float64), np.roll(corners, -1, axis=0).astype(np.float64), strict=True):
        length = np.linalg.norm(last - first)
        along = (last - first) / length
        place, beside = (outline - first) @ along / length, (outline - first) @ np.array([-along[1], along[0]])
        edge = outline[(place > end) & (place < 1 - end) & (np.abs(beside) < reach * length)]
        if len(edge) < STRAIGHTEN.min_edge_points:
            return corners.astype(np.float64)
        dx, dy, x, y = cv2.fitLine(edge.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        lines.append((np.array([-dy, dx]), -dy * x + dx * y))
    pairs = [(lines[k - 1], lines[k]) for k in range(4)]
    return np.array([np.linalg.solve([one[0], two[0]], [one[1], two[1]]) for one, two in pairs])


def _level(pixels: Pixels, corners: Floats) -> Floats:
    """The corners rotated about their middle so that rows and words lie level: then their profile is sharpest."""
    background, most = STRAIGHTEN.level_background_px, STRAIGHTEN.max_level_degrees
    small, shrink = _shrunk(pixels)
    width, height = (side * shrink for side in _size(corners, pixels.shape[:2]))
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    to_flat = cv2.getPerspectiveTransform((corners * shrink).astype(np.float32), flat)
    page = cv2.warpPerspective(small, to_flat, (round(width), round(height)), borderMode=cv2.BORDER_REPLICATE)
    ink = np.clip(cv2.blur(page, (background, background)).astype(np.float32) - page, 0, None)

    def sharpness(degrees: float) -> float:
        rotated = cv2.warpAffine(ink, _rotation(width, height, degrees), (round(width), round(height)))
        return max(float(np.square(np.diff(rotated.sum(axis=axis))).sum()) for axis in (0, 1))

    degrees = float(max(np.arange(-most, most + 0.1, STRAIGHTEN.level_step_degrees), key=sharpness))
    rotated = cv2.transform(flat[None], _rotation(width, height, -degrees))
    back = cv2.perspectiveTransform(rotated, np.linalg.inv(to_flat))[0]
    return np.asarray(back / shrink, np.float32)


def _rotation(width: float, height: float, degrees: float) -> Doubles:
    """The affine matrix [2, 3] of a rotation about the middle of a page."""
    return np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), np.float64)


def _size(corners: Floats, shape: tuple[int, int]) -> tuple[float, float]:
    """Width and height of a page in true proportion; the width is the length of its upper edge in photo pixels.

    A page seen at a slant looks shorter than it is. The vanishing points of its edges give by how much, and the
    camera's focal length (Zhang and He, Whiteboard scanning and image enhancement, 2007, equations 11 to 20). Where the
    edges are too parallel to give the latter, a usual one is taken.
    """
    middle = (np.array(shape[::-1], np.float64) - 1) / 2
    longest = float(max(shape))
    one, two, four, three = (np.append((corner - middle) / longest, 1.0) for corner in corners.astype(np.float64))
    along = np.cross(one, four) @ three / (np.cross(two, four) @ three) * two - one
    down = np.cross(one, four) @ two / (np.cross(three, four) @ two) * three - one
    flatness = along[2] * down[2]
    square = -(along[:2] @ down[:2]) / flatness if abs(flatness) > 1e-9 else 0.0
    is_usual = STRAIGHTEN.min_focal_length**2 < square < STRAIGHTEN.max_focal_length**2
    focal = np.sqrt(square) if is_usual else STRAIGHTEN.usual_focal_length
    lengths = [np.hypot(np.hypot(*side[:2]) / focal, side[2]) for side in (along, down)]
    width = float(np.linalg.norm(corners[1] - corners[0]))
    return width, width * float(lengths[1] / lengths[0])


def _shrunk(pixels: Pixels) -> tuple[NDArray[np.uint8], float]:
    """A small grey picture [h, w], and the factor by which it was shrunk."""
    shrink = min(1.0, STRAIGHTEN.edges_side_px / max(pixels.shape[:2]))
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8), shrink
