"""Turns a sheet upright: curves run from left to right, calibration pulses stand upwards."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ecgimg.stages.grid import Array
from ecgimg.stages.pulse import find_pulses
from ecgimg.stages.rows import best_path, find_rows, shrink_ink
from ecgimg.types import Sheet, SheetMap, UprightSheet

LOOK_PX_PER_MM = 2.0
LONG_SHARE = 0.7
"""A path on ink over this share of the sheet's width shows that curves run along it; across them it reaches half."""


def orient(sheet: Sheet, ink: Array) -> UprightSheet:
    """The sheet and its ink [H, W], turned by quarter turns until the curves lie and the pulses stand.

    A page without a pulse is left as it lies; whether it is upside down then shows in its lead names.
    """
    if not _lies(ink, sheet.px_per_mm):
        sheet, ink = _turn(sheet, ink, 1)
    zeros = find_rows(ink, sheet.px_per_mm)
    flipped_sheet, flipped_ink = _turn(sheet, ink, 2)
    flipped_zeros = [ink.shape[0] - 1 - zero for zero in reversed(zeros)]
    standing = len(find_pulses(ink, zeros, sheet.px_per_mm))
    hanging = len(find_pulses(flipped_ink, flipped_zeros, sheet.px_per_mm))
    if hanging > standing:
        return UprightSheet(flipped_sheet, flipped_ink, tuple(flipped_zeros))
    return UprightSheet(sheet, ink, tuple(zeros))


def turn_sheet(sheet: Sheet, quarter_turns: int) -> Sheet:
    """The same sheet turned counter-clockwise by quarter turns."""
    k = quarter_turns % 4
    if k == 0:
        return sheet
    nodes = np.ascontiguousarray(np.rot90(sheet.map.nodes, k))
    turned = SheetMap(nodes, sheet.map.step)
    pixels = np.ascontiguousarray(np.rot90(sheet.pixels, k))
    paper = np.ascontiguousarray(np.rot90(sheet.paper, k))
    return replace(sheet, pixels=pixels, map=turned, paper=paper, rotation=turned.rotation)


def _turn(sheet: Sheet, ink: Array, quarter_turns: int) -> tuple[Sheet, Array]:
    return turn_sheet(sheet, quarter_turns), np.ascontiguousarray(np.rot90(ink, quarter_turns))


def _lies(ink: Array, px_per_mm: float) -> bool:
    small = shrink_ink(ink, px_per_mm, LOOK_PX_PER_MM)
    along = _longest(small)
    return along > LONG_SHARE * small.shape[1] or along >= _longest(cv2.rotate(small, cv2.ROTATE_90_COUNTERCLOCKWISE))


def _longest(small: Array) -> float:
    """Columns of ink on the path from left to right that has most of it."""
    path = best_path(small)
    return float(small[path, np.arange(len(path))].sum())
