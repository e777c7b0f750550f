"""The two rays of each tile's comb, and the gradients of the sheet's coordinates that they give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.stages.straighten.comb import FREQUENCIES, Comb, comb_contrast
from ecgimg.stages.straighten.constants import STRAIGHTEN


@dataclass(frozen=True, order=True)
class Ray:
    """A tile's ray: its angle in half degrees, its place in FREQUENCIES, and the contrast of its comb."""

    angle: float
    step: float
    contrast: float

    def lost(self) -> Ray:
        """The same ray in a tile that was not reached."""
        return replace(self, contrast=0.0)


Rays = tuple[Ray, ...]
"""Both rays of a tile."""


def weaker_contrast(rays: Rays) -> float:
    """Contrast of the weaker ray of a tile: the grid needs both."""
    return min(ray.contrast for ray in rays)


def tile_gradients(
    spectra: Floats, comb: Comb, reach: int = STRAIGHTEN.tile_frequency_reach_steps
) -> tuple[Floats, Floats]:
    """Gradients [N, 2, 2] of the sheet's x and y in lines per pixel at every tile, and weights [N].

    `reach` is by how many of FREQUENCIES a tile's comb may differ from that of all.
    """
    return gradients_of(rays_near(spectra, comb, reach))


def rays_near(spectra: Floats, comb: Comb, reach: int = STRAIGHTEN.tile_frequency_reach_steps) -> list[Rays]:
    """Both rays of every tile, near those of a comb."""
    quarter = STRAIGHTEN.angle_steps // 2
    both = [strongest_rays(spectra, comb.angle + turn, comb.frequency, reach) for turn in (0, quarter)]
    return list(zip(*both, strict=True))


def strongest_rays(
    spectra: Floats, angle: int, step: int, reach: int = STRAIGHTEN.tile_frequency_reach_steps
) -> list[Ray]:
    """The strongest ray of each of spectra [N, angles, radii] near an angle and a step."""
    rows = angle + np.arange(-STRAIGHTEN.tile_angle_reach_steps, STRAIGHTEN.tile_angle_reach_steps + 1)
    columns = np.arange(max(0, step - reach), min(len(FREQUENCIES), step + reach + 1))
    near = comb_contrast(spectra[:, rows % STRAIGHTEN.angle_steps], FREQUENCIES[columns])
    peaks = [_peak(tile) for tile in near]
    return [Ray(rows[0] + row, columns[0] + column, contrast) for row, column, contrast in peaks]


def gradients_of(rays: Sequence[Rays]) -> tuple[Floats, Floats]:
    """Gradients [N, 2, 2] in lines per pixel and weights [N] of the tiles' pairs of rays."""
    theta = np.deg2rad([[0.5 * ray.angle for ray in pair] for pair in rays])
    steps = [[ray.step for ray in pair] for pair in rays]
    lines = np.interp(steps, np.arange(len(FREQUENCIES)), FREQUENCIES) / STRAIGHTEN.tile_px
    vectors = np.stack([np.cos(theta) * lines, np.sin(theta) * lines], axis=2)
    weights = np.array([weaker_contrast(pair) for pair in rays], np.float32).clip(0)
    return _as_right_and_down(vectors[:, 0], vectors[:, 1]), weights


def _peak(contrasts: Floats) -> tuple[float, float, float]:
    """Row and column of the highest value, refined by the centroid of its 3 x 3 neighbours, and that value."""
    row, col = np.unravel_index(int(contrasts.argmax()), contrasts.shape)
    r, c = int(np.clip(row, 1, contrasts.shape[0] - 2)), int(np.clip(col, 1, contrasts.shape[1] - 2))
    weight = np.maximum(contrasts[r - 1 : r + 2, c - 1 : c + 2] - contrasts.mean(), 1e-3) ** 2
    rows, cols = np.mgrid[-1:2, -1:2]
    total = weight.sum()
    return (
        float(r + (weight * rows).sum() / total),
        float(c + (weight * cols).sum() / total),
        float(contrasts.max()),
    )


def _as_right_and_down(first: NDArray[np.float64], second: NDArray[np.float64]) -> Floats:
    """Names the two directions: x is the one nearer to the photo's x axis and points right, y points down."""
    x, y = (first, second) if abs(np.median(first[:, 0])) >= abs(np.median(second[:, 0])) else (second, first)
    x = x * np.sign(np.median(x[:, 0]))
    y = y * np.sign(np.median(y[:, 1]))
    return np.asarray(np.stack([x, y], axis=1), np.float32)
