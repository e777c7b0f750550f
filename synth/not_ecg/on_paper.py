"""Drawings on a given paper that are no ECG page: charts, forms, drawings and screens.

Each function draws on RGB pixels [H, W, 3], in place. The drawings are rough: the quality gate needs what a page of
curves also has, lines, rulings, print and repetition, in other orders.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.synth.page.fonts import printed_fonts, text_mask
from ecgimg.synth.page.ink import Ink, blend, paste

DrawOnPaper = Callable[[Pixels, np.random.Generator], None]


def _dark(rng: np.random.Generator) -> tuple[int, int, int]:
    r, g, b = (int(c) for c in rng.integers(0, 110, 3))
    return r, g, b


def _any_color(rng: np.random.Generator) -> tuple[int, int, int]:
    r, g, b = (int(c) for c in rng.integers(0, 245, 3))
    return r, g, b


def _print(layer: Pixels, rng: np.random.Generator, x: float, y: float, size: int, line: str) -> None:
    font = printed_fonts()[int(rng.integers(len(printed_fonts())))]
    paste(layer, text_mask(font, max(6, size), line), x, y)


def _number(rng: np.random.Generator) -> str:
    return str(rng.choice([f"{rng.integers(0, 10**6)}", f"{rng.normal(0, 100):.2f}", f"{rng.integers(0, 60):02d}:00"]))


def tracks(pixels: Pixels, rng: np.random.Generator) -> None:
    """Channels of noise, steps, bumps or sweeps below one another, close or far, as of a log of sensors."""
    h, w = pixels.shape[:2]
    ink, count = Ink(w, h), int(rng.integers(1, 16))
    kind, pitch = int(rng.integers(6)), 0.95 * h / count
    x = np.linspace(float(rng.uniform(0, 0.1)) * w, float(rng.uniform(0.9, 1)) * w, int(rng.integers(100, 1500)))
    for k in range(count):
        wave = _wave(len(x), kind if rng.random() < 0.8 else int(rng.integers(6)), rng)
        y = (k + 0.5) * pitch + float(rng.uniform(0.1, 0.7)) * pitch * wave / max(float(np.abs(wave).max()), 1e-6)
        ink.stroke(np.stack([x, y], 1), float(rng.uniform(0.6, 2.5)))
    blend(pixels, ink.coverage(), _dark(rng), float(rng.uniform(0.5, 1)))


def _wave(n: int, kind: int, rng: np.random.Generator) -> Floats:
    """A curve [n] of one of six kinds: coloured noise, steps, bumps, a sweep, a random walk, a saw or beats."""
    t = np.linspace(0, 1, n)
    if kind == 0:  # noise of one colour
        power = float(rng.uniform(0, 2))
        bins = np.arange(n // 2 + 1) + 1.0
        phase = np.exp(2j * np.pi * rng.random(len(bins)))
        return np.asarray(np.fft.irfft(bins**-power * phase, n), np.float32)
    if kind == 1:  # steps
        levels = rng.normal(0, 1, int(rng.integers(3, 60)))
        return np.asarray(levels[(t * (len(levels) - 1e-6)).astype(int)], np.float32)
    if kind == 2:  # bumps anywhere, as of a chromatogram
        centres, widths = rng.random(int(rng.integers(3, 25))), rng.uniform(0.002, 0.05, 25)
        bumps = [-rng.random() * np.exp(-(((t - c) / s) ** 2)) for c, s in zip(centres, widths, strict=False)]
        return np.asarray(np.sum(bumps, axis=0), np.float32)
    if kind == 3:  # a sweep
        rate = float(rng.uniform(2, 60))
        return np.asarray(np.sin(6.28 * rate * (0.2 * t + t**2)), np.float32)
    if kind == 4:  # a walk
        return np.asarray(np.cumsum(rng.normal(0, 1, n)) / np.sqrt(n), np.float32)
    cycles = float(rng.uniform(2, 90))  # sawtooth or beats of two tones
    saw = (cycles * t) % 1
    return np.asarray(saw if rng.random() < 0.5 else np.sin(6.28 * cycles * t) * np.sin(9 * t), np.float32)


def form(pixels: Pixels, rng: np.random.Generator) -> None:
    """A form: boxes with names, some of them filled in."""
    h, w = pixels.shape[:2]
    layer = np.zeros((h, w), np.uint8)
    y = 20
    while y < h - 40:
        tall, columns = int(rng.integers(18, 70)), int(rng.integers(1, 6))
        for c in range(columns):
            x0, x1 = 15 + c * (w - 30) // columns, 15 + (c + 1) * (w - 30) // columns
            cv2.rectangle(layer, (x0, y), (x1, y + tall), 220, 1)
            _print(layer, rng, x0 + 3, y + 2, 8, ["name", "date", "sum"][c % 3])
            if rng.random() < 0.6:
                _print(layer, rng, x0 + 8, y + 0.4 * tall, max(8, tall // 3), _number(rng))
        y += tall + int(rng.choice([0, 0, 12]))
    blend(pixels, layer, _dark(rng))


def receipt(pixels: Pixels, rng: np.random.Generator) -> None:
    """Narrow columns of items and prices."""
    h, w = pixels.shape[:2]
    layer = np.zeros((h, w), np.uint8)
    size, left, right = int(rng.integers(9, 20)), float(rng.uniform(0, 0.3)) * w, float(rng.uniform(0.6, 0.95)) * w
    for y in np.arange(15, h - 20, size * float(rng.uniform(1.2, 2))):
        if rng.random() < 0.12:
            cv2.line(layer, (round(left), round(y)), (round(right), round(y)), 200, 1)
            continue
        _print(layer, rng, left, y, size, str(rng.choice(["item", "total", "tax", "paid", "order"])))
        _print(layer, rng, right - 5 * size, y, size, _number(rng))
    blend(pixels, layer, _dark(rng))


def calendar(pixels: Pixels, rng: np.random.Generator) -> None:
    """Days in squares."""
    h, w = pixels.shape[:2]
    layer = np.zeros((h, w), np.uint8)
    rows, columns = int(rng.integers(4, 13)), int(rng.integers(5, 13))
    for r in range(rows):
        for c in range(columns):
            x, y = 10 + c * (w - 20) / columns, 30 + r * (h - 40) / rows
            x1, y1 = 10 + (c + 1) * (w - 20) / columns, 30 + (r + 1) * (h - 40) / rows
            cv2.rectangle(layer, (round(x), round(y)), (round(x1), round(y1)), 180, 1)
            _print(layer, rng, x + 3, y + 2, 12, str(r * columns + c + 1))
    blend(pixels, layer, _dark(rng))


def flow_chart(pixels: Pixels, rng: np.random.Generator) -> None:
    """Boxes with numbers, joined by lines with corners."""
    h, w = pixels.shape[:2]
    layer = np.zeros((h, w), np.uint8)
    spots = rng.uniform([60, 40], [w - 60, h - 40], (int(rng.integers(4, 18)), 2)).round().astype(int)
    for (x, y), (a, b) in itertools.pairwise(spots):
        cv2.polylines(layer, [np.array([[x, y], [a, y], [a, b]], np.int32)], False, 200, int(rng.integers(1, 3)))
        cv2.circle(layer, (int(a), int(b)), 4, 230, -1)
    for x, y in spots:
        half = (int(rng.integers(25, 60)), int(rng.integers(12, 30)))
        box = ((int(x - half[0]), int(y - half[1])), (int(x + half[0]), int(y + half[1])))
        cv2.rectangle(layer, *box, 0, -1)
        cv2.rectangle(layer, *box, 230, 2)
        _print(layer, rng, x - 18, y - 6, 11, _number(rng))
    blend(pixels, layer, _dark(rng))


def roads(pixels: Pixels, rng: np.random.Generator) -> None:
    """A street map: winding lines of several widths, and names."""
    h, w = pixels.shape[:2]
    ink = Ink(w, h)
    for _ in range(int(rng.integers(8, 50))):
        start, heading = rng.uniform(0, [w, h]), np.cumsum(rng.normal(0, 0.25, 40)) + rng.uniform(0, 6.28)
        path = start + np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1) * w / 30, axis=0)
        ink.stroke(path, float(rng.choice([1, 2, 5])))
    layer = np.zeros((h, w), np.uint8)
    for _ in range(int(rng.integers(0, 25))):
        _print(layer, rng, rng.uniform(0, w - 60), rng.uniform(0, h - 20), int(rng.integers(8, 15)), "north street")
    blend(pixels, ink.coverage(), _any_color(rng), float(rng.uniform(0.5, 1)))
    blend(pixels, layer, _dark(rng))


def screen(pixels: Pixels, rng: np.random.Generator) -> None:
    """A window of a program: panes of even colour, and numbers."""
    h, w = pixels.shape[:2]
    for _ in range(int(rng.integers(3, 14))):
        x, y = int(rng.integers(0, w - 40)), int(rng.integers(0, h - 30))
        a, b = int(rng.integers(30, w)), int(rng.integers(12, h))
        cv2.rectangle(pixels, (x, y), (min(x + a, w - 1), min(y + b, h - 1)), _any_color(rng), -1)
    layer = np.zeros((h, w), np.uint8)
    for _ in range(int(rng.integers(5, 50))):
        _print(layer, rng, rng.uniform(0, w - 60), rng.uniform(0, h - 20), int(rng.integers(8, 22)), _number(rng))
    blend(pixels, layer, _any_color(rng))


def bars(pixels: Pixels, rng: np.random.Generator) -> None:
    """Bar codes and square codes."""
    h, w = pixels.shape[:2]
    for _ in range(int(rng.integers(1, 7))):
        x, y = int(rng.integers(0, w // 2)), int(rng.integers(0, h // 2))
        a, b = int(rng.integers(60, w // 2)), int(rng.integers(30, h // 2))
        rows = 1 if rng.random() < 0.6 else 24
        cells = (rng.random((rows, int(rng.integers(24, 100)))) < 0.5).astype(np.uint8) * 255
        pixels[y : y + b, x : x + a] = cv2.resize(cells, (a, b), interpolation=cv2.INTER_NEAREST)[..., None]


def tiles(pixels: Pixels, rng: np.random.Generator) -> None:
    """A repeated motif, as of knitting, wallpaper, tiles and halftones."""
    h, w = pixels.shape[:2]
    side = int(rng.integers(4, 60))
    motif = np.asarray(rng.random((side, side)) < 0.5, np.uint8) * 255
    motif = np.asarray(cv2.GaussianBlur(motif, (0, 0), float(rng.uniform(0.3, side / 6 + 0.4))), np.uint8)
    motif = np.asarray((motif > 128) * 255, np.uint8) if rng.random() < 0.5 else motif
    layer = np.tile(motif, (h // side + 1, w // side + 1))[:h, :w]
    blend(pixels, np.ascontiguousarray(layer), _any_color(rng), float(rng.uniform(0.3, 1)))


def rays(pixels: Pixels, rng: np.random.Generator) -> None:
    """Circles and spokes with numbers, as of pies, polar charts and compasses."""
    h, w = pixels.shape[:2]
    layer = np.zeros((h, w), np.uint8)
    for _ in range(int(rng.integers(1, 5))):
        x, y, r = int(rng.uniform(0.2, 0.8) * w), int(rng.uniform(0.2, 0.8) * h), int(rng.uniform(0.08, 0.4) * h)
        for k in range(int(rng.integers(1, 7))):
            cv2.circle(layer, (x, y), max(3, r - k * r // 7), 210, int(rng.integers(1, 3)), cv2.LINE_AA)
        for angle in rng.uniform(0, 6.28, int(rng.integers(2, 24))):
            end = (round(x + r * np.cos(angle)), round(y + r * np.sin(angle)))
            cv2.line(layer, (x, y), end, 210, 1, cv2.LINE_AA)
            _print(layer, rng, end[0], end[1], 10, _number(rng))
    blend(pixels, layer, _dark(rng))


def candles(pixels: Pixels, rng: np.random.Generator) -> None:
    """Prices of a stock as candles over a ruling, with volumes below."""
    h, w = pixels.shape[:2]
    count = int(rng.integers(15, 120))
    walk = np.cumsum(rng.normal(0, 1, count + 1))
    walk = 0.1 * h + 0.55 * h * (walk - walk.min()) / max(float(np.ptp(walk)), 1e-3)
    for y in np.linspace(0.05 * h, 0.95 * h, int(rng.integers(2, 12))):
        cv2.line(pixels, (0, round(y)), (w, round(y)), (200, 200, 200), 1)
    for k in range(count):
        x0, x1 = round((k + 0.15) * w / count), round((k + 0.85) * w / count)
        color = (30, 130, 60) if walk[k + 1] > walk[k] else (180, 30, 30)
        wick = sorted(walk[k : k + 2] + rng.normal(0, 0.03 * h, 2))
        cv2.line(pixels, ((x0 + x1) // 2, round(wick[0])), ((x0 + x1) // 2, round(wick[1])), color, 1)
        cv2.rectangle(pixels, (x0, round(walk[k])), (x1, round(walk[k + 1])), color, -1)
        cv2.rectangle(pixels, (x0, h - round(float(rng.random()) * 0.15 * h)), (x1, h), color, -1)


def formulas(pixels: Pixels, rng: np.random.Generator) -> None:
    """Lines of signs, large and small, with fractions and brackets."""
    h, w = pixels.shape[:2]
    layer = np.zeros((h, w), np.uint8)
    for y in np.arange(20, h - 40, float(rng.uniform(30, 90))):
        x = float(rng.uniform(10, 0.3 * w))
        while x < w * float(rng.uniform(0.4, 0.95)):
            size = int(rng.integers(9, 30))
            _print(layer, rng, x, y + rng.normal(0, 6), size, str(rng.choice(list("xyzabn=+-()[]{}01234/<>"))))
            if rng.random() < 0.15:
                cv2.line(layer, (round(x), round(y + 14)), (round(x + 3 * size), round(y + 14)), 230, 1)
            x += size
    blend(pixels, layer, _dark(rng))


def hatching(pixels: Pixels, rng: np.random.Generator) -> None:
    """Bundles of parallel strokes in many directions, as in a drawing."""
    h, w = pixels.shape[:2]
    ink = Ink(w, h)
    for _ in range(int(rng.integers(1, 20))):
        angle, step, size = float(rng.uniform(0, 3.14)), float(rng.uniform(3, 30)), float(rng.uniform(0.05, 1)) * w
        along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        middle = rng.uniform(0, [w, h])
        for k in np.arange(-size / 2, size / 2, step):
            ends = middle + k * across + np.outer(rng.normal([-0.5, 0.5], 0.03) * size, along)
            ink.stroke(ends, float(rng.uniform(0.6, 2)))
    blend(pixels, ink.coverage(), _dark(rng), float(rng.uniform(0.4, 1)))


def crossword(pixels: Pixels, rng: np.random.Generator) -> None:
    """White and black squares with small numbers."""
    h, w = pixels.shape[:2]
    n = int(rng.integers(8, 20))
    side = (min(h, w) - 40) // n
    layer = np.zeros((h, w), np.uint8)
    for r in range(n):
        for c in range(n):
            x, y = 20 + c * side, 20 + r * side
            cv2.rectangle(layer, (x, y), (x + side, y + side), 230, -1 if rng.random() < 0.18 else 1)
            if rng.random() < 0.25:
                _print(layer, rng, x + 2, y + 2, 8, str(rng.integers(1, 60)))
    blend(pixels, layer, (20, 20, 20))


def circuit(pixels: Pixels, rng: np.random.Generator) -> None:
    """Wires at right angles with zigzag resistors and names."""
    h, w = pixels.shape[:2]
    ink, layer = Ink(w, h), np.zeros((h, w), np.uint8)
    xs, ys = np.linspace(40, w - 40, int(rng.integers(3, 8))), np.linspace(40, h - 40, int(rng.integers(3, 7)))
    for y in ys:
        for a, b in itertools.pairwise(xs):
            if rng.random() < 0.25:
                continue
            x = np.linspace(a, b, 20)
            zigzag = np.where((np.arange(20) > 5) & (np.arange(20) < 14), 7 * (-1.0) ** np.arange(20), 0)
            has_resistor = bool(rng.random() < 0.5)
            ink.stroke(np.stack([x, y + zigzag * has_resistor], 1), 1.4)
            if has_resistor:
                _print(layer, rng, (a + b) / 2 - 8, y - 26, 12, f"R{rng.integers(1, 40)}")
    for x in xs:
        ink.stroke(np.array([[x, ys[0]], [x, ys[int(rng.integers(1, len(ys)))]]]), 1.4)
    blend(pixels, np.maximum(ink.coverage(), layer), (20, 20, 30))


TRAINING_ON_PAPER: dict[str, DrawOnPaper] = {
    "tracks": tracks, "form": form, "receipt": receipt, "calendar": calendar, "flow-chart": flow_chart, "roads": roads,
    "screen": screen, "bars": bars, "tiles": tiles, "rays": rays, "candles": candles, "formulas": formulas,
    "hatching": hatching,
}  # fmt: skip
"""Kinds for the training of the quality gate."""

VALIDATION_ON_PAPER: dict[str, DrawOnPaper] = {"crossword": crossword, "circuit": circuit}
"""Kinds for its test."""
