"""The place of a flat grid of known squares: one affine map, from the spectrum of the whole page."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.stages.straighten.constants import STRAIGHTEN


def known_place(contrast: Floats, grid: Floats, axis: int) -> Doubles:
    """Displacements [R, C] in mm along an axis (0: x) of a flat page's nodes, by its lines every millimetre.

    Over a whole page the lines have one frequency, even where each lies on a whole pixel. It is looked for near a line
    a millimetre in strips along the axis; their phases tell the lines' place and slant.

    Args:
        contrast: that of the page's lines [H, W].
        grid: millimetres [R, C, 2] of the nodes.
        axis: across the lines.
    """
    lines = contrast if axis == 0 else contrast.T
    strips = np.array([strip.mean(axis=0) for strip in np.array_split(lines, STRAIGHTEN.known_strips)])
    strips -= strips.mean(axis=1, keepdims=True)
    strips *= np.hanning(strips.shape[1])
    place = np.arange(strips.shape[1]) / STRAIGHTEN.flat_px_per_mm
    reach, step = STRAIGHTEN.known_scale_reach, STRAIGHTEN.known_scale_step
    frequencies = np.arange(1 - reach, 1 + reach, step) / STRAIGHTEN.small_square_mm
    waves = strips @ np.exp(-2j * np.pi * place[:, None] * frequencies)
    best = int(np.abs(waves).sum(axis=0).argmax())
    # A line stands where the phase is a whole number of turns: f (x + slant y) + start.
    turns = np.unwrap(np.angle(waves[:, best])) / (2 * np.pi)
    strip_mm = len(lines) / STRAIGHTEN.flat_px_per_mm / len(strips)
    middle = (np.arange(len(strips)) + 0.5) * strip_mm
    slant, start = np.polyfit(middle, turns, 1, w=np.abs(waves[:, best]))
    along, beside = grid[..., axis].astype(np.float64), grid[..., 1 - axis].astype(np.float64)
    # Node n of the sheet stands at the line n of the page: n = f x + slant y + start, up to whole lines.
    frequency = float(frequencies[best])
    return np.asarray((along / STRAIGHTEN.small_square_mm - slant * beside - start) / frequency - along)
