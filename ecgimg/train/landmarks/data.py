"""Training pages of the landmark network: contrast planes of sheets, and where rows, names, pulses and scales lie.

The sheets are those of the trace network (`trace_data`), but for a rim beside the page, and one in eight upside down.
"""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.landmarks import (
    CHANNELS,
    HEAT_PX_PER_MM,
    PX_PER_MM,
)
from ecgimg.train.common.marked_pages import MarkedPage
from ecgimg.train.common.shards import from_bytes

ON_ITS_SIDE = 0.1
"""Share of crops turned by a quarter, on which nothing can be read."""
CROP = 512
"""Side of a training crop in input pixels: 128 mm."""
SPREAD_MM = 1.0
"""Standard deviation of the targets around rows and points."""


def crop(page: MarkedPage, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A random crop of planes [2, CROP, CROP] and its targets [CHANNELS, h, w] in 0..1."""
    _, h, w = page.planes.shape
    top, left = (int(rng.integers(-32, max(n - CROP + 32, -31))) for n in (h, w))
    out = np.zeros((2, CROP, CROP), np.float32)
    y0, x0, y1, x1 = max(top, 0), max(left, 0), min(top + CROP, h), min(left + CROP, w)
    out[:, y0 - top : y1 - top, x0 - left : x1 - left] = from_bytes(page.planes[:, y0:y1, x0:x1])
    if rng.random() < ON_ITS_SIDE:
        return np.ascontiguousarray(np.rot90(out, rng.choice([1, 3]), (1, 2))), heat(page.marks[:0], CROP)
    return out, heat(page.marks - np.array([0, left, top, left, top], np.float32) / PX_PER_MM, CROP)


def heat(marks: Floats, side: int) -> Floats:
    """Targets [CHANNELS, h, w] of a square crop of `side` input pixels: a Gaussian around every mark."""
    n = round(side * HEAT_PX_PER_MM / PX_PER_MM)
    at = ((np.arange(n) + 0.5) / HEAT_PX_PER_MM).astype(np.float32)
    out = np.zeros((CHANNELS, n, n), np.float32)
    for channel, x0, y0, x1, y1 in marks:
        dx = np.maximum(np.maximum(x0 - at, at - x1), 0) / SPREAD_MM
        dy = np.maximum(np.maximum(y0 - at, at - y1), 0) / SPREAD_MM
        plane = out[int(channel)]
        np.maximum(plane, np.exp(-0.5 * dy[:, None] ** 2) * np.exp(-0.5 * dx**2), out=plane)
    return out
