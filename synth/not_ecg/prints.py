"""Printed sheets: documents, tables, music, floor plans, doodles, shapes, level lines.

Each function draws RGB pixels [H, W, 3] of a random size.
"""

from __future__ import annotations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Pixels
from ecgimg.synth.not_ecg.sheets import VOCABULARY, blank_paper, surface, write_line
from ecgimg.synth.page.fonts import printed_fonts, text_mask
from ecgimg.synth.page.ink import Ink, blend, paste
from ecgimg.synth.wear.aging import cloud


def document(rng: np.random.Generator) -> Pixels:
    """Paragraphs of print with headings."""
    pixels = blank_paper(rng)
    h, w = pixels.shape[:2]
    layer = np.zeros((h, w), np.uint8)
    size, y, edge = int(rng.integers(8, 16)), 30.0, float(rng.uniform(20, 90))
    columns = int(rng.choice([1, 1, 2]))
    span = (w - edge * (columns + 1)) / columns
    while y < h - 40:
        heading = rng.random() < 0.08
        for c in range(columns):
            count = max(1, int(span / size / 3)) if not heading else 3
            write_line(layer, rng, edge + c * (span + edge), y, size * (2 if heading else 1), count)
        y += size * (3.5 if heading or rng.random() < 0.1 else 1.6)
    blend(pixels, layer, (25, 25, 25))
    return pixels


def table(rng: np.random.Generator) -> Pixels:
    """Rows and columns of numbers, ruled or not."""
    pixels = blank_paper(rng)
    h, w = pixels.shape[:2]
    rows, columns = int(rng.integers(5, 28)), int(rng.integers(3, 11))
    layer = np.zeros((h, w), np.uint8)
    dy, dx = (h - 60) / rows, (w - 60) / columns
    font = printed_fonts()[int(rng.integers(len(printed_fonts())))]
    for r in range(rows):
        for c in range(columns):
            text = str(rng.choice(VOCABULARY)) if r == 0 or c == 0 else f"{rng.normal(50, 30):.1f}"
            paste(layer, text_mask(font, max(7, min(14, round(dy * 0.5))), text), 36 + c * dx, 34 + r * dy)
    if rng.random() < 0.7:
        for r in range(rows + 1):
            cv2.line(layer, (30, round(30 + r * dy)), (w - 30, round(30 + r * dy)), 200, 1)
        for c in range(columns + 1):
            cv2.line(layer, (round(30 + c * dx), 30), (round(30 + c * dx), h - 30), 200, 1)
    blend(pixels, layer, (20, 20, 20))
    return pixels


def music(rng: np.random.Generator) -> Pixels:
    """Staves with notes."""
    pixels = blank_paper(rng)
    h, w = pixels.shape[:2]
    ink = Ink(w, h)
    gap = float(rng.uniform(5, 9))
    for y in np.arange(50, h - 6 * gap, 11 * gap):
        for k in range(5):
            ink.stroke(np.array([[30, y + k * gap], [w - 30, y + k * gap]]), 1.0)
        for x in np.arange(60, w - 40, float(rng.uniform(18, 34))):
            note_y = y + gap * 0.5 * float(rng.integers(-1, 10))
            ink.stroke(np.array([[x, note_y], [x + 0.4 * gap, note_y]]), gap * 0.8)
            ink.stroke(np.array([[x + 0.7 * gap, note_y], [x + 0.7 * gap, note_y - 3.2 * gap]]), 1.2)
    blend(pixels, ink.coverage(), (15, 15, 15))
    return pixels


def floor_plan(rng: np.random.Generator) -> Pixels:
    """A floor plan: walls and names of rooms."""
    pixels = blank_paper(rng)
    h, w = pixels.shape[:2]
    ink, layer = Ink(w, h), np.zeros((h, w), np.uint8)
    for _ in range(int(rng.integers(5, 16))):
        (x0, x1), (y0, y1) = np.sort(rng.uniform(0.05, 0.95, 2)) * w, np.sort(rng.uniform(0.05, 0.95, 2)) * h
        ink.stroke(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]), float(rng.choice([1.0, 4.0])))
        write_line(layer, rng, (x0 + x1) / 2, (y0 + y1) / 2, 11, 1)
    blend(pixels, np.maximum(ink.coverage(), layer), (25, 25, 25))
    return pixels


def doodles(rng: np.random.Generator) -> Pixels:
    """Random walks of a pen on paper."""
    pixels = blank_paper(rng)
    h, w = pixels.shape[:2]
    ink = Ink(w, h)
    for _ in range(int(rng.integers(2, 14))):
        steps = rng.normal(0, 0.03 * w, (int(rng.integers(5, 80)), 2))
        ink.stroke(rng.uniform(0.1, 0.9, 2) * [w, h] + np.cumsum(steps, axis=0), float(rng.uniform(1, 4)))
    r, g, b = (int(c) for c in rng.integers(0, 150, 3))
    blend(pixels, ink.coverage(), (r, g, b))
    return pixels


def shapes(rng: np.random.Generator) -> Pixels:
    """Circles, boxes, lines, polygons and blots of any size, open or filled, on paper or on a surface."""
    pixels = (blank_paper if rng.random() < 0.75 else surface)(rng).copy()
    h, w = pixels.shape[:2]
    largest = float(rng.choice([0.02, 0.1, 0.3])) * w
    for _ in range(int(np.exp(rng.uniform(1.5, 5.0)))):
        color = tuple(int(c) for c in rng.integers(0, 160, 3))
        thick = -1 if rng.random() < 0.25 else int(rng.integers(1, 4))
        x, y = (int(v) for v in rng.uniform(0, 1, 2) * (w, h))
        a, b = (int(v) for v in rng.uniform(1, largest + 2, 2))
        kind = int(rng.integers(5))
        if kind == 0:
            cv2.ellipse(pixels, (x, y), (a, b), float(rng.uniform(0, 180)), 0, 360, color, thick, cv2.LINE_AA)
        elif kind == 1:
            cv2.rectangle(pixels, (x, y), (x + a, y + b), color, thick)
        elif kind == 2:
            cv2.line(pixels, (x, y), (x + 3 * a, y + b * int(rng.integers(-1, 2))), color, abs(thick), cv2.LINE_AA)
        elif kind == 3:
            corners = np.array([x, y]) + rng.normal(0, largest, (int(rng.integers(3, 8)), 2))
            cv2.polylines(pixels, [corners.astype(np.int32)], True, color, abs(thick), cv2.LINE_AA)
        else:
            cv2.circle(pixels, (x, y), max(1, min(a, 4)), color, -1, cv2.LINE_AA)
    return pixels


def contours(rng: np.random.Generator) -> Pixels:
    """Level lines, as on a map."""
    pixels = blank_paper(rng)
    h, w = pixels.shape[:2]
    field = cloud(rng, h, w, float(rng.uniform(2, 12)))
    ink = np.zeros((h, w), np.uint8)
    for level in np.linspace(-1, 1, int(rng.integers(5, 25))):
        found, _ = cv2.findContours((field > level).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(ink, found, -1, 255, int(rng.integers(1, 3)), cv2.LINE_AA)
    blend(pixels, ink, (90, 60, 30), float(rng.uniform(0.4, 1)))
    return pixels
