"""Charts, and curves below one another that are no ECG: EEG, seismogram, breathing, oscilloscope."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.synth.not_ecg.sheets import blank_paper, grid_paper, write_line
from ecgimg.synth.page.ink import Ink, blend

Wave = Callable[[np.random.Generator, int], Floats]
"""A curve [n] of about -1..1 of a number of samples."""


def _axes(rng: np.random.Generator) -> tuple[Pixels, Ink, tuple[float, float, float, float]]:
    """Paper with axes, a faint grid and texts; a layer of ink; x0, y0, x1, y1 of the area of the plot."""
    pixels = blank_paper(rng)
    h, w = pixels.shape[:2]
    x0, y0, x1, y1 = 0.1 * w, 0.1 * h, 0.95 * w, 0.88 * h
    layer = np.zeros((h, w), np.uint8)
    if rng.random() < 0.6:
        for k in range(1, int(rng.integers(4, 12))):
            cv2.line(pixels, (round(x0), round(y0 + k * (y1 - y0) / 10)), (round(x1), round(y0 + k * (y1 - y0) / 10)),
                     (205, 205, 205), 1)  # fmt: skip
    for k in range(6):
        write_line(layer, rng, x0 + k * (x1 - x0) / 6, y1 + 8, 10, 1)
        write_line(layer, rng, 4, y0 + k * (y1 - y0) / 6, 10, 1)
    write_line(layer, rng, w * 0.35, 8, 16, 4)
    blend(pixels, layer, (20, 20, 20))
    ink = Ink(w, h)
    ink.stroke(np.array([[x0, y0], [x0, y1], [x1, y1]]), 1.5)
    return pixels, ink, (x0, y0, x1, y1)


def chart(rng: np.random.Generator, style: str) -> Pixels:
    """A chart of a style: line, bar or scatter."""
    pixels, ink, (x0, y0, x1, y1) = _axes(rng)
    for _ in range(int(rng.integers(1, 5)) if style == "line" else 1):
        count = int(rng.integers(6, 200)) if style == "line" else int(rng.integers(4, 24))
        x = np.linspace(x0, x1, count)
        walk = np.cumsum(rng.normal(0, 1, count)) if rng.random() < 0.6 else rng.normal(0, 1, count)
        y = y1 - (0.05 + 0.85 * (walk - walk.min()) / max(float(np.ptp(walk)), 1e-3)) * (y1 - y0)
        if style == "line":
            ink.stroke(np.stack([x, y], 1), float(rng.uniform(1, 3)))
        elif style == "bar":
            for a, b in zip(x, y, strict=True):
                ink.stroke(np.array([[a, y1], [a, b]]), 0.6 * (x1 - x0) / count)
        else:
            for a, b in rng.uniform([x0, y0], [x1, y1], (count * 12, 2)):
                ink.stroke(np.array([[a, b], [a + 2, b]]), 3.0)
    color = (30, 60, 140) if rng.random() < 0.5 else (20, 20, 20)
    blend(pixels, ink.coverage(), color, float(rng.uniform(0.6, 1)))
    return pixels


def channels(rng: np.random.Generator, wave: Wave, max_count: int) -> Pixels:
    """Two to `max_count` - 1 curves below one another, on plain or grid paper."""
    pixels = grid_paper(rng) if rng.random() < 0.5 else blank_paper(rng)
    h, w = pixels.shape[:2]
    ink, count = Ink(w, h), int(rng.integers(2, max_count))
    x = np.linspace(0.03 * w, 0.97 * w, 1600)
    pitch = 0.92 * h / count
    for k in range(count):
        y = 0.04 * h + (k + 0.5) * pitch - 0.3 * pitch * float(rng.uniform(0.3, 1.2)) * wave(rng, len(x))
        ink.stroke(np.stack([x, y], 1), float(rng.uniform(0.7, 1.8)))
    blend(pixels, ink.coverage(), (15, 15, 20), float(rng.uniform(0.6, 1)))
    return pixels


def brain_waves(rng: np.random.Generator, n: int) -> Floats:
    """Oscillations of 1 to 25 Hz with a drifting amplitude, as of an EEG."""
    t = np.linspace(0, 10, n)
    parts = [rng.normal(0, 1) * np.sin(6.28 * f * t + rng.uniform(0, 6.28)) for f in rng.uniform(1, 25, 9)]
    drift = 1 + 0.6 * np.interp(t, np.linspace(0, 10, 8), rng.normal(0, 1, 8))
    return np.asarray(np.sum(parts, axis=0) * drift / 4 + rng.normal(0, 0.15, n), np.float32)


def earthquake(rng: np.random.Generator, n: int) -> Floats:
    """Rest, a sudden burst and its slow end, as of a seismograph."""
    t = np.linspace(0, 1, n)
    start, fall = float(rng.uniform(0.05, 0.6)), float(rng.uniform(3, 12))
    envelope = 0.05 + np.where(t > start, np.exp(-(t - start) * fall), 0)
    return np.asarray(rng.normal(0, 1, n) * envelope, np.float32)


def breathing(rng: np.random.Generator, n: int) -> Floats:
    """A slow round wave, as of breathing."""
    t = np.linspace(0, float(rng.uniform(3, 15)), n)
    return np.asarray(np.sin(6.28 * t) ** 3 * (1 + 0.2 * np.sin(1.3 * t)) + rng.normal(0, 0.02, n), np.float32)


def oscillations(rng: np.random.Generator, n: int) -> Floats:
    """Sines, squares, triangles and noise of all speeds, as on an oscilloscope."""
    t = np.linspace(0, float(np.exp(rng.uniform(0.5, 4))), n)
    phase = (t + rng.uniform()) % 1
    wave = (np.sin(6.28 * phase), np.sign(phase - 0.5), 2 * phase - 1, np.abs(4 * phase - 2) - 1)[int(rng.integers(4))]
    decay = np.exp(-float(rng.choice([0, 2])) * np.linspace(0, 1, n))
    return np.asarray(wave * decay + rng.normal(0, float(rng.choice([0.01, 0.2])), n), np.float32)
