"""Strongly bent paper, on which the tiles share no comb: the grid is followed from tile to tile.

The gradients so found are summed up to the tiles' places on the sheet.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from heapq import heappop, heappush

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.stages.straighten.comb import (
    FREQUENCIES,
    Comb,
    comb_contrast,
    lines_of,
    pair_contrasts,
    reached_by,
    strongest_pair,
)
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.rays import Rays, gradients_of, rays_near, strongest_rays, tile_gradients, weaker_contrast
from ecgimg.stages.straighten.tiles import tile_lattice
from ecgimg.threads import thread_count


def bent_comb(spectra: Floats) -> Comb:
    """The strongest comb that enough of the tiles [N, angles, radii] reach at some angle and frequency nearby."""
    angle_reach, frequency_reach = STRAIGHTEN.bent_angle_reach_steps, STRAIGHTEN.bent_frequency_reach_steps
    window = np.ones((angle_reach + 1, 2 * frequency_reach + 1), np.uint8)

    def reached(tile: Floats) -> Floats:
        contrast = comb_contrast(tile[::2], FREQUENCIES)
        around = np.vstack([contrast[-angle_reach:], contrast, contrast[:angle_reach]])
        return np.asarray(cv2.dilate(around, window)[angle_reach:-angle_reach], np.float32)

    with ThreadPoolExecutor(thread_count()) as pool:
        contrasts = np.stack(list(pool.map(reached, spectra)))
    shared = np.repeat(reached_by(contrasts, STRAIGHTEN.tile_share), 2, axis=0)
    pairs = pair_contrasts(shared)
    angle, frequency, contrast = strongest_pair(pairs)
    angle, frequency = lines_of(pairs, angle, frequency, contrast)
    comb = Comb(angle, frequency, contrast, spectra[0, :2])
    gradients, weights = tile_gradients(spectra, comb)
    good = weights > STRAIGHTEN.min_comb_contrast
    if not good.any():
        return replace(comb, contrast=0.0)
    return replace(comb, rays=_stretched_rays(spectra[good], gradients[good], float(FREQUENCIES[frequency])))


def followed_gradients(spectra: Floats, centres: Floats, comb: Comb) -> tuple[Floats, Floats]:
    """Gradients [N, 2, 2] in lines per pixel and weights [N], each tile's found near those of a neighbour.

    The search begins at the clearest tile and goes on from the neighbour that shows its rays best: at the other end of
    the page the rays may lie anywhere.
    """
    lattice = tile_lattice(centres)
    found = rays_near(spectra, comb)
    begin = int(np.argmax([weaker_contrast(rays) for rays in found]))
    waiting = [(0.0, begin, found[begin])]
    done: set[int] = set()
    while waiting:
        _, tile, rays = heappop(waiting)
        if tile in done:
            continue
        done.add(tile)
        found[tile] = rays
        if weaker_contrast(rays) < STRAIGHTEN.min_comb_contrast:
            continue
        row, col = divmod(tile, lattice.shape[1])
        beside = (lattice[row, max(col - 1, 0) : col + 2], lattice[max(row - 1, 0) : row + 2, col])
        for other in np.concatenate(beside).tolist():
            if other not in done:
                near = _rays_like(rays, spectra[other])
                heappush(waiting, (-weaker_contrast(near), other, near))
    return gradients_of([rays if k in done else tuple(ray.lost() for ray in rays) for k, rays in enumerate(found)])


def tile_places(centres: Floats, gradients: Floats, weights: Floats, matrix: Doubles) -> Floats:
    """Where the tiles lie on the sheet [N, 5]: photo pixels x and y, lines x and y, and a weight.

    From a tile to its neighbour the sheet's coordinates grow by the mean of both gradients (least squares, as a surface
    is found from its normals). Where tiles show no grid they grow evenly. The homography `matrix` only fixes the
    origin.
    """
    known = np.clip(weights / STRAIGHTEN.min_comb_contrast, 0, 1).astype(np.float64)
    begin = cv2.perspectiveTransform(centres[:, None].astype(np.float64), matrix)[:, 0]
    unit = np.eye(len(centres))
    rows = [(STRAIGHTEN.anchor_weight * unit, STRAIGHTEN.anchor_weight * begin)]
    lattice = tile_lattice(centres)
    for grid in (lattice, lattice.T):
        one, other = grid[:, :-1].ravel(), grid[:, 1:].ravel()
        step = (centres[other] - centres[one])[:, :, None]
        grown = (0.5 * (gradients[one] + gradients[other]).astype(np.float64) @ step)[:, :, 0]
        weight = np.minimum(known[one], known[other])[:, None]
        rows.append((weight * (unit[other] - unit[one]), weight * grown))
        before, at, after = grid[:, :-2].ravel(), grid[:, 1:-1].ravel(), grid[:, 2:].ravel()
        even = STRAIGHTEN.evenness_weight * (unit[before] - 2 * unit[at] + unit[after])
        rows.append((even, np.zeros((len(even), 2))))
    left, right = (np.concatenate(part) for part in zip(*rows, strict=True))
    places = np.linalg.lstsq(left, right, rcond=None)[0]
    return np.asarray(np.column_stack([centres, places, known]), np.float32)


def _rays_like(rays: Rays, spectrum: Floats) -> Rays:
    """The rays of a tile's spectrum [angles, radii] near those of its neighbour."""
    return tuple(strongest_rays(spectrum[None], round(ray.angle), round(ray.step))[0] for ray in rays)


def _stretched_rays(spectra: Floats, gradients: Floats, frequency: float) -> Floats:
    """Spectra [2, radii] that enough tiles reach along their own two rays, each stretched to one line frequency."""
    radius = np.arange(STRAIGHTEN.tile_px, dtype=np.float32)
    rays = []
    for axis in (0, 1):
        lines = np.linalg.norm(gradients[:, axis], axis=1) * STRAIGHTEN.tile_px
        theta = np.rad2deg(np.arctan2(gradients[:, axis, 1], gradients[:, axis, 0])) % 180
        rows = np.round(theta * STRAIGHTEN.angle_steps / 180).astype(int) % STRAIGHTEN.angle_steps
        own = zip(spectra, rows, lines / frequency, strict=True)
        stretched = [np.interp(radius * ratio, radius, tile[row], right=0) for tile, row, ratio in own]
        rays.append(reached_by(np.array(stretched, np.float32)[:, None], STRAIGHTEN.tile_share)[0])
    return np.stack(rays)
