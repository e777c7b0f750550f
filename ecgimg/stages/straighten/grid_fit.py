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

from ecgimg.datamodel.arrays import Floats
from ecgimg.stages.straighten.line_contrast import INK, MAJOR_MM, SCALE, contrast_and_spread
from ecgimg.threads import thread_count

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
    spots: Floats | None


def fit_grid(rgb: NDArray[np.uint8]) -> GridFit | None:
    """The grid's homography from a photo's pixels [H, W, 3]; None where no grid is found, or one too bent for that."""
    contrast, spread = contrast_and_spread(rgb, SCALE)
    for ink in INK:
        fit = _fit(contrast, spread, ink, bent=False)
        if fit is not None:
            return fit if fit.agreed > MIN_AGREED else None
    return None


def fit_bent_grid(rgb: NDArray[np.uint8]) -> GridFit | None:
    """The same of strongly bent paper, with the places of its parts; takes longer."""
    return _fit(*contrast_and_spread(rgb, SCALE), INK[0], bent=True)


def _fit(contrast: Floats, spread: Floats, ink: float, bent: bool) -> GridFit | None:
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


def _agreed(lines: NDArray[np.float64], centres: Floats, gradients: Floats) -> float:
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
    rays: Floats


def _usual_comb(spectra: Floats) -> _Comb:
    """The strongest comb of a spectrum that enough tiles reach."""
    some = spectra[::2]
    for share in TILE_SHARES:
        usual = _ranked(some, share)
        angle, frequency, score = _strongest_pair(_comb(usual, FREQUENCIES))
        if score >= MIN_SCORE:
            break
    rays = usual[[angle, (angle + ANGLES // 2) % ANGLES]]
    return _Comb(angle, _not_half(rays, frequency), score, rays)


def _bent_comb(spectra: Floats) -> _Comb:
    """The strongest comb that enough tiles reach somewhere near, as on paper so bent or seen so aslant that its grid is
    nowhere the same.
    """
    window = np.ones((BENT_ANGLE + 1, 2 * BENT_FREQUENCY + 1), np.uint8)

    def reached(tile: Floats) -> Floats:
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


def _rays(spectra: Floats, gradients: Floats, frequency: float) -> Floats:
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


def _ranked(spectra: Floats, share: float) -> Floats:
    """What this share of planes [N, R, C] reaches, element by element: [R, C]."""
    rank = round((len(spectra) - 1) * (1 - share))

    def part(angles: Floats) -> Floats:
        return np.asarray(np.partition(angles, rank, axis=0)[rank])

    with ThreadPoolExecutor(thread_count()) as pool:
        return np.concatenate(list(pool.map(part, np.array_split(spectra, thread_count(), axis=1))))


def _not_half(rays: Floats, frequency: int) -> int:
    """The frequency, or twice as much where that fits about as well: then every other harmonic has nothing to it."""
    double = min(frequency + OCTAVE, len(FREQUENCIES) - 1)
    once, twice = _comb(rays, FREQUENCIES[[frequency, double]]).mean(axis=0)
    return double if twice > HALF_SHARE * once else frequency


def _polar_spectra(contrast: Floats) -> tuple[Floats, Floats]:
    """Tile centres [N, 2] and root amplitude spectra [N, ANGLES, TILE] over angle and radius (half a bin each)."""
    window = np.outer(np.hanning(TILE), np.hanning(TILE)).astype(np.float32)
    theta, radius = np.meshgrid(np.arange(ANGLES) * (np.pi / ANGLES), np.arange(TILE) / 2, indexing="ij")
    across = (TILE / 2 + radius * np.cos(theta)).astype(np.float32)
    along = (radius * np.sin(theta)).astype(np.float32)
    corners = [(x, y) for y in _starts(contrast.shape[0]) for x in _starts(contrast.shape[1])]

    def spectrum(corner: tuple[int, int]) -> Floats:
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


def _lattice(centres: Floats) -> NDArray[np.int_]:
    """Numbers [R, C] of the tiles, which lie row by row."""
    return np.arange(len(centres)).reshape(len(np.unique(centres[:, 1])), -1)


def _tile_weights(centres: Floats, spread: Floats) -> Floats:
    """Weights [N] of the tiles: tables and cloths have textures too, but much fainter ones than a page with ink."""
    strength = cv2.remap(cv2.blur(spread, (TILE, TILE)), centres[None], None, cv2.INTER_LINEAR)[0]
    return np.asarray(np.clip(strength / (FAINT * np.percentile(strength, 90) + 1e-6), 0, 1) ** 2, np.float32)


def _starts(length: int) -> list[int]:
    last = max(length - TILE, 0)
    return [int(v) for v in np.linspace(0, last, max(1, int(np.ceil(last / STRIDE)) + 1))]


def _comb(spectra: Floats, frequencies: Floats) -> Floats:
    """Mean at a frequency's harmonics less the mean between them: [..., TILE] -> [..., F].

    Half and double the true frequency score low, since they miss harmonics or find them in between.
    """
    k = np.arange(1, HARMONICS + 1, dtype=np.float32)
    on, off = 2 * frequencies[:, None] * k, 2 * frequencies[:, None] * (k - 0.5)
    reader = _reader(on, spectra.shape[-1]) - _reader(off, spectra.shape[-1])
    return np.asarray(spectra @ reader.T, np.float32)


def _reader(radius: Floats, length: int) -> Floats:
    """Weights [F, length] that give the means of a spectrum, interpolated at radii [F, K]; those beyond it are left."""
    inside = radius < length - 2
    low = np.where(inside, radius, 0).astype(int)
    share = np.where(inside, radius - low, 0)
    weights = np.zeros((len(radius), length + 1), np.float32)
    rows = np.broadcast_to(np.arange(len(radius))[:, None], radius.shape)
    np.add.at(weights, (rows, low), np.where(inside, 1 - share, 0))
    np.add.at(weights, (rows, low + 1), share)
    return np.asarray(weights[:, :length] / np.maximum(inside.sum(axis=1, keepdims=True), 1), np.float32)


def _strongest_pair(common: Floats) -> tuple[int, int, float]:
    """Angle, frequency and score of a comb [ANGLES, F] that has a partner of like spacing at a right angle."""
    wrapped = np.vstack([common, common, common])
    partner = cv2.dilate(wrapped, np.ones((41, 27)))[ANGLES : 2 * ANGLES]
    partner = np.roll(partner, -ANGLES // 2, axis=0)
    both = np.minimum(common, partner) + 0.5 * (common + partner)
    angle, frequency = np.unravel_index(int(both.argmax()), both.shape)
    return int(angle), int(frequency), float(both[angle, frequency]) / 2


def _tile_gradients(spectra: Floats, comb: _Comb) -> tuple[Floats, Floats]:
    """Gradients [N, 2, 2] of the sheet's x and y in lines per pixel at every tile, and weights [N]."""
    return _gradients(_rays_near(spectra, comb))


def _followed(spectra: Floats, centres: Floats, comb: _Comb) -> tuple[Floats, Floats]:
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


def _rays_near(spectra: Floats, comb: _Comb) -> list[tuple[_Ray, ...]]:
    """Both rays of every tile, near those of a comb."""
    both = [_strongest(spectra, comb.angle + axis * ANGLES // 2, comb.frequency) for axis in (0, 1)]
    return list(zip(*both, strict=True))


def _strongest(spectra: Floats, angle: int, step: int) -> list[_Ray]:
    """The strongest ray of each of spectra [N, ANGLES, TILE] near an angle and a step."""
    rows = angle + np.arange(-ANGLE_REACH, ANGLE_REACH + 1)
    columns = np.arange(max(0, step - FREQUENCY_REACH), min(len(FREQUENCIES), step + FREQUENCY_REACH + 1))
    peaks = [_peak(tile) for tile in _comb(spectra[:, rows % ANGLES], FREQUENCIES[columns])]
    return [_Ray(rows[0] + row, columns[0] + column, score) for row, column, score in peaks]


def _gradients(rays: Sequence[tuple[_Ray, ...]]) -> tuple[Floats, Floats]:
    """Gradients [N, 2, 2] and weights [N] of tiles' pairs of rays."""
    theta = np.deg2rad([[0.5 * ray.angle for ray in pair] for pair in rays])
    lines = np.interp([[ray.step for ray in pair] for pair in rays], np.arange(len(FREQUENCIES)), FREQUENCIES) / TILE
    vectors = np.stack([np.cos(theta) * lines, np.sin(theta) * lines], axis=2)
    weights = np.array([min(ray.score for ray in pair) for pair in rays], np.float32).clip(0)
    return _as_right_and_down(vectors[:, 0], vectors[:, 1]), weights


def _peak(score: Floats) -> tuple[float, float, float]:
    """Row and column of the highest value, refined by the centroid of its 3 x 3 neighbours."""
    row, col = np.unravel_index(int(score.argmax()), score.shape)
    r, c = int(np.clip(row, 1, score.shape[0] - 2)), int(np.clip(col, 1, score.shape[1] - 2))
    weight = np.maximum(score[r - 1 : r + 2, c - 1 : c + 2] - score.mean(), 1e-3) ** 2
    rows, cols = np.mgrid[-1:2, -1:2]
    total = weight.sum()
    return float(r + (weight * rows).sum() / total), float(c + (weight * cols).sum() / total), float(score.max())


def _as_right_and_down(first: NDArray[np.float64], second: NDArray[np.float64]) -> Floats:
    """Names the two directions: x is the one nearer to the photo's x axis and points right, y points down."""
    x, y = (first, second) if abs(np.median(first[:, 0])) >= abs(np.median(second[:, 0])) else (second, first)
    x = x * np.sign(np.median(x[:, 0]))
    y = y * np.sign(np.median(y[:, 1]))
    return np.asarray(np.stack([x, y], axis=1), np.float32)


def _fit_homography(
    centres: Floats, gradients: Floats, weights: Floats, shape: tuple[int, ...]
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


def _spots(centres: Floats, gradients: Floats, weights: Floats, lines: NDArray[np.float64]) -> Floats:
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


def _box(matrix: NDArray[np.float64], centres: Floats, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Bounds in lines of the tiles, which overlap the photo's borders no further than the photo goes."""
    half = TILE / 2
    corners = np.concatenate([centres + half * np.array(d) for d in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
    corners = np.clip(corners, 0, [shape[1] - 1, shape[0] - 1]).astype(np.float64)
    lines = cv2.perspectiveTransform(corners[:, None], matrix)[:, 0]
    return np.concatenate([lines.min(axis=0), lines.max(axis=0)])


def _homography_gradients(p: NDArray[np.float64], points: Floats) -> NDArray[np.float64]:
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
