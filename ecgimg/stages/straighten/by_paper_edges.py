"""Straightens a page on which no grid is seen: its edges give its shape, its calibration pulses the scale.

The page is made a rectangle by its corners and turned until its rows and words lie level. Its size in millimetres is
tried out until lead names and pulses prove that it is a page; the pulses, which are as high as the gain, tell it then.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.page import Photo, Sheet, SheetMap
from ecgimg.stages.straighten.by_grid import SHEET_PX_PER_MM, resample

SMALL_SIDE = 800
"""Longest side in pixels at which the page's edges and its turn are looked for."""
PAPER_SHARE = (0.2, 0.95)
"""Share of the picture that paper with edges in it covers."""
CORNER_FIT = 0.93
"""Share of the paper that its four corners must span, and it of them."""
EDGE_PART, EDGE_REACH = 0.08, 0.02
"""Share of an edge at each end that doesn't tell its line, and shares of its length within which its points lie."""
MIN_EDGE_POINTS = 12
FOCAL = (0.6, 3.0)
"""Focal lengths of phones, and of cut-outs of their photos, in longer sides of the photo."""
USUAL_FOCAL = 1.0
LEVEL_DEGREES = 6.0
NODE_PX = 20


def by_paper_edges(photo: Photo, corners: Floats, mm_per_px: float) -> Sheet:
    """The sheet of a page whose corners [4, 2] are known, at SHEET_PX_PER_MM; `mm_per_px` is its size."""
    size = [side * mm_per_px * SHEET_PX_PER_MM for side in _size(corners, photo.shape)]
    columns, rows = (max(int(np.ceil(n / NODE_PX)) + 1, 2) for n in size)
    flat = np.array([(0, 0), (size[0], 0), (size[0], size[1]), (0, size[1])], np.float32)
    to_photo = cv2.getPerspectiveTransform(flat, corners)
    x, y = np.meshgrid(np.arange(columns) * NODE_PX, np.arange(rows) * NODE_PX)
    points = np.stack([x, y], axis=2).astype(np.float32).reshape(-1, 1, 2)
    nodes = cv2.perspectiveTransform(points, to_photo).reshape(rows, columns, 2).astype(np.float32)
    sheet_map = SheetMap(nodes, float(NODE_PX))
    return Sheet(
        pixels=resample(photo.pixels, sheet_map),
        px_per_mm=SHEET_PX_PER_MM,
        map=sheet_map,
        photo_shape=photo.shape,
        rotation=sheet_map.rotation,
        straightened_by="page",
        grid_confidence=0.0,
    )


def level_paper_corners(pixels: Pixels) -> Floats:
    """Corners [4, 2] of the paper in a photo, clockwise from the top left, turned so that rows and words lie level."""
    return _level(pixels, _paper_corners(pixels))


def longest_side(corners: Floats, shape: tuple[int, int]) -> float:
    """The longer side of a page in pixels of a photo of this height and width."""
    return max(_size(corners, shape))


def _paper_corners(pixels: Pixels) -> Floats:
    """Corners [4, 2] of the paper, clockwise from the top left; those of the picture where no edges are seen."""
    height, width = pixels.shape[:2]
    whole = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], np.float32)
    small, shrink = _shrunk(pixels)
    _, bright = cv2.threshold(cv2.medianBlur(small, 9), 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    closed = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    paper = max(outlines, key=cv2.contourArea)
    outline = cv2.convexHull(paper)
    area = cv2.contourArea(outline)
    corners = cv2.approxPolyDP(outline, 0.03 * cv2.arcLength(outline, True), True)[:, 0]
    share = area / small.size
    if len(corners) != 4 or not PAPER_SHARE[0] < share < PAPER_SHARE[1]:
        return whole
    if not CORNER_FIT < cv2.contourArea(corners) / area < 1 / CORNER_FIT:
        return whole
    corners = _sharpened(paper[:, 0], corners)
    first = int(corners.sum(axis=1).argmin())
    ordered = np.roll(corners, -first, axis=0)
    turn = np.linalg.det(np.stack([ordered[1] - ordered[0], ordered[3] - ordered[0]]))
    clockwise = ordered if turn > 0 else ordered[[0, 3, 2, 1]]
    return np.asarray((clockwise + 0.5) / shrink - 0.5, np.float32)


def _sharpened(outline: NDArray[np.int32], corners: NDArray[np.int32]) -> NDArray[np.float64]:
    """Corners [4, 2] where straight lines along the paper's edges meet; rounded, folded and torn corners don't count.

    Each edge is a robust line through the points of the outline [N, 2] beside its middle part.
    """
    lines = []
    for start, end in zip(corners.astype(np.float64), np.roll(corners, -1, axis=0).astype(np.float64), strict=True):
        length = np.linalg.norm(end - start)
        along = (end - start) / length
        place, beside = (outline - start) @ along / length, (outline - start) @ np.array([-along[1], along[0]])
        edge = outline[(place > EDGE_PART) & (place < 1 - EDGE_PART) & (np.abs(beside) < EDGE_REACH * length)]
        if len(edge) < MIN_EDGE_POINTS:
            return corners.astype(np.float64)
        dx, dy, x, y = cv2.fitLine(edge.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        lines.append((np.array([-dy, dx]), -dy * x + dx * y))
    pairs = [(lines[k - 1], lines[k]) for k in range(4)]
    return np.array([np.linalg.solve([one[0], two[0]], [one[1], two[1]]) for one, two in pairs])


def _level(pixels: Pixels, corners: Floats) -> Floats:
    """The corners turned about their middle so that rows and words lie level: then their profile is sharpest."""
    small, shrink = _shrunk(pixels)
    width, height = (side * shrink for side in _size(corners, pixels.shape[:2]))
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    to_flat = cv2.getPerspectiveTransform((corners * shrink).astype(np.float32), flat)
    page = cv2.warpPerspective(small, to_flat, (round(width), round(height)), borderMode=cv2.BORDER_REPLICATE)
    ink = np.clip(cv2.blur(page, (31, 31)).astype(np.float32) - page, 0, None)

    def sharpness(degrees: float) -> float:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        turned = cv2.warpAffine(ink, turn, (round(width), round(height)))
        return max(float(np.square(np.diff(turned.sum(axis=axis))).sum()) for axis in (0, 1))

    degrees = max(np.arange(-LEVEL_DEGREES, LEVEL_DEGREES + 0.1, 0.25), key=sharpness)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -float(degrees), 1.0)
    back = cv2.perspectiveTransform(cv2.transform(flat[None], turn), np.linalg.inv(to_flat))[0]
    return np.asarray(back / shrink, np.float32)


def _size(corners: Floats, shape: tuple[int, int]) -> tuple[float, float]:
    """Width and height of a page in proportion to each other, the width that of its upper edge in the photo.

    A page seen at a slant looks shorter than it is. The vanishing points of its edges tell how much, and the camera's
    focal length (Zhang and He, Whiteboard scanning and image enhancement, 2007, equations 11 to 20); where the edges
    are too parallel to tell the latter, it is a usual one.
    """
    middle = (np.array(shape[::-1], np.float64) - 1) / 2
    longest = float(max(shape))
    one, two, four, three = (np.append((corner - middle) / longest, 1.0) for corner in corners.astype(np.float64))
    along = np.cross(one, four) @ three / (np.cross(two, four) @ three) * two - one
    down = np.cross(one, four) @ two / (np.cross(three, four) @ two) * three - one
    flatness = along[2] * down[2]
    square = -(along[:2] @ down[:2]) / flatness if abs(flatness) > 1e-9 else 0.0
    focal = np.sqrt(square) if FOCAL[0] ** 2 < square < FOCAL[1] ** 2 else USUAL_FOCAL
    lengths = [np.hypot(np.hypot(*side[:2]) / focal, side[2]) for side in (along, down)]
    width = float(np.linalg.norm(corners[1] - corners[0]))
    return width, width * float(lengths[1] / lengths[0])


def _shrunk(pixels: Pixels) -> tuple[NDArray[np.uint8], float]:
    """A small grey picture, and by how much it was shrunk."""
    shrink = min(1.0, SMALL_SIDE / max(pixels.shape[:2]))
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8), shrink
