"""Training views of the screening network: pages laid into its frame, with the wear of paper, cameras and copiers.

A page is laid in one of three ways: by the box of its curves, nearly straight, as in the network's second pass; by its
edges; or as a photograph from the hand, tilted, turned and on a table, as in its first pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.probability import sigmoid
from ecgimg.networks.screen_input import HEIGHT, WIDTH, even_ink, fit_quad, frame_scale, picture_corners, warp_ink
from ecgimg.train.common.pixel_effects import PixelEffect, blur, coarsen, darken, jpeg, noise
from ecgimg.train.screen.pages import PagePicture

LAYS = {"content": (0.85, 0.6), "page": (0.1, 0.2), "raw": (0.05, 0.2)}
"""Probabilities that a page is laid by its curves, by its edges, as a photograph: of easy and of hard views."""
TURNED = 0.25
"""Share of pages and photographs turned by quarters."""
CONTENT_TURNED = 0.02
"""Share of pages laid by their curves that are upside down; another such share of the others is turned as well."""
SPOILED = (0.03, 0.08)
"""Share of views made unreadable: of easy and of hard views."""
WEAR = (0.25, 1.0)
"""Factor of the probabilities of all effects: of easy and of hard views."""
COARSE_SHARE = 0.15
"""Share of views of few pixels, at full wear."""
BENT_SHARE = 0.35
"""Share of views of bent paper, at full wear."""
TABLE_SHARE = 0.6
"""Share of prints with a table around them."""

Quad = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TrainView:
    """One view and its truth.

    Attributes:
        ink: uint8 [HEIGHT, WIDTH], 255 is black.
        quad: corners [4, 2] of the box around the curves in the frame, clockwise from the one at the view's top left.
        quarter_turns: by which the page is turned clockwise, 0 to 3.
        readable: False where the view was spoiled.
    """

    ink: Pixels
    quad: Floats
    quarter_turns: int
    readable: bool


def draw_view(
    page: PagePicture, rng: np.random.Generator, hard: float = 1.0, lays: Mapping[str, float] | None = None,
    spoiling: bool = True,
) -> TrainView:  # fmt: skip
    """A random view of a page.

    Args:
        page: the picture and the corners in it.
        rng: chooses the view.
        hard: from 0, near and clean, to 1, the worst.
        lays: probabilities in place of those of LAYS.
        spoiling: whether some views are made unreadable.
    """
    probabilities = lays or {name: _between(pair, hard) for name, pair in LAYS.items()}
    lay = str(rng.choice(list(probabilities), p=list(probabilities.values())))
    turned = (lay != "content" and rng.random() < TURNED) or rng.random() < CONTENT_TURNED
    turns = int(rng.integers(1, 4)) if turned and lay != "content" else 2 * int(turned)
    to_frame, scale = _raw(page, rng, turns) if lay == "raw" else _laid(page, rng, turns, lay == "content")
    amount = _between(WEAR, hard)
    frame = wear(_lay(page, to_frame, scale, rng, amount), rng, amount)
    spoiled = rng.random() < _between(SPOILED, hard) * spoiling
    if spoiled:
        frame = spoil(frame, rng)
    quad = cv2.perspectiveTransform(page.content[None].astype(np.float64), to_frame)[0]
    from_top_left = np.roll(quad, turns, axis=0)
    return TrainView(even_ink(255 - frame), np.asarray(from_top_left, np.float32), turns, not spoiled)


def _between(pair: tuple[float, float], hard: float) -> float:
    return pair[0] + (pair[1] - pair[0]) * hard


def draw_non_ecg_view(page: PagePicture, rng: np.random.Generator) -> TrainView:
    """A random view of a picture that is no ECG: any part of it, in any quarter turn."""
    turns = int(rng.integers(4)) if rng.random() < 0.3 else 0
    quad = widened(page.page, rng.uniform(-0.15, 0.08, 4))
    to_frame = fit_quad(np.roll(shaken(quad, rng, 0.03), turns, axis=0))
    frame = wear(_lay(page, to_frame, frame_scale(to_frame, quad), rng, 1.0), rng, 1.0)
    return TrainView(even_ink(255 - frame), np.zeros((4, 2), np.float32), 0, True)


def _laid(page: PagePicture, rng: np.random.Generator, turns: int, close: bool) -> tuple[Quad, float]:
    """Map to the frame, and its scale, that lays a page nearly straight: by its curves if `close`, else its edges."""
    margins = rng.uniform(-0.012, 0.06, 4) if close else rng.uniform(-0.03, 0.1, 4)
    quad = shaken(widened(page.content if close else page.page, margins), rng, 0.006 if close else 0.012)
    to_frame = fit_quad(np.roll(quad, turns, axis=0))
    return to_frame, frame_scale(to_frame, quad)


def _raw(page: PagePicture, rng: np.random.Generator, turns: int) -> tuple[Quad, float]:
    """Map and scale of a camera held over a print; a photograph already has its view and is only turned."""
    if page.recipe != "print":
        quad = widened(picture_corners(page.grey.shape), rng.uniform(-0.02, 0.02, 4))
        upright = int(np.round(_angle(page.page) / 90)) % 4
        to_frame = fit_quad(np.roll(quad, turns - upright, axis=0))
        return to_frame, frame_scale(to_frame, quad)
    angle = np.deg2rad(rng.normal(0, 4) if rng.random() < 0.5 else rng.uniform(-28, 28)) + turns * np.pi / 2
    spin = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    tilted = shaken(page.page.astype(np.float64), rng, float(rng.choice([0.01, 0.06]))) @ spin
    low, high = tilted.min(axis=0), tilted.max(axis=0)
    reach = rng.uniform(-0.03, rng.choice([0.05, 0.25]), 4) * [*(high - low), *(high - low)]
    (x0, y0), (x1, y1) = low - reach[:2], high + reach[2:]
    tilt = cv2.getPerspectiveTransform(page.page.astype(np.float32), tilted.astype(np.float32))
    to_frame = fit_quad(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])) @ tilt
    return to_frame, frame_scale(to_frame, page.page)


def _angle(quad: NDArray[np.floating]) -> float:
    """Degrees clockwise by which a page's upper edge is turned in its picture."""
    along = quad[1] - quad[0]
    return float(np.rad2deg(np.arctan2(along[1], along[0])))


def widened(quad: NDArray[np.floating], margins: NDArray[np.floating]) -> Quad:
    """The quad [4, 2] grown by shares of its sides [4]: left, top, right, bottom."""
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


def _lay(page: PagePicture, to_frame: Quad, scale: float, rng: np.random.Generator, amount: float) -> Pixels:
    """The frame [HEIGHT, WIDTH] with a page laid into it, 255 is paper; some prints lie on a table."""
    if rng.random() < COARSE_SHARE * amount:
        scale *= float(rng.uniform(0.5, 0.9))  # a picture of few pixels
    frame = warp_ink(page.grey, to_frame, scale)
    if rng.random() < BENT_SHARE * amount:
        frame = bent(frame, rng)
    if page.recipe == "print" and rng.random() < TABLE_SHARE:
        corners = cv2.perspectiveTransform(page.page[None].astype(np.float64), to_frame)[0]
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.fillConvexPoly(mask, np.round(corners * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
        if mask.min() < 255:
            share = mask.astype(np.float32) / 255
            frame = np.asarray(cv2.blendLinear(frame, _table(rng), share, 1 - share), np.uint8)
    return frame


def _table(rng: np.random.Generator) -> Pixels:
    """Texture [HEIGHT, WIDTH] around a page, without colour, as `ink_picture` leaves it."""
    cells = int(rng.integers(3, 90))
    wide = cells if rng.random() < 0.6 else int(rng.integers(2, 12))
    noise = cv2.resize(
        rng.normal(0, 1, (cells, wide)).astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR
    )
    level, size = float(rng.uniform(120, 255)), float(rng.choice([2, 12, 35]))
    return np.asarray(np.clip(level + size * noise, 0, 255), np.uint8)


def bent(frame: Pixels, rng: np.random.Generator) -> Pixels:
    """Curled and crumpled paper: moves pixels by a smooth field of a few pixels."""
    cells = int(rng.integers(2, 7))
    size = float(rng.uniform(0.0016, 0.0094)) * WIDTH / np.sqrt(cells / 2)
    field = rng.normal(0, size, (cells, cells + 2, 2)).astype(np.float32)
    move = cv2.resize(field, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    return np.asarray(cv2.remap(frame, x + move[..., 0], y + move[..., 1], cv2.INTER_LINEAR, borderValue=255), np.uint8)


def wear(frame: Pixels, rng: np.random.Generator, amount: float) -> Pixels:
    """Random ink, light, sharpness, noise and coding of a frame [H, W]; no pixel moves.

    Args:
        frame: 255 is paper.
        rng: chooses the effects and their strength.
        amount: factor of the effects' probabilities, 0 to 1.
    """
    image = frame.astype(np.float32)
    image = 255 - (255 - image) * float(rng.uniform(1 - 0.5 * amount, 1.15))
    for probability, effect in _PAPER_EFFECTS:
        if rng.random() < probability * amount:
            image = effect(image, rng)
    out = np.asarray(np.clip(image, 0, 255), np.uint8)
    for probability, pixel_effect in _CAMERA_EFFECTS:
        if rng.random() < probability * amount:
            out = pixel_effect(out, rng)
    return out


def spoil(frame: Pixels, rng: np.random.Generator) -> Pixels:
    """The frame [HEIGHT, WIDTH] so blurred, coarse, pale or hidden that no trace can be followed."""
    return _SPOILING[int(rng.integers(len(_SPOILING)))](frame, rng)


def _faded(frame: Pixels, rng: np.random.Generator) -> Pixels:
    """Hardly any ink, under noise."""
    grain = rng.normal(0, float(rng.uniform(15, 40)), frame.shape)
    return np.asarray(np.clip(255 - (255.0 - frame) * float(rng.uniform(0, 0.12)) + grain - 30, 0, 255), np.uint8)


def _hidden(frame: Pixels, rng: np.random.Generator) -> Pixels:
    """Three quarters or more under a cover, from the left or from below."""
    out = frame.copy()
    share = float(rng.uniform(0.75, 1.0))
    cover = np.clip(float(rng.uniform(20, 230)) + rng.normal(0, 12, frame.shape), 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        out[:, : round(share * WIDTH)] = cover[:, : round(share * WIDTH)]
    else:
        out[-round(share * HEIGHT) :] = cover[-round(share * HEIGHT) :]
    return out


def _cloudy(image: Floats, rng: np.random.Generator) -> Floats:
    """Rest of uneven light after its correction."""
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


def _paler(image: Floats, rng: np.random.Generator) -> Floats:
    """Print that is pale in patches."""
    field = cv2.resize(rng.uniform(0.2, 1.2, (3, 5)).astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.asarray(255 - (255 - image) * np.clip(field, 0.2, 1), np.float32)


def _copied(image: Floats, rng: np.random.Generator) -> Floats:
    """Hard contrast of a copier."""
    knee, slope = float(rng.uniform(0.15, 0.45)), float(rng.uniform(8, 20))
    ink = (255 - image) / 255
    return np.asarray(255 * (1 - sigmoid(slope * (ink - knee))), np.float32)


def _covered(frame: Pixels, rng: np.random.Generator) -> Pixels:
    """A sticker, a finger, a blot."""
    out = frame.copy()
    for _ in range(int(rng.integers(1, 3))):
        h, w = int(rng.integers(8, HEIGHT // 3)), int(rng.integers(8, WIDTH // 4))
        y, x = int(rng.integers(0, HEIGHT - h)), int(rng.integers(0, WIDTH - w))
        out[y : y + h, x : x + w] = int(rng.uniform(60, 255))
    return out


_PAPER_EFFECTS: tuple[tuple[float, Callable[[Floats, np.random.Generator], Floats]], ...] = (
    (0.1, _paler), (0.25, _cloudy), (0.2, _creased), (0.07, _copied),
)  # fmt: skip
"""Probability and effect on the paper's grey levels 0..255, in the order in which they apply."""
_CAMERA_EFFECTS: tuple[tuple[float, PixelEffect], ...] = (
    (0.06, _covered), (0.25, blur(0.35, 1.5)), (0.15, darken(0.6, 0.97)), (0.35, noise(2, 13)), (0.2, jpeg(25, 84)),
)  # fmt: skip
"""Probability and effect on the picture, after the paper's, in the order in which they apply."""
_SPOILING: tuple[PixelEffect, ...] = (
    blur(0.0123 * WIDTH, 0.0279 * WIDTH), coarsen(0.08, 0.2), _faded, _hidden,
)  # fmt: skip
"""Effects that make a view unreadable, equally likely."""
