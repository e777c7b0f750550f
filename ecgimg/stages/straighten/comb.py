"""The comb of a grid in spectra: peaks at the harmonics of a line frequency, nothing between them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.threads import thread_count

FREQUENCIES: Floats = np.exp(
    np.arange(np.log(STRAIGHTEN.min_lines_per_tile), np.log(STRAIGHTEN.max_lines_per_tile), STRAIGHTEN.frequency_step)
).astype(np.float32)
"""The frequencies [F] that are searched, in lines a tile, in even logarithmic steps."""
STEPS_PER_OCTAVE = round(float(np.log(2)) / STRAIGHTEN.frequency_step)

_DIAGONALS = ((1, 1), (1, 2), (2, 1))
"""Squares across and down from one crossing of a grid to the next one on a diagonal."""


@dataclass(frozen=True, eq=False)
class Comb:
    """The comb that tiles share.

    `angle` is its angle in half degrees, `frequency` its index in FREQUENCIES, `contrast` its contrast, and `rays`
    [2, radii] are the spectra along its two directions.
    """

    angle: int
    frequency: int
    contrast: float
    rays: Floats


def comb_contrast(spectra: Floats, frequencies: Floats, harmonics: int = STRAIGHTEN.comb_harmonics) -> Floats:
    """Mean at a frequency's harmonics less the mean between them: spectra [..., radii] -> [..., F].

    Half and double the true frequency score low: the one finds nothing at every other harmonic, the other finds
    harmonics in between.
    """
    k = np.arange(1, harmonics + 1, dtype=np.float32)
    on, off = 2 * frequencies[:, None] * k, 2 * frequencies[:, None] * (k - 0.5)
    reader = _mean_reader(on, spectra.shape[-1]) - _mean_reader(off, spectra.shape[-1])
    return np.asarray(spectra @ reader.T, np.float32)


def shared_comb(spectra: Floats, expected_px: float | None = None) -> Comb:
    """The strongest comb of a spectrum that enough of the tiles [N, angles, radii] reach.

    Where other witnesses tell the distance of its lines, it is one of about that: `expected_px` pixels. Its contrast is
    0 where its lines are every other one of a grid.
    """
    among = np.ones(len(FREQUENCIES), bool)
    if expected_px is not None:
        among = np.abs(np.log(FREQUENCIES * expected_px / STRAIGHTEN.tile_px)) < STRAIGHTEN.expected_tolerance
    some = spectra[::2]
    for share in (STRAIGHTEN.tile_share, STRAIGHTEN.small_page_tile_share):
        usual = reached_by(some, share)
        pairs = np.where(among, pair_contrasts(comb_contrast(usual, FREQUENCIES)), -np.inf)
        angle, frequency, contrast = strongest_pair(pairs)
        if contrast >= STRAIGHTEN.min_comb_contrast:
            break
    likely = _not_half(_rays(usual, angle), frequency)
    if expected_px is not None:
        return Comb(angle, frequency, contrast if likely == frequency else 0.0, _rays(usual, angle))
    # The lines come last: dots amid the squares of a grid have twice the frequency of its lines.
    angle, frequency = lines_of(pairs, angle, likely, contrast)
    return Comb(angle, frequency, contrast, _rays(usual, angle))


def known_millimetre(spectra: Floats, mm_px: float) -> float | None:
    """The pixels that a millimetre is long, where other witnesses tell that it is about `mm_px`.

    None where the tiles [N, angles, radii] don't show both, small and large squares of one such size.
    """
    small, large = (
        shared_comb(spectra, mm_px * square) for square in (STRAIGHTEN.small_square_mm, STRAIGHTEN.large_square_mm)
    )
    if min(small.contrast, large.contrast) < STRAIGHTEN.min_comb_contrast:
        return None
    ratio = float(FREQUENCIES[small.frequency] / FREQUENCIES[large.frequency])
    if abs(np.log(ratio * STRAIGHTEN.small_square_mm / STRAIGHTEN.large_square_mm)) > STRAIGHTEN.levels_tolerance:
        return None
    # The large squares are scattered less by lines on whole pixels.
    return STRAIGHTEN.tile_px / float(FREQUENCIES[large.frequency]) / STRAIGHTEN.large_square_mm


def reached_by(planes: Floats, share: float) -> Floats:
    """The values [R, C] that this share of planes [N, R, C] reach, element by element."""
    rank = round((len(planes) - 1) * (1 - share))

    def part(rows: Floats) -> Floats:
        return np.asarray(np.partition(rows, rank, axis=0)[rank])

    with ThreadPoolExecutor(thread_count()) as pool:
        return np.concatenate(list(pool.map(part, np.array_split(planes, thread_count(), axis=1))))


def pair_contrasts(contrasts: Floats) -> Floats:
    """Contrast of each comb in contrasts [angles, F] together with its best partner.

    The partner lies nearly at a right angle to it and has nearly its frequency.
    """
    angles = STRAIGHTEN.angle_steps
    reach = (STRAIGHTEN.partner_angle_reach_steps, STRAIGHTEN.partner_frequency_reach_steps)
    window = np.ones((2 * reach[0] + 1, 2 * reach[1] + 1))
    wrapped = np.vstack([contrasts, contrasts, contrasts])
    partner = cv2.dilate(wrapped, window)[angles : 2 * angles]
    partner = np.roll(partner, -angles // 2, axis=0)
    return np.asarray((np.minimum(contrasts, partner) + 0.5 * (contrasts + partner)) / 2, np.float32)


def strongest_pair(pairs: Floats) -> tuple[int, int, float]:
    """Angle, frequency and contrast of the strongest comb in pairs [angles, F]."""
    angle, frequency = np.unravel_index(int(pairs.argmax()), pairs.shape)
    return int(angle), int(frequency), float(pairs[angle, frequency])


def lines_of(pairs: Floats, angle: int, frequency: int, contrast: float) -> tuple[int, int]:
    """Angle and frequency of a comb in pairs [angles, F], or those of the lines whose diagonals it is.

    `contrast` is that of the strongest comb, of whose frequency that of the comb may be the double.

    The crossings of a pale or dotted grid are clearer than its lines, and stand in rows of their own: one across and
    one down, or one across and two down. These rows are nearer together than the lines are.
    """
    best, found = STRAIGHTEN.lines_of_diagonal_share * contrast, (angle, frequency)
    reach, steps = STRAIGHTEN.diagonal_angle_reach_steps, STRAIGHTEN.diagonal_frequency_reach_steps
    for across, down in _DIAGONALS:
        turn = round(np.arctan2(down, across) / np.pi * STRAIGHTEN.angle_steps)
        rows = (angle + turn + np.arange(-reach, reach + 1)) % STRAIGHTEN.angle_steps
        wider = frequency - round(np.log(np.hypot(across, down)) / STRAIGHTEN.frequency_step)
        columns = np.arange(max(wider - steps, 0), max(wider + steps + 1, 0))
        near = pairs[np.ix_(rows, columns)]
        if near.size and near.max() > best:
            row, column = np.unravel_index(int(near.argmax()), near.shape)
            best, found = float(near.max()), (int(rows[row]), int(columns[column]))
    return found


def line_spacing(comb: Comb, n_lines: float) -> tuple[float, bool]:
    """Millimetres between the lines of a comb, and whether they were only judged by the number of lines.

    Args:
        comb: the comb that the tiles share.
        n_lines: number of lines along the longer side of the page.
    """
    small, large = STRAIGHTEN.small_square_mm, STRAIGHTEN.large_square_mm
    found = FREQUENCIES[comb.frequency : comb.frequency + 1]
    bold, fine = np.asarray(found * small / large, np.float32), np.asarray(found * large / small, np.float32)
    if comb_contrast(comb.rays, bold).mean() > STRAIGHTEN.min_other_level_contrast:
        return small, False
    if comb_contrast(comb.rays, fine).mean() > STRAIGHTEN.min_other_level_contrast:
        return large, False
    return (large if n_lines < STRAIGHTEN.max_large_squares else small), True


def _rays(spectrum: Floats, angle: int) -> Floats:
    """A spectrum [angles, radii] along an angle and across it: [2, radii]."""
    return spectrum[[angle, (angle + STRAIGHTEN.angle_steps // 2) % STRAIGHTEN.angle_steps]]


def _not_half(rays: Floats, frequency: int) -> int:
    """The frequency, or its double where that fits about as well: then every other harmonic is empty."""
    double = min(frequency + STEPS_PER_OCTAVE, len(FREQUENCIES) - 1)
    once, twice = comb_contrast(rays, FREQUENCIES[[frequency, double]]).mean(axis=0)
    return double if twice > STRAIGHTEN.double_frequency_share * once else frequency


def _mean_reader(radii: Floats, length: int) -> Floats:
    """Weights [F, length] that give the means of a spectrum at radii [F, K], interpolated, without those beyond it."""
    inside = radii < length - 2
    low = np.where(inside, radii, 0).astype(int)
    share = np.where(inside, radii - low, 0)
    weights = np.zeros((len(radii), length + 1), np.float32)
    rows = np.broadcast_to(np.arange(len(radii))[:, None], radii.shape)
    np.add.at(weights, (rows, low), np.where(inside, 1 - share, 0))
    np.add.at(weights, (rows, low + 1), share)
    return np.asarray(weights[:, :length] / np.maximum(inside.sum(axis=1, keepdims=True), 1), np.float32)
