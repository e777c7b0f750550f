"""Pictures of a recording: its leads redrawn on a grid; and the curves and texts that other pictures draw."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats, Pixels
from ecgimg.datamodel.leads import LEADS
from ecgimg.io.png import write_png
from ecgimg.recording.generated import GENERATED_LETTER, runs_of
from ecgimg.recording.samples import Samples

Color = tuple[int, int, int]
"""RGB, 0 to 255."""
VERMILLION: Color = (213, 94, 0)
ORANGE: Color = (230, 159, 0)
SKY_BLUE: Color = (86, 180, 233)
BLUE: Color = (0, 114, 178)
GREEN: Color = (0, 158, 115)
PURPLE: Color = (204, 121, 167)
"""Colours of Okabe and Ito (2008), which stay apart for readers with any colour deficiency; what they mean is written
beside them all the same."""
PALE_BLUE: Color = (160, 203, 229)
"""Under the dashes of generated samples."""
COLORS: dict[str, Color] = dict(
    zip(
        LEADS,
        (
            (214, 39, 40), (31, 119, 180), (44, 160, 44), (148, 60, 200), (230, 120, 0), (0, 150, 160),
            (200, 30, 130), (90, 90, 220), (110, 130, 0), (160, 82, 45), (0, 100, 80), (120, 0, 60),
        ),
        strict=True,
    )
)  # fmt: skip
"""One colour (RGB) for each of the 12 leads, dark enough to be read on white paper; names stand beside the traces."""
OTHER_COLOR: Color = (90, 90, 90)
"""Colour of a lead that is none of the 12."""
UNEXPLAINED_COLOR: Color = (255, 0, 255)
"""Colour of ink that may be a curve and was not read; its letter stands beside it."""
PX_PER_MM = 5
DASH_MM = 0.5
"""Dashes of generated samples are twice as long, and the gaps between them this."""
ROW_MM = 20
"""Distance of two leads."""
MARGIN_MM = 10
PAPER_SPEED = 25
"""mm/s of the drawing, whatever the page had."""
GAIN = 10
"""mm/mV of the drawing, whatever the page had."""
_SUBPIXEL = 4
"""Bits of a pixel's fraction in cv2's drawing."""


def recording_image(recording: Samples) -> Pixels:
    """The leads of a recording one below the other on a standard grid, 25 mm/s and 10 mm/mV, 5 pixels a millimetre.

    Every lead is drawn at its time; unknown samples are left blank. Samples that were generated are blue dashes, with a
    G where they begin.
    """
    seconds = recording.signals.shape[1] / recording.fs
    width = round((seconds * PAPER_SPEED + 2 * MARGIN_MM) * PX_PER_MM) + 1
    height = (len(recording.leads) * ROW_MM + 2 * MARGIN_MM) * PX_PER_MM + 1
    canvas = _grid(width, height)
    x = MARGIN_MM * PX_PER_MM + np.arange(recording.signals.shape[1]) / recording.fs * PAPER_SPEED * PX_PER_MM
    for row, lead in enumerate(recording.leads):
        baseline_y = (MARGIN_MM + (row + 0.5) * ROW_MM) * PX_PER_MM
        points = np.stack([x, baseline_y - recording.signals[row] * GAIN * PX_PER_MM], axis=1)
        generated = recording.not_recorded[row]
        draw_curve(canvas, np.where(generated[:, None], np.nan, points), (20, 20, 20), 1)
        _draw_generated(canvas, points, generated, baseline_y)
        write_text(canvas, lead, (PX_PER_MM, round(baseline_y) + PX_PER_MM), 0.5, (0, 0, 0))
    caption = f"{recording.name}   {PAPER_SPEED} mm/s   {GAIN} mm/mV"
    if recording.not_recorded.any():
        caption += "   blue dashes, G: generated, not recorded, not for clinical use"
    write_text(canvas, caption, (MARGIN_MM * PX_PER_MM, height - 2 * PX_PER_MM), 0.5, (0, 0, 0))
    return canvas


def write_recording_png(recording: Samples, path: Path) -> Path:
    """Writes `recording_image` as a PNG.

    Raises:
        OutputError: the file can't be written.
    """
    return write_png(recording_image(recording), path)


def _draw_generated(canvas: Pixels, points: Floats, generated: Bools, baseline_y: float) -> None:
    """Dashes of a millimetre on a pale curve, so that steep flanks are seen, and a letter where each stretch begins."""
    steps = np.hypot(*np.diff(np.nan_to_num(points), axis=0, prepend=points[:1]).T)
    is_dash = np.floor(np.cumsum(np.nan_to_num(steps)) / (PX_PER_MM * DASH_MM)) % 3 < 2
    draw_curve(canvas, np.where(generated[:, None], points, np.nan), PALE_BLUE, 1)
    draw_curve(canvas, np.where((generated & is_dash)[:, None], points, np.nan), BLUE, 1)
    for first, _ in runs_of(generated):
        write_text(
            canvas, GENERATED_LETTER, (round(points[first, 0]) + 2, round(baseline_y + 8 * PX_PER_MM)), 0.4, BLUE
        )


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


def write_text(canvas: Pixels, text: str, at: tuple[int, int], scale: float, color: Color, thickness: int = 1) -> None:
    """Writes text on a canvas; `at` is the left end of its baseline."""
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, color, thickness, cv2.LINE_AA)
