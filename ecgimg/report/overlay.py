"""The traces of a recording drawn over its photo."""

from __future__ import annotations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats, Pixels
from ecgimg.datamodel.ink import ExplainedInk
from ecgimg.datamodel.page import Photo
from ecgimg.recording.generated import runs_of
from ecgimg.recording.plot import COLORS, OTHER_COLOR, UNEXPLAINED_COLOR, Color, draw_curve, write_text
from ecgimg.recording.recording import Recording
from ecgimg.report.ecg_svg import USER_LETTER

MIN_SIDE_PX = 1400
"""Longest side of an overlay, at least: smaller photos are enlarged, so that a trace is seen."""
MAX_SIDE_PX = 2400
"""Longest side of an overlay, at most: larger photos are shrunk."""
FADE = 0.45
"""Share of white that is mixed into the photo under the traces."""
DASH_POINTS = 8
"""Points of a dash and of the gap behind it: a millimetre of paper each."""


def overlay_image(photo: Photo, recording: Recording) -> Pixels:
    """The traces of a digitized recording over its photo, one colour a lead, each cell's lead name where it starts.

    What the user drew is dashed; the letter U stands where that, or what the user erased, begins. Ink that may be a
    curve and was not read has a colour of its own and the letter of its warning.

    Raises:
        ValueError: the recording has no geometry, since it was not read from a photo.
    """
    if recording.geometry is None:
        raise ValueError("the recording was not read from a photo")
    height, width = photo.shape
    factor = float(np.clip(max(height, width), MIN_SIDE_PX, MAX_SIDE_PX)) / max(height, width)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    canvas = np.asarray(cv2.resize(photo.pixels, None, fx=factor, fy=factor, interpolation=method), np.uint8)
    canvas = np.asarray(cv2.addWeighted(canvas, 1 - FADE, np.full_like(canvas, 255), FADE, 0), np.uint8)
    unit = max(canvas.shape[:2]) / 1000
    curves = [(cell, (points + 0.5) * factor - 0.5) for cell, points in recording.geometry.curves]
    for cell, points in curves:
        draw_curve(canvas, points, COLORS.get(cell.lead, OTHER_COLOR), max(1, round(1.2 * unit)))
    for (_, points), by_user in zip(curves, recording.geometry.corrected, strict=False):
        _mark_corrected(canvas, points, by_user, unit)
    for cell, points in curves:
        name = f"-{cell.lead}" if cell.sign < 0 else cell.lead
        _draw_name(canvas, name, COLORS.get(cell.lead, OTHER_COLOR), points, unit)
    if recording.geometry.ink is not None:
        _draw_unexplained(canvas, recording.geometry.ink, factor, unit)
    return canvas


def _mark_corrected(canvas: Pixels, points: Floats, by_user: Bools, unit: float) -> None:
    """Dashes on the stretches that the user drew, and a letter where each begins, or where an erased one does."""
    for first, last in runs_of(by_user):
        gaps = points[first:last].copy()
        gaps[np.arange(len(gaps)) // DASH_POINTS % 2 == 0] = np.nan
        draw_curve(canvas, gaps, (255, 255, 255), max(1, round(1.2 * unit)))
        before = points[: first + 1][np.isfinite(points[: first + 1]).all(axis=1)]
        if len(before):
            at = (round(float(before[-1, 0])), round(float(before[-1, 1]) + 20 * unit))
            write_text(canvas, USER_LETTER, at, 0.6 * unit, (0, 0, 0), max(1, round(1.6 * unit)))


def _draw_unexplained(canvas: Pixels, ink: ExplainedInk, factor: float, unit: float) -> None:
    """The ink that may be a curve and was not read, each stretch with its letter."""
    for letter, stretch in zip(ink.letters, ink.unexplained, strict=True):
        path = np.asarray((stretch.path + 0.5) * factor - 0.5, np.float32)
        draw_curve(canvas, path, UNEXPLAINED_COLOR, max(2, round(2.4 * unit)))
        _draw_name(canvas, letter, UNEXPLAINED_COLOR, path, unit)


def _draw_name(canvas: Pixels, name: str, color: Color, points: Floats, unit: float) -> None:
    """A name above the first seen point of a curve, on a light ground."""
    known = points[np.isfinite(points).all(axis=1)]
    if not len(known):
        return
    start = known[: max(1, len(known) // 8)]
    scale, thickness = 0.62 * unit, max(1, round(1.4 * unit))
    (wide, high), base = cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)
    pad = round(3 * unit)
    x = int(np.clip(start[0, 0], pad, max(pad, canvas.shape[1] - wide - pad)))
    y = int(np.clip(start[:, 1].min() - 2.5 * pad, high + pad, max(high + pad, canvas.shape[0] - base - pad)))
    ground = canvas[y - high - pad : y + base + pad, x - pad : x + wide + pad]
    ground[:] = (ground * 0.3 + 255 * 0.7).astype(np.uint8)
    write_text(canvas, name, (x, y), scale, color, thickness)
