"""Sketches: recordings drawn directly into the screening network's frame, far faster than a page by `synth`.

Layout, style and measures are those of `synth`: rows, scales, line widths, pulses, separators, lead names, header.
A sketch holds only what a frame of 448 x 640 shows: it is grey and already laid, from signals at 100 Hz. The network
learns the ECG from sketches, and the wear of paper and the camera from prints and photographs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.leads import LEADS
from ecgimg.layouts import Cell, Layout, layout_ids, load_layout
from ecgimg.networks.screen_input import HEIGHT, WIDTH, even_ink, fit_quad, frame_scale
from ecgimg.synth.page import text
from ecgimg.synth.page.captions import PagePlan
from ecgimg.synth.page.fonts import printed_fonts, text_mask
from ecgimg.synth.page.render import plan_page, pulse_outlines
from ecgimg.synth.page.style import PageStyle, sample_style
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.sample import printed
from ecgimg.train.common.mixup import larger_share
from ecgimg.train.screen.views import TrainView, bent, shaken, wear, widened

FS = 100.0
"""Rate of the signals in Hz."""
FORMATS = 4096
"""Different formats: a layout with a style each."""
TEXTS = 128
"""Different headers: the texts hardly show, and drawing letters takes time."""
LETTERS = 16
"""Size in pixels at which texts are drawn before they are shrunk."""
USUAL = "3x4+1R"
"""The commonest layout."""
USUAL_SHARE = 0.25
"""Share of the commonest layout, beside its share among all."""
FINER = 2
"""Pixels of a sketch for each of the frame, along each axis."""
GRIDDED = 0.55
"""Share of sketches with a rest of the grid, of the hardest ones."""
MIXED = 0.5
"""Share of sketches of two recordings mixed by their signals, of the hardest ones."""
MIXING = 0.4
"""Parameter of the Beta distribution of their shares."""
GAIN_SPREAD = 0.1
"""Standard deviation of the logarithm of a sketch's gain."""
LEAD_SPREAD = 0.06
"""Standard deviation of the logarithm of each lead's gain against its sketch's."""
LATER = 0.5
"""Share of sketches that begin at another column's time; the columns before it come last."""
_SHIFT = 4
"""Fractional bits of OpenCV's fixed-point coordinates."""
Shares = Mapping[int, float]
"""Share of each record, by its number, in what is drawn; none where it is no ECG."""
Quad = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Format:
    """A layout with a style in mm (one pixel a mm), where its rows lie, and the lines of its header."""

    layout: Layout
    style: PageStyle
    plan: PagePlan
    header: tuple[tuple[str, float, float], ...]


@lru_cache(FORMATS)
def sketch_format(k: int) -> Format:
    """Format k of FORMATS."""
    rng = np.random.default_rng([k, 12])
    recipe = load_recipe("clean").page
    name = USUAL if rng.random() < USUAL_SHARE else layout_ids()[int(rng.integers(len(layout_ids())))]
    layout = load_layout(name)
    style = replace(sample_style(rng, layout, recipe), px_per_mm=1.0)
    if style.paper_speed > 25 and rng.random() < recipe.short:
        shorter = layout.column_seconds * 25 / style.paper_speed
        layout = Layout.model_validate({**layout.model_dump(), "column_seconds": shorter})
    plan = plan_page(layout, style)
    some = k % TEXTS
    style = replace(style, font=printed_fonts()[some % len(printed_fonts())])
    return Format(layout, style, plan, _header(style, plan, np.random.default_rng([some, 13])))


def _header(style: PageStyle, plan: PagePlan, rng: np.random.Generator) -> tuple[tuple[str, float, float], ...]:
    """Lines of text with the place of each in mm."""
    lines = []
    if style.header != "none":
        groups = [text.patient_lines(rng), text.measurement_lines(rng), text.statement_lines(rng)]
        top = style.border + float(rng.uniform(1, 4))
        free = max(8.0, plan.zero_lines[0] - top - 10)
        for stop, group in zip((0.0, 0.28, 0.55), groups, strict=True):
            step = min(style.text_mm * 1.45, free / max(len(group), 1))
            lines += [(line, style.border + 3 + stop * plan.width, top + i * step) for i, line in enumerate(group)]
    if style.footer:
        x, y = plan.left + float(rng.uniform(0, 40)), plan.height - style.border - style.text_mm - 3
        for line in text.scale_texts(rng, style.paper_speed, style.gain):
            if line:
                lines.append((line, x, y))
                x += 0.6 * style.text_mm * len(line) + float(rng.uniform(4, 25))
    return tuple(lines)


@dataclass(frozen=True, eq=False)
class Sketches:
    """Recordings to sketch: signals [N, 12, T] in mV at FS, and their numbers in PTB-XL."""

    signals: NDArray[np.floating]
    records: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.records)

    def view(self, k: int, rng: np.random.Generator, hard: float = 1.0) -> tuple[Shares, TrainView]:
        """A view of recording k, into which another one may be mixed, and the share of each by its number."""
        mv, shares = np.asarray(self.signals[k], np.float32), {self.records[k]: 1.0}
        other = int(rng.integers(len(self)))
        if rng.random() < MIXED * hard and other != k:
            share = larger_share(rng, MIXING)
            mv = share * mv + (1 - share) * np.asarray(self.signals[other], np.float32)
            shares = {self.records[k]: share, self.records[other]: 1 - share}
        return shares, draw_sketch(mv, rng, hard)


def draw_sketch(mv: Floats, rng: np.random.Generator, hard: float = 1.0) -> TrainView:
    """A view of a sketched page.

    Args:
        mv: signals [12, T] in mV at FS.
        rng: chooses format, place and wear.
        hard: from 0, near and clean, to 1, the worst.
    """
    form = sketch_format(int(rng.integers(FORMATS)))
    traces = traces_of(printed(_varied(mv, form, rng, hard), rng, FS), form)
    quad = _box(traces)
    to_frame, scale = _placed(form, quad, rng, hard)
    pen = _Pen(to_frame, scale)
    if rng.random() < GRIDDED * hard:
        pen.grid(form, rng)
    pen.texts(form, int(rng.integers(90, 256)))
    pen.pulses_and_separators(form)
    level = int(rng.integers(160, 256))
    for points in traces:
        pen.trace(points, form.style, level)
    frame = pen.frame()
    if rng.random() < 0.35 * hard:
        frame = bent(frame, rng)
    frame = wear(255 - frame, rng, 0.1 + 0.9 * hard)
    corners = cv2.perspectiveTransform(quad[None], to_frame)[0]
    return TrainView(even_ink(255 - frame), np.asarray(corners, np.float32), 0, True)


def _varied(mv: Floats, form: Format, rng: np.random.Generator, hard: float) -> Floats:
    """Signals [12, T] with random gains, and at times begun at another column's time."""
    gain = rng.normal(0, GAIN_SPREAD * hard) + rng.normal(0, LEAD_SPREAD * hard, (len(mv), 1))
    columns = int(rng.integers(form.layout.n_columns)) if rng.random() < LATER * hard else 0
    begun = -round(columns * form.layout.column_seconds * FS)
    return np.asarray(np.roll(mv, begun, axis=1) * np.exp(gain), np.float32)


def traces_of(mv: Floats, form: Format) -> list[Floats]:
    """Points [N, 2] in mm of every line of a page, from signals [12, T] in mV at FS."""
    cells = [*form.layout.cells, *form.layout.strips]
    parts = [_stretch(mv, cell, form) for cell in cells]
    if not form.style.join:
        return parts
    n, grid = form.layout.n_columns, len(form.layout.cells)
    rows = [np.concatenate(parts[r * n : r * n + n]) for r in range(form.layout.n_rows)]
    return rows + parts[grid:]


def _stretch(mv: Floats, cell: Cell, form: Format) -> Floats:
    style, plan = form.style, form.plan
    first = round(cell.start * FS)
    last = min(round((cell.start + cell.seconds) * FS), mv.shape[1] - 1)
    up = cell.sign * style.gain * mv[LEADS.index(cell.lead), first : last + 1]
    if style.clip is not None:
        up = np.clip(up, -style.clip, style.clip)
    x = plan.left + (cell.column * cell.seconds + np.arange(len(up)) / FS) * style.paper_speed
    return np.stack([x, plan.zero_lines[cell.row] - up], axis=1).astype(np.float32)


def _box(traces: list[Floats]) -> Quad:
    """Corners [4, 2] of the box around all lines."""
    low = np.min([t.min(axis=0) for t in traces], axis=0)
    high = np.max([t.max(axis=0) for t in traces], axis=0)
    return np.array([low, [high[0], low[1]], high, [low[0], high[1]]], np.float64)


def _placed(form: Format, quad: Quad, rng: np.random.Generator, hard: float) -> tuple[Quad, float]:
    """Map from mm to the frame, and its scale: by the curves, or by the sheet's edges, nearly straight."""
    close = rng.random() < 1 - 0.15 * hard
    if close:
        laid = widened(quad, rng.uniform(-0.012, 0.06, 4))
    else:
        w, h = form.plan.width, form.plan.height
        laid = widened(np.array([[0.0, 0], [w, 0], [w, h], [0, h]]), rng.uniform(-0.03, 0.1, 4))
    laid = shaken(laid, rng, (0.006 if close else 0.012) * (0.3 + 0.7 * hard))
    to_frame = fit_quad(laid)
    return to_frame, frame_scale(to_frame, laid)


class _Pen:
    """Draws in mm on a sheet of FINER pixels for each of the frame; white is 0."""

    def __init__(self, to_frame: Quad, scale: float) -> None:
        finer = np.array([[FINER, 0, (FINER - 1) / 2], [0, FINER, (FINER - 1) / 2], [0, 0, 1.0]])
        self._map, self._scale = finer @ to_frame, scale * FINER
        self._sheet = np.zeros((HEIGHT * FINER, WIDTH * FINER), np.uint8)

    def frame(self) -> Pixels:
        """The drawing [HEIGHT, WIDTH], 255 is black."""
        return np.asarray(cv2.resize(self._sheet, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)

    def _at(self, points: NDArray[np.floating]) -> NDArray[np.int32]:
        """Points [..., 2] of mm as OpenCV's fixed-point pixels."""
        flat = np.asarray(points, np.float64).reshape(-1, 2) @ self._map[:, :2].T + self._map[:, 2]
        spots = flat[:, :2] / flat[:, 2:] * (1 << _SHIFT)
        return np.round(spots).astype(np.int32).reshape(points.shape)

    def line(self, points: NDArray[np.floating], width: float, level: int) -> None:
        """A polyline [N, 2] of a width in mm; thinner than a fine pixel it is paler."""
        wide = width * self._scale
        level = max(1, round(level * min(1.0, 0.3 + 0.7 * wide)))
        cv2.polylines(self._sheet, [self._at(points)], False, level, max(1, round(wide)), cv2.LINE_8, _SHIFT)

    def trace(self, points: Floats, style: PageStyle, level: int) -> None:
        """A curve; its steep parts are paler where the style has thin strokes."""
        self.line(points, style.line, level)
        if style.thin > 0:
            d = np.abs(np.diff(points, axis=0))
            steep = np.flatnonzero(d[:, 1] > 2.5 * d[:, 0])
            if len(steep):
                at = self._at(np.stack([points[steep], points[steep + 1]], axis=1))
                wide = max(1, round(style.line * self._scale))
                cv2.polylines(self._sheet, list(at), False, round(level * (1 - style.thin)), wide, cv2.LINE_8, _SHIFT)

    def grid(self, form: Format, rng: np.random.Generator) -> None:
        """A rest of the grid, paler than the traces: its heavy lines, at times all."""
        level = int(np.exp(rng.uniform(np.log(12), np.log(110))))
        step = 5.0 if rng.random() < 0.75 else 1.0
        x = np.arange(form.style.grid.phase[0], form.plan.width, step)
        y = np.arange(form.style.grid.phase[1], form.plan.height, step)
        up = np.stack([np.stack([x, np.zeros_like(x)], 1), np.stack([x, np.full_like(x, form.plan.height)], 1)], 1)
        along = np.stack([np.stack([np.zeros_like(y), y], 1), np.stack([np.full_like(y, form.plan.width), y], 1)], 1)
        cv2.polylines(self._sheet, list(self._at(np.concatenate([up, along]))), False, level, 1, cv2.LINE_8, _SHIFT)

    def pulses_and_separators(self, form: Format) -> None:
        """Calibration pulses, and the separators of columns."""
        style, rows = form.style, form.plan.zero_lines[: form.layout.n_rows]
        for pulse in pulse_outlines(form.layout, style, form.plan):
            self.line(pulse, style.line, 230)
        if style.separator == "none":
            return
        for c in range(1, form.layout.n_columns):
            x = form.plan.left + c * form.layout.column_seconds * style.paper_speed
            if style.separator in ("full", "dotted"):
                ends = np.array([[x, rows[0] - 12], [x, rows[-1] + 10]])
                self.line(ends, 0.15, 230 if style.separator == "full" else 110)
                continue
            reach, width = (3.0, 0.6) if style.separator == "tick" else (7.0, 0.45)
            for y in rows:
                self.line(np.array([[x, y - reach], [x, y + reach]]), width, 230)

    def texts(self, form: Format, level: int) -> None:
        """Lead names, header and footer."""
        style = form.style
        font = style.font or printed_fonts()[0]
        size = style.label_mm * self._scale / 0.72
        width = form.layout.column_seconds * style.paper_speed
        for cell in (*form.layout.cells, *form.layout.strips):
            mask = _text(font, size, cell.printed_name)
            x, y = form.plan.left + cell.column * width, form.plan.zero_lines[cell.row]
            shift = np.array([mask.shape[1] * (style.label == "left"), mask.shape[0] * (style.label != "below")])
            self._paste(mask, (x + style.label_shift[0], y + style.label_shift[1]), shift, level)
        size = style.text_mm * self._scale / 0.72
        for line, x, y in form.header:
            self._paste(_text(font, size, line), (x, y), np.zeros(2), level)

    def _paste(self, mask: Pixels, place: tuple[float, float], shift: NDArray[np.floating], level: int) -> None:
        x, y = (int(v) for v in self._at(np.array([place]))[0] / (1 << _SHIFT) - shift)
        h, w = mask.shape
        x0, y0 = max(x, 0), max(y, 0)
        part = mask[y0 - y :, x0 - x :][: max(0, self._sheet.shape[0] - y0), : max(0, self._sheet.shape[1] - x0)]
        if part.size and x0 < x + w and y0 < y + h:
            under = self._sheet[y0 : y0 + part.shape[0], x0 : x0 + part.shape[1]]
            np.maximum(under, cv2.convertScaleAbs(part, alpha=level / 255), out=under)


def _text(font: Path, size: float, line: str) -> Pixels:
    """Coverage [h, w] of a line of text of any size."""
    mask = _large_text(font, line)
    width, height = (max(1, round(n * size / LETTERS)) for n in mask.shape[::-1])
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


@lru_cache(None)
def _large_text(font: Path, line: str) -> Pixels:
    return np.asarray(text_mask(font, LETTERS, line), np.uint8)
