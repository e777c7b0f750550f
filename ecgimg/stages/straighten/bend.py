"""How freely a sheet's map may bend, decided by the page's own grid lines.

The displacements that the grid's phase gives follow the paper, but also the scatter of the lines, which a renderer or a
printer puts on whole dots. On flat paper one cubic polynomial, which a homography and a lens leave, averages the
scatter out; on bent paper it misses the bends. Whole lines are held out and predicted by either: neighbouring errors
along one line are alike, so that single nodes would always prefer the freer map.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.grid_lines import GridLines, grid_lines

_POWERS = [(i, j) for i in range(4) for j in range(4 - i)]


@dataclass(frozen=True, eq=False)
class Bend:
    """Displacements [R, C, 2] in mm of the sheet's nodes, and whether they are those of flat paper."""

    shift: Floats
    is_flat: bool


def settled_bend(straight: Floats, shift: Floats, free: Floats, line_mm: float) -> Bend:
    """The displacements of flat paper where they predict the page's grid lines better than neighbouring lines do.

    Args:
        straight: contrast [H, W] of the page, straight by `shift`.
        shift: displacements [R, C, 2] in mm of the nodes, as the grid's phase gives them.
        free: displacements [R, C, 2] for a page that is bent.
        line_mm: spacing of the grid lines.
    """
    squares = [_squares(grid_lines(straight, line_mm, axis), _across(shift, axis)) for axis in (0, 1)]
    if not all(one.is_enough for one in squares):
        return Bend(free, False)
    flat, bent = np.sum([_held_out_errors(one) for one in squares], axis=0)
    if flat >= bent:
        return Bend(free, False)
    planes = [_cubic_at_nodes(one, _across(shift, axis).shape) for axis, one in enumerate(squares)]
    return Bend(np.stack([planes[0], planes[1].T], axis=2).astype(np.float32), True)


@dataclass(frozen=True, eq=False)
class _Squares:
    """Displacements [S, L] in mm along one axis with weights, of segments that are a large square apart.

    `across` [L] and `along` [S] are their places in mm.
    """

    shift: Doubles
    weight: Doubles
    across: Doubles
    along: Doubles

    @property
    def is_enough(self) -> bool:
        """Whether enough lines and segments are seen for a cubic to be held against them."""
        lines, segments = ((self.weight > 0).mean(axis=axis) > STRAIGHTEN.min_seen_share for axis in (0, 1))
        return min(int(lines.sum()), int(segments.sum())) >= STRAIGHTEN.min_held_out_lines


def _squares(lines: GridLines, plane: Floats) -> _Squares:
    """The segments of all lines of a large square together: small squares have faint lines between bold ones.

    `plane` [R, C] are the displacements across the lines by which the page was made straight.
    """
    columns, rows = np.meshgrid(lines.across, lines.along)
    node = np.float32(STRAIGHTEN.node_mm)
    at = ((columns + lines.aside) / node).astype(np.float32), (rows / node).astype(np.float32)
    shift = cv2.remap(plane, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) + lines.aside
    square = np.rint(lines.across / STRAIGHTEN.large_square_mm).astype(int)
    which = np.eye(square.max() + 1)[square]
    weight = lines.weight @ which
    mean = (lines.weight * shift) @ which / np.maximum(weight, 1e-9)
    across = lines.across @ which / which.sum(axis=0)
    return _Squares(mean, np.minimum(weight, 1.0), across, lines.along)


def _held_out_errors(squares: _Squares) -> Doubles:
    """Mean squared errors [2] in mm^2 of held-out lines: by the cubic of the others, and by the two lines beside them.

    Larger errors than `max_line_error_mm` count as that: ink and words beside a line.
    """
    n_lines, terms = squares.shift.shape[1], _terms(squares.across, squares.along, squares)
    flat, rest = np.empty_like(squares.shift), squares.shift - terms @ _cubic(terms, squares.shift, squares.weight)
    for fold in range(STRAIGHTEN.held_out_folds):
        out = np.arange(n_lines) % STRAIGHTEN.held_out_folds == fold
        flat[:, out] = squares.shift[:, out] - terms[:, out] @ _cubic(terms, squares.shift, squares.weight * ~out)
    bent = rest[:, 1:-1] - (rest[:, :-2] + rest[:, 2:]) / 2
    seen = np.minimum(np.minimum(squares.weight[:, :-2], squares.weight[:, 2:]), squares.weight[:, 1:-1])
    worst = STRAIGHTEN.max_line_error_mm**2
    errors = [
        (seen * np.minimum(error**2, worst)).sum() / max(float(seen.sum()), 1e-9) for error in (flat[:, 1:-1], bent)
    ]
    return np.array(errors)


def _cubic(terms: Doubles, values: Doubles, weight: Doubles) -> Doubles:
    """Coefficients [10] of the cubic through values [S, L] with weights, by iteratively reweighted least squares."""
    robust = weight
    for _ in range(STRAIGHTEN.cubic_rounds):
        weighed = terms * robust[..., None]
        normal = np.tensordot(weighed, terms, axes=((0, 1), (0, 1))) + 1e-9 * np.eye(len(_POWERS))
        coefficients = np.linalg.solve(normal, np.tensordot(weighed, values, axes=((0, 1), (0, 1))))
        error = values - terms @ coefficients
        robust = weight / (1 + (error / STRAIGHTEN.max_line_error_mm) ** 2) ** 2
    return np.asarray(coefficients)


def _terms(across: Doubles, along: Doubles, squares: _Squares) -> Doubles:
    """The terms [N, M, 10] of a cubic at places [M] and [N] in mm, scaled to -1..1 over the squares."""
    x, y = (
        2 * (place - seen[0]) / (seen[-1] - seen[0]) - 1
        for place, seen in ((across, squares.across), (along, squares.along))
    )
    return np.stack([x[None, :] ** i * y[:, None] ** j for i, j in _POWERS], axis=2)


def _cubic_at_nodes(squares: _Squares, shape: tuple[int, ...]) -> Doubles:
    """The squares' cubic at the nodes [R, C]."""
    coefficients = _cubic(_terms(squares.across, squares.along, squares), squares.shift, squares.weight)
    columns, rows = (np.arange(n, dtype=np.float64) * STRAIGHTEN.node_mm for n in shape[::-1])
    return np.asarray(_terms(columns, rows, squares) @ coefficients)


def _across(shift: Floats, axis: int) -> Floats:
    """The displacements [R, C] across the lines of an axis; transposed for the level ones, whose rows are columns."""
    return np.ascontiguousarray(shift[..., 0] if axis == 0 else shift[..., 1].T)
