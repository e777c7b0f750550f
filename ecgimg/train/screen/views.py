"""What the screening network sees in training: pages laid into its frame and worn as cameras and years wear them.

Randomness is drawn here; a page is laid as the network will meet it: its curves alone and nearly straight (the second
look), a whole page, or a picture from the hand, tilted, turned and on a table (the first look).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.networks.screen_input import HEIGHT, WIDTH, even_ink, fit_quad, frame_scale, picture_corners, warp_ink
from ecgimg.train.screen.pages import PagePicture

LAYS = {"content": (0.85, 0.6), "page": (0.1, 0.2), "raw": (0.05, 0.2)}
"""How often a page is laid by its curves, by its edges, and as a photograph: at the start of a training and later."""
TURNED = 0.25
"""Share of pages and photographs that lie on a side or upside down."""
SPOILED = (0.03, 0.08)
"""Share of views that are made unreadable."""
WORN = (0.25, 1.0)
"""How often the effects come, in terms of their own chances."""

Quad = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TrainView:
    """One view: `ink` uint8 [HEIGHT, WIDTH], 255 is black, and what is to be told of it.

    `quad` [4, 2] are the corners of the box around the curves in the frame, clockwise from the one at the view's top
    left; `turn` counts quarter turns clockwise; `readable` is False where the view was spoiled.
    """

    ink: Pixels
    quad: Floats
    turn: int
    readable: bool


def draw_view(
    page: PagePicture, rng: np.random.Generator, hard: float = 1.0, lays: Mapping[str, float] | None = None,
    spoiling: bool = True,
) -> TrainView:  # fmt: skip
    """A view of a page at random; ``hard`` goes from 0, near and clean, to 1, as bad as it gets.

    ``lays`` are chances in place of those of LAYS; without ``spoiling`` every view can be read.
    """
    chances = lays or {name: _between(pair, hard) for name, pair in LAYS.items()}
    lay = str(rng.choice(list(chances), p=list(chances.values())))
    turned = (lay != "content" and rng.random() < TURNED) or rng.random() < 0.02
    turn = int(rng.integers(1, 4)) if turned and lay != "content" else 2 * int(turned)
    to_frame, scale = _raw(page, rng, turn) if lay == "raw" else _laid(page, rng, turn, lay == "content")
    often = _between(WORN, hard)
    frame = wear(_lay(page, to_frame, scale, rng, often), rng, often)
    spoiled = rng.random() < _between(SPOILED, hard) * spoiling
    if spoiled:
        frame = spoil(frame, rng)
    quad = cv2.perspectiveTransform(page.content[None].astype(np.float64), to_frame)[0]
    seen = np.roll(quad, turn, axis=0)
    return TrainView(even_ink(255 - frame), np.asarray(seen, np.float32), turn, not spoiled)


def _between(pair: tuple[float, float], hard: float) -> float:
    return pair[0] + (pair[1] - pair[0]) * hard


def draw_other_view(page: PagePicture, rng: np.random.Generator) -> TrainView:
    """A view of a picture that is no ECG: any part of it, any way up."""
    turn = int(rng.integers(4)) if rng.random() < 0.3 else 0
    quad = widened(page.page, rng.uniform(-0.15, 0.08, 4))
    to_frame = fit_quad(np.roll(shaken(quad, rng, 0.03), turn, axis=0))
    frame = wear(_lay(page, to_frame, frame_scale(to_frame, quad), rng, 1.0), rng, 1.0)
    return TrainView(even_ink(255 - frame), np.zeros((4, 2), np.float32), 0, True)


def _laid(page: PagePicture, rng: np.random.Generator, turn: int, close: bool) -> tuple[Quad, float]:
    """The page by its curves or its edges, nearly straight."""
    margins = rng.uniform(-0.012, 0.06, 4) if close else rng.uniform(-0.03, 0.1, 4)
    quad = shaken(widened(page.content if close else page.page, margins), rng, 0.006 if close else 0.012)
    to_frame = fit_quad(np.roll(quad, turn, axis=0))
    return to_frame, frame_scale(to_frame, quad)


def _raw(page: PagePicture, rng: np.random.Generator, turn: int) -> tuple[Quad, float]:
    """The page as a hand holds a camera over it; a photograph keeps the view it was taken with."""
    if page.recipe != "print":
        quad = widened(picture_corners(page.grey.shape), rng.uniform(-0.02, 0.02, 4))
        turned = int(np.round(_angle(page.page) / 90)) % 4
        to_frame = fit_quad(np.roll(quad, turn - turned, axis=0))
        return to_frame, frame_scale(to_frame, quad)
    angle = np.deg2rad(rng.normal(0, 4) if rng.random() < 0.5 else rng.uniform(-28, 28)) + turn * np.pi / 2
    spin = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    bent = shaken(page.page.astype(np.float64), rng, float(rng.choice([0.01, 0.06]))) @ spin
    low, high = bent.min(axis=0), bent.max(axis=0)
    reach = rng.uniform(-0.03, rng.choice([0.05, 0.25]), 4) * [*(high - low), *(high - low)]
    (x0, y0), (x1, y1) = low - reach[:2], high + reach[2:]
    tilt = cv2.getPerspectiveTransform(page.page.astype(np.float32), bent.astype(np.float32))
    to_frame = fit_quad(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])) @ tilt
    return to_frame, frame_scale(to_frame, page.page)


def _angle(quad: NDArray[np.floating]) -> float:
    """Degrees clockwise by which a page's upper edge is turned in its picture."""
    along = quad[1] - quad[0]
    return float(np.rad2deg(np.arctan2(along[1], along[0])))


def widened(quad: NDArray[np.floating], margins: NDArray[np.floating]) -> Quad:
    """The quad grown by shares of its sides: left, top, right, bottom."""
    left, top, right, low = (float(m) for m in margins)
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    goal = np.array([[[-left, -top], [1 + right, -top], [1 + right, 1 + low], [-left, 1 + low]]], np.float64)
    return np.asarray(
        cv2.perspectiveTransform(goal, cv2.getPerspectiveTransform(unit, np.asarray(quad, np.float32)))[0]
    )


def shaken(quad: Quad, rng: np.random.Generator, share: float) -> Quad:
    """The corners moved at random by a share of the diagonal."""
    size = float(np.linalg.norm(quad[2] - quad[0]))
    return np.asarray(quad + rng.normal(0, share * size / 2, (4, 2)))


def _lay(page: PagePicture, to_frame: Quad, scale: float, rng: np.random.Generator, often: float) -> Pixels:
    """The frame [HEIGHT, WIDTH], 255 is paper; around a print lies a table half of the time."""
    if rng.random() < 0.15 * often:
        scale *= float(rng.uniform(0.5, 0.9))  # a picture of few pixels
    seen = warp_ink(page.grey, to_frame, scale)
    if rng.random() < 0.35 * often:
        seen = bent(seen, rng)
    if page.recipe == "print" and rng.random() < 0.6:
        corners = cv2.perspectiveTransform(page.page[None].astype(np.float64), to_frame)[0]
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.fillConvexPoly(mask, np.round(corners * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
        if mask.min() < 255:
            share = mask.astype(np.float32) / 255
            seen = np.asarray(cv2.blendLinear(seen, _table(rng), share, 1 - share), np.uint8)
    return seen


def _table(rng: np.random.Generator) -> Pixels:
    """What lies around a page, as `ink_picture` leaves it: texture without its colour."""
    cells = int(rng.integers(3, 90))
    wide = cells if rng.random() < 0.6 else int(rng.integers(2, 12))
    noise = cv2.resize(
        rng.normal(0, 1, (cells, wide)).astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR
    )
    level, size = float(rng.uniform(120, 255)), float(rng.choice([2, 12, 35]))
    return np.asarray(np.clip(level + size * noise, 0, 255), np.uint8)


def bent(frame: Pixels, rng: np.random.Generator) -> Pixels:
    """Curled and crumpled paper: pixels move by a smooth field of up to a few pixels."""
    cells = int(rng.integers(2, 7))
    size = float(rng.uniform(0.0016, 0.0094)) * WIDTH / np.sqrt(cells / 2)
    field = rng.normal(0, size, (cells, cells + 2, 2)).astype(np.float32)
    move = cv2.resize(field, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    return np.asarray(cv2.remap(frame, x + move[..., 0], y + move[..., 1], cv2.INTER_LINEAR, borderValue=255), np.uint8)


def wear(frame: Pixels, rng: np.random.Generator, often: float) -> Pixels:
    """Ink, light, sharpness, noise and coding of a frame [H, W] at random."""
    image = frame.astype(np.float32)
    image = 255 - (255 - image) * float(rng.uniform(1 - 0.5 * often, 1.15))
    for chance, effect in _EFFECTS:
        if rng.random() < chance * often:
            image = effect(image, rng)
    out = np.asarray(np.clip(image, 0, 255), np.uint8)
    if rng.random() < 0.2 * often:
        code = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 85))])[1]
        out = np.asarray(cv2.imdecode(code, cv2.IMREAD_GRAYSCALE), np.uint8)
    return out


def spoil(frame: Pixels, rng: np.random.Generator) -> Pixels:
    """The frame so blurred, coarse, pale or hidden that nobody could follow a trace."""
    kind = int(rng.integers(4))
    if kind == 0:
        return np.asarray(cv2.GaussianBlur(frame, (0, 0), float(rng.uniform(0.0123, 0.0279)) * WIDTH), np.uint8)
    if kind == 1:
        factor = float(rng.uniform(0.08, 0.2))
        small = cv2.resize(frame, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR), np.uint8)
    if kind == 2:
        noise = rng.normal(0, float(rng.uniform(15, 40)), frame.shape)
        return np.asarray(np.clip(255 - (255.0 - frame) * float(rng.uniform(0, 0.12)) + noise - 30, 0, 255), np.uint8)
    out = frame.copy()
    hidden = float(rng.uniform(0.75, 1.0))
    cover = np.clip(float(rng.uniform(20, 230)) + rng.normal(0, 12, frame.shape), 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        out[:, : round(hidden * WIDTH)] = cover[:, : round(hidden * WIDTH)]
    else:
        out[-round(hidden * HEIGHT) :] = cover[-round(hidden * HEIGHT) :]
    return out


def _cloudy(image: Floats, rng: np.random.Generator) -> Floats:
    """Uneven light that the local white has not quite taken out."""
    cells = int(rng.integers(2, 12))
    field = cv2.resize(
        rng.normal(0, 1, (cells, cells)).astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC
    )
    return np.asarray(image * (1 + float(rng.uniform(0.01, 0.1)) * field), np.float32)


def _creased(image: Floats, rng: np.random.Generator) -> Floats:
    """A fold: one side of a line darker, most so at the line, and the crease itself."""
    out = image
    for _ in range(int(rng.integers(1, 4))):
        angle, offset = float(rng.uniform(0, np.pi)), float(rng.uniform(-0.5, 0.5))
        x = (np.arange(WIDTH, dtype=np.float32) / WIDTH - 0.5) * np.cos(angle)
        y = (np.arange(HEIGHT, dtype=np.float32) / HEIGHT - 0.5) * np.sin(angle)
        along = np.add.outer(y, x) - np.float32(offset)
        shade = np.exp(-np.abs(along) * float(rng.uniform(8, 40))) * np.sign(along)
        out = out * (1 - float(rng.uniform(0.03, 0.25)) * np.maximum(shade, 0))
    return np.asarray(out, np.float32)


def _blurred(image: Floats, rng: np.random.Generator) -> Floats:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.35, 1.5))), np.float32)


def _noisy(image: Floats, rng: np.random.Generator) -> Floats:
    return image + rng.standard_normal(image.shape, np.float32) * np.float32(rng.uniform(2, 13))


def _paler(image: Floats, rng: np.random.Generator) -> Floats:
    """Print that pales in patches."""
    field = cv2.resize(rng.uniform(0.2, 1.2, (3, 5)).astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.asarray(255 - (255 - image) * np.clip(field, 0.2, 1), np.float32)


def _copied(image: Floats, rng: np.random.Generator) -> Floats:
    """A copier's hard contrast."""
    knee, slope = float(rng.uniform(0.15, 0.45)), float(rng.uniform(8, 20))
    ink = (255 - image) / 255
    return np.asarray(255 - 255 / (1 + np.exp(-slope * (ink - knee))), np.float32)


def _covered(image: Floats, rng: np.random.Generator) -> Floats:
    """A sticker, a finger, a blot."""
    out = image.copy()
    for _ in range(int(rng.integers(1, 3))):
        h, w = int(rng.integers(8, HEIGHT // 3)), int(rng.integers(8, WIDTH // 4))
        y, x = int(rng.integers(0, HEIGHT - h)), int(rng.integers(0, WIDTH - w))
        out[y : y + h, x : x + w] = float(rng.uniform(60, 255))
    return out


def _darker(image: Floats, rng: np.random.Generator) -> Floats:
    """Paper that stays grey."""
    return image * np.float32(rng.uniform(0.6, 0.97))


_EFFECTS: tuple[tuple[float, Callable[[Floats, np.random.Generator], Floats]], ...] = (
    (0.1, _paler), (0.25, _cloudy), (0.2, _creased), (0.07, _copied), (0.25, _blurred), (0.06, _covered),
    (0.15, _darker), (0.35, _noisy),
)  # fmt: skip
"""Chance and effect, in the order in which they happen."""
