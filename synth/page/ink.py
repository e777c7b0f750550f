"""Ink on paper: strokes of any width with sub-pixel ends, grids, text masks; everything is coverage 0..255."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.synth.page.style import Color, GridStyle

_SHIFT = 4
"""OpenCV's fractional bits of coordinates."""

_MAX_THICKNESS = 40
"""Thickness in fine pixels of the widest stroke."""

MIN_DOT_MM = 0.2
"""Width of the smallest dot of a dotted grid."""

_FINE_PIXELS = 16e6
"""A layer is drawn finer until it has about this many pixels, by a factor of 2 to 4."""


class Ink:
    """A layer of ink of `width` x `height` page pixels, drawn finer by an integer factor and averaged down.

    OpenCV draws whole thicknesses only, and wider than their number. Fine pixels make widths fractional, and a
    thickness is chosen by its measured width.
    """

    def __init__(self, width: int, height: int) -> None:
        self.scale = int(np.clip(round(np.sqrt(_FINE_PIXELS / (width * height))), 2, 4))
        self._fine = np.zeros((height * self.scale, width * self.scale), np.uint8)

    def stroke(self, points: NDArray[np.floating], width: float, level: int = 255) -> None:
        """Draws a polyline [N, 2] of a width in page pixels; breaks where points are NaN."""
        thickness = _thickness(width * self.scale)
        for run in _runs(points):
            fine = np.round(((run + 0.5) * self.scale - 0.5) * (1 << _SHIFT)).astype(np.int32)
            cv2.polylines(self._fine, [fine], False, level, thickness, cv2.LINE_AA, _SHIFT)

    def trace(self, points: NDArray[np.floating], width: float, thin: float) -> None:
        """A stroke whose steep parts are paler by `thin` (0..1), as those of a hot stylus or an ink jet."""
        if thin > 0:
            steep = np.zeros(len(points), bool)
            step = np.abs(np.diff(points, axis=0))
            steep[:-1] = step[:, 1] > 2.5 * step[:, 0]
            faint = points.copy()
            faint[~(steep | np.roll(steep, 1))] = np.nan
            self.stroke(faint, width, round(255 * (1 - thin)))
            points = np.where(steep[:, None], np.nan, points)
        self.stroke(points, width)

    def coverage(self) -> Pixels:
        """Coverage [height, width] 0..255."""
        height, width = self._fine.shape
        size = (width // self.scale, height // self.scale)
        return np.asarray(cv2.resize(self._fine, size, interpolation=cv2.INTER_AREA), np.uint8)


def blend(pixels: Pixels, coverage: Pixels, color: Color, alpha: float = 1.0) -> None:
    """Puts ink of a colour on RGB pixels [H, W, 3], in place, where coverage [H, W] is not 0."""
    rows, cols = np.nonzero(coverage)
    opacity = (coverage[rows, cols].astype(np.float32) * (alpha / 255))[:, None]
    below = pixels[rows, cols].astype(np.float32)
    # Ink absorbs light: it makes no pixel lighter.
    inked = np.minimum(np.asarray(color, np.float32), below)
    pixels[rows, cols] = (below + (inked - below) * opacity + 0.5).astype(np.uint8)


def paste(layer: Pixels, mask: Pixels, x: float, y: float) -> tuple[int, int, int, int]:
    """Adds a mask to a coverage layer, its top left corner at (x, y), cut at the edges; returns its x0, y0, x1, y1."""
    x0, y0 = round(x), round(y)
    height, width = mask.shape
    left, top = max(0, -x0), max(0, -y0)
    right, bottom = min(width, layer.shape[1] - x0), min(height, layer.shape[0] - y0)
    if right > left and bottom > top:
        part = layer[y0 + top : y0 + bottom, x0 + left : x0 + right]
        np.maximum(part, mask[top:bottom, left:right], out=part)
    return x0, y0, x0 + width, y0 + height


def ruled_paper(
    width: int, height: int, px_per_mm: float, style: GridStyle, paper: Color, box: tuple[float, float, float, float]
) -> tuple[Pixels, tuple[float, float]]:
    """Paper [height, width, 3] with its grid inside of `box` (x0, y0, x1, y1), and a crossing of heavy lines (x, y)."""
    origin = (box[0] + style.phase[0] * px_per_mm, box[1] + style.phase[1] * px_per_mm)
    code = np.zeros((height, width), np.uint8)
    x0, y0 = max(0, round(box[0])), max(0, round(box[1]))
    x1, y1 = min(width - 1, round(box[2])), min(height - 1, round(box[3]))
    if style.kind != "none":
        xs = np.arange(x0, x1 + 1, dtype=np.float64) - origin[0]
        ys = np.arange(y0, y1 + 1, dtype=np.float64) - origin[1]
        code[y0 : y1 + 1, x0 : x1 + 1] = _grid_code(xs, ys, px_per_mm, style)
    pixels = np.asarray(cv2.LUT(cv2.merge([code, code, code]), _ramp(paper, style)), np.uint8)
    if style.frame is not None and style.kind != "none":
        color = [int(c) for c in np.minimum(style.frame, paper)]
        cv2.rectangle(pixels, (x0, y0), (x1, y1), color, max(1, round(style.major_mm * px_per_mm)))
    return pixels, origin


def _grid_code(xs: NDArray[np.float64], ys: NDArray[np.float64], px_per_mm: float, style: GridStyle) -> Pixels:
    """Code [H, W] of a grid at offsets from its origin: 0 is paper, 127 a fine line, 255 a heavy line."""
    thick = (_lines(xs, px_per_mm, 5, style.major_mm), _lines(ys, px_per_mm, 5, style.major_mm))
    if style.heavy:
        thick = (
            np.maximum(thick[0], _lines(xs, px_per_mm, 25, style.major_mm * 1.8)),
            np.maximum(thick[1], _lines(ys, px_per_mm, 25, style.major_mm * 1.8)),
        )
    code = np.maximum.outer(_byte(thick[1], 255), _byte(thick[0], 255))
    if style.kind == "major-only":
        return code
    minor_mm = max(style.minor_mm, MIN_DOT_MM) if style.kind == "dots" else style.minor_mm
    fine_x = _byte(_lines(xs, px_per_mm, 1, minor_mm), 127)
    fine_y = _byte(_lines(ys, px_per_mm, 1, minor_mm), 127)
    if style.kind == "dots":
        return np.maximum(code, np.minimum.outer(fine_y, fine_x))
    if style.kind == "dashed":
        gap_x, gap_y = _byte(_lines(xs, px_per_mm, 0.5, 0.25), 127), _byte(_lines(ys, px_per_mm, 0.5, 0.25), 127)
        dashes = np.maximum(np.minimum.outer(gap_y, fine_x), np.minimum.outer(fine_y, gap_x))
        return np.maximum(code, dashes)
    return np.maximum(code, np.maximum.outer(fine_y, fine_x))


def _lines(at: NDArray[np.float64], px_per_mm: float, every_mm: float, width_mm: float) -> NDArray[np.float64]:
    """Coverage 0..1 of pixels by lines of a width through each multiple of `every_mm`."""
    period, width = every_mm * px_per_mm, width_mm * px_per_mm
    distance = np.abs(at - np.round(at / period) * period)
    return np.clip((width + 1) / 2 - distance, 0, min(1.0, width))


def _byte(coverage: NDArray[np.float64], top: int) -> Pixels:
    return np.asarray(np.round(coverage * top), np.uint8)


def _ramp(paper: Color, style: GridStyle) -> Pixels:
    """The colour [1, 256, 3] of each grid code; lines are not lighter than their paper."""
    minor, major = np.minimum(style.minor, paper), np.minimum(style.major, paper)
    to_minor = np.linspace(paper, minor, 128)
    to_major = np.linspace(minor, major, 129)[1:]
    return np.asarray(np.round(np.concatenate([to_minor, to_major]))[None], np.uint8)


def _runs(points: NDArray[np.floating]) -> list[NDArray[np.floating]]:
    """The stretches of known points, of two points at least."""
    known = np.isfinite(points).all(axis=1)
    if known.all():
        return [points] if len(points) > 1 else []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    return [points[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]


@cache
def _widths() -> Floats:
    """Measured widths of horizontal strokes of thickness 1, 2, ... `_MAX_THICKNESS`."""
    widths = []
    for thickness in range(1, _MAX_THICKNESS + 1):
        image = np.zeros((120, 40), np.uint8)
        cv2.polylines(image, [np.array([[80, 960], [560, 960]], np.int32)], False, 255, thickness, cv2.LINE_AA, _SHIFT)
        widths.append(image[:, 20].sum() / 255)
    return np.asarray(widths, np.float32)


def _thickness(width: float) -> int:
    """The thickness whose measured width is nearest."""
    return 1 + int(np.abs(_widths() - width).argmin())
