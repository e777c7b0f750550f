"""Ink that may be a curve: thin, long, one stroke in each column, and no straight line.

A curve in pale ink is seen in pieces, and where it crosses a curve that was read it is cut. Pieces of one height are
therefore one stretch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Bools, Doubles
from ecgimg.stages.explain.constants import EXPLAIN


@dataclass(frozen=True, eq=False)
class Piece:
    """A connected piece of ink in pixels of its mask: columns x [N] that have ink, the ink's middle y [N] and height
    [N] in each, and the height of its zero line.
    """

    x: Doubles
    y: Doubles
    thickness: Doubles
    zero: float

    @property
    def bend(self) -> float:
        """Height over which the piece deviates from a flat arc, without its steep strokes.

        Frames and lines of a grid have none, even with lines that cross them.
        """
        level = self.thickness <= EXPLAIN.max_level_thickness * np.median(self.thickness)
        x, y = self.x[level], self.y[level]
        off = y - np.polynomial.Polynomial.fit(x, y, EXPLAIN.arc_degree)(x)
        return float(np.ptp(np.percentile(off, (EXPLAIN.bend_percentile, 100 - EXPLAIN.bend_percentile))))


@dataclass(frozen=True, eq=False)
class Stretch:
    """Pieces of one row, in pixels of their mask, from left to right; gaps up to `max_gap` columns are a curve's."""

    pieces: tuple[Piece, ...]
    max_gap: float

    @property
    def length(self) -> float:
        """Columns with ink, and short gaps, where strokes are too thin or cross others."""
        gaps = np.diff(np.unique(np.concatenate([piece.x for piece in self.pieces])))
        return 1.0 + float(gaps[gaps <= self.max_gap].sum() + (gaps > self.max_gap).sum())

    @property
    def zero(self) -> float:
        """Height of the zero line."""
        return float(np.median(np.concatenate([piece.y for piece in self.pieces])))


def find_stretches(ink: Bools, px_per_mm: float) -> tuple[Stretch, ...]:
    """The stretches of ink [h, w] that may be curves, from top to bottom; `px_per_mm` is the mask's scale."""
    found = []
    left = list(_pieces(ink, px_per_mm))
    while left:
        row = _fullest_row(left, EXPLAIN.row_reach_mm * px_per_mm)
        left = [piece for piece in left if piece not in row]
        pieces = tuple(sorted(row, key=lambda piece: float(piece.x[0])))
        stretch = Stretch(pieces, EXPLAIN.min_piece_mm * px_per_mm)
        if stretch.length >= EXPLAIN.min_row_mm * px_per_mm:
            found.append(stretch)
    return tuple(sorted(found, key=lambda stretch: stretch.zero))


def _fullest_row(pieces: Sequence[Piece], reach: float) -> list[Piece]:
    """The pieces within `reach` of the one around which most ink lies."""
    zeros, lengths = np.array([piece.zero for piece in pieces]), np.array([len(piece.x) for piece in pieces])
    near = np.abs(zeros[:, None] - zeros[None]) <= reach
    fullest = near[int((near * lengths).sum(axis=1).argmax())]
    return [piece for piece, is_near in zip(pieces, fullest.tolist(), strict=True) if is_near]


def _pieces(ink: Bools, px_per_mm: float) -> Iterator[Piece]:
    """The connected pieces that are long enough and may belong to a curve."""
    gap, step = (round(mm * px_per_mm) + 1 for mm in (EXPLAIN.max_gap_mm, EXPLAIN.max_step_mm))
    closed = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((step, gap), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    for k in np.flatnonzero(stats[:, cv2.CC_STAT_WIDTH] >= EXPLAIN.min_piece_mm * px_per_mm):
        x, y, w, h, _ = stats[k]
        part = (slice(y, y + h), slice(x, x + w))
        piece = _piece(ink[part] & (labels[part] == k), x, y, px_per_mm) if k else None
        if piece is not None:
            yield piece


def _piece(ink: Bools, x: int, y: int, px_per_mm: float) -> Piece | None:
    """The piece of ink [h, w] whose top left pixel is (x, y); None where it can't be of a curve."""
    thickness = ink.sum(axis=0)
    columns = np.flatnonzero(thickness)
    runs = (ink & ~np.pad(ink, ((1, 0), (0, 0)))[:-1]).sum(axis=0)[columns]
    is_covered = len(columns) >= EXPLAIN.min_cover * ink.shape[1]
    if not is_covered or runs.mean() > EXPLAIN.max_runs:
        return None
    thickness = thickness[columns].astype(np.float64)
    if np.median(thickness) > EXPLAIN.max_pen_mm * px_per_mm:
        return None
    middle = y + (ink[:, columns] * np.arange(ink.shape[0])[:, None]).sum(axis=0) / thickness
    piece = Piece(x + columns.astype(np.float64), middle, thickness, float(np.median(middle)))
    return piece if piece.bend >= EXPLAIN.min_bend_mm * px_per_mm else None
