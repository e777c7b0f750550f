"""Segments of single grid lines on a nearly straight page: how far each lies beside its place.

A phase averages over lines and along them. A segment is one line over a few millimetres, so that lines can be left out
and predicted: a line that stands on a printer's dot stands aside as a whole, paper bends several lines alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.stages.straighten.constants import STRAIGHTEN

_STENCIL = np.array([-1, 9, -45, 0, 45, -9, 1]) / 60
"""The first derivative from seven points, exact to the sixth order: a line is hardly wider than a pixel."""
_REACH = len(_STENCIL) // 2
_ROUNDS = 4


@dataclass(frozen=True, eq=False)
class GridLines:
    """Lines across one axis, each in segments: [S, L] along and across the lines.

    `aside` is how far in mm a segment lies beside its line's place, `weight` is 0 where it is not seen. `across` [L]
    and `along` [S] are the places of the lines and of the segments' middles in mm.
    """

    aside: Doubles
    weight: Doubles
    across: Doubles
    along: Doubles


def grid_lines(straight: Floats, line_mm: float, axis: int) -> GridLines:
    """The lines across an axis (0 for upright ones) of a nearly straight page.

    The offset of a profile p(x + d) about a line is found to first order from the page's usual profile p and its
    derivative p': d = sum p' (profile / amplitude - p) / sum p'^2 (Lucas and Kanade, IJCAI 1981).

    Args:
        straight: contrast [H, W] of the page, its lines at multiples of `line_mm`.
        line_mm: the spacing of the lines.
        axis: 0 for the upright lines, 1 for the level ones.
    """
    profiles, across, along = _profiles(straight if axis == 0 else straight.T, line_mm)
    inner = profiles[..., _REACH:-_REACH]
    centred = inner - inner.mean(axis=2, keepdims=True)
    usual = profiles.mean(axis=(0, 1))
    for _ in range(_ROUNDS):
        amplitude, offset_px = _matched(centred, usual)
        # Lines beside their place would blur the usual profile, and a blurred one makes every offset too large.
        sure = np.clip(amplitude, 0, 2) * np.exp(-((offset_px / STRAIGHTEN.profile_reach_px) ** 2))
        usual = np.tensordot(sure, profiles, axes=2) / max(float(sure.sum()), 1e-6)
    amplitude, offset_px = _matched(centred, usual)
    aside = offset_px / STRAIGHTEN.flat_px_per_mm
    seen = (amplitude > STRAIGHTEN.min_line_amplitude) & (np.abs(aside) < STRAIGHTEN.max_line_offset * line_mm)
    weight = np.where(seen, np.minimum(amplitude, 1.0) ** 2, 0.0)
    return GridLines(np.where(seen, aside, 0.0), weight, across, along)


def _profiles(image: Floats, line_mm: float) -> tuple[Doubles, Doubles, Doubles]:
    """The profiles [S, L, P] about upright lines, averaged over the segments, and the places [L] and [S] in mm."""
    scale = STRAIGHTEN.flat_px_per_mm
    length = round(STRAIGHTEN.segment_mm * scale)
    half = round(min(line_mm / 2, STRAIGHTEN.profile_mm) * scale) + _REACH
    n_segments, n_lines = image.shape[0] // length, int((image.shape[1] - 1) / (line_mm * scale)) + 1
    means = image[: n_segments * length].reshape(n_segments, length, -1).mean(axis=1)
    columns = np.rint(np.arange(n_lines) * line_mm * scale).astype(int)
    window = np.clip(columns[:, None] + np.arange(-half, half + 1), 0, image.shape[1] - 1)
    middles = (np.arange(n_segments) + 0.5) * length - 0.5
    return means[:, window].astype(np.float64), columns / scale, middles / scale


def _matched(centred: Doubles, usual: Doubles) -> tuple[Doubles, Doubles]:
    """Amplitude [S, L] and offset [S, L] in pixels of centred profiles [S, L, p] against the usual one [P]."""
    shape = usual[_REACH:-_REACH] - usual[_REACH:-_REACH].mean()
    power = max(float(shape @ shape), 1e-9)
    slope = np.convolve(usual, _STENCIL[::-1], mode="valid")
    slope = slope - slope.mean()
    slope = slope - shape * (shape @ slope) / power
    amplitude = centred @ shape / power
    offset = -(centred @ slope) / max(float(slope @ slope), 1e-9)
    return amplitude, offset / np.maximum(amplitude, STRAIGHTEN.min_line_amplitude)
