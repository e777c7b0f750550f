"""Pictures of what each step of a pipeline made, for `--debug`: one function a type of artifact.

Landmarks, traces and the cells of a layout are drawn over the straightened sheet that they lie on. Lengths are in
millimetres of paper, so that the pictures of all sheets look the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.ink import ExplainedInk
from ecgimg.datamodel.page import LayoutMatch, Photo, PlacedCell, Sheet, Trace, UprightSheet
from ecgimg.recording.plot import (
    BLUE,
    COLORS,
    GREEN,
    ORANGE,
    OTHER_COLOR,
    PURPLE,
    SKY_BLUE,
    UNEXPLAINED_COLOR,
    VERMILLION,
    Color,
    draw_curve,
    recording_image,
    write_text,
)
from ecgimg.recording.recording import Recording

FADE = 0.5
"""Share of white that is mixed into a sheet under what is drawn on it."""
BASELINE: Color = BLUE
START: Color = GREEN
NAME: Color = PURPLE
PULSE: Color = VERMILLION
SCALE_TEXT: Color = SKY_BLUE
CONFIDENCE_COLORS: tuple[tuple[float, Color], ...] = (
    (0.25, VERMILLION),
    (0.5, ORANGE),
    (0.75, SKY_BLUE),
    (1.0, BLUE),
)
"""Upper bound of a confidence, and the colour of a trace below it."""
TEXT_MM = 2.6
"""Height of capital letters."""
LINE_MM = 0.25
"""Thickness of lines."""


class DebugImages:
    """Draws the artifacts of one page in the order of its steps; it remembers the last sheet."""

    def __init__(self) -> None:
        self._sheet: Sheet | None = None

    def draw(self, artifact: object) -> Pixels | None:
        """RGB pixels [H, W, 3] of an artifact; None where there is nothing to see."""
        match artifact:
            case Photo():
                return artifact.pixels
            case Sheet():
                self._sheet = artifact
                return artifact.pixels
            case UprightSheet():
                self._sheet = artifact.sheet
                return landmarks_image(artifact)
            case Recording():
                return recording_image(artifact)
            case LayoutMatch() if self._sheet is not None:
                return layout_image(self._sheet, artifact)
            case ExplainedInk() if self._sheet is not None:
                return ink_image(self._sheet, artifact)
            case (Trace(), *_) if self._sheet is not None:
                return traces_image(self._sheet, [trace for trace in artifact if isinstance(trace, Trace)])
        return None


def landmarks_image(page: UprightSheet) -> Pixels:
    """The baselines, starts, lead names with their probabilities, pulses and printed scales on a sheet."""
    canvas = _Canvas(page.sheet)
    for row, y in enumerate(page.baselines):
        canvas.line((0, y), (canvas.width, y), BASELINE)
        canvas.text(f"row {row + 1}", (canvas.mm, y - 0.5 * canvas.mm), BASELINE)
    for x, y in page.starts:
        canvas.line((x, y - 5 * canvas.mm), (x, y + 5 * canvas.mm), START)
        canvas.circle((x, y), START)
    for x0, y0, x1, y1 in page.scale_texts:
        canvas.box((x0, y0), (x1, y1), SCALE_TEXT)
    for pulse in page.pulses:  # a pulse has columns and a height, its row is not known
        for x in (pulse.left, pulse.right):
            canvas.line((x, 0), (x, canvas.height), PULSE)
    for name in page.names:
        canvas.circle((name.x, name.y), NAME)
        canvas.text(f"{name.lead} {name.confidence:.2f}", (name.x + 1.5 * canvas.mm, name.y - canvas.mm), NAME)
    heights = ", ".join(f"{pulse.height / canvas.mm:.1f}" for pulse in page.pulses)
    canvas.legend(
        [
            (f"{len(page.baselines)} baselines", BASELINE),
            (f"{len(page.starts)} starts of leads", START),
            (f"{len(page.names)} lead names with their probability", NAME),
            (f"left and right stroke of {len(page.pulses)} pulses, {heights or '-'} mm high", PULSE),
            (f"{len(page.scale_texts)} printed scales", SCALE_TEXT),
        ]
    )
    return canvas.pixels


def traces_image(sheet: Sheet, traces: Sequence[Trace]) -> Pixels:
    """The traces on their sheet; the colour is the confidence."""
    canvas = _Canvas(sheet)
    for trace in traces:
        x = np.arange(len(trace.y), dtype=np.float32) * np.float32(trace.step)
        points = np.stack([x, trace.y], axis=1).astype(np.float32)
        low = -np.inf
        for high, color in CONFIDENCE_COLORS:
            canvas.curve(_where(points, (trace.confidence > low) & (trace.confidence <= high)), color)
            low = high
    labels = [f"confidence up to {high:g}" for high, _ in CONFIDENCE_COLORS]
    canvas.legend([(label, color) for label, (_, color) in zip(labels, CONFIDENCE_COLORS, strict=True)])
    return canvas.pixels


def layout_image(sheet: Sheet, match: LayoutMatch) -> Pixels:
    """The cells of a layout on their sheet, and how the layout, the speed and the gain were found."""
    canvas = _Canvas(sheet)
    half = 0.45 * _row_distance(match.cells, 20 * canvas.mm)
    for cell in match.cells:
        name = f"-{cell.lead}" if cell.sign < 0 else cell.lead
        color = COLORS.get(cell.lead, OTHER_COLOR)
        canvas.box((cell.x0, cell.y0 - half), (cell.x1, cell.y0 + half), color)
        canvas.line((cell.x0, cell.y0), (cell.x1, cell.y0), color)
        label = f"{name}  {cell.start:g}-{cell.start + cell.seconds:g} s"
        canvas.text(label, (cell.x0 + canvas.mm, cell.y0 - half + (TEXT_MM + 1) * canvas.mm), color)
    speed, gain = match.paper_speed, match.gain
    title = f"{match.layout_id}, confidence {match.confidence:.2f}"
    scales = f"{speed.value:g} mm/s ({speed.source}), {gain.value:g} mm/mV ({gain.source})"
    canvas.legend([(title, (0, 0, 0)), (scales, (0, 0, 0)), *((line, (70, 70, 70)) for line in match.evidence)])
    return canvas.pixels


def ink_image(sheet: Sheet, ink: ExplainedInk) -> Pixels:
    """The ink of a sheet that may be a curve and was not read, with its letters."""
    canvas = _Canvas(sheet)
    for letter, stretch in zip(ink.letters, ink.unexplained, strict=True):
        canvas.line((stretch.x0, stretch.y), (stretch.x1, stretch.y), UNEXPLAINED_COLOR)
        canvas.text(letter, (stretch.x0 + canvas.mm, stretch.y - canvas.mm), UNEXPLAINED_COLOR)
    lengths = ", ".join(
        f"{letter} {one.length_mm:.0f} mm" for letter, one in zip(ink.letters, ink.unexplained, strict=True)
    )
    read = f"{ink.share:.0%} of the ink that may be curves was read"
    canvas.legend([(read, (0, 0, 0)), (f"unexplained: {lengths or '-'}", UNEXPLAINED_COLOR)])
    return canvas.pixels


class _Canvas:
    """A faded sheet to draw on, in sheet pixels; a legend is added below it."""

    def __init__(self, sheet: Sheet) -> None:
        white = np.full_like(sheet.pixels, 255)
        self.pixels: Pixels = np.asarray(cv2.addWeighted(sheet.pixels, 1 - FADE, white, FADE, 0), np.uint8)
        self.mm = sheet.px_per_mm
        self.height, self.width = self.pixels.shape[:2]
        self._thickness = max(1, round(LINE_MM * self.mm))

    def line(self, start: tuple[float, float], end: tuple[float, float], color: Color) -> None:
        self.curve(np.array([start, end], np.float32), color)

    def curve(self, points: Floats, color: Color) -> None:
        draw_curve(self.pixels, points, color, self._thickness)

    def box(self, start: tuple[float, float], end: tuple[float, float], color: Color) -> None:
        (x0, y0), (x1, y1) = start, end
        self.curve(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)], np.float32), color)

    def circle(self, middle: tuple[float, float], color: Color) -> None:
        at = (round(middle[0]), round(middle[1]))
        cv2.circle(self.pixels, at, max(2, round(0.8 * self.mm)), color, self._thickness, cv2.LINE_AA)

    def text(self, text: str, at: tuple[float, float], color: Color) -> None:
        """Text on white; `at` is the left end of its baseline, moved into the picture."""
        scale, thickness = TEXT_MM * self.mm / 22, max(1, round(0.2 * self.mm))
        (wide, high), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)
        x = round(min(max(at[0], 2), max(2, self.width - wide - 2)))
        y = round(min(max(at[1], high + 2), max(high + 2, self.height - below - 2)))
        ground = self.pixels[y - high - 2 : y + below, x - 2 : x + wide + 2]
        ground[:] = (ground * 0.25 + 255 * 0.75).astype(np.uint8)
        write_text(self.pixels, text, (x, y), scale, color, thickness)

    def legend(self, rows: Sequence[tuple[str, Color]]) -> None:
        """Lines of text in their colours, on a white strip below the sheet."""
        pitch = 1.7 * TEXT_MM * self.mm
        strip = np.full((round(pitch * (len(rows) + 0.5)), self.width, 3), 255, np.uint8)
        self.pixels = np.concatenate([self.pixels, strip])
        top, self.height = self.height, len(self.pixels)
        for k, (text, color) in enumerate(rows, 1):
            self.text(text, (2 * self.mm, top + k * pitch), color)


def _where(points: Floats, chosen: np.ndarray) -> Floats:
    """The chosen points and the point after each run of them, so that neighbouring runs touch; NaN elsewhere."""
    touching = chosen.copy()
    touching[1:] |= chosen[:-1]
    return np.where(touching[:, None], points, np.float32(np.nan))


def _row_distance(cells: Sequence[PlacedCell], default: float) -> float:
    """The smallest distance of two printed lines of cells in sheet pixels."""
    rows = sorted({cell.line: cell.y0 for cell in cells}.values())
    return min((b - a for a, b in pairwise(rows) if b > a), default=default)
