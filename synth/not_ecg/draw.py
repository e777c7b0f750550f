"""Pictures that are no ECG page: what else is printed on paper or lies before a camera. They teach the quality gate.

Each kind draws RGB pixels [H, W, 3] from a generator. `VALIDATION_KINDS` are never trained on: they test the gate
on what it has not met.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.errors import UsageError
from ecgimg.synth.not_ecg.kinds import KEPT_KINDS, LEARNED_KINDS, Draw
from ecgimg.synth.page.fonts import printed_fonts, script_fonts, text_mask
from ecgimg.synth.page.ink import Ink, blend, paste, ruled_paper
from ecgimg.synth.page.style import GRID_COLORS, GridStyle
from ecgimg.synth.wear.aging import cloud
from ecgimg.synth.wear.background import background

PICTURES = (
    "brick.png", "camera.png", "cell.png", "chelsea.png", "clock_motion.png", "coffee.png", "color.png", "grass.png",
    "gravel.png", "horse.png", "hubble_deep_field.jpg", "ihc.png", "microaneurysms.png", "moon.png",
    "motorcycle_left.png", "page.png", "phantom.png", "chessboard_GRAY.png",
)  # fmt: skip
VALIDATION_PICTURES = ("astronaut.png", "coins.png", "retina.jpg", "rocket.jpg", "text.png", "logo.png")
"""Pictures in scikit-image's wheel, for training and for testing."""
_TEXT = (
    "report of the annual total patient date sum value mean range page result number name address account paid due from"
    " to with and or not item order list note see table figure left right upper lower time rate level index review"
)
_WORDS = tuple(_TEXT.split())
_Draw = Callable[[np.random.Generator], Pixels]


def draw_non_ecg(kind: str, rng: np.random.Generator) -> Pixels:
    """A picture of a kind of `KINDS` or `VALIDATION_KINDS`.

    Raises:
        UsageError: there is no such kind.
    """
    draw = _DRAW.get(kind)
    if draw is None:
        raise UsageError(f"no kind of picture {kind!r}", where="synth", remedy=f"choose from {', '.join(_DRAW)}")
    return draw(rng)


def _size(rng: np.random.Generator) -> tuple[int, int]:
    """Height and width of a page lying or standing, in pixels."""
    width = int(rng.integers(560, 1000))
    ratio = float(rng.choice([0.707, 1.414, 0.6, 1.0], p=[0.5, 0.25, 0.15, 0.1]))
    return int(np.clip(width * ratio, 300, 1100)), width


def _paper(rng: np.random.Generator) -> Pixels:
    h, w = _size(rng)
    tone = np.clip(rng.uniform(215, 255) + rng.normal(0, 6, 3), 0, 255)
    grain = cloud(rng, h, w, 5) * float(rng.uniform(0, 6)) + cloud(rng, h, w, 200) * float(rng.uniform(0, 4))
    return np.asarray(np.clip(tone + grain[..., None], 0, 255), np.uint8)


def _grid_paper(rng: np.random.Generator) -> Pixels:
    """Millimetre paper as ECGs are printed on, or squared paper, without a trace; sometimes with a printed header."""
    h, w = _size(rng)
    minor, major = GRID_COLORS[str(rng.choice(list(GRID_COLORS)))]
    kind = str(rng.choice(["lines", "dashed", "dots", "major-only"]))
    style = GridStyle(kind, minor, major, float(rng.uniform(0.07, 0.2)), float(rng.uniform(0.15, 0.45)))
    edge = float(rng.choice([0.0, rng.uniform(5, 40)]))
    box = (edge - 0.5, edge - 0.5, w - edge - 0.5, h - edge - 0.5)
    pixels, _ = ruled_paper(w, h, float(rng.uniform(2.1, 5)), style, (255, 252, 250), box)
    if rng.random() < 0.4:
        words = np.zeros((h, w), np.uint8)
        for k in range(int(rng.integers(1, 6))):
            _write(words, rng, 12 + rng.uniform(0, 0.5) * w, 12 + 16 * k, 11, int(rng.integers(2, 6)))
        blend(pixels, words, (20, 20, 24))
    return pixels


def _ruled(rng: np.random.Generator) -> Pixels:
    """Writing paper, empty or written on by hand."""
    pixels = _paper(rng)
    h, w = pixels.shape[:2]
    step = float(rng.uniform(16, 40))
    color = tuple(int(c) for c in rng.integers(90, 220, 3))
    for y in np.arange(step * 2, h, step):
        cv2.line(pixels, (0, round(y)), (w, round(y)), color, 1)
    if rng.random() < 0.7:
        words = np.zeros((h, w), np.uint8)
        for y in np.arange(step * 2, h * rng.uniform(0.3, 1.0), step):
            _write(words, rng, rng.uniform(10, 60), y - step * 0.8, round(step * 0.7), int(rng.integers(3, 9)), True)
        blend(pixels, words, (20, 30, 110), 0.85)
    return pixels


def _write(
    layer: Pixels, rng: np.random.Generator, x: float, y: float, size: int, count: int, script: bool = False
) -> None:
    fonts = script_fonts() if script else printed_fonts()
    font = fonts[int(rng.integers(len(fonts)))]
    line = " ".join(str(word) for word in rng.choice(_WORDS, count))
    if rng.random() < 0.3:
        line += f" {rng.integers(0, 9999)}"
    paste(layer, text_mask(font, max(6, size), line), x, y)


def _document(rng: np.random.Generator) -> Pixels:
    """Paragraphs of print with headings."""
    pixels = _paper(rng)
    h, w = pixels.shape[:2]
    words = np.zeros((h, w), np.uint8)
    size, y, edge = int(rng.integers(8, 16)), 30.0, float(rng.uniform(20, 90))
    columns = int(rng.choice([1, 1, 2]))
    span = (w - edge * (columns + 1)) / columns
    while y < h - 40:
        heading = rng.random() < 0.08
        for c in range(columns):
            count = max(1, int(span / size / 3)) if not heading else 3
            _write(words, rng, edge + c * (span + edge), y, size * (2 if heading else 1), count)
        y += size * (3.5 if heading or rng.random() < 0.1 else 1.6)
    blend(pixels, words, (25, 25, 25))
    return pixels


def _table(rng: np.random.Generator) -> Pixels:
    """Rows and columns of numbers, ruled or not."""
    pixels = _paper(rng)
    h, w = pixels.shape[:2]
    rows, columns = int(rng.integers(5, 28)), int(rng.integers(3, 11))
    words = np.zeros((h, w), np.uint8)
    dy, dx = (h - 60) / rows, (w - 60) / columns
    font = printed_fonts()[int(rng.integers(len(printed_fonts())))]
    for r in range(rows):
        for c in range(columns):
            text = str(rng.choice(_WORDS)) if r == 0 or c == 0 else f"{rng.normal(50, 30):.1f}"
            paste(words, text_mask(font, max(7, min(14, round(dy * 0.5))), text), 36 + c * dx, 34 + r * dy)
    if rng.random() < 0.7:
        for r in range(rows + 1):
            cv2.line(words, (30, round(30 + r * dy)), (w - 30, round(30 + r * dy)), 200, 1)
        for c in range(columns + 1):
            cv2.line(words, (round(30 + c * dx), 30), (round(30 + c * dx), h - 30), 200, 1)
    blend(pixels, words, (20, 20, 20))
    return pixels


def _axes(rng: np.random.Generator) -> tuple[Pixels, Ink, tuple[float, float, float, float]]:
    """Paper with axes, marks, a faint grid and words; the layer to draw on, and the plot's x0, y0, x1, y1."""
    pixels = _paper(rng)
    h, w = pixels.shape[:2]
    x0, y0, x1, y1 = 0.1 * w, 0.1 * h, 0.95 * w, 0.88 * h
    words = np.zeros((h, w), np.uint8)
    if rng.random() < 0.6:
        for k in range(1, int(rng.integers(4, 12))):
            cv2.line(pixels, (round(x0), round(y0 + k * (y1 - y0) / 10)), (round(x1), round(y0 + k * (y1 - y0) / 10)),
                     (205, 205, 205), 1)  # fmt: skip
    for k in range(6):
        _write(words, rng, x0 + k * (x1 - x0) / 6, y1 + 8, 10, 1)
        _write(words, rng, 4, y0 + k * (y1 - y0) / 6, 10, 1)
    _write(words, rng, w * 0.35, 8, 16, 4)
    blend(pixels, words, (20, 20, 20))
    ink = Ink(w, h)
    ink.stroke(np.array([[x0, y0], [x0, y1], [x1, y1]]), 1.5)
    return pixels, ink, (x0, y0, x1, y1)


def _charted(rng: np.random.Generator, style: str) -> Pixels:
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


def _channels(rng: np.random.Generator, wave: Callable[[np.random.Generator, int], Floats], most: int) -> Pixels:
    """Many curves under one another, on plain or squared paper."""
    pixels = _grid_paper(rng) if rng.random() < 0.5 else _paper(rng)
    h, w = pixels.shape[:2]
    ink, count = Ink(w, h), int(rng.integers(2, most))
    x = np.linspace(0.03 * w, 0.97 * w, 1600)
    pitch = 0.92 * h / count
    for k in range(count):
        y = 0.04 * h + (k + 0.5) * pitch - 0.3 * pitch * float(rng.uniform(0.3, 1.2)) * wave(rng, len(x))
        ink.stroke(np.stack([x, y], 1), float(rng.uniform(0.7, 1.8)))
    blend(pixels, ink.coverage(), (15, 15, 20), float(rng.uniform(0.6, 1)))
    return pixels


def _brain(rng: np.random.Generator, n: int) -> Floats:
    """Oscillations of 1 to 30 cycles a second with a drifting size, as in an EEG."""
    t = np.linspace(0, 10, n)
    parts = [rng.normal(0, 1) * np.sin(6.28 * f * t + rng.uniform(0, 6.28)) for f in rng.uniform(1, 25, 9)]
    drift = 1 + 0.6 * np.interp(t, np.linspace(0, 10, 8), rng.normal(0, 1, 8))
    return np.asarray(np.sum(parts, axis=0) * drift / 4 + rng.normal(0, 0.15, n), np.float32)


def _quake(rng: np.random.Generator, n: int) -> Floats:
    """Rest, a sudden burst and its slow end, as a seismograph draws."""
    t = np.linspace(0, 1, n)
    start, fall = float(rng.uniform(0.05, 0.6)), float(rng.uniform(3, 12))
    envelope = 0.05 + np.where(t > start, np.exp(-(t - start) * fall), 0)
    return np.asarray(rng.normal(0, 1, n) * envelope, np.float32)


def _breath(rng: np.random.Generator, n: int) -> Floats:
    """A slow round wave, as of breathing."""
    t = np.linspace(0, float(rng.uniform(3, 15)), n)
    return np.asarray(np.sin(6.28 * t) ** 3 * (1 + 0.2 * np.sin(1.3 * t)) + rng.normal(0, 0.02, n), np.float32)


def _texture(rng: np.random.Generator) -> Pixels:
    """A table, cloth, a wall."""
    h, w = _size(rng)
    return np.asarray(np.clip(background(rng, h, w) + rng.normal(0, 5, (h, w, 1)), 0, 255), np.uint8)


def _plain(rng: np.random.Generator) -> Pixels:
    """An even area of any brightness, or noise."""
    h, w = _size(rng)
    even = np.full((h, w, 3), rng.uniform(0, 255, 3))
    slope = np.linspace(-1, 1, w)[None, :, None] * float(rng.uniform(0, 60))
    return np.asarray(np.clip(even + slope + rng.normal(0, float(rng.choice([1, 8, 50])), (h, w, 3)), 0, 255), np.uint8)


def _scrawl(rng: np.random.Generator) -> Pixels:
    """Doodles and crossed lines on paper."""
    pixels = _paper(rng)
    h, w = pixels.shape[:2]
    ink = Ink(w, h)
    for _ in range(int(rng.integers(2, 14))):
        steps = rng.normal(0, 0.03 * w, (int(rng.integers(5, 80)), 2))
        ink.stroke(rng.uniform(0.1, 0.9, 2) * [w, h] + np.cumsum(steps, axis=0), float(rng.uniform(1, 4)))
    r, g, b = (int(c) for c in rng.integers(0, 150, 3))
    blend(pixels, ink.coverage(), (r, g, b))
    return pixels


def _music(rng: np.random.Generator) -> Pixels:
    """Staves with notes."""
    pixels = _paper(rng)
    h, w = pixels.shape[:2]
    ink = Ink(w, h)
    gap = float(rng.uniform(5, 9))
    for y in np.arange(50, h - 6 * gap, 11 * gap):
        for k in range(5):
            ink.stroke(np.array([[30, y + k * gap], [w - 30, y + k * gap]]), 1.0)
        for x in np.arange(60, w - 40, float(rng.uniform(18, 34))):
            at = y + gap * 0.5 * float(rng.integers(-1, 10))
            ink.stroke(np.array([[x, at], [x + 0.4 * gap, at]]), gap * 0.8)
            ink.stroke(np.array([[x + 0.7 * gap, at], [x + 0.7 * gap, at - 3.2 * gap]]), 1.2)
    blend(pixels, ink.coverage(), (15, 15, 15))
    return pixels


def _plan(rng: np.random.Generator) -> Pixels:
    """A floor plan: walls, doors, measures."""
    pixels = _paper(rng)
    h, w = pixels.shape[:2]
    ink, words = Ink(w, h), np.zeros((h, w), np.uint8)
    for _ in range(int(rng.integers(5, 16))):
        (x0, x1), (y0, y1) = np.sort(rng.uniform(0.05, 0.95, 2)) * w, np.sort(rng.uniform(0.05, 0.95, 2)) * h
        ink.stroke(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]), float(rng.choice([1.0, 4.0])))
        _write(words, rng, (x0 + x1) / 2, (y0 + y1) / 2, 11, 1)
    blend(pixels, np.maximum(ink.coverage(), words), (25, 25, 25))
    return pixels


def _shapes(rng: np.random.Generator) -> Pixels:
    """Circles, boxes, lines, polygons and blots of any size, open or filled, on paper or on a surface."""
    pixels = (_paper if rng.random() < 0.75 else _texture)(rng).copy()
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


def _patches(rng: np.random.Generator) -> Pixels:
    """Areas of even or drifting colour with soft and hard edges, as things in a photo."""
    h, w = _size(rng)
    fields = np.stack([cloud(rng, h, w, float(rng.uniform(2, 30))) for _ in range(3)], axis=-1)
    levels = float(rng.choice([2, 4, 64]))
    toned = np.round(fields * levels) / levels * rng.uniform(20, 90, 3) + rng.uniform(60, 200, 3)
    for _ in range(int(rng.integers(0, 12))):
        blot = cloud(rng, h, w, float(rng.uniform(2, 8))) > float(rng.uniform(0.3, 0.8))
        toned[blot] = toned[blot] * 0.3 + rng.uniform(0, 255, 3) * 0.7
    return np.asarray(np.clip(toned + rng.normal(0, float(rng.uniform(1, 10)), (h, w, 1)), 0, 255), np.uint8)


def _contours(rng: np.random.Generator) -> Pixels:
    """Level lines, as on a map."""
    pixels = _paper(rng)
    h, w = pixels.shape[:2]
    field = cloud(rng, h, w, float(rng.uniform(2, 12)))
    ink = np.zeros((h, w), np.uint8)
    for level in np.linspace(-1, 1, int(rng.integers(5, 25))):
        found, _ = cv2.findContours((field > level).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(ink, found, -1, 255, int(rng.integers(1, 3)), cv2.LINE_AA)
    blend(pixels, ink, (90, 60, 30), float(rng.uniform(0.4, 1)))
    return pixels


def _collage(rng: np.random.Generator) -> Pixels:
    """Parts of other pictures beside each other."""
    h, w = _size(rng)
    out = np.full((h, w, 3), 250, np.uint8)
    for _ in range(int(rng.integers(2, 7))):
        part = _DRAW[str(rng.choice(["document", "table", "shapes", "contours", "patches", "picture", "bar-chart"]))](
            rng
        )
        a, b = int(rng.integers(60, h)), int(rng.integers(60, w))
        y, x = int(rng.integers(0, h - a + 1)), int(rng.integers(0, w - b + 1))
        out[y : y + a, x : x + b] = cv2.resize(part, (b, a), interpolation=cv2.INTER_AREA)
    return out


def _waves(rng: np.random.Generator, n: int) -> Floats:
    """Sines, squares, triangles and noise of all speeds, as on an oscilloscope."""
    t = np.linspace(0, float(np.exp(rng.uniform(0.5, 4))), n)
    turn = (t + rng.uniform()) % 1
    wave = (np.sin(6.28 * turn), np.sign(turn - 0.5), 2 * turn - 1, np.abs(4 * turn - 2) - 1)[int(rng.integers(4))]
    decay = np.exp(-float(rng.choice([0, 2])) * np.linspace(0, 1, n))
    return np.asarray(wave * decay + rng.normal(0, float(rng.choice([0.01, 0.2])), n), np.float32)


def _on_paper(draw: Draw, grid: float = 0.0) -> _Draw:
    """Draws on plain paper, or on squared paper as often as `grid` says."""

    def drawn(rng: np.random.Generator) -> Pixels:
        pixels = (_grid_paper(rng) if rng.random() < grid else _paper(rng)).copy()
        draw(pixels, rng)
        return pixels

    return drawn


def _picture(names: tuple[str, ...]) -> _Draw:
    def draw(rng: np.random.Generator) -> Pixels:
        folder = Path(str(files("skimage.data")))
        there = [name for name in names if (folder / name).is_file()]
        with Image.open(folder / str(rng.choice(there))) as picture:
            return np.asarray(picture.convert("RGB"), np.uint8)

    return draw


_DRAW: dict[str, _Draw] = {
    "blank": _paper,
    "grid": _grid_paper,
    "ruled": _ruled,
    "document": _document,
    "table": _table,
    "line-chart": lambda rng: _charted(rng, "line"),
    "bar-chart": lambda rng: _charted(rng, "bar"),
    "eeg": lambda rng: _channels(rng, _brain, 22),
    "texture": _texture,
    "plain": _plain,
    "scrawl": _scrawl,
    "picture": _picture(PICTURES),
    "shapes": _shapes,
    "patches": _patches,
    "contours": _contours,
    "collage": _collage,
    "oscilloscope": lambda rng: _channels(rng, _waves, 12),
    **{kind: _on_paper(draw, 0.4) for kind, draw in LEARNED_KINDS.items()},
    "seismogram": lambda rng: _channels(rng, _quake, 9),
    "breathing": lambda rng: _channels(rng, _breath, 6),
    "scatter": lambda rng: _charted(rng, "scatter"),
    "music": _music,
    "floor-plan": _plan,
    "held-picture": _picture(VALIDATION_PICTURES),
    **{kind: _on_paper(draw) for kind, draw in KEPT_KINDS.items()},
}
VALIDATION_KINDS = ("seismogram", "breathing", "scatter", "music", "floor-plan", "held-picture", *KEPT_KINDS)
"""Kinds that are kept for testing the gate."""
KINDS = tuple(kind for kind in _DRAW if kind not in VALIDATION_KINDS)
"""Kinds that the gate learns from."""
