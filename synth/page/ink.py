"""Putting ink on paper: strokes of any width with sub-pixel ends, grid rulings, text; everything as coverage 0..255."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.synth.page.style import Color, GridStyle

_SHIFT = 4
_MAX_THICKNESS = 40


class Ink:
    """A layer of ink of `width` x `height` page pixels, drawn finer by an integer factor and averaged down.

    OpenCV draws only whole thicknesses, and those wider than asked for; drawing finer makes widths fractional, and
    the thickness is chosen by its measured width.
    """

    def __init__(self, width: int, height: int) -> None:
        self.scale = int(np.clip(round(np.sqrt(16e6 / (width * height))), 2, 4))
        self._fine = np.zeros((height * self.scale, width * self.scale), np.uint8)

    def stroke(self, points: NDArray[np.floating], width: float, level: int = 255) -> None:
        """Draws a polyline [N, 2] of a width in page pixels; breaks where points are NaN."""
        thickness = _thickness(width * self.scale)
        for run in _runs(points):
            at = np.round(((run + 0.5) * self.scale - 0.5) * (1 << _SHIFT)).astype(np.int32)
            cv2.polylines(self._fine, [at], False, level, thickness, cv2.LINE_AA, _SHIFT)

    def trace(self, points: NDArray[np.floating], width: float, thin: float) -> None:
        """A stroke whose steep parts are paler by up to `thin` (0..1), as a hot stylus or an ink jet leaves them."""
        if thin > 0:
            steep = np.zeros(len(points), bool)
            d = np.abs(np.diff(points, axis=0))
            steep[:-1] = d[:, 1] > 2.5 * d[:, 0]
            faint = points.copy()
            faint[~(steep | np.roll(steep, 1))] = np.nan
            self.stroke(faint, width, round(255 * (1 - thin)))
            points = np.where(steep[:, None], np.nan, points)
        self.stroke(points, width)

    def coverage(self) -> Pixels:
        """Coverage [height, width] 0..255."""
        h, w = self._fine.shape
        size = (w // self.scale, h // self.scale)
        return np.asarray(cv2.resize(self._fine, size, interpolation=cv2.INTER_AREA), np.uint8)


def blend(pixels: Pixels, coverage: Pixels, color: Color, alpha: float = 1.0) -> None:
    """Lays ink of a colour over RGB pixels [H, W, 3], in place, where coverage [H, W] is not 0."""
    rows, cols = np.nonzero(coverage)
    a = (coverage[rows, cols].astype(np.float32) * (alpha / 255))[:, None]
    under = pixels[rows, cols].astype(np.float32)
    # Ink absorbs: it never makes what it covers lighter.
    over = np.minimum(np.asarray(color, np.float32), under)
    pixels[rows, cols] = (under + (over - under) * a + 0.5).astype(np.uint8)


def paste(layer: Pixels, mask: Pixels, x: float, y: float) -> tuple[int, int, int, int]:
    """Adds a mask to a coverage layer with its top left at (x, y), cut at the edges; returns x0, y0, x1, y1."""
    x0, y0 = round(x), round(y)
    h, w = mask.shape
    a, b = max(0, -x0), max(0, -y0)
    c, d = min(w, layer.shape[1] - x0), min(h, layer.shape[0] - y0)
    if c > a and d > b:
        part = layer[y0 + b : y0 + d, x0 + a : x0 + c]
        np.maximum(part, mask[b:d, a:c], out=part)
    return x0, y0, x0 + w, y0 + h


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
        if style.border:
            cv2.rectangle(code, (x0, y0), (x1, y1), 255, max(1, round(style.major_mm * px_per_mm)))
    return np.asarray(cv2.LUT(cv2.merge([code, code, code]), _ramp(paper, style)), np.uint8), origin


def _grid_code(xs: NDArray[np.float64], ys: NDArray[np.float64], px_per_mm: float, style: GridStyle) -> Pixels:
    """0 is paper, 127 a fine line, 255 a heavy line."""
    thick = (_lines(xs, px_per_mm, 5, style.major_mm), _lines(ys, px_per_mm, 5, style.major_mm))
    if style.heavy:
        thick = (
            np.maximum(thick[0], _lines(xs, px_per_mm, 25, style.major_mm * 1.8)),
            np.maximum(thick[1], _lines(ys, px_per_mm, 25, style.major_mm * 1.8)),
        )
    code = np.maximum.outer(_byte(thick[1], 255), _byte(thick[0], 255))
    if style.kind == "major-only":
        return code
    fx, fy = _lines(xs, px_per_mm, 1, style.minor_mm), _lines(ys, px_per_mm, 1, style.minor_mm)
    if style.kind == "dots":
        wide = max(style.minor_mm, 0.2)
        dots = np.minimum.outer(_byte(_lines(ys, px_per_mm, 1, wide), 127), _byte(_lines(xs, px_per_mm, 1, wide), 127))
        return np.maximum(code, dots)
    fine_x, fine_y = _byte(fx, 127), _byte(fy, 127)
    if style.kind == "dashed":
        gap_x, gap_y = _byte(_lines(xs, px_per_mm, 0.5, 0.25), 127), _byte(_lines(ys, px_per_mm, 0.5, 0.25), 127)
        dashes = np.maximum(np.minimum.outer(gap_y, fine_x), np.minimum.outer(fine_y, gap_x))
        return np.maximum(code, dashes)
    return np.maximum(code, np.maximum.outer(fine_y, fine_x))


def _lines(at: NDArray[np.float64], px_per_mm: float, every_mm: float, width_mm: float) -> NDArray[np.float64]:
    """Coverage 0..1 of lines of a width through every multiple of `every_mm`, box-filtered by the pixel."""
    period, width = every_mm * px_per_mm, width_mm * px_per_mm
    off = np.abs(at - np.round(at / period) * period)
    return np.clip((width + 1) / 2 - off, 0, min(1.0, width))


def _byte(coverage: NDArray[np.float64], top: int) -> Pixels:
    return np.asarray(np.round(coverage * top), np.uint8)


def _ramp(paper: Color, style: GridStyle) -> Pixels:
    # Fine lines can't be lighter than the paper they stand on.
    minor, major = np.minimum(style.minor, paper), np.minimum(style.major, paper)
    low = np.linspace(paper, minor, 128)
    high = np.linspace(minor, major, 129)[1:]
    return np.asarray(np.round(np.concatenate([low, high]))[None], np.uint8)


def _runs(points: NDArray[np.floating]) -> list[NDArray[np.floating]]:
    known = np.isfinite(points).all(axis=1)
    if known.all():
        return [points] if len(points) > 1 else []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    return [points[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]


@cache
def _widths() -> Floats:
    """Measured width of a horizontal stroke of thickness 1, 2, ..."""
    out = []
    for thickness in range(1, _MAX_THICKNESS + 1):
        test = np.zeros((120, 40), np.uint8)
        cv2.polylines(test, [np.array([[80, 960], [560, 960]], np.int32)], False, 255, thickness, cv2.LINE_AA, _SHIFT)
        out.append(test[:, 20].sum() / 255)
    return np.asarray(out, np.float32)


def _thickness(width: float) -> int:
    return 1 + int(np.abs(_widths() - width).argmin())
