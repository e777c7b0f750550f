"""Measures the printed grid of a photo: local spectra give a homography, the grid's phase gives what it leaves.

The grid is a lattice of dark lines. In a tile of the photo its spectrum is a comb along two nearly perpendicular rays;
spacing and angle of the comb are the gradient of the sheet's coordinates there. A homography is fitted to the gradients
of all tiles. On the page straightened by it, demodulation at the grid's frequency gives the displacement that is left
at every point (fringe-pattern analysis: Takeda et al., J. Opt. Soc. Am. 72, 156, 1982), which undoes folds and curls.

On strongly bent paper the tiles share no comb. There the rays are followed from tile to tile, and the gradients are
summed up to the tiles' places on the sheet, from which the demodulation goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from heapq import heappop, heappush

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.restoration import unwrap_phase

from ecgimg.nets.trace import extreme_channels
from ecgimg.runtime import thread_count
from ecgimg.stages.filters import wide_blur

Array = NDArray[np.float32]

SCALE = 12.0
"""Standard deviation in pixels of the neighbourhood against which lines are dark."""
INK = (2.5, 1.0)
"""Contrast above which ink counts no more than a line: a grid that dense curves hide is looked for with the second."""
TILE = 256
STRIDE = 128
ANGLES = 360
"""Angles of a polar spectrum over half a turn, 0.5 degrees each."""
HARMONICS = 6
FREQUENCIES = np.exp(np.arange(np.log(2.4), np.log(80), 0.015)).astype(np.float32)
"""Lines a tile that are searched for, that is spacings from 3.2 to 107 pixels."""
OCTAVE = round(float(np.log(2)) / 0.015)
"""Steps of these to twice a frequency."""
HALF_SHARE = 0.5
"""Share of a comb's score that twice its frequency reaches only where that is the grid's."""
ANGLE_REACH = 28
"""Half degrees by which perspective and folds may turn a tile's grid against the page's."""
FREQUENCY_REACH = 17
"""Steps of FREQUENCIES by which they may stretch it: about 25 %."""
MIN_SCORE = 1.15
"""Comb contrast under which a page has no grid; noise, textures and pages of text stay under 1.1."""
MIN_BENT_SCORE = 2.0
"""The same where every tile may have its own angle and frequency; pages without a grid stay under 0.8, cloths
at 1.8."""
AGREED, MIN_AGREED = 0.1, 0.75
"""Share by which a tile's gradient may differ from the homography's, and the share of tiles of which fewer do so only
where the paper is strongly bent: on 70 photographed pages it was 0.81 at least."""
SPOT_HOLD, SPOT_EVEN = 1e-3, 0.1
"""How strongly tiles' places are held to the homography, and to even steps, in terms of a sure tile's gradient."""
BENT_ANGLE, BENT_FREQUENCY = 12, 9
"""Half degrees and steps of FREQUENCIES by which tiles of a strongly bent page may differ from what they share."""
FAINT = 0.6
"""Share of a page's usual strength under which a tile counts less."""
TILE_SHARES = (0.3, 0.1)
"""Share of the tiles that must show the grid: most pages fill the picture, some lie small on a table."""
FIT_SCALE, FIT_STEP, FIT_STEPS = 0.03, 1e-6, 50
"""Of the homography's fit: relative error of a tile's gradients above which it counts less, precision, most steps."""
MAJOR_SCORE = 1.5
"""Comb contrast at a fifth of the frequency above which the found lines are the small squares of a two-level grid."""
MAJOR_MM = 5.0
MANY_LINES = 110
"""One level of lines is taken for small squares if more than these cross the page: no page is 550 mm long."""


@dataclass(frozen=True, eq=False)
class GridFit:
    """The grid as a homography: `matrix` [3, 3] takes photo pixels to millimetres (the origin is arbitrary).

    `box` is the part in millimetres (x0, y0, x1, y1) whose tiles show the grid. `line_mm` is the spacing of the lines
    that were found; `score` their comb contrast; `assumed` is True where only one
    level of lines was seen and its spacing was judged by their number. Where the tiles share no comb, each having its
    own, `spots` [N, 5] tells more than the homography: photo pixels x and y, millimetres x and y, and a weight.
    `agreed` is the share of the tiles that the homography fits.
    """

    matrix: NDArray[np.float64]
    box: NDArray[np.float64]
    line_mm: float
    score: float
    assumed: bool
    agreed: float
    spots: Array | None


def contrast_image(rgb: NDArray[np.uint8], scale: float = SCALE) -> Array:
    """Dark or coloured lines as positive values in -1..2.5: local mean removed, local contrast normalised.

    Args:
        rgb: pixels [H, W, 3]; the darkest channel is used, in which a line of any colour is dark.
        scale: the neighbourhood's standard deviation in pixels.
    """
    return _contrast(rgb, scale)[0]


def _contrast(rgb: NDArray[np.uint8], scale: float) -> tuple[Array, Array]:
    """The contrast image, and the mean strength in grey levels of what is normalised in it."""
    dark = extreme_channels(rgb)[1].astype(np.float32)
    detail = wide_blur(dark, scale) - dark
    spread = wide_blur(np.abs(detail), 2 * scale)
    return np.clip(detail / (spread + 1.0), -1.0, INK[0]), spread


def ink_mask(rgb: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.bool_]:
    """Pixels of a roughly straightened page that are clearly darker than its grid lines: traces and text.

    The brightest channel is used, in which a coloured grid is faint. Most windows of one large square hold no ink, so
    the median of their darkest pixels is the grid's own level.
    """
    bright = extreme_channels(rgb)[0].astype(np.float32)
    detail = wide_blur(bright, 3 * px_per_mm) - bright
    side = round(MAJOR_MM * px_per_mm)
    level = float(np.median(cv2.dilate(detail, np.ones((side, side), np.uint8))[::side, ::side]))
    ink = (detail > 1.6 * level + 4).astype(np.uint8)
    return np.asarray(cv2.dilate(ink, np.ones((3, 3), np.uint8)) > 0)


def fit_grid(rgb: NDArray[np.uint8]) -> GridFit | None:
    """The grid's homography from a photo's pixels [H, W, 3]; None where no grid is found, or one too bent for that."""
    contrast, spread = _contrast(rgb, SCALE)
    for ink in INK:
        fit = _fit(contrast, spread, ink, bent=False)
        if fit is not None:
            return fit if fit.agreed > MIN_AGREED else None
    return None


def fit_bent_grid(rgb: NDArray[np.uint8]) -> GridFit | None:
    """The same of strongly bent paper, with the places of its parts; takes longer."""
    return _fit(*_contrast(rgb, SCALE), INK[0], bent=True)


def _fit(contrast: Array, spread: Array, ink: float, bent: bool) -> GridFit | None:
    """The grid whose comb the tiles share, or are near to on bent paper; None where there is none."""
    centres, spectra = _polar_spectra(np.minimum(contrast, ink))
    spectra *= _tile_weights(centres, spread)[:, None, None]
    comb = _bent_comb(spectra) if bent else _usual_comb(spectra)
    if comb.score < (MIN_BENT_SCORE if bent else MIN_SCORE):
        return None
    gradients, weights = _followed(spectra, centres, comb) if bent else _tile_gradients(spectra, comb)
    good = weights > 0.35 * np.percentile(weights, 80)
    lines = _fit_homography(centres[good], gradients[good], weights[good], contrast.shape)
    if lines is None:
        return None
    box = _box(lines, centres[good], contrast.shape)
    across = float(max(box[2] - box[0], box[3] - box[1]))
    spacing, assumed = _line_spacing(comb, across)
    spots = None
    if bent:
        spots = _spots(centres, gradients, weights, lines)
        seen = spots[good, 2:4]
        box = np.concatenate([np.minimum(box[:2], seen.min(axis=0)), np.maximum(box[2:], seen.max(axis=0))])
        spots *= np.array([1, 1, spacing, spacing, 1], np.float32)
    matrix = np.diag([spacing, spacing, 1.0]) @ lines
    agreed = _agreed(lines, centres[good], gradients[good])
    return GridFit(matrix, box * spacing, spacing, comb.score, assumed, agreed, spots)


def _agreed(lines: NDArray[np.float64], centres: Array, gradients: Array) -> float:
    """The share of tiles whose gradients are within AGREED of a homography's, of the axis on which fewer are."""
    around = centres[:, None].astype(np.float64) + np.array([[-1, 0], [1, 0], [0, -1], [0, 1]])
    left, right, above, below = cv2.perspectiveTransform(around, lines).transpose(1, 0, 2)
    fitted = np.stack([right - left, below - above], axis=2) / 2
    apart = np.linalg.norm(fitted - gradients, axis=2) / np.linalg.norm(gradients, axis=2)
    return float((apart < AGREED).mean(axis=0).min())


@dataclass(frozen=True, eq=False)
class _Comb:
    """The comb that tiles share: its angle, that of FREQUENCIES, its score, and the spectra [2, TILE] of its rays."""

    angle: int
    frequency: int
    score: float
    rays: Array


def _usual_comb(spectra: Array) -> _Comb:
    """The strongest comb of a spectrum that enough tiles reach."""
    some = spectra[::2]
    for share in TILE_SHARES:
        usual = _ranked(some, share)
        angle, frequency, score = _strongest_pair(_comb(usual, FREQUENCIES))
        if score >= MIN_SCORE:
            break
    rays = usual[[angle, (angle + ANGLES // 2) % ANGLES]]
    return _Comb(angle, _not_half(rays, frequency), score, rays)


def _bent_comb(spectra: Array) -> _Comb:
    """The strongest comb that enough tiles reach somewhere near, as on paper so bent or seen so aslant that its grid is
    nowhere the same.
    """
    window = np.ones((BENT_ANGLE + 1, 2 * BENT_FREQUENCY + 1), np.uint8)

    def reached(tile: Array) -> Array:
        comb = _comb(tile[::2], FREQUENCIES)
        around = np.vstack([comb[-BENT_ANGLE:], comb, comb[:BENT_ANGLE]])
        return np.asarray(cv2.dilate(around, window)[BENT_ANGLE:-BENT_ANGLE], np.float32)

    with ThreadPoolExecutor(thread_count()) as pool:
        combs = np.stack(list(pool.map(reached, spectra)))
    angle, frequency, score = _strongest_pair(np.repeat(_ranked(combs, TILE_SHARES[0]), 2, axis=0))
    comb = _Comb(angle, frequency, score, spectra[0, :2])
    gradients, weights = _tile_gradients(spectra, comb)
    good = weights > MIN_SCORE
    if not good.any():
        return replace(comb, score=0.0)
    return replace(comb, rays=_rays(spectra[good], gradients[good], float(FREQUENCIES[frequency])))


def _rays(spectra: Array, gradients: Array, frequency: float) -> Array:
    """Spectra [2, TILE] that enough tiles reach along their own two rays, each stretched to one frequency of lines."""
    radius = np.arange(TILE, dtype=np.float32)
    rays = []
    for axis in (0, 1):
        lines = np.linalg.norm(gradients[:, axis], axis=1) * TILE
        theta = np.rad2deg(np.arctan2(gradients[:, axis, 1], gradients[:, axis, 0])) % 180
        rows = np.round(theta * ANGLES / 180).astype(int) % ANGLES
        own = zip(spectra, rows, lines / frequency, strict=True)
        stretched = [np.interp(radius * ratio, radius, tile[row], right=0) for tile, row, ratio in own]
        rays.append(_ranked(np.array(stretched, np.float32)[:, None], TILE_SHARES[0])[0])
    return np.stack(rays)


def _ranked(spectra: Array, share: float) -> Array:
    """What this share of planes [N, R, C] reaches, element by element: [R, C]."""
    rank = round((len(spectra) - 1) * (1 - share))

    def part(angles: Array) -> Array:
        return np.asarray(np.partition(angles, rank, axis=0)[rank])

    with ThreadPoolExecutor(thread_count()) as pool:
        return np.concatenate(list(pool.map(part, np.array_split(spectra, thread_count(), axis=1))))


def _not_half(rays: Array, frequency: int) -> int:
    """The frequency, or twice as much where that fits about as well: then every other harmonic has nothing to it."""
    double = min(frequency + OCTAVE, len(FREQUENCIES) - 1)
    once, twice = _comb(rays, FREQUENCIES[[frequency, double]]).mean(axis=0)
    return double if twice > HALF_SHARE * once else frequency


def _polar_spectra(contrast: Array) -> tuple[Array, Array]:
    """Tile centres [N, 2] and root amplitude spectra [N, ANGLES, TILE] over angle and radius (half a bin each)."""
    window = np.outer(np.hanning(TILE), np.hanning(TILE)).astype(np.float32)
    theta, radius = np.meshgrid(np.arange(ANGLES) * (np.pi / ANGLES), np.arange(TILE) / 2, indexing="ij")
    across = (TILE / 2 + radius * np.cos(theta)).astype(np.float32)
    along = (radius * np.sin(theta)).astype(np.float32)
    corners = [(x, y) for y in _starts(contrast.shape[0]) for x in _starts(contrast.shape[1])]

    def spectrum(corner: tuple[int, int]) -> Array:
        x, y = corner
        tile = contrast[y : y + TILE, x : x + TILE]
        tile = np.pad(tile, ((0, TILE - tile.shape[0]), (0, TILE - tile.shape[1])))
        # A real picture's spectrum is the same on both sides of the origin: the lower half tells all angles.
        half = np.abs(np.fft.rfft2((tile - tile.mean()) * window, axes=(1, 0)))
        half = np.ascontiguousarray(np.roll(half, TILE // 2, axis=1))
        polar = cv2.remap(half, across, along, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        return np.asarray(np.sqrt(polar / (np.median(polar[::4, ::4]) + 1e-6)), np.float32)

    with ThreadPoolExecutor(thread_count()) as pool:
        spectra = np.stack(list(pool.map(spectrum, corners)))
    return np.array(corners, np.float32) + TILE / 2, spectra


def _lattice(centres: Array) -> NDArray[np.int_]:
    """Numbers [R, C] of the tiles, which lie row by row."""
    return np.arange(len(centres)).reshape(len(np.unique(centres[:, 1])), -1)


def _tile_weights(centres: Array, spread: Array) -> Array:
    """Weights [N] of the tiles: tables and cloths have textures too, but much fainter ones than a page with ink."""
    strength = cv2.remap(cv2.blur(spread, (TILE, TILE)), centres[None], None, cv2.INTER_LINEAR)[0]
    return np.asarray(np.clip(strength / (FAINT * np.percentile(strength, 90) + 1e-6), 0, 1) ** 2, np.float32)


def _starts(length: int) -> list[int]:
    last = max(length - TILE, 0)
    return [int(v) for v in np.linspace(0, last, max(1, int(np.ceil(last / STRIDE)) + 1))]


def _comb(spectra: Array, frequencies: Array) -> Array:
    """Mean at a frequency's harmonics less the mean between them: [..., TILE] -> [..., F].

    Half and double the true frequency score low, since they miss harmonics or find them in between.
    """
    k = np.arange(1, HARMONICS + 1, dtype=np.float32)
    on, off = 2 * frequencies[:, None] * k, 2 * frequencies[:, None] * (k - 0.5)
    reader = _reader(on, spectra.shape[-1]) - _reader(off, spectra.shape[-1])
    return np.asarray(spectra @ reader.T, np.float32)


def _reader(radius: Array, length: int) -> Array:
    """Weights [F, length] that give the means of a spectrum, interpolated at radii [F, K]; those beyond it are left."""
    inside = radius < length - 2
    low = np.where(inside, radius, 0).astype(int)
    share = np.where(inside, radius - low, 0)
    weights = np.zeros((len(radius), length + 1), np.float32)
    rows = np.broadcast_to(np.arange(len(radius))[:, None], radius.shape)
    np.add.at(weights, (rows, low), np.where(inside, 1 - share, 0))
    np.add.at(weights, (rows, low + 1), share)
    return np.asarray(weights[:, :length] / np.maximum(inside.sum(axis=1, keepdims=True), 1), np.float32)


def _strongest_pair(common: Array) -> tuple[int, int, float]:
    """Angle, frequency and score of a comb [ANGLES, F] that has a partner of like spacing at a right angle."""
    wrapped = np.vstack([common, common, common])
    partner = cv2.dilate(wrapped, np.ones((41, 27)))[ANGLES : 2 * ANGLES]
    partner = np.roll(partner, -ANGLES // 2, axis=0)
    both = np.minimum(common, partner) + 0.5 * (common + partner)
    angle, frequency = np.unravel_index(int(both.argmax()), both.shape)
    return int(angle), int(frequency), float(both[angle, frequency]) / 2


def _tile_gradients(spectra: Array, comb: _Comb) -> tuple[Array, Array]:
    """Gradients [N, 2, 2] of the sheet's x and y in lines per pixel at every tile, and weights [N]."""
    return _gradients(_rays_near(spectra, comb))


def _followed(spectra: Array, centres: Array, comb: _Comb) -> tuple[Array, Array]:
    """As `_tile_gradients`, but each tile's rays are looked for near those of the neighbour that shows them best, from
    tile to tile across the page: at its other end they may lie anywhere.
    """
    lattice = _lattice(centres)
    found = _rays_near(spectra, comb)
    begin = int(np.argmax([min(ray.score for ray in rays) for rays in found]))
    waiting = [(0.0, begin, found[begin])]
    done: set[int] = set()
    while waiting:
        _, k, rays = heappop(waiting)
        if k in done:
            continue
        done.add(k)
        found[k] = rays
        if min(ray.score for ray in rays) < MIN_SCORE:
            continue
        row, col = divmod(k, lattice.shape[1])
        beside = (lattice[row, max(col - 1, 0) : col + 2], lattice[max(row - 1, 0) : row + 2, col])
        for other in np.concatenate(beside).tolist():
            if other not in done:
                near = tuple(_strongest(spectra[other][None], round(r.angle), round(r.step))[0] for r in rays)
                heappush(waiting, (-min(ray.score for ray in near), other, near))
    return _gradients([rays if k in done else tuple(ray.lost() for ray in rays) for k, rays in enumerate(found)])


@dataclass(frozen=True, order=True)
class _Ray:
    """A tile's ray: its angle in half degrees, its step in FREQUENCIES, its comb's contrast."""

    angle: float
    step: float
    score: float

    def lost(self) -> _Ray:
        """The same of a tile that was not reached."""
        return replace(self, score=0.0)


def _rays_near(spectra: Array, comb: _Comb) -> list[tuple[_Ray, ...]]:
    """Both rays of every tile, near those of a comb."""
    both = [_strongest(spectra, comb.angle + axis * ANGLES // 2, comb.frequency) for axis in (0, 1)]
    return list(zip(*both, strict=True))


def _strongest(spectra: Array, angle: int, step: int) -> list[_Ray]:
    """The strongest ray of each of spectra [N, ANGLES, TILE] near an angle and a step."""
    rows = angle + np.arange(-ANGLE_REACH, ANGLE_REACH + 1)
    columns = np.arange(max(0, step - FREQUENCY_REACH), min(len(FREQUENCIES), step + FREQUENCY_REACH + 1))
    peaks = [_peak(tile) for tile in _comb(spectra[:, rows % ANGLES], FREQUENCIES[columns])]
    return [_Ray(rows[0] + row, columns[0] + column, score) for row, column, score in peaks]


def _gradients(rays: Sequence[tuple[_Ray, ...]]) -> tuple[Array, Array]:
    """Gradients [N, 2, 2] and weights [N] of tiles' pairs of rays."""
    theta = np.deg2rad([[0.5 * ray.angle for ray in pair] for pair in rays])
    lines = np.interp([[ray.step for ray in pair] for pair in rays], np.arange(len(FREQUENCIES)), FREQUENCIES) / TILE
    vectors = np.stack([np.cos(theta) * lines, np.sin(theta) * lines], axis=2)
    weights = np.array([min(ray.score for ray in pair) for pair in rays], np.float32).clip(0)
    return _as_right_and_down(vectors[:, 0], vectors[:, 1]), weights


def _peak(score: Array) -> tuple[float, float, float]:
    """Row and column of the highest value, refined by the centroid of its 3 x 3 neighbours."""
    row, col = np.unravel_index(int(score.argmax()), score.shape)
    r, c = int(np.clip(row, 1, score.shape[0] - 2)), int(np.clip(col, 1, score.shape[1] - 2))
    weight = np.maximum(score[r - 1 : r + 2, c - 1 : c + 2] - score.mean(), 1e-3) ** 2
    rows, cols = np.mgrid[-1:2, -1:2]
    total = weight.sum()
    return float(r + (weight * rows).sum() / total), float(c + (weight * cols).sum() / total), float(score.max())


def _as_right_and_down(first: NDArray[np.float64], second: NDArray[np.float64]) -> Array:
    """Names the two directions: x is the one nearer to the photo's x axis and points right, y points down."""
    x, y = (first, second) if abs(np.median(first[:, 0])) >= abs(np.median(second[:, 0])) else (second, first)
    x = x * np.sign(np.median(x[:, 0]))
    y = y * np.sign(np.median(y[:, 1]))
    return np.asarray(np.stack([x, y], axis=1), np.float32)


def _fit_homography(
    centres: Array, gradients: Array, weights: Array, shape: tuple[int, ...]
) -> NDArray[np.float64] | None:
    """Homography from photo pixels to grid lines whose gradients fit the tiles' best, or None with too few tiles."""
    if len(centres) < 4 or weights.sum() == 0:
        return None
    middle, unit = np.array([shape[1] / 2, shape[0] / 2]), max(shape) / 2
    points, wanted = (centres - middle) / unit, gradients * unit
    size = np.median(np.linalg.norm(wanted[:, 0], axis=1))
    root = np.sqrt(weights / weights.mean())[:, None, None]

    def residual(p: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(((_homography_gradients(p, points) - wanted) * root / size).ravel())

    p = _robust_fit(residual, np.r_[np.average(wanted, axis=0, weights=weights).ravel(), 0, 0])
    normalise = np.array([[1 / unit, 0, -middle[0] / unit], [0, 1 / unit, -middle[1] / unit], [0, 0, 1]])
    return np.asarray(np.array([[p[0], p[1], 0], [p[2], p[3], 0], [p[4], p[5], 1]]) @ normalise)


def _robust_fit(
    residual: Callable[[NDArray[np.float64]], NDArray[np.float64]], start: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Parameters with the least sum of sqrt(1 + (r / FIT_SCALE)^2): Gauss-Newton steps with weights that follow the
    residuals r. From SciPy's solver it would come at the price of a tenth of a second for the import of that.
    """
    p = start
    for _ in range(FIT_STEPS):
        r = residual(p)
        slopes = np.stack([(residual(p + d) - r) / FIT_STEP for d in FIT_STEP * np.eye(len(p))], axis=1)
        weight = (1 + (r / FIT_SCALE) ** 2) ** -0.25
        step = np.linalg.lstsq(slopes * weight[:, None], -r * weight, rcond=None)[0]
        p = p + step
        if np.abs(step).max() < FIT_STEP * np.abs(p).max():
            break
    return p


def _spots(centres: Array, gradients: Array, weights: Array, lines: NDArray[np.float64]) -> Array:
    """Where the tiles lie on the sheet [N, 5]: their centres in photo pixels, in lines, and their weights.

    From a tile to its neighbour the sheet's coordinates grow by the mean of both gradients (least squares, as a surface
    is found from its normals); where tiles show no grid they grow evenly. The homography only tells where it begins.
    """
    known = np.clip(weights / MIN_SCORE, 0, 1).astype(np.float64)
    begin = cv2.perspectiveTransform(centres[:, None].astype(np.float64), lines)[:, 0]
    rows = [(SPOT_HOLD * np.eye(len(centres)), SPOT_HOLD * begin)]
    lattice = _lattice(centres)
    for grid in (lattice, lattice.T):
        one, other = grid[:, :-1].ravel(), grid[:, 1:].ravel()
        step = (centres[other] - centres[one])[:, :, None]
        grown = (0.5 * (gradients[one] + gradients[other]).astype(np.float64) @ step)[:, :, 0]
        weight = np.minimum(known[one], known[other])[:, None]
        unit = np.eye(len(centres))
        rows.append((weight * (unit[other] - unit[one]), weight * grown))
        before, at, after = grid[:, :-2].ravel(), grid[:, 1:-1].ravel(), grid[:, 2:].ravel()
        even = SPOT_EVEN * (unit[before] - 2 * unit[at] + unit[after])
        rows.append((even, np.zeros((len(even), 2))))
    left, right = (np.concatenate(part) for part in zip(*rows, strict=True))
    places = np.linalg.lstsq(left, right, rcond=None)[0]
    return np.asarray(np.column_stack([centres, places, known]), np.float32)


def _box(matrix: NDArray[np.float64], centres: Array, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Bounds in lines of the tiles, which overlap the photo's borders no further than the photo goes."""
    half = TILE / 2
    corners = np.concatenate([centres + half * np.array(d) for d in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
    corners = np.clip(corners, 0, [shape[1] - 1, shape[0] - 1]).astype(np.float64)
    lines = cv2.perspectiveTransform(corners[:, None], matrix)[:, 0]
    return np.concatenate([lines.min(axis=0), lines.max(axis=0)])


def _homography_gradients(p: NDArray[np.float64], points: Array) -> NDArray[np.float64]:
    """Gradients [N, 2, 2] of (ax + by) / (1 + gx + hy) and (dx + ey) / (1 + gx + hy)."""
    linear, tilt = p[:4].reshape(2, 2), p[4:]
    depth = 1 + points @ tilt
    value = points @ linear.T / depth[:, None]
    return np.asarray((linear[None] - value[:, :, None] * tilt) / depth[:, None, None])


def _line_spacing(comb: _Comb, across: float) -> tuple[float, bool]:
    """Millimetres between the lines that were found, and whether that had to be judged by their number."""
    lines = FREQUENCIES[comb.frequency : comb.frequency + 1]
    if _comb(comb.rays, lines / 5).mean() > MAJOR_SCORE:
        return MAJOR_MM / 5, False
    if _comb(comb.rays, lines * 5).mean() > MAJOR_SCORE:
        return MAJOR_MM, False
    return (MAJOR_MM if across < MANY_LINES else MAJOR_MM / 5), True


@dataclass(frozen=True, eq=False)
class PhaseField:
    """Displacement [R, C, 2] in mm left on a flattened page and the grid's strength [R, C] in 0..1, every `step` mm."""

    shift: Array
    strength: Array
    step: float


def phase_field(
    flat: Array, px_per_mm: float, period_mm: float, step: float, harmonics: tuple[int, ...], unwrap: bool
) -> PhaseField:
    """Measures by how much the grid of a nearly straight page is displaced.

    Args:
        flat: contrast image [H, W] of the page.
        px_per_mm: its scale.
        period_mm: spacing of the grid lines.
        step: distance of the points that are returned, in mm.
        harmonics: harmonics of the grid that are used; above the first only displacements under half of the harmonic's
            period can be told apart, so the coarse ones come first. None may reach half of the page's pixels.
        unwrap: whether displacements may be larger than half a period; only the first harmonic can follow them.

    The phases of harmonic k are weighted by k^2 |z_k|, the inverse of their variance in white noise.
    """

    def along(axis: int) -> tuple[Array, Array]:
        return _axis_field(flat, px_per_mm, period_mm, step, harmonics, unwrap, axis)

    with ThreadPoolExecutor(thread_count()) as pool:
        shifts, strengths = zip(*pool.map(along, (0, 1)), strict=True)
    return PhaseField(np.stack(shifts, axis=2), np.asarray(np.sqrt(strengths[0] * strengths[1]), np.float32), step)


def _axis_field(
    flat: Array, px_per_mm: float, period_mm: float, step: float, harmonics: tuple[int, ...], unwrap: bool, axis: int
) -> tuple[Array, Array]:
    image = flat if axis == 0 else np.ascontiguousarray(flat.T)
    period = period_mm * px_per_mm
    cycles = np.arange(image.shape[1], dtype=np.float32) / period
    energy = _local_mean(image * image, MAJOR_MM * px_per_mm, MAJOR_MM * px_per_mm, step * px_per_mm)
    total, weight, strength = (np.zeros_like(energy) for _ in range(3))
    for k in harmonics:
        carrier = np.exp(-2j * np.pi * k * cycles).astype(np.complex64)
        across, along = 0.6 * period, 1.3 * max(period, 3.0 * px_per_mm)
        real = _local_mean(image * carrier.real, across, along, step * px_per_mm)
        imaginary = _local_mean(image * carrier.imag, across, along, step * px_per_mm)
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


def _local_mean(image: Array, across: float, along: float, step: float) -> Array:
    """Gaussian means of a plane at every `step` pixels, with the standard deviations along x and y in pixels.

    Blocks are averaged before the Gaussian: they are small against it and make it cheap.
    """
    block = max(1, int(min(across, along, step) / 2.5))
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


def _unwrap(phase: Array, strength: Array) -> tuple[Array, Array]:
    """Continuous phase, and the strength, which is set to 0 where the grid is too weak to tell the turn.

    The page's middle keeps its value.
    """
    weak = strength < 0.3 * np.percentile(strength, 90)
    if weak.all():
        return phase, strength
    smooth = unwrap_phase(np.ma.masked_array(phase, weak), rng=0)
    turns = np.round(np.median(np.asarray(smooth)[~weak]) / (2 * np.pi))
    known = np.asarray(smooth, np.float32) - np.float32(2 * np.pi * turns)
    return np.where(weak, np.float32(0), known), np.where(weak, np.float32(0), strength)
