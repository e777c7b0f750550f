"""Straightens a photo: Photo -> Sheet, a page of known scale made by one resampling of the original pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import Photo, Sheet, SheetMap
from ecgimg.errors import RefusedError
from ecgimg.stages.straighten.grid_fit import GridFit, fit_bent_grid, fit_grid
from ecgimg.stages.straighten.line_contrast import MAJOR_MM, contrast_image, ink_mask
from ecgimg.stages.straighten.phase import PhaseField, phase_field
from ecgimg.stages.straighten.smoothing import robust_weights, thin_plate, thin_plate_with_creases

WORK_SIDE = 2000
"""Longest side in pixels at which the grid is looked for; smaller pictures are enlarged: 1 mm needs 3 pixels."""
MAX_ENLARGEMENT = 3.0
FLAT_PX_PER_MM = 4.0
"""Scale of the intermediate page on which the grid's phase is measured."""
SHEET_PX_PER_MM = 8.0
NODE_MM = 2.5
SHARP_PX_PER_MM, SOFT_MM = 5.0, 0.18
"""Scale above which a picture is blurred, and how much, before it is sampled for the grid's phase: sharp small squares'
third harmonic would fold onto their first and put lines out of place by up to 0.08 mm."""
ALL_HARMONICS = (1, 2, 3, 4, 5)
SMALL_LADDER = (((1,), 1.5, True), ((1,), 1.5, False), ((1,), 1.0, False), ((1,), 0.8, False))
LARGE_LADDER = (
    ((1,), 1.5, True),
    ((1, 2), 1.5, True),
    (ALL_HARMONICS, 1.5, False),
    (ALL_HARMONICS, 1.0, False),
    (ALL_HARMONICS, 0.8, False),
)
"""Harmonics of the lines that each pass over the grid's phase uses, its reach in nodes, and whether it is coarse, for
small squares and for large ones only. A higher harmonic can follow less, so where the coarse passes see a bend that is
none, beside tall strokes or at the paper's rim, the fine ones would lock to it: in the coarse ones nodes have to agree.
"""
MEDIAN = 3
"""Nodes of the median that keeps single ones from bending a fine pass."""
BENT_PASSES, BENT_ROOM, SPOT_REACH = 3, 0.1, 2.0
"""How often the large squares of strongly bent paper are followed; how much longer it may be on each side than its
tiles together tell, as a share; nodes over which a tile's place is averaged."""
LARGE_MM = 2.0
"""Spacing of lines above which they are large squares only."""
STIFFNESS, CREASE_BEND = 30.0, 0.003
"""Of the plate on which the nodes of a page with large squares only come to lie; millimetres and nodes."""
MARGIN_MM = 4.0
GRID_SHARE = 0.4
"""Share of the page's usual grid strength above which a place belongs to the page."""
HOLE_MM = 40.0
"""Holes in the grid up to this size, as dense ink leaves them, still belong to the page."""
MIN_SIDE_MM = (60.0, 25.0)
"""Smallest width and height of a grid that can hold a lead of 2.5 s."""
MAX_SIDE_MM = 700.0
"""Largest: 10 s at 50 mm/s, with room for names and rim."""
FILL_BLOCK = 16
"""Side in pixels of the blocks whose shades stand for what lies outside of the photo."""


def by_grid(photo: Photo) -> Sheet | None:
    """The straightened page of a photo, with the grid horizontal and vertical and the x axis nearest to the photo's;
    None where no grid is seen, or its squares are nowhere the same.

    Raises:
        RefusedError: the grid is too small for an ECG, or too large for a page.
    """
    return _straightened(photo, fit_grid)


def by_warped_grid(photo: Photo) -> Sheet | None:
    """The same of a page so bent, or seen so aslant, that its squares are nowhere the same.

    Raises:
        RefusedError: the grid is too small for an ECG, or too large for a page.
    """
    return _straightened(photo, fit_bent_grid)


def by_grid_in_box(photo: Photo, corners: NDArray[np.floating]) -> Sheet | None:
    """The page straightened by the grid inside a box of the photo; None where no grid is seen there.

    A page that lies small on a table is large then, and a woven cloth around it, which is a grid too, is gone.

    Args:
        photo: the whole photo.
        corners: the box [4, 2] in pixels of the photo, clockwise from the top left.

    Raises:
        RefusedError: the grid is too small for an ECG, or too large for a page.
    """
    width, height = (round(float(np.linalg.norm(corners[k] - corners[0]))) for k in (1, 3))
    if min(width, height) < 2:
        return None
    flat = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], np.float32)
    to_photo = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    part = cv2.warpPerspective(
        photo.pixels, to_photo, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    sheet = by_grid(replace(photo, pixels=np.asarray(part, np.uint8)))
    if sheet is None:
        return None
    nodes: Floats = np.asarray(cv2.perspectiveTransform(sheet.map.nodes, to_photo), np.float32)
    sheet_map = SheetMap(nodes, sheet.map.step)
    pixels = resample(photo.pixels, sheet_map)
    return replace(sheet, pixels=pixels, map=sheet_map, photo_shape=photo.shape, rotation=sheet_map.rotation)


def _straightened(photo: Photo, find: Callable[[NDArray[np.uint8]], GridFit | None]) -> Sheet | None:
    work, shrink = _resize(photo.pixels, WORK_SIDE)
    fit = find(work)
    if fit is None:
        return None
    to_flat, size = _flat_page(fit, work.shape)
    page = _warped(work, to_flat, size)
    soft = page
    scale = _px_per_mm(fit, work.shape)
    if scale / max(shrink, 1.0) > SHARP_PX_PER_MM:
        soft = _warped(cv2.GaussianBlur(work, (0, 0), SOFT_MM * scale), to_flat, size)
    # Ink is left out: a tall QRS beside a grid line would pull the line's phase towards it.
    flat = np.where(ink_mask(page, FLAT_PX_PER_MM), np.float32(0), contrast_image(soft))
    nodes, strength = _measure_nodes(flat, fit, to_flat)
    box = _grid_box(_grid_region(strength))
    from_flat = np.asarray(np.linalg.inv(to_flat), np.float64)
    sheet_map = SheetMap(_photo_nodes(nodes, box, from_flat, shrink), NODE_MM * SHEET_PX_PER_MM)
    return Sheet(
        pixels=resample(photo.pixels, sheet_map),
        px_per_mm=SHEET_PX_PER_MM,
        map=sheet_map,
        rotation=sheet_map.rotation,
        photo_shape=photo.shape,
        straightened_by="grid",
        grid_confidence=float(np.clip(fit.score / 5, 0, 1)) * (0.7 if fit.assumed else 1.0),
    )


def _resize(pixels: NDArray[np.uint8], side: int) -> tuple[NDArray[np.uint8], float]:
    factor = min(MAX_ENLARGEMENT, side / max(pixels.shape[:2]))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=method), np.uint8), factor


def _flat_page(fit: GridFit, shape: tuple[int, ...]) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Homography from work pixels to a flat page of FLAT_PX_PER_MM that holds the tiles with a grid, and its size."""
    room = (fit.box[2:] - fit.box[:2]) * (0 if fit.spots is None else BENT_ROOM)
    low, high = fit.box[:2] - room, fit.box[2:] + room
    if (high - low > MAX_SIDE_MM).any():
        raise RefusedError(f"the grid seems {max(high - low):.0f} mm wide", where="straighten")
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    to_flat = np.diag([FLAT_PX_PER_MM, FLAT_PX_PER_MM, 1.0]) @ shift @ fit.matrix
    width, height = np.ceil((high - low) * FLAT_PX_PER_MM).astype(int)
    return to_flat, (int(width), int(height))


def _px_per_mm(fit: GridFit, shape: tuple[int, ...]) -> float:
    """Scale of the photo in its middle."""
    middle = np.array([shape[1] / 2, shape[0] / 2])
    around = middle + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    origin, right, down = cv2.perspectiveTransform(around[:, None], fit.matrix)[:, 0]
    return float(abs(np.linalg.det([right - origin, down - origin])) ** -0.5)


def _warped(work: NDArray[np.generic], to_flat: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.asarray(
        cv2.warpPerspective(work, to_flat, size, flags=cv2.INTER_AREA, borderValue=(255, 255, 255)), np.uint8
    )


def _measure_nodes(flat: Floats, fit: GridFit, to_flat: NDArray[np.float64]) -> tuple[Floats, Floats]:
    """Flat-page positions [R, C, 2] in pixels of sheet points every NODE_MM, and the grid's strength [R, C] there.

    The first pass unwraps the grid's fundamental; the next ones read it, and harmonics of large squares, on the page so
    corrected, smoothing less and less: what is left after each is smaller and can be followed more closely. Where there
    are large squares only, their lines stand unevenly on the printer's dots by up to 0.1 mm; a creased plate takes that
    back.
    """
    q = FLAT_PX_PER_MM
    rows, cols = (int((side - 1) / (NODE_MM * q)) + 1 for side in flat.shape)
    grid = _node_grid((rows, cols)) * NODE_MM
    shift = np.zeros_like(grid)
    if fit.spots is not None:
        shift = _spread(fit.spots, to_flat, to_flat @ np.linalg.inv(fit.matrix), grid)
    for step in _passes(fit):
        straight = flat
        if shift.any():
            maps = _dense_map(np.asarray((grid + shift) * q, np.float32), (flat.shape[0], flat.shape[1]), NODE_MM * q)
            straight = np.asarray(cv2.remap(flat, *maps, cv2.INTER_CUBIC), np.float32)
        field = _measured(straight, step)
        shift = field.shift + _sample(shift, (grid + field.shift) / NODE_MM)
    if fit.line_mm > LARGE_MM:
        shift = thin_plate_with_creases(shift, _weight(field.strength), STIFFNESS, CREASE_BEND)
    return np.asarray((grid + shift) * q, np.float32), field.strength


def _spread(spots: Floats, from_photo: NDArray[np.float64], from_mm: NDArray[np.float64], grid: Floats) -> Floats:
    """Displacements [R, C, 2] in mm of a flat page on which the grid's spots lie where they are sure.

    `from_photo` and `from_mm` take the spots' pixels and millimetres to the flat page's pixels.
    """
    flat, sheet = (
        cv2.perspectiveTransform(points[:, None].astype(np.float64), matrix)[:, 0] / FLAT_PX_PER_MM
        for points, matrix in ((spots[:, :2], from_photo), (spots[:, 2:4], from_mm))
    )
    values, sure = np.zeros_like(grid), np.zeros(grid.shape[:2], np.float32)
    cols, rows = np.round(sheet / NODE_MM).astype(int).T
    inside = (rows >= 0) & (rows < grid.shape[0]) & (cols >= 0) & (cols < grid.shape[1])
    values[rows[inside], cols[inside]] = (flat - sheet)[inside]
    sure[rows[inside], cols[inside]] = spots[inside, 4]
    return thin_plate(values, sure, SPOT_REACH)


@dataclass(frozen=True)
class _Pass:
    """One measurement of the grid's phase: spacing of the lines, harmonics, whether it is unwrapped, the reach of its
    plate in nodes, and whether it is coarse."""

    line_mm: float
    harmonics: tuple[int, ...]
    unwrap: bool
    reach: float
    coarse: bool


def _passes(fit: GridFit) -> list[_Pass]:
    """From coarse to fine. On strongly bent paper the large squares are followed several times before: each time from
    where they are straight already a little further, where they were stretched too much to be seen.
    """
    ladder = LARGE_LADDER if fit.line_mm > LARGE_MM else SMALL_LADDER
    before = [_Pass(MAJOR_MM, (1,), True, ladder[0][1], True)] * (0 if fit.spots is None else BENT_PASSES)
    return before + [_Pass(fit.line_mm, step[0], k == 0, *step[1:]) for k, step in enumerate(ladder)]


def _measured(flat: Floats, step: _Pass) -> PhaseField:
    field = phase_field(flat, FLAT_PX_PER_MM, step.line_mm, NODE_MM, step.harmonics, step.unwrap)
    weight = _weight(field.strength)
    if step.coarse:
        return replace(field, shift=thin_plate(field.shift, robust_weights(field.shift, weight), step.reach))
    planes = [cv2.medianBlur(np.ascontiguousarray(field.shift[..., k]), MEDIAN) for k in (0, 1)]
    return replace(field, shift=thin_plate(np.stack(planes, axis=2), weight, step.reach))


def _weight(strength: Floats) -> Floats:
    """Weight of a node's displacement: the grid's power there against the usual."""
    return np.asarray((strength / max(float(np.percentile(strength, 90)), 1e-6)) ** 2, np.float32)


def _grid_region(strength: Floats) -> NDArray[np.bool_]:
    """The nodes [R, C] of the largest region with a grid; holes that ink leaves in it are filled."""
    smooth = cv2.GaussianBlur(strength, (0, 0), 1.5)
    strong = (smooth > GRID_SHARE * np.percentile(smooth, 90)).astype(np.uint8)
    strong = cv2.morphologyEx(strong, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(strong, connectivity=4)
    if len(stats) < 2:
        return np.zeros(strength.shape, bool)
    region = (labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())).astype(np.uint8)
    hole = round(HOLE_MM / NODE_MM) | 1
    padded = np.pad(region, hole)
    return np.asarray(
        cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((hole, hole), np.uint8))[hole:-hole, hole:-hole] > 0
    )


def _grid_box(region: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """First and last node column and row of a region, with a margin."""
    ys, xs = np.nonzero(region)
    width, height = (float(np.ptp(v)) * NODE_MM if v.size else 0.0 for v in (xs, ys))
    if max(width, height) < MIN_SIDE_MM[0] or min(width, height) < MIN_SIDE_MM[1]:
        raise RefusedError(f"the grid covers only {width:.0f} x {height:.0f} mm", where="straighten")
    margin = round(MARGIN_MM / NODE_MM)
    rows, cols = region.shape
    return (
        max(int(xs.min()) - margin, 0),
        max(int(ys.min()) - margin, 0),
        min(int(xs.max()) + margin, cols - 1),
        min(int(ys.max()) + margin, rows - 1),
    )


def _photo_nodes(
    nodes: Floats, box: tuple[int, int, int, int], from_flat: NDArray[np.float64], shrink: float
) -> Floats:
    inner = nodes[box[1] : box[3] + 1, box[0] : box[2] + 1].reshape(-1, 1, 2).astype(np.float64)
    work = cv2.perspectiveTransform(inner, from_flat)
    photo = (work + 0.5) / shrink - 0.5
    return np.asarray(photo.reshape(box[3] - box[1] + 1, box[2] - box[0] + 1, 2), np.float32)


def resample(pixels: NDArray[np.uint8], sheet_map: SheetMap) -> NDArray[np.uint8]:
    """The sheet's pixels; the photo is first shrunk where it is much finer than the sheet, so that no line aliases."""
    rows, cols = sheet_map.nodes.shape[:2]
    step = sheet_map.step
    spacing = float(np.median(np.linalg.norm(np.diff(sheet_map.nodes, axis=1), axis=2)))
    factor = step / spacing
    small, factor = (pixels, 1.0) if factor > 0.67 else _resize(pixels, round(max(pixels.shape[:2]) * factor))
    nodes = (sheet_map.nodes + 0.5) * factor - 0.5
    size = (round((rows - 1) * step) + 1, round((cols - 1) * step) + 1)
    x, y = _dense_map(nodes, size, step)
    inside = (x >= 0) & (x <= small.shape[1] - 1) & (y >= 0) & (y <= small.shape[0] - 1)
    straight = cv2.remap(small, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return _fill_outside(np.asarray(straight, np.uint8), inside)


def _fill_outside(pixels: NDArray[np.uint8], inside: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The sheet, filled with the nearest shade where the photo does not reach: an edge there looks like ink."""
    if inside.all():
        return pixels
    h, w = inside.shape
    size = (w // FILL_BLOCK + 1, h // FILL_BLOCK + 1)
    known = cv2.resize(inside.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    total = cv2.resize(np.where(inside[..., None], pixels, 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    full = known > 0.999  # means of ones are not always one
    _, nearest = cv2.distanceTransformWithLabels(
        (~full).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    shades = np.zeros((int(nearest.max()) + 1, 3), np.float32)
    shades[nearest[full]] = total[full]
    shade = shades[nearest]
    filled = cv2.resize(cv2.GaussianBlur(shade, (0, 0), 2.0), (w, h), interpolation=cv2.INTER_LINEAR)
    return np.where(inside[..., None], pixels, np.clip(filled, 0, 255).astype(np.uint8))


def _dense_map(nodes: Floats, size: tuple[int, int], step: float) -> tuple[Floats, Floats]:
    """Maps [H, W] for cv2.remap from nodes every `step` pixels."""
    x, y = np.meshgrid(np.arange(size[1], dtype=np.float32) / step, np.arange(size[0], dtype=np.float32) / step)
    dense = cv2.remap(nodes, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return dense[..., 0], dense[..., 1]


def _sample(plane: Floats, points: Floats) -> Floats:
    """Values [R, C, 2] of a plane [R, C, 2] at points [R, C, 2]."""
    p = points.astype(np.float32)
    return np.asarray(
        cv2.remap(plane, p[..., 0], p[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _node_grid(shape: tuple[int, ...]) -> Floats:
    return np.stack(np.meshgrid(np.arange(shape[1]), np.arange(shape[0])), axis=2).astype(np.float32)
