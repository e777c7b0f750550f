"""The map from a flat sheet to a photo of it: curl, folds and crumple, tilt, rotation, crop and lens.

The map is a field of nodes: the sheet point of each node of a grid over the photo, bilinear between nodes. Pixels are
sampled through this field and truth passes through its inverse, so that the two agree. The physics only sets the nodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.synth.recipe import CameraRecipe, amount

STEP = 8
"""Photo pixels between two nodes of the map."""

_PAD = 3
"""Nodes beyond each side of the photo."""

_OUTER_CORNERS = np.array([[-1.0, -1.0], [2.0, -1.0], [2.0, 2.0], [-1.0, 2.0]])
"""Corners around a sheet, in sheet sizes from its top left corner: no facet of a crumpled sheet ends inside of it."""

_MAX_STEPS = 14
"""Steps of Newton's method on the map."""

_TOLERANCE_PX = 1e-4
"""Newton's method stops where every sheet point is this near."""

_UNBEND_STEPS = 12
"""Steps of the fixed-point iteration that finds the sheet point below a flat point."""


@dataclass(frozen=True, eq=False)
class Warp:
    """Photo to sheet: `nodes` [R, C, 2] are the sheet (x, y) of photo point (origin + step c, origin + step r).

    `width` and `height` are those of the photo in pixels. The field reaches `_PAD` nodes beyond the photo; further out
    it is linear.
    """

    nodes: Floats
    width: int
    height: int
    step: int = STEP

    @property
    def origin(self) -> float:
        """Photo x (and y) of the first node."""
        return (self.step - 1) / 2 - _PAD * self.step

    def to_sheet(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Sheet points [..., 2] of photo points [..., 2]."""
        return self._sample(np.asarray(points, np.float64))[0]

    def to_photo(self, points: NDArray[np.floating]) -> Floats:
        """Photo points [..., 2] of sheet points [..., 2], by Newton's method on the field; NaN stays NaN."""
        shape = np.shape(points)
        target = np.asarray(points, np.float64).reshape(-1, 2)
        known = np.isfinite(target).all(axis=1)
        out = np.full(target.shape, np.nan)
        out[known] = self._invert(target[known])
        return out.reshape(shape).astype(np.float32)

    def all_to_photo(self, groups: Sequence[NDArray[np.floating]]) -> list[Floats]:
        """`to_photo` of several arrays [..., 2] at once, which is faster than one by one."""
        if not groups:
            return []
        flat = [np.asarray(group).reshape(-1, 2) for group in groups]
        moved = self.to_photo(np.concatenate(flat))
        parts = np.split(moved, np.cumsum([len(points) for points in flat])[:-1])
        return [part.reshape(np.shape(group)) for part, group in zip(parts, groups, strict=True)]

    def dense(self) -> Floats:
        """Sheet (x, y) of every photo pixel, [height, width, 2]."""
        rows, cols = self.nodes.shape[:2]
        field = cv2.resize(self.nodes, (cols * self.step, rows * self.step), interpolation=cv2.INTER_LINEAR)
        pad = _PAD * self.step
        return np.ascontiguousarray(field[pad : pad + self.height, pad : pad + self.width], np.float32)

    def photograph(self, sheet: Pixels) -> tuple[Pixels, Pixels]:
        """The photo [height, width, 3] of a sheet [H, W, 3], and the coverage of each photo pixel by the sheet, 0..255.

        Beyond the sheet the pixels repeat those at its edge.
        """
        field = self.dense()
        x, y = np.ascontiguousarray(field[..., 0]), np.ascontiguousarray(field[..., 1])
        photo = cv2.remap(sheet, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        height, width = sheet.shape[:2]
        inside_px = np.minimum(np.minimum(x + 1, width - x), np.minimum(y + 1, height - y))
        mask = (np.clip(inside_px, 0, 1) * 255).astype(np.uint8)
        return np.asarray(photo, np.uint8), mask

    def _sample(
        self, points: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Sheet points [..., 2] of photo points, and their derivatives along the photo's x and y."""
        rows, cols = self.nodes.shape[:2]
        g = (points - self.origin) / self.step
        i = np.clip(np.floor(g[..., 0]), 0, cols - 2).astype(int)
        j = np.clip(np.floor(g[..., 1]), 0, rows - 2).astype(int)
        u, v = (g[..., 0] - i)[..., None], (g[..., 1] - j)[..., None]
        a, b, c, d = self.nodes[j, i], self.nodes[j, i + 1], self.nodes[j + 1, i], self.nodes[j + 1, i + 1]
        sheet = (a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v
        along_x = ((b - a) * (1 - v) + (d - c) * v) / self.step
        along_y = ((c - a) * (1 - u) + (d - b) * u) / self.step
        return sheet, along_x, along_y

    def _invert(self, target: NDArray[np.float64]) -> NDArray[np.float64]:
        """Photo points [N, 2] of sheet points [N, 2], from the nearest node on; of each the best one met."""
        if not len(target):
            return target
        cols = self.nodes.shape[1]
        _, nearest = cKDTree(self.nodes.reshape(-1, 2)).query(target)
        photo = self.origin + self.step * np.stack([nearest % cols, nearest // cols], axis=1).astype(np.float64)
        best, smallest = photo, np.full(len(target), np.inf)
        for _ in range(_MAX_STEPS):
            sheet, dx, dy = self._sample(photo)
            error = target - sheet
            size = np.hypot(error[:, 0], error[:, 1])
            better = size < smallest
            best, smallest = np.where(better[:, None], photo, best), np.minimum(size, smallest)
            if smallest.max() < _TOLERANCE_PX:
                break
            photo = photo + _newton_step(error, dx, dy)
        return best


def _newton_step(error: NDArray[np.float64], dx: NDArray[np.float64], dy: NDArray[np.float64]) -> NDArray[np.float64]:
    """J^-1 error [N, 2] for the Jacobians J with columns dx and dy [N, 2]."""
    determinant = dx[:, 0] * dy[:, 1] - dy[:, 0] * dx[:, 1]
    determinant = np.where(np.abs(determinant) < 1e-9, 1e-9, determinant)
    adjugate = np.stack(
        [error[:, 0] * dy[:, 1] - error[:, 1] * dy[:, 0], error[:, 1] * dx[:, 0] - error[:, 0] * dx[:, 1]], 1
    )
    return np.asarray(adjugate / determinant[:, None])


@dataclass(frozen=True, eq=False)
class Relief:
    """Heights `z` [R, C] of a bent sheet over the table, in sheet pixels, on a grid every `step` sheet pixels."""

    z: Floats
    step: float

    @property
    def slopes(self) -> tuple[Floats, Floats]:
        """dz/dx and dz/dy on the grid."""
        # One-sided differences: a crease is sharp, and central differences would smear it over two cells.
        dx = np.diff(self.z, axis=1, append=2 * self.z[:, -1:] - self.z[:, -2:-1]) / self.step
        dy = np.diff(self.z, axis=0, append=2 * self.z[-1:] - self.z[-2:-1]) / self.step
        return np.asarray(dx, np.float32), np.asarray(dy, np.float32)

    def at(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Heights [N] at sheet points [N, 2]; beyond the sheet that of its edge."""
        rows, cols = self.z.shape
        gx = np.clip(points[:, 0] / self.step, 0, cols - 1.001)
        gy = np.clip(points[:, 1] / self.step, 0, rows - 1.001)
        i, j = gx.astype(int), gy.astype(int)
        u, v = gx - i, gy - j
        z = self.z
        top = z[j, i] * (1 - u) + z[j, i + 1] * u
        bottom = z[j + 1, i] * (1 - u) + z[j + 1, i + 1] * u
        return np.asarray(top * (1 - v) + bottom * v)


@dataclass(frozen=True)
class View:
    """The pose of a camera: clockwise rotation, tilt about the x and y axis, distance in diagonals of the page.

    `lens` is the radial distortion at the corners as a share. `scale` is photo pixels a sheet pixel. `margins` (left,
    top, right, bottom) are shares of the page's extent, negative where the photo cuts into the page. With an `aspect`
    (long side / short side) the photo is widened on two sides towards it; without margins it has it exactly.
    """

    rotation_degrees: float = 0.0
    tilt_radians: tuple[float, float] = (0.0, 0.0)
    distance: float = 2.0
    lens: float = 0.0
    scale: float = 1.0
    margins: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    aspect: float | None = None


def flat_relief(width: int, height: int) -> Relief:
    """A sheet that lies flat."""
    step = max(2.0, max(width, height) / 480)
    return Relief(np.zeros((int(height / step) + 3, int(width / step) + 3), np.float32), step)


def sample_relief(rng: np.random.Generator, width: int, height: int, recipe: CameraRecipe) -> Relief:
    """A sheet with curl, folds and crumple at random."""
    relief = flat_relief(width, height)
    rows, cols = relief.z.shape
    x, y = np.meshgrid(np.arange(cols) * relief.step, np.arange(rows) * relief.step)
    size = float(np.hypot(width, height))
    z = _curl(rng, x / size, y / size, amount(rng, recipe.curl)) * size
    z += _folds(rng, x, y, width, height, amount(rng, recipe.folds))
    z += _crumple(rng, x / size, y / size, amount(rng, recipe.crumple, 0.45)) * size
    return Relief(np.asarray(z - z.mean(), np.float32), relief.step)


def sample_view(rng: np.random.Generator, recipe: CameraRecipe) -> View:
    """A camera at random: a photo with background on all sides, or a close one of the page alone."""
    quarter_turn = 90 * int(rng.integers(1, 4)) if rng.random() < recipe.quarter_turns else 0
    slant = float(rng.normal(0, 0.5)) if rng.random() < 0.6 else float(rng.uniform(-1, 1))
    tilt = rng.normal(0, 0.5, 2) * amount(rng, recipe.perspective, 0.85) * 0.7
    has_background = rng.random() < recipe.background
    margins = rng.uniform(0.0, float(rng.choice([0.05, 0.18])), 4) if has_background else -rng.uniform(0, 0.03, 4)
    if not has_background:
        # A close camera is held straight.
        quarter_turn, slant, tilt = (quarter_turn if rng.random() < 0.5 else 0), 0.15 * slant, 0.4 * tilt
    cut = rng.random(4) < 0.35 * recipe.crop
    margins = np.where(cut, -rng.uniform(0, 0.1 * recipe.crop, 4), margins)
    return View(
        rotation_degrees=quarter_turn + float(np.clip(slant, -1, 1)) * recipe.rotation,
        tilt_radians=(float(np.clip(tilt[0], -0.6, 0.6)), float(np.clip(tilt[1], -0.6, 0.6))),
        distance=float(rng.uniform(1.1, 2.6)),
        lens=float(rng.choice([-1, 1])) * amount(rng, recipe.lens) * 0.06,
        scale=float(rng.uniform(0.8, 1.02)),
        aspect=float(rng.choice([16 / 9, 4 / 3, 3 / 2])) if has_background and rng.random() < 0.6 else None,
        margins=(float(margins[0]), float(margins[1]), float(margins[2]), float(margins[3])),
    )


def build_warp(width: int, height: int, relief: Relief, view: View) -> Warp:
    """The map of a sheet of `width` x `height` pixels, bent as `relief`, seen from `view`."""
    to_photo, photo_width, photo_height = _homography(width, height, view)
    grid = _node_grid(photo_width, photo_height)
    points = grid.reshape(-1, 2)
    centre = np.array([photo_width - 1, photo_height - 1]) / 2
    offset = points - centre
    points = centre + offset * (1 + view.lens * (offset**2).sum(axis=1, keepdims=True) / (centre**2).sum())
    to_sheet = np.linalg.inv(to_photo)
    flat = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ to_sheet.T
    # Nodes beyond the horizon of a strongly tilted sheet have no sheet point; they stay in front of it.
    flat = flat[:, :2] / np.maximum(flat[:, 2:], 1e-3 * float(to_sheet[2, 2]) if to_sheet[2, 2] > 0 else 1e-3)
    sheet = _unbend(flat, relief, view, width, height) if relief.z.any() else flat
    return Warp(sheet.reshape(grid.shape).astype(np.float32), photo_width, photo_height)


def identity_warp(width: int, height: int) -> Warp:
    """The map of a page without a camera: the photo is the sheet."""
    return Warp(_node_grid(width, height).astype(np.float32), width, height)


def _node_grid(width: int, height: int) -> NDArray[np.float64]:
    """Photo points [R, C, 2] of the nodes of a photo."""
    cols, rows = -(-width // STEP) + 2 * _PAD, -(-height // STEP) + 2 * _PAD
    origin = (STEP - 1) / 2 - _PAD * STEP
    return np.stack(np.meshgrid(origin + STEP * np.arange(cols), origin + STEP * np.arange(rows)), axis=-1)


def _unbend(flat: NDArray[np.float64], relief: Relief, view: View, width: int, height: int) -> NDArray[np.float64]:
    """Sheet points p with p + shift(p) = flat: the parallax of a high point leads away from below the camera."""
    diagonal = float(np.hypot(width, height))
    centre = np.array([width, height]) / 2
    tilt = np.array([np.sin(view.tilt_radians[1]), -np.sin(view.tilt_radians[0])])
    points = flat.copy()
    for _ in range(_UNBEND_STEPS):
        z = relief.at(points)[:, None]
        points = flat - z * (tilt + (points - centre) / (view.distance * diagonal))
    return points


def _homography(width: int, height: int, view: View) -> tuple[NDArray[np.float64], int, int]:
    """Sheet to photo as a 3 x 3 matrix, and the photo's width and height."""
    t, (a, b) = np.deg2rad(view.rotation_degrees), view.tilt_radians
    rotation = np.array([[np.cos(t), -np.sin(t), 0], [np.sin(t), np.cos(t), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    pose = rotation @ about_x @ about_y
    distance_px = view.distance * float(np.hypot(width, height))
    matrix = np.stack([pose[:, 0], pose[:, 1], np.array([0, 0, distance_px])], axis=1)
    matrix = matrix @ np.array([[1, 0, -(width - 1) / 2], [0, 1, -(height - 1) / 2], [0, 0, 1]])
    matrix = np.diag([distance_px * view.scale, distance_px * view.scale, 1.0]) @ matrix
    corners = np.array([[0, 0, 1], [width - 1, 0, 1], [width - 1, height - 1, 1], [0, height - 1, 1]]) @ matrix.T
    projected = corners[:, :2] / corners[:, 2:]
    low, extent = projected.min(axis=0), np.ptp(projected, axis=0)
    left, top, right, bottom = _margins(view, extent)
    shift = np.array([[1, 0, -low[0] + left * extent[0]], [0, 1, -low[1] + top * extent[1]], [0, 0, 1]])
    photo_width = max(64, round(extent[0] * (1 + left + right)))
    photo_height = max(64, round(extent[1] * (1 + top + bottom)))
    return shift @ matrix, photo_width, photo_height


def _margins(view: View, extent: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """The view's margins, widened towards its aspect; the photo is upright or lying as the page is."""
    left, top, right, bottom = view.margins
    if view.aspect is None:
        return left, top, right, bottom
    width, height = extent[0] * (1 + left + right), extent[1] * (1 + top + bottom)
    aspect = view.aspect if width >= height else 1 / view.aspect
    more_x, more_y = max(0.0, height * aspect / width - 1) / 2, max(0.0, width / aspect / height - 1) / 2
    return left + more_x, top + more_y, right + more_x, bottom + more_y


def _curl(rng: np.random.Generator, x: Floats, y: Floats, strength: float) -> NDArray[np.float64]:
    """Heights of a wave across the sheet, in diagonals of the sheet as are x and y."""
    if strength == 0:
        return np.zeros(x.shape)
    angle = float(rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)]))
    along = x * np.cos(angle) + y * np.sin(angle)
    waves, phase = float(rng.uniform(0.3, 1.3)), float(rng.uniform(0, 6.28))
    return np.asarray(strength * 0.07 * np.sin(2 * np.pi * waves * along + phase))


def _folds(
    rng: np.random.Generator, x: Floats, y: Floats, width: int, height: int, strength: float
) -> NDArray[np.float64]:
    """Heights in sheet pixels of one to four creases; the sheet rises or falls on both sides of each."""
    z = np.zeros(x.shape)
    if strength == 0:
        return z
    straight = rng.random() < 0.45
    for _ in range(int(rng.integers(1, 5))):
        angle = float(rng.choice([0.0, np.pi / 2]) + rng.normal(0, 0.03)) if straight else float(rng.uniform(0, np.pi))
        middle_x, middle_y = float(rng.uniform(0.15, 0.85)) * width, float(rng.uniform(0.15, 0.85)) * height
        across = (x - middle_x) * np.cos(angle) + (y - middle_y) * np.sin(angle)
        z += float(rng.choice([-1, 1])) * strength * float(rng.uniform(0.04, 0.16)) * np.abs(across)
    return z


def _crumple(rng: np.random.Generator, x: Floats, y: Floats, strength: float) -> NDArray[np.float64]:
    """Heights in diagonals of flat facets between points at random heights, as of a sheet that was once a ball."""
    z = np.zeros(x.shape)
    if strength == 0:
        return z
    # One point in each cell of a coarse grid: points anywhere would make slivers of facets.
    across = int(rng.integers(5, 12))
    down = max(3, round(across * x.shape[0] / x.shape[1]))
    n = across * down
    cell = np.stack(np.meshgrid(np.arange(across), np.arange(down)), axis=-1).reshape(-1, 2)
    low, high = np.array([x.min(), y.min()]), np.array([x.max(), y.max()])
    points = np.concatenate(
        [
            low + 1.2 * ((cell + rng.uniform(0, 1, (n, 2))) / [across, down] - 0.08) * (high - low),
            low + _OUTER_CORNERS * (high - low),
        ]
    )
    heights = np.concatenate([rng.normal(0, 1, n), np.zeros(len(_OUTER_CORNERS))])
    facets = Delaunay(points).simplices
    facet_at = np.zeros(x.shape, np.int32)
    on_grid = (points - low) / (high - low) * (np.array(x.shape[::-1]) - 1)
    for k, facet in enumerate(facets):
        cv2.fillConvexPoly(facet_at, np.round(on_grid[facet] * 16).astype(np.int32), k, cv2.LINE_8, 4)
    ones = np.ones((len(facets), 3, 1))
    planes = np.linalg.solve(np.concatenate([points[facets], ones], axis=2), heights[facets][..., None])[..., 0]
    a, b, c = np.moveaxis(planes[facet_at], -1, 0)
    # A crease that was flattened again is a little round.
    z = cv2.GaussianBlur(a * x + b * y + c, (0, 0), float(rng.uniform(0.4, 2.5)))
    return np.asarray(z * strength * 0.05 / np.sqrt(n))
