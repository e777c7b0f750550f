"""Where the sheet's nodes lie on the flat page, by the phase of its grid, from coarse to fine."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datamodel.page import PaperBend
from ecgimg.stages.straighten.bend import settled_bend
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.flat_page import FlatPage
from ecgimg.stages.straighten.grid_fit import GridFit
from ecgimg.stages.straighten.known_place import known_place
from ecgimg.stages.straighten.phase import PhaseField, phase_field
from ecgimg.stages.straighten.resample import dense_map
from ecgimg.stages.straighten.smoothing import robust_weights, thin_plate, thin_plate_with_creases


@dataclass(frozen=True, eq=False)
class SheetNodes:
    """Flat-page pixels [R, C, 2] of the sheet's nodes, and the grid's strength [R, C] there.

    `bend` is how far they lie from even places, and why.
    """

    places: Floats
    strength: Floats
    bend: PaperBend


@dataclass(frozen=True)
class _Pass:
    """One measurement of the grid's phase.

    `line_mm` is the spacing of the lines, `harmonics` are those of them that are used, `reach_nodes` is the reach of
    the plate that smooths the displacements. `unwrap` allows displacements of more than half a spacing. A coarse pass
    trusts only nodes that agree with their neighbours.
    """

    line_mm: float
    harmonics: tuple[int, ...]
    reach_nodes: float
    unwrap: bool = False
    coarse: bool = False


_FIRST = (1,)
_ALL = (1, 2, 3, 4, 5)
_SMALL_MM, _LARGE_MM = STRAIGHTEN.small_square_mm, STRAIGHTEN.large_square_mm

SMALL_SQUARES = [
    _Pass(_SMALL_MM, _FIRST, reach_nodes=1.5, unwrap=True, coarse=True),
    _Pass(_SMALL_MM, _FIRST, reach_nodes=1.5),
    _Pass(_SMALL_MM, _FIRST, reach_nodes=1.0),
    _Pass(_SMALL_MM, _FIRST, reach_nodes=0.8),
]
"""The passes over a grid with lines every millimetre. Each leaves less, which can be followed more closely."""

LARGE_SQUARES = [
    _Pass(_LARGE_MM, _FIRST, reach_nodes=1.5, unwrap=True, coarse=True),
    _Pass(_LARGE_MM, (1, 2), reach_nodes=1.5, coarse=True),
    _Pass(_LARGE_MM, _ALL, reach_nodes=1.5),
    _Pass(_LARGE_MM, _ALL, reach_nodes=1.0),
    _Pass(_LARGE_MM, _ALL, reach_nodes=0.8),
]
"""The passes over a grid of large squares only. A higher harmonic can follow less: a false bend from a coarse pass,
beside tall strokes or at the paper's edge, would be locked in by the fine ones, so the coarse ones are robust.
"""

BENT_SQUARES = [_Pass(_LARGE_MM, _FIRST, reach_nodes=1.5, unwrap=True, coarse=True)] * 3
"""The passes over the large squares of strongly bent paper, before the others. Each reaches a little further from where
the squares are straight already, into parts that were stretched too much to be seen.
"""


def sheet_nodes(page: FlatPage, fit: GridFit) -> SheetNodes:
    """The sheet's nodes on the flat page.

    The first pass unwraps the grid's fundamental; the next ones read it, and the harmonics of large squares, on the
    page so corrected. The grid's lines then decide whether the paper is flat (`settled_bend`). The lines of a grid with
    large squares only stand unevenly on the printer's dots by up to 0.1 mm; on bent paper a creased plate takes that
    back.
    """
    scale, node_mm = STRAIGHTEN.flat_px_per_mm, STRAIGHTEN.node_mm
    rows, cols = (int((side - 1) / (node_mm * scale)) + 1 for side in page.contrast.shape)
    grid = _node_numbers((rows, cols)) * node_mm
    if fit.is_known:
        return _flat_nodes(page, grid)
    shift = np.zeros_like(grid)
    if fit.places is not None:
        shift = _tile_shifts(fit.places, page.from_photo, page.from_photo @ np.linalg.inv(fit.matrix), grid)
    strength = np.zeros((rows, cols), np.float32)
    for step in _passes(fit):
        field = _measured(_straight(page.contrast, grid, shift), step)
        shift, strength = field.shift + _sampled(shift, (grid + field.shift) / node_mm), field.strength
    free = shift
    if fit.has_large_squares_only:
        weight = _node_weights(strength)
        free = thin_plate_with_creases(shift, weight, STRAIGHTEN.crease_stiffness, STRAIGHTEN.crease_bend_mm)
    bend = settled_bend(_straight(page.contrast, grid, shift), shift, free, fit.line_mm)
    places = np.asarray((grid + bend.shift) * scale, np.float32)
    return SheetNodes(places, strength, PaperBend(bend.is_flat, _rms(bend.shift, _node_weights(strength))))


def _flat_nodes(page: FlatPage, grid: Floats) -> SheetNodes:
    """The nodes of a page whose lines lie on whole pixels, by the one affine map that fits its small squares.

    The phase of such lines jumps from node to node, and following it would bend a page that is flat.
    """
    planes = [known_place(page.contrast, grid, axis) for axis in (0, 1)]
    shift = np.stack(planes, axis=2).astype(np.float32)
    flat = _straight(page.contrast, grid, shift)
    strength = phase_field(flat, STRAIGHTEN.flat_px_per_mm, _SMALL_MM, STRAIGHTEN.node_mm, _FIRST, False).strength
    places = np.asarray((grid + shift) * STRAIGHTEN.flat_px_per_mm, np.float32)
    return SheetNodes(places, strength, PaperBend(True, _rms(shift, _node_weights(strength))))


def _straight(flat: Floats, grid: Floats, shift: Floats) -> Floats:
    """The contrast [H, W] of a flat page whose nodes at `grid` are displaced by `shift` [R, C, 2] in mm."""
    if not shift.any():
        return flat
    scale = STRAIGHTEN.flat_px_per_mm
    nodes = np.asarray((grid + shift) * scale, np.float32)
    maps = dense_map(nodes, (flat.shape[0], flat.shape[1]), STRAIGHTEN.node_mm * scale)
    return np.asarray(cv2.remap(flat, *maps, cv2.INTER_CUBIC), np.float32)


def _passes(fit: GridFit) -> list[_Pass]:
    """All passes over a grid, from coarse to fine."""
    passes = LARGE_SQUARES if fit.has_large_squares_only else SMALL_SQUARES
    return [*BENT_SQUARES, *passes] if fit.is_bent else passes


def _measured(flat: Floats, step: _Pass) -> PhaseField:
    """The phase field of a page with its displacements smoothed, as a pass asks for."""
    field = phase_field(flat, STRAIGHTEN.flat_px_per_mm, step.line_mm, STRAIGHTEN.node_mm, step.harmonics, step.unwrap)
    weight = _node_weights(field.strength)
    if step.coarse:
        return replace(field, shift=thin_plate(field.shift, robust_weights(field.shift, weight), step.reach_nodes))
    planes = [cv2.medianBlur(np.ascontiguousarray(field.shift[..., k]), STRAIGHTEN.median_nodes) for k in (0, 1)]
    return replace(field, shift=thin_plate(np.stack(planes, axis=2), weight, step.reach_nodes))


def _tile_shifts(places: Floats, from_photo: Doubles, from_mm: Doubles, grid: Floats) -> Floats:
    """Displacements [R, C, 2] in mm of a flat page on which the tiles lie at their places where these are known.

    Args:
        places: photo pixels x and y, millimetres x and y, and weights [N, 5] of the tiles.
        from_photo: homography from photo pixels to flat-page pixels.
        from_mm: homography from millimetres to flat-page pixels.
        grid: millimetres [R, C, 2] of the sheet's nodes.
    """
    flat, sheet = (
        cv2.perspectiveTransform(points[:, None].astype(np.float64), matrix)[:, 0] / STRAIGHTEN.flat_px_per_mm
        for points, matrix in ((places[:, :2], from_photo), (places[:, 2:4], from_mm))
    )
    values, weight = np.zeros_like(grid), np.zeros(grid.shape[:2], np.float32)
    cols, rows = np.round(sheet / STRAIGHTEN.node_mm).astype(int).T
    inside = (rows >= 0) & (rows < grid.shape[0]) & (cols >= 0) & (cols < grid.shape[1])
    values[rows[inside], cols[inside]] = (flat - sheet)[inside]
    weight[rows[inside], cols[inside]] = places[inside, 4]
    return thin_plate(values, weight, STRAIGHTEN.anchor_reach_nodes)


def _rms(shift: Floats, weight: Floats) -> float:
    """Displacement in mm rms of the nodes [R, C, 2] with weights [R, C] from their mean."""
    share = weight[..., None] / max(float(weight.sum()), 1e-9)
    apart = shift - (share * shift).sum(axis=(0, 1))
    return float(np.sqrt((share * apart**2).sum()))


def _node_weights(strength: Floats) -> Floats:
    """Weights [R, C] of the nodes' displacements: the power of the grid there, relative to the usual power."""
    usual = max(float(np.percentile(strength, STRAIGHTEN.usual_percentile)), 1e-6)
    return np.asarray((strength / usual) ** 2, np.float32)


def _sampled(plane: Floats, points: Floats) -> Floats:
    """Values [R, C, 2] of a plane [R, C, 2] at points [R, C, 2]."""
    p = points.astype(np.float32)
    values = cv2.remap(plane, p[..., 0], p[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values, np.float32)


def _node_numbers(shape: tuple[int, int]) -> Floats:
    """Column and row [R, C, 2] of every node."""
    return np.stack(np.meshgrid(np.arange(shape[1]), np.arange(shape[0])), axis=2).astype(np.float32)
