"""The way from a flat sheet to a picture of it: curl, folds and crumple, a tilted view, a turn, a crop, a lens.

The picture is *defined* by a field of nodes that says for each place in the photo where it lies on the sheet,
bilinear between nodes. Pixels are sampled through this very field and truth goes through its exact inverse, so that
the two can't disagree; the physics only decides what the nodes are.
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
_MARGIN = np.array([[-1.0, -1.0], [2.0, -1.0], [2.0, 2.0], [-1.0, 2.0]])


@dataclass(frozen=True, eq=False)
class Warp:
    """Photo to sheet: `nodes` [R, C, 2] hold the sheet (x, y) of photo (origin + step * c, origin + step * r).

    `width` and `height` are the photo's. The field reaches a little beyond the photo and is linear further out.
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
        goal = np.asarray(points, np.float64).reshape(-1, 2)
        known = np.isfinite(goal).all(axis=1)
        out = np.full(goal.shape, np.nan)
        out[known] = self._invert(goal[known])
        return out.reshape(shape).astype(np.float32)

    def all_to_photo(self, groups: Sequence[NDArray[np.floating]]) -> list[Floats]:
        """`to_photo` of several arrays [..., 2] at once, which is faster than one by one."""
        flat = [np.asarray(g).reshape(-1, 2) for g in groups]
        moved = self.to_photo(np.concatenate(flat)) if flat else np.zeros((0, 2), np.float32)
        parts = np.split(moved, np.cumsum([len(f) for f in flat])[:-1]) if flat else []
        return [part.reshape(np.shape(g)) for part, g in zip(parts, groups, strict=True)]

    def dense(self) -> Floats:
        """Sheet (x, y) of every photo pixel, [height, width, 2]."""
        rows, cols = self.nodes.shape[:2]
        big = cv2.resize(self.nodes, (cols * self.step, rows * self.step), interpolation=cv2.INTER_LINEAR)
        skip = _PAD * self.step
        return np.ascontiguousarray(big[skip : skip + self.height, skip : skip + self.width], np.float32)

    def photograph(self, sheet: Pixels, outside: tuple[int, int, int] = (255, 255, 255)) -> tuple[Pixels, Pixels]:
        """The sheet's RGB pixels as the photo sees them, and how much of each photo pixel is sheet (0..255)."""
        field = self.dense()
        x, y = np.ascontiguousarray(field[..., 0]), np.ascontiguousarray(field[..., 1])
        seen = cv2.remap(sheet, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        h, w = sheet.shape[:2]
        edge = np.minimum(np.minimum(x + 1, w - x), np.minimum(y + 1, h - y))
        mask = (np.clip(edge, 0, 1) * 255).astype(np.uint8)
        return np.asarray(seen, np.uint8), mask

    def _sample(self, q: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        rows, cols = self.nodes.shape[:2]
        g = (q - self.origin) / self.step
        i = np.clip(np.floor(g[..., 0]), 0, cols - 2).astype(int)
        j = np.clip(np.floor(g[..., 1]), 0, rows - 2).astype(int)
        u, v = (g[..., 0] - i)[..., None], (g[..., 1] - j)[..., None]
        a, b, c, d = self.nodes[j, i], self.nodes[j, i + 1], self.nodes[j + 1, i], self.nodes[j + 1, i + 1]
        at = (a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v
        along_x = ((b - a) * (1 - v) + (d - c) * v) / self.step
        along_y = ((c - a) * (1 - u) + (d - b) * u) / self.step
        return at, along_x, along_y

    def _invert(self, goal: NDArray[np.float64]) -> NDArray[np.float64]:
        if not len(goal):
            return goal
        cols = self.nodes.shape[1]
        _, nearest = cKDTree(self.nodes.reshape(-1, 2)).query(goal)
        q = self.origin + self.step * np.stack([nearest % cols, nearest // cols], axis=1).astype(np.float64)
        best, error = q, np.full(len(goal), np.inf)
        for _ in range(14):
            at, dx, dy = self._sample(q)
            miss = goal - at
            size = np.hypot(miss[:, 0], miss[:, 1])
            better = size < error
            best, error = np.where(better[:, None], q, best), np.minimum(size, error)
            if error.max() < 1e-4:
                break
            det = dx[:, 0] * dy[:, 1] - dy[:, 0] * dx[:, 1]
            det = np.where(np.abs(det) < 1e-9, 1e-9, det)
            move = np.stack(
                [miss[:, 0] * dy[:, 1] - miss[:, 1] * dy[:, 0], miss[:, 1] * dx[:, 0] - miss[:, 0] * dx[:, 1]], 1
            )
            q = q + move / det[:, None]
        return best


@dataclass(frozen=True, eq=False)
class Relief:
    """The height of a bent sheet over the table, in sheet pixels, on a grid every `step` sheet pixels."""

    z: Floats
    step: float

    @property
    def slopes(self) -> tuple[Floats, Floats]:
        """dz/dx and dz/dy on the grid."""
        # One-sided differences: a crease is sharp, and central ones would smear it over two cells.
        dx = np.diff(self.z, axis=1, append=2 * self.z[:, -1:] - self.z[:, -2:-1]) / self.step
        dy = np.diff(self.z, axis=0, append=2 * self.z[-1:] - self.z[-2:-1]) / self.step
        return np.asarray(dx, np.float32), np.asarray(dy, np.float32)

    def at(self, p: NDArray[np.float64]) -> NDArray[np.float64]:
        """Heights [N] at sheet points [N, 2]; beyond the sheet the edge's height."""
        rows, cols = self.z.shape
        gx = np.clip(p[:, 0] / self.step, 0, cols - 1.001)
        gy = np.clip(p[:, 1] / self.step, 0, rows - 1.001)
        i, j = gx.astype(int), gy.astype(int)
        u, v = gx - i, gy - j
        z = self.z
        top = z[j, i] * (1 - u) + z[j, i + 1] * u
        low = z[j + 1, i] * (1 - u) + z[j + 1, i + 1] * u
        return np.asarray(top * (1 - v) + low * v)


@dataclass(frozen=True)
class View:
    """A camera's place: clockwise turn in degrees, tilt about both axes in radians, distance in page diagonals.

    `margins` (left, top, right, bottom) are shares of the page's extent, negative where the picture cuts into the page;
    with an `aspect` the picture is widened on two sides to this ratio of its sides.
    """

    turn: float = 0.0
    tilt: tuple[float, float] = (0.0, 0.0)
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
    """Curl, folds and crumple at random."""
    relief = flat_relief(width, height)
    rows, cols = relief.z.shape
    x, y = np.meshgrid(np.arange(cols) * relief.step, np.arange(rows) * relief.step)
    size = float(np.hypot(width, height))
    z = _curl(rng, x / size, y / size, amount(rng, recipe.curl)) * size
    z += _folds(rng, x, y, width, height, amount(rng, recipe.folds))
    z += _crumple(rng, x / size, y / size, amount(rng, recipe.crumple, 0.45)) * size
    return Relief(np.asarray(z - z.mean(), np.float32), relief.step)


def sample_view(rng: np.random.Generator, recipe: CameraRecipe) -> View:
    """A camera at random: a picture of a page on something, or a close one that shows nothing else."""
    quarter = 90 * int(rng.integers(1, 4)) if rng.random() < recipe.quarter_turns else 0
    small = float(rng.normal(0, 0.5)) if rng.random() < 0.6 else float(rng.uniform(-1, 1))
    tilt = rng.normal(0, 0.5, 2) * amount(rng, recipe.perspective, 0.85) * 0.7
    shown = rng.random() < recipe.background
    margins = rng.uniform(0.0, float(rng.choice([0.05, 0.18])), 4) if shown else -rng.uniform(0, 0.03, 4)
    if not shown:
        # Who fills the picture with the page holds the camera straight.
        quarter, small, tilt = (quarter if rng.random() < 0.5 else 0), 0.15 * small, 0.4 * tilt
    cut = rng.random(4) < 0.35 * recipe.crop
    margins = np.where(cut, -rng.uniform(0, 0.1 * recipe.crop, 4), margins)
    return View(
        turn=quarter + float(np.clip(small, -1, 1)) * recipe.rotation,
        tilt=(float(np.clip(tilt[0], -0.6, 0.6)), float(np.clip(tilt[1], -0.6, 0.6))),
        distance=float(rng.uniform(1.1, 2.6)),
        lens=float(rng.choice([-1, 1])) * amount(rng, recipe.lens) * 0.06,
        scale=float(rng.uniform(0.8, 1.02)),
        aspect=float(rng.choice([16 / 9, 4 / 3, 3 / 2])) if shown and rng.random() < 0.6 else None,
        margins=(float(margins[0]), float(margins[1]), float(margins[2]), float(margins[3])),
    )


def build_warp(width: int, height: int, relief: Relief, view: View) -> Warp:
    """The map of a sheet of `width` x `height` pixels, bent as `relief`, seen from `view`."""
    to_photo, photo_w, photo_h = _homography(width, height, view)
    cols = -(-photo_w // STEP) + 2 * _PAD
    rows = -(-photo_h // STEP) + 2 * _PAD
    origin = (STEP - 1) / 2 - _PAD * STEP
    qx, qy = np.meshgrid(origin + STEP * np.arange(cols), origin + STEP * np.arange(rows))
    q = np.stack([qx.ravel(), qy.ravel()], axis=1)
    centre = np.array([photo_w - 1, photo_h - 1]) / 2
    off = q - centre
    q = centre + off * (1 + view.lens * (off**2).sum(axis=1, keepdims=True) / (centre**2).sum())
    back = np.linalg.inv(to_photo)
    flat = np.concatenate([q, np.ones((len(q), 1))], axis=1) @ back.T
    # Nodes can't see beyond the horizon of a strongly tilted sheet.
    flat = flat[:, :2] / np.maximum(flat[:, 2:], 1e-3 * float(back[2, 2]) if back[2, 2] > 0 else 1e-3)
    sheet = _unbend(flat, relief, view, width, height) if relief.z.any() else flat
    return Warp(sheet.reshape(rows, cols, 2).astype(np.float32), photo_w, photo_h)


def identity_warp(width: int, height: int) -> Warp:
    """No camera at all: the photo is the sheet."""
    cols, rows = -(-width // STEP) + 2 * _PAD, -(-height // STEP) + 2 * _PAD
    origin = (STEP - 1) / 2 - _PAD * STEP
    grid = np.meshgrid(origin + STEP * np.arange(cols), origin + STEP * np.arange(rows))
    return Warp(np.stack(grid, axis=-1).astype(np.float32), width, height)


def _unbend(flat: NDArray[np.float64], relief: Relief, view: View, width: int, height: int) -> NDArray[np.float64]:
    """Sheet points p with p + shift(p) = flat: what is high looks displaced away from the camera's foot (parallax)."""
    size = float(np.hypot(width, height))
    centre = np.array([width, height]) / 2
    lean = np.array([np.sin(view.tilt[1]), -np.sin(view.tilt[0])])
    p = flat.copy()
    for _ in range(12):
        z = relief.at(p)[:, None]
        p = flat - z * (lean + (p - centre) / (view.distance * size))
    return p


def _homography(width: int, height: int, view: View) -> tuple[NDArray[np.float64], int, int]:
    """Sheet to photo as a 3 x 3 matrix, and the photo's width and height."""
    size = float(np.hypot(width, height))
    t, (a, b) = np.deg2rad(view.turn), view.tilt
    turn = np.array([[np.cos(t), -np.sin(t), 0], [np.sin(t), np.cos(t), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    pose = turn @ about_x @ about_y
    far = view.distance * size
    m = np.stack([pose[:, 0], pose[:, 1], np.array([0, 0, far])], axis=1)
    m = m @ np.array([[1, 0, -(width - 1) / 2], [0, 1, -(height - 1) / 2], [0, 0, 1]])
    m = np.diag([far * view.scale, far * view.scale, 1.0]) @ m
    corners = np.array([[0, 0, 1], [width - 1, 0, 1], [width - 1, height - 1, 1], [0, height - 1, 1]]) @ m.T
    seen = corners[:, :2] / corners[:, 2:]
    low, extent = seen.min(axis=0), np.ptp(seen, axis=0)
    left, top, right, bottom = _framed(view, extent)
    shift = np.array([[1, 0, -low[0] + left * extent[0]], [0, 1, -low[1] + top * extent[1]], [0, 0, 1]])
    photo_w = max(64, round(extent[0] * (1 + left + right)))
    photo_h = max(64, round(extent[1] * (1 + top + bottom)))
    return shift @ m, photo_w, photo_h


def _framed(view: View, extent: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """The margins that give the picture its aspect, upright or lying as the page is."""
    left, top, right, bottom = view.margins
    if view.aspect is None:
        return left, top, right, bottom
    wide, high = extent[0] * (1 + left + right), extent[1] * (1 + top + bottom)
    aspect = view.aspect if wide >= high else 1 / view.aspect
    more_x, more_y = max(0.0, high * aspect / wide - 1) / 2, max(0.0, wide / aspect / high - 1) / 2
    return left + more_x, top + more_y, right + more_x, bottom + more_y


def _curl(rng: np.random.Generator, x: Floats, y: Floats, strength: float) -> NDArray[np.float64]:
    if strength == 0:
        return np.zeros(x.shape)
    a = float(rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)]))
    s = x * np.cos(a) + y * np.sin(a)
    waves, phase = float(rng.uniform(0.3, 1.3)), float(rng.uniform(0, 6.28))
    return np.asarray(strength * 0.07 * np.sin(2 * np.pi * waves * s + phase))


def _folds(
    rng: np.random.Generator, x: Floats, y: Floats, width: int, height: int, strength: float
) -> NDArray[np.float64]:
    """One to four creases; the sheet rises like a roof from each."""
    z = np.zeros(x.shape)
    if strength == 0:
        return z
    straight = rng.random() < 0.45
    for _ in range(int(rng.integers(1, 5))):
        a = float(rng.choice([0.0, np.pi / 2]) + rng.normal(0, 0.03)) if straight else float(rng.uniform(0, np.pi))
        cx, cy = float(rng.uniform(0.15, 0.85)) * width, float(rng.uniform(0.15, 0.85)) * height
        s = (x - cx) * np.cos(a) + (y - cy) * np.sin(a)
        z += float(rng.choice([-1, 1])) * strength * float(rng.uniform(0.04, 0.16)) * np.abs(s)
    return z


def _crumple(rng: np.random.Generator, x: Floats, y: Floats, strength: float) -> NDArray[np.float64]:
    """Flat facets between points at random heights, as in a sheet that was once a ball."""
    z = np.zeros(x.shape)
    if strength == 0:
        return z
    # One point in each cell of a coarse grid: points anywhere would leave slivers between them.
    across = int(rng.integers(5, 12))
    down = max(3, round(across * x.shape[0] / x.shape[1]))
    n = across * down
    cell = np.stack(np.meshgrid(np.arange(across), np.arange(down)), axis=-1).reshape(-1, 2)
    low, high = np.array([x.min(), y.min()]), np.array([x.max(), y.max()])
    at = np.concatenate(
        [
            low + 1.2 * ((cell + rng.uniform(0, 1, (n, 2))) / [across, down] - 0.08) * (high - low),
            low + _MARGIN * (high - low),
        ]
    )
    heights = np.concatenate([rng.normal(0, 1, n), np.zeros(len(_MARGIN))])
    facets = Delaunay(at).simplices
    owner = np.zeros(x.shape, np.int32)
    to_grid = (at - low) / (high - low) * (np.array(x.shape[::-1]) - 1)
    for k, facet in enumerate(facets):
        cv2.fillConvexPoly(owner, np.round(to_grid[facet] * 16).astype(np.int32), k, cv2.LINE_8, 4)
    ones = np.ones((len(facets), 3, 1))
    planes = np.linalg.solve(np.concatenate([at[facets], ones], axis=2), heights[facets][..., None])[..., 0]
    a, b, c = np.moveaxis(planes[owner], -1, 0)
    # Creases that were flattened again are a little round.
    z = cv2.GaussianBlur(a * x + b * y + c, (0, 0), float(rng.uniform(0.4, 2.5)))
    return np.asarray(z * strength * 0.05 / np.sqrt(n))
