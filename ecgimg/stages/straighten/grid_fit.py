"""Fits the printed grid of a photo: local spectra give a homography from photo pixels to millimetres.

The grid is a lattice of dark lines. In a tile of the photo its spectrum is a comb along two nearly perpendicular rays;
spacing and angle of the comb are the gradient of the sheet's coordinates there. A homography is fitted to the gradients
of all tiles. On strongly bent paper the tiles share no comb: see `ecgimg.stages.straighten.bent_grid`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Bools, Doubles, Floats, Pixels
from ecgimg.stages.straighten.bent_grid import bent_comb, followed_gradients, tile_places
from ecgimg.stages.straighten.comb import (
    FREQUENCIES,
    Comb,
    comb_contrast,
    known_millimetre,
    line_spacing,
    reached_by,
    shared_comb,
)
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.homography import agreeing_share, fit_homography
from ecgimg.stages.straighten.line_contrast import contrast_and_spread
from ecgimg.stages.straighten.rays import tile_gradients
from ecgimg.stages.straighten.tiles import polar_spectra, tile_bounds, tile_weights


@dataclass(frozen=True, eq=False)
class GridFit:
    """The grid as a homography: `matrix` [3, 3] takes photo pixels to millimetres from an arbitrary origin.

    `box` is the part in millimetres (x0, y0, x1, y1) whose tiles show the grid. `line_mm` is the spacing of the lines
    that were found, `contrast` that of their comb. `assumed` is True where only one level of lines was seen and its
    spacing was judged by their number. `agreeing` is the share of the tiles that the homography fits.

    `is_known` is whether other witnesses told its squares, since its lines lie on whole pixels.

    `places` [N, 5] is not None on strongly bent paper, where it is more exact than the homography: photo pixels x and
    y, millimetres x and y, and a weight.
    """

    matrix: Doubles
    box: Doubles
    line_mm: float
    contrast: float
    assumed: bool
    agreeing: float
    places: Floats | None
    is_known: bool = False

    @property
    def is_bent(self) -> bool:
        """Whether the paper is strongly bent."""
        return self.places is not None

    @property
    def has_large_squares_only(self) -> bool:
        """Whether the grid has no lines every millimetre."""
        return self.line_mm > STRAIGHTEN.small_square_mm


def fit_grid(rgb: Pixels) -> GridFit | None:
    """The grid's homography from a photo's pixels [H, W, 3]; None where no grid is found, or one too bent for that."""
    contrast, spread = contrast_and_spread(rgb)
    for max_contrast in (STRAIGHTEN.max_contrast, STRAIGHTEN.max_contrast_dense_ink):
        fit = _fit(np.minimum(contrast, max_contrast), spread, bent=False)
        if fit is not None:
            return fit if fit.agreeing > STRAIGHTEN.min_agreeing_tiles else None
    return None


def fit_known_grid(rgb: Pixels, mm_px: float) -> GridFit | None:
    """The same of a grid of which other witnesses tell that a millimetre is about `mm_px` pixels long.

    Lines that a coarse picture has on whole pixels come again at other distances than their own, too. Small and large
    squares must both be seen; those are taken on which most tiles agree.
    """
    contrast, spread = contrast_and_spread(rgb)
    limits = (STRAIGHTEN.max_contrast, STRAIGHTEN.max_contrast_dense_ink)
    tiles = [_tiles(np.minimum(contrast, limit), spread) for limit in limits]
    exact = next(filter(None, (known_millimetre(spectra, mm_px) for _, spectra in tiles)), None)
    if exact is None:
        return None
    fits = [
        _fit_known(*one, square_mm, exact, contrast.shape)
        for one in tiles
        for square_mm in (STRAIGHTEN.large_square_mm, STRAIGHTEN.small_square_mm)
    ]
    best = max((fit for fit in fits if fit is not None), key=lambda fit: fit.agreeing, default=None)
    return best if best is not None and best.agreeing > STRAIGHTEN.min_agreeing_tiles else None


def fit_bent_grid(rgb: Pixels) -> GridFit | None:
    """The grid of strongly bent paper, with the places of its tiles; takes longer than `fit_grid`."""
    return _fit(*contrast_and_spread(rgb), bent=True)


def _fit(contrast: Floats, spread: Floats, bent: bool) -> GridFit | None:
    """The grid whose comb the tiles share, or are near to on bent paper; None where there is none."""
    centres, spectra = _tiles(contrast, spread)
    comb = bent_comb(spectra) if bent else shared_comb(spectra)
    if comb.contrast < (STRAIGHTEN.min_bent_comb_contrast if bent else STRAIGHTEN.min_comb_contrast):
        return None
    gradients, weights = followed_gradients(spectra, centres, comb) if bent else tile_gradients(spectra, comb)
    good = _good(weights)
    to_lines = fit_homography(centres[good], gradients[good], weights[good], contrast.shape)
    if to_lines is None:
        return None
    box = tile_bounds(to_lines, centres[good], contrast.shape)
    spacing, assumed = line_spacing(comb, float(max(box[2] - box[0], box[3] - box[1])))
    if assumed and spacing > STRAIGHTEN.small_square_mm and _has_bold_lines(contrast, comb):
        spacing, assumed = STRAIGHTEN.small_square_mm, False
    places = None
    if bent:
        places = tile_places(centres, gradients, weights, to_lines)
        box = _extended(box, places[good, 2:4])
        places *= np.array([1, 1, spacing, spacing, 1], np.float32)
    return GridFit(
        matrix=np.diag([spacing, spacing, 1.0]) @ to_lines,
        box=box * spacing,
        line_mm=spacing,
        contrast=comb.contrast,
        assumed=assumed,
        agreeing=agreeing_share(to_lines, centres[good], gradients[good]),
        places=places,
    )


def _fit_known(
    centres: Floats, spectra: Floats, square_mm: float, mm_px: float, shape: tuple[int, ...]
) -> GridFit | None:
    """The grid of known squares in a picture of this shape, as an affine map; None where the tiles share none."""
    comb = shared_comb(spectra, square_mm * mm_px)
    if comb.contrast < STRAIGHTEN.min_comb_contrast:
        return None
    gradients, weights = tile_gradients(spectra, comb, STRAIGHTEN.known_frequency_reach_steps)
    good = _good(weights)
    to_lines = np.eye(3)
    to_lines[:2, :2] = np.median(gradients[good], axis=0)
    return GridFit(
        matrix=np.diag([square_mm, square_mm, 1.0]) @ to_lines,
        box=tile_bounds(to_lines, centres[good], shape) * square_mm,
        line_mm=square_mm,
        contrast=comb.contrast,
        assumed=False,
        agreeing=agreeing_share(to_lines, centres[good], gradients[good]),
        places=None,
        is_known=True,
    )


def _tiles(contrast: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Tile centres [N, 2] and their spectra [N, angles, radii], weighted by their contrast."""
    centres, spectra = polar_spectra(contrast)
    return centres, np.asarray(spectra * tile_weights(centres, spread)[:, None, None], np.float32)


def _good(weights: Floats) -> Bools:
    """The tiles [N] whose grid is clear."""
    return np.asarray(weights > STRAIGHTEN.good_tile_share * np.percentile(weights, STRAIGHTEN.good_tile_percentile))


def _has_bold_lines(contrast: Floats, comb: Comb) -> bool:
    """Whether every fifth line of a comb is bold, where these are too far apart for the tiles: a strip seen from near.

    The contrast [H, W] is made so small that a tile holds several bold lines.
    """
    frequency = float(FREQUENCIES[comb.frequency])
    scale = frequency / STRAIGHTEN.lines_of_near_strip
    if scale >= 1:
        return False
    size = (max(round(side * scale), 2) for side in contrast.shape[::-1])
    _, spectra = polar_spectra(cv2.resize(contrast, tuple(size), interpolation=cv2.INTER_AREA))
    across = (comb.angle + STRAIGHTEN.angle_steps // 2) % STRAIGHTEN.angle_steps
    rays = reached_by(spectra, STRAIGHTEN.tile_share)[[comb.angle, across]]
    ratio = round(STRAIGHTEN.large_square_mm / STRAIGHTEN.small_square_mm)
    bold = np.array([STRAIGHTEN.lines_of_near_strip / ratio], np.float32)
    # The bold lines' fifth harmonic is the fine lines' first.
    return float(comb_contrast(rays, bold, ratio - 1).mean()) > STRAIGHTEN.min_bold_contrast


def _extended(box: Doubles, points: Floats) -> Doubles:
    """A box (x0, y0, x1, y1) extended to hold points [N, 2]."""
    return np.concatenate([np.minimum(box[:2], points.min(axis=0)), np.maximum(box[2:], points.max(axis=0))])
