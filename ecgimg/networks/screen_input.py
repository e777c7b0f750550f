"""The input of the screening network: a page's ink, fitted into the network's frame.

    pixels [H, W, 3] -> `prepare` -> Ink [h, w], at most 1280 px long -> `fit_frame` -> Frame [448, 640]

`ink_picture` fades a coloured grid and evens out the light. `fit_quad` lays the page into the frame as large as fits,
never cropped and never mirrored. `even_ink` takes off what is left of the grid and makes traces equally dark.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Doubles, Floats, Pixels

HEIGHT = 448
"""Height of the network's frame in pixels."""
WIDTH = 640
"""Width of the network's frame in pixels; the frame has about the shape of A4 lying on its side."""
MAX_SIDE = 1280
"""Longest side in pixels of the picture that is fitted into the frame."""
WHITE_SHARE = 0.03
"""Reach of the local white, as a share of the longest side: wider than a QRS complex, narrower than a shadow."""
COARSE = 4
"""Factor by which a picture is shrunk to find the local white; for speed."""
MIN_WHITE = 16
"""Smallest local white, in levels of 0 to 255, so that black areas are not divided by nothing."""
EVEN_SIDE = 35
"""Side in frame pixels of the neighbourhood whose mean ink is taken off: 14 mm of most pages."""
GRID_SHARE = 0.86
"""Share of a frame's pixels that is paler than the usual ink of its grid."""
TRACE_SHARE = 0.99
"""Share of a frame's pixels that is paler than its traces."""
EVEN_POWER = 0.65
"""Power that brings faint traces nearer to dark ones: print and separators are darker than a thin trace."""
MIN_INK_CONTRAST = 12
"""Contrast in levels of 0 to 255 below which ink is not made darker."""
TRACE_LEVEL = 200
"""Level of 0 to 255 to which traces are brought."""
MARGIN = 0.01
"""Margin around a page in the frame, as a share of the frame's sides."""
DENSITY = 1.15
"""A picture is averaged down to this many pixels for each pixel of the frame before it is warped."""


@dataclass(frozen=True, eq=False)
class Ink:
    """A picture made ready: `bright` [h, w] uint8 of `ink_picture`, and the map to it from the pixels of the original.

    `to_bright` [3, 3] maps pixels of the original to pixels of `bright`.
    """

    bright: Pixels
    to_bright: Doubles


@dataclass(frozen=True, eq=False)
class Frame:
    """The network's input: `ink` [HEIGHT, WIDTH] float32 in 0..1, and the map to it.

    `to_frame` [3, 3] maps pixels of the original to pixels of the frame.
    """

    ink: Floats
    to_frame: Doubles

    def to_original(self, points: NDArray[np.floating]) -> Doubles:
        """Points [N, 2] in pixels of the frame as pixels of the original."""
        return np.asarray(cv2.perspectiveTransform(points[None].astype(np.float64), np.linalg.inv(self.to_frame))[0])


def prepare(pixels: Pixels) -> Ink:
    """The ink of RGB pixels [H, W, 3], shrunk to at most MAX_SIDE pixels."""
    shrink = min(1.0, MAX_SIDE / max(pixels.shape[:2]))
    width, height = (max(1, round(n * shrink)) for n in pixels.shape[1::-1])
    small = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return Ink(ink_picture(small), resized(width / pixels.shape[1], height / pixels.shape[0]))


def resized(fx: float, fy: float) -> Doubles:
    """The map [3, 3] of pixel centres from a picture to one that is fx times as wide and fy times as high."""
    return np.array([[fx, 0, 0.5 * fx - 0.5], [0, fy, 0.5 * fy - 0.5], [0, 0, 1]])


def picture_corners(shape: tuple[int, ...]) -> Doubles:
    """Corners [4, 2] of a picture [H, W, ...] from top left clockwise."""
    h, w = shape[:2]
    return np.array([[-0.5, -0.5], [w - 0.5, -0.5], [w - 0.5, h - 0.5], [-0.5, h - 0.5]])


def ink_picture(rgb: Pixels, colour: float = 1.0) -> Pixels:
    """Brightness [H, W] of each pixel against the white around it, in any light: 255 is paper, 0 is black ink.

    Args:
        rgb: pixels [H, W, 3].
        colour: 1 takes the brightest channel, in which a coloured grid is faint; 0 takes the mean of the channels, as
            if the picture were grey.
    """
    h, w = rgb.shape[:2]
    reach = max(3, round(WHITE_SHARE * max(h, w) / COARSE)) | 1
    small = cv2.resize(rgb, (max(1, w // COARSE), max(1, h // COARSE)), interpolation=cv2.INTER_AREA)
    white = cv2.dilate(small, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    white = cv2.resize(cv2.blur(white, (reach, reach)), (w, h), interpolation=cv2.INTER_LINEAR)
    ratio = cv2.divide(rgb, np.maximum(white, MIN_WHITE), scale=255)
    bright = ratio.max(axis=2)
    if colour >= 1:
        return np.asarray(bright, np.uint8)
    grey = cv2.transform(ratio, np.full((1, 3), 1 / 3))
    return np.asarray(cv2.addWeighted(bright, colour, grey, 1 - colour, 0), np.uint8)


def fit_frame(ink: Ink, quad: NDArray[np.floating]) -> Frame:
    """The page with corners `quad` [4, 2] in the original, fitted into the frame; outside it is paper."""
    corners = cv2.perspectiveTransform(np.asarray(quad, np.float64)[None], ink.to_bright)[0]
    framed, to_frame = frame_ink(ink.bright, corners)
    return Frame(framed, to_frame @ ink.to_bright)


def frame_ink(bright: Pixels, quad: NDArray[np.floating]) -> tuple[Floats, Doubles]:
    """The part with corners `quad` [4, 2] of an `ink_picture` [h, w], fitted into the frame.

    Returns:
        ink [HEIGHT, WIDTH] in 0..1, and the homography [3, 3] from the picture to the frame.
    """
    to_frame = fit_quad(quad)
    warped = warp_ink(bright, to_frame, frame_scale(to_frame, quad))
    return np.asarray(even_ink(255 - warped), np.float32) / np.float32(255), to_frame


def even_ink(ink: Pixels) -> Pixels:
    """Ink [H, W] 0..255 of a frame without its even tint and most of its grid, and with traces equally dark.

    What is left of the grid covers a sixth of a page, traces and print a few hundredths: the level at GRID_SHARE
    becomes 0, the level at TRACE_SHARE becomes TRACE_LEVEL. Paper without ink stays empty.
    """
    detail = cv2.subtract(ink, cv2.blur(ink, (EVEN_SIDE, EVEN_SIDE)))
    filled = np.cumsum(np.bincount(detail.ravel(), minlength=256)) / detail.size
    low, high = (int(np.searchsorted(filled, share)) for share in (GRID_SHARE, TRACE_SHARE))
    high = max(high, low + MIN_INK_CONTRAST)
    share = np.clip((np.arange(256) - low) / (high - low), 0, None) ** EVEN_POWER
    table = np.minimum(TRACE_LEVEL * share, 255)
    return np.asarray(cv2.LUT(detail, table.astype(np.uint8)), np.uint8)


def warp_ink(bright: Pixels, to_frame: Doubles, scale: float) -> Pixels:
    """The frame [HEIGHT, WIDTH] of a picture under a homography that shrinks by about `scale`; paper outside.

    It is averaged down first: warping samples points, and a trace thinner than a pixel would break.
    """
    shrink = min(1.0, DENSITY * scale)
    if shrink < 1:
        width, height = (max(1, round(n * shrink)) for n in bright.shape[1::-1])
        to_frame = to_frame @ np.linalg.inv(resized(width / bright.shape[1], height / bright.shape[0]))
        bright = np.asarray(cv2.resize(bright, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    warped = cv2.warpPerspective(bright, to_frame, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderValue=255)
    return np.asarray(warped, np.uint8)


def fit_quad(quad: NDArray[np.floating]) -> Doubles:
    """The homography [3, 3] that maps a page with corners [4, 2] into the frame, as large as fits, in its own shape."""
    top, right, bottom, left = (float(np.linalg.norm(quad[(k + 1) % 4] - quad[k])) for k in range(4))
    width, height = max((top + bottom) / 2, 1.0), max((left + right) / 2, 1.0)
    scale = (1 - 2 * MARGIN) * min(WIDTH / width, HEIGHT / height)
    half = 0.5 * scale * np.array([[-width, -height], [width, -height], [width, height], [-width, height]])
    goal = half + np.array([WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5])
    to_frame = cv2.getPerspectiveTransform(np.asarray(quad, np.float32), np.asarray(goal, np.float32))
    return np.asarray(to_frame, np.float64)


def frame_scale(to_frame: Doubles, quad: NDArray[np.floating]) -> float:
    """Pixels of the frame for each pixel of the picture along a side, in the mean over a page with corners [4, 2]."""
    flat = np.asarray(quad, np.float32)
    corners = cv2.perspectiveTransform(flat[None], to_frame)[0]
    return float(np.sqrt(cv2.contourArea(corners) / max(cv2.contourArea(flat), 1.0)))


def widened(quad: NDArray[np.floating], margin: float) -> Doubles:
    """Corners [4, 2] moved outwards by a margin, a share of the sides, in the quad's own perspective."""
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    goal = unit[None].astype(np.float64) * (1 + 2 * margin) - margin
    from_unit = cv2.getPerspectiveTransform(unit, np.asarray(quad, np.float32))
    return np.asarray(cv2.perspectiveTransform(goal, from_unit)[0])
