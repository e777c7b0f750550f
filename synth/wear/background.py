"""Surfaces below a page: wood, cloth, a plain desk, something dark, another sheet."""

from __future__ import annotations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.synth.wear.aging import cloud

WOODS = (
    ((150, 108, 72), (32, 26, 20)),
    ((105, 72, 48), (26, 20, 16)),
    ((196, 160, 118), (26, 24, 22)),
    ((62, 58, 56), (10, 10, 10)),
)
"""The RGB colour of each wood, and by how much the grain varies each channel."""

KINDS = ("wood", "wood", "wood", "desk", "cloth", "dark", "paper")
"""Kinds of surface, each as likely as it is frequent here."""


def background(rng: np.random.Generator, height: int, width: int) -> Floats:
    """RGB [height, width, 3] 0..255 of a surface at random, a little out of focus."""
    small = _surface(rng, -(-height // 2), -(-width // 2))
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _surface(rng: np.random.Generator, height: int, width: int) -> Floats:
    kind = KINDS[int(rng.integers(len(KINDS)))]
    if kind == "wood":
        return _wood(rng, height, width)
    if kind == "cloth":
        return _cloth(rng, height, width)
    grey = float({"desk": rng.uniform(90, 220), "dark": rng.uniform(15, 60), "paper": rng.uniform(215, 250)}[kind])
    base = grey + rng.uniform(-0.12, 0.12, 3) * (grey if kind == "desk" else 30)
    grain = cloud(rng, height, width, 4) * 8 + cloud(rng, height, width, 300) * 5
    return np.asarray(base.astype(np.float32) + grain[..., None], np.float32)


def _wood(rng: np.random.Generator, height: int, width: int) -> Floats:
    """Long grain: noise stretched along one direction, with pores, at a random angle."""
    side = int(np.hypot(height, width)) + 2
    streak = cloud(rng, side, side, 5) * 1.2
    rows = int(rng.integers(90, 260))
    stretched = rng.normal(0, 1, (rows, 14)).astype(np.float32)
    streak = streak + 0.55 * cv2.resize(stretched, (side, side), interpolation=cv2.INTER_CUBIC)
    pores = rng.normal(0, 1, (side // 2, 60)).astype(np.float32)
    streak = streak + 0.35 * cv2.resize(pores, (side, side), interpolation=cv2.INTER_LINEAR)
    base, variation = WOODS[int(rng.integers(len(WOODS)))]
    rotation = cv2.getRotationMatrix2D((side / 2, side / 2), float(rng.uniform(0, 180)), 1.0)
    streak = cv2.warpAffine(streak, rotation, (side, side), borderMode=cv2.BORDER_REFLECT)
    top, left = (side - height) // 2, (side - width) // 2
    part = streak[top : top + height, left : left + width, None]
    return np.asarray(np.asarray(base, np.float32) + part * np.asarray(variation, np.float32) * 0.55, np.float32)


def _cloth(rng: np.random.Generator, height: int, width: int) -> Floats:
    """A weave with wrinkles."""
    period = float(rng.uniform(3, 9))
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    weave = np.sin(6.28 * x / period) * np.sin(6.28 * y / period)
    base = (rng.uniform(40, 200) + rng.uniform(-14, 14, 3)).astype(np.float32)
    field = 0.14 * weave + 0.1 * cloud(rng, height, width, 6)
    return np.asarray(base * (1 + field[..., None]), np.float32)
