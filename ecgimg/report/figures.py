"""Pictures of a recording: its traces over the photo they were read from, and the 12 leads redrawn on a grid."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from ecgimg.io.recordings import write_atomically
from ecgimg.leads import LEADS
from ecgimg.types import Floats, Photo, Pixels, PlacedCell, Recording, Sheet

COLORS: dict[str, tuple[int, int, int]] = dict(
    zip(
        LEADS,
        (
            (214, 39, 40), (31, 119, 180), (44, 160, 44), (148, 60, 200), (230, 120, 0), (0, 150, 160),
            (200, 30, 130), (90, 90, 220), (110, 130, 0), (160, 82, 45), (0, 100, 80), (120, 0, 60),
        ),
        strict=True,
    )
)  # fmt: skip
"""One colour (RGB) a lead, dark enough to be read on white paper."""

OVERLAY_SIDES = (1400, 2400)
"""Longest side of an overlay in pixels: smaller photos are enlarged, so that a trace is seen, larger ones shrunk."""
FADE = 0.45
"""Share of white that is mixed into the photo under the traces."""

PX_PER_MM = 5
ROW_MM = 20
MARGIN_MM = 10
PAPER_SPEED = 25
GAIN = 10
_SUBPIXEL = 4
"""Bits of a pixel's fraction in cv2's drawing."""

Color = tuple[int, int, int]


def overlay_image(photo: Photo, recording: Recording) -> Pixels:
    """The traces of a digitized recording over its photo, one colour a lead, each cell's lead name where it starts.

    Raises:
        ValueError: the recording does not know how it lay on a photo.
    """
    if recording.geometry is None:
        raise ValueError("the recording was not read from a photo")
    height, width = photo.shape
    factor = float(np.clip(max(height, width), *OVERLAY_SIDES)) / max(height, width)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    canvas = np.asarray(cv2.resize(photo.pixels, None, fx=factor, fy=factor, interpolation=method), np.uint8)
    canvas = np.asarray(cv2.addWeighted(canvas, 1 - FADE, np.full_like(canvas, 255), FADE, 0), np.uint8)
    unit = max(canvas.shape[:2]) / 1000
    curves = [(cell, (points + 0.5) * factor - 0.5) for cell, points in recording.geometry.curves]
    for cell, points in curves:
        draw_curve(canvas, points, COLORS[cell.lead], max(1, round(1.2 * unit)))
    for cell, points in curves:
        _draw_name(canvas, cell, points, unit)
    return canvas


def recording_image(recording: Recording) -> Pixels:
    """The 12 leads of a recording one below the other on a standard grid, 25 mm/s and 10 mm/mV, 5 pixels a millimetre.

    Every lead stands at its time; what is not known is left blank.
    """
    q = PX_PER_MM
    width = round((recording.seconds * PAPER_SPEED + 2 * MARGIN_MM) * q) + 1
    height = (len(LEADS) * ROW_MM + 2 * MARGIN_MM) * q + 1
    canvas = _grid(width, height)
    x = MARGIN_MM * q + np.arange(recording.signals.shape[1]) / recording.fs * PAPER_SPEED * q
    for row, lead in enumerate(LEADS):
        zero = (MARGIN_MM + (row + 0.5) * ROW_MM) * q
        points = np.stack([x, zero - recording.lead(lead) * GAIN * q], axis=1)
        draw_curve(canvas, points, (20, 20, 20), 1)
        _write(canvas, lead, (q, round(zero) + q), 0.5, (0, 0, 0))
    foot = f"{recording.name}   {PAPER_SPEED} mm/s   {GAIN} mm/mV"
    _write(canvas, foot, (MARGIN_MM * q, height - 2 * q), 0.5, (0, 0, 0))
    return canvas


def artifact_image(artifact: object) -> Pixels | None:
    """A picture of what a step of the pipeline made; None where there is none to see."""
    if isinstance(artifact, Photo | Sheet):
        return artifact.pixels
    if isinstance(artifact, Recording):
        return recording_image(artifact)
    if isinstance(artifact, np.ndarray) and artifact.ndim == 2:
        return np.asarray(255 - np.rint(artifact.clip(0, 1) * 255), np.uint8)
    return None


def write_recording_png(recording: Recording, path: Path) -> Path:
    """Writes `recording_image` as a PNG.

    Raises:
        OutputError: the file can't be written.
    """
    return write_png(recording_image(recording), path)


def write_png(pixels: Pixels, path: Path) -> Path:
    """Writes RGB or grey pixels as a PNG.

    Raises:
        OutputError: the file can't be written.
    """
    blue_first = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    # Run lengths alone are twenty times faster than the best level and no larger on photographed paper.
    settings = [cv2.IMWRITE_PNG_COMPRESSION, 2, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    done, data = cv2.imencode(".png", blue_first, settings)
    if not done:
        raise ValueError(f"{path.name}: no picture of shape {pixels.shape}")
    return write_atomically(path, data.tobytes())


def _grid(width: int, height: int) -> Pixels:
    canvas = np.full((height, width, 3), 255, np.uint8)
    for every, color in ((1, (255, 228, 225)), (5, (245, 170, 165))):
        canvas[:: every * PX_PER_MM] = color
        canvas[:, :: every * PX_PER_MM] = color
    return canvas


def draw_curve(canvas: Pixels, points: Floats, color: Color, thickness: int) -> None:
    """A polyline through [N, 2] points, broken where a point is unknown; a lone known point is a dot."""
    known = np.isfinite(points).all(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    runs = [points[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    fixed = [np.rint(run * 2**_SUBPIXEL).astype(np.int32).reshape(-1, 1, 2) for run in runs]
    cv2.polylines(canvas, fixed, False, color, thickness, cv2.LINE_AA, _SUBPIXEL)


def _draw_name(canvas: Pixels, cell: PlacedCell, points: Floats, unit: float) -> None:
    """The lead's name above the first seen point of its cell, on a light ground."""
    known = points[np.isfinite(points).all(axis=1)]
    if not len(known):
        return
    start = known[: max(1, len(known) // 8)]
    name = f"-{cell.lead}" if cell.sign < 0 else cell.lead
    scale, thickness = 0.62 * unit, max(1, round(1.4 * unit))
    (wide, high), base = cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)
    pad = round(3 * unit)
    x = int(np.clip(start[0, 0], pad, max(pad, canvas.shape[1] - wide - pad)))
    y = int(np.clip(start[:, 1].min() - 2.5 * pad, high + pad, max(high + pad, canvas.shape[0] - base - pad)))
    ground = canvas[y - high - pad : y + base + pad, x - pad : x + wide + pad]
    ground[:] = (ground * 0.3 + 255 * 0.7).astype(np.uint8)
    _write(canvas, name, (x, y), scale, COLORS[cell.lead], thickness)


def _write(canvas: Pixels, text: str, at: tuple[int, int], scale: float, color: Color, thickness: int = 1) -> None:
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, color, thickness, cv2.LINE_AA)
