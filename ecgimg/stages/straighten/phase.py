"""The phase of the grid on a roughly straightened page: how far each place is displaced.

The page is demodulated at the grid's frequency; the phase that is left is the displacement (fringe-pattern analysis:
Takeda et al., J. Opt. Soc. Am. 72, 156, 1982). It corrects folds and curls, which no homography can.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from skimage.restoration import unwrap_phase

from ecgimg.datamodel.arrays import Floats
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.threads import thread_count


@dataclass(frozen=True, eq=False)
class PhaseField:
    """Displacement [R, C, 2] in mm on a flat page, and the grid's strength [R, C] in 0..1, every `step` mm."""

    shift: Floats
    strength: Floats
    step: float


def phase_field(
    flat: Floats, px_per_mm: float, period_mm: float, step: float, harmonics: tuple[int, ...], unwrap: bool
) -> PhaseField:
    """Displacements of the grid of a nearly straight page.

    Args:
        flat: contrast image [H, W] of the page.
        px_per_mm: its scale.
        period_mm: spacing of the grid lines.
        step: distance of the points that are returned, in mm.
        harmonics: harmonics of the grid that are used. A harmonic above the first can only measure displacements under
            half of its own period, so a page is measured by coarse ones first. A harmonic's period is over 2 pixels.
        unwrap: whether displacements may be larger than half a period; only the first harmonic can follow them.

    The phases of harmonic k are weighted by k^2 |z_k|, the inverse of their variance in white noise.
    """

    def along(axis: int) -> tuple[Floats, Floats]:
        return _axis_field(flat, px_per_mm, period_mm, step, harmonics, unwrap, axis)

    with ThreadPoolExecutor(thread_count()) as pool:
        shifts, strengths = zip(*pool.map(along, (0, 1)), strict=True)
    return PhaseField(np.stack(shifts, axis=2), np.asarray(np.sqrt(strengths[0] * strengths[1]), np.float32), step)


def _axis_field(
    flat: Floats, px_per_mm: float, period_mm: float, step: float, harmonics: tuple[int, ...], unwrap: bool, axis: int
) -> tuple[Floats, Floats]:
    """Displacements [R, C] in mm along one axis (0 is x), and the grid's strength [R, C] on it."""
    image = flat if axis == 0 else np.ascontiguousarray(flat.T)
    period = period_mm * px_per_mm
    cycles = np.arange(image.shape[1], dtype=np.float32) / period
    square, step_px = STRAIGHTEN.large_square_mm * px_per_mm, step * px_per_mm
    energy = _local_mean(image * image, square, square, step_px)
    across = STRAIGHTEN.phase_across_periods * period
    along = STRAIGHTEN.phase_along_periods * max(period, STRAIGHTEN.min_phase_window_mm * px_per_mm)
    total, weight, strength = (np.zeros_like(energy) for _ in range(3))
    for k in harmonics:
        carrier = np.exp(-2j * np.pi * k * cycles).astype(np.complex64)
        real = _local_mean(image * carrier.real, across, along, step_px)
        imaginary = _local_mean(image * carrier.imag, across, along, step_px)
        amplitude, phase = cv2.cartToPolar(real, imaginary)
        phase = np.where(phase > np.pi, phase - 2 * np.pi, phase)
        if k == 1:
            strength = amplitude / np.sqrt(energy + 1e-3)
            if unwrap:
                phase, strength = _unwrap(phase, strength)
        total += k * amplitude * phase
        weight += k * k * amplitude
    shift = np.asarray(-total / (weight + 1e-6) * (period_mm / (2 * np.pi)), np.float32)
    return (shift, strength) if axis == 0 else (shift.T, strength.T)


def _local_mean(image: Floats, across: float, along: float, step: float) -> Floats:
    """Gaussian means of a plane every `step` pixels; `across` and `along` are the deviations in x and y in pixels.

    Blocks are averaged before the Gaussian: they are small against it and make it cheap.
    """
    block = max(1, int(min(across, along, step) / STRAIGHTEN.blocks_per_deviation))
    h, w = -(-image.shape[0] // block), -(-image.shape[1] // block)
    padded = cv2.copyMakeBorder(
        image, 0, h * block - image.shape[0], 0, w * block - image.shape[1], cv2.BORDER_REFLECT_101
    )
    small = cv2.resize(padded, (w, h), interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (0, 0), sigmaX=across / block, sigmaY=along / block)
    rows, cols = int((image.shape[0] - 1) / step) + 1, int((image.shape[1] - 1) / step) + 1
    offset = (0.5 - block / 2) / block  # a node's pixel in the small plane, whose pixels lie in the blocks' middles
    to_small = np.array([[step / block, 0, offset], [0, step / block, offset]])
    flags = cv2.INTER_LINEAR + cv2.WARP_INVERSE_MAP
    nodes = cv2.warpAffine(smooth, to_small, (cols, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(nodes, np.float32)


def _unwrap(phase: Floats, strength: Floats) -> tuple[Floats, Floats]:
    """Continuous phase, and the strength; both are 0 where the grid is too weak for the phase to be unwrapped.

    Whole turns are chosen so that the median phase of the page lies within half a turn of 0.
    """
    usual = np.percentile(strength, STRAIGHTEN.usual_percentile)
    weak = strength < STRAIGHTEN.min_unwrapped_share * usual
    if weak.all():
        return phase, strength
    # scikit-image reads memory that nobody wrote where a masked plane's outermost pixels count, so none of them does.
    framed = np.ma.masked_array(np.pad(phase, 1, "edge"), np.pad(weak, 1, constant_values=True))
    smooth = unwrap_phase(framed, rng=0)[1:-1, 1:-1]
    turns = np.round(np.median(np.asarray(smooth)[~weak]) / (2 * np.pi))
    known = np.asarray(smooth, np.float32) - np.float32(2 * np.pi * turns)
    return np.where(weak, np.float32(0), known), np.where(weak, np.float32(0), strength)
