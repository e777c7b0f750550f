"""Finds calibration pulses in the ink: the upright rectangles of 1 mV at the left or right end of a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ecgimg.stages.grid import Array

SEARCH_MM = 40.0
"""Distance from a row's ends within which its pulse stands."""
FOOT_MM = 5.0
"""Distance from the row's zero line at which a pulse may stand."""
HEIGHTS_MM = (4.0, 24.0)
WIDTHS_MM = (2.0, 11.5)
MIN_STROKE = 0.7
"""Share of a stroke's or plateau's length that must be ink."""
UNEVEN_MM = 1.5
AGREE_MM = 0.8
"""Pulses of one page differ by less than this in height and place."""


@dataclass(frozen=True)
class Pulse:
    """A calibration pulse: left and right stroke in sheet pixels and its height in pixels."""

    left: float
    right: float
    height: float


def find_pulses(ink: Array, zeros: Sequence[float], px_per_mm: float) -> tuple[Pulse, ...]:
    """The pulse of every row that has one; where rows disagree only those that most of them share are kept.

    Args:
        ink: darkness [H, W] in 0..1.
        zeros: zero line of each row in sheet pixels.
        px_per_mm: scale of the sheet.
    """
    dark = (cv2.dilate(ink, np.ones((1, 3), np.uint8)) > 0.25).astype(np.float32)
    found = [pulse for zero in zeros for pulse in _row_pulses(dark, zero, px_per_mm)]
    groups = [[p for p in found if _alike(p, one, AGREE_MM * px_per_mm)] for one in found]
    best = max(groups, key=len, default=[])
    return tuple(best) if len(best) >= max(1, len(zeros) // 3) else ()


def _alike(one: Pulse, other: Pulse, tolerance: float) -> bool:
    return (
        abs(one.height - other.height) < tolerance
        and abs(one.right - one.left - other.right + other.left) < tolerance
        and abs(one.left - other.left) < 4 * tolerance
    )


def _row_pulses(dark: Array, zero: float, q: float) -> list[Pulse]:
    """Pulses of one row: two strokes that stand near the zero line, are equally high and are joined at the top."""
    marks = _strokes(dark, zero, q)
    width = dark.shape[1]
    pulses = []
    for i, (left, left_top, left_foot) in enumerate(marks):
        for right, right_top, right_foot in marks[i + 1 : i + 5]:
            distance = right - left
            uneven = max(abs(left_top - right_top), abs(left_foot - right_foot)) > UNEVEN_MM * q
            if uneven or not WIDTHS_MM[0] * q < distance < WIDTHS_MM[1] * q:
                continue
            if min(left, width - right) > SEARCH_MM * q:
                continue
            plateau = _plateau(dark, left, right, (left_top + right_top) / 2, q)
            if plateau is not None:
                pulses.append(Pulse(left, right, (left_foot + right_foot) / 2 - plateau))
    return pulses


def _strokes(dark: Array, zero: float, q: float) -> list[tuple[float, float, float]]:
    """Column, top and foot of the narrow vertical strokes that stand on a row's zero line."""
    reach = round((HEIGHTS_MM[1] + FOOT_MM) * q)
    foot_row = round(zero + FOOT_MM * q)
    top_row = max(foot_row - reach, 0)
    window = np.ascontiguousarray(dark[top_row:foot_row])
    closed = cv2.morphologyEx(window, cv2.MORPH_CLOSE, np.ones((round(q), 1), np.uint8))
    tall = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((round(HEIGHTS_MM[0] * q), 1), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats((tall > 0).astype(np.uint8), connectivity=8)
    marks = []
    for x, y, w, h, _ in stats[1:]:
        foot = top_row + y + h
        if w <= 1.6 * q and abs(foot - zero) < FOOT_MM * q:
            marks.append((float(x + (w - 1) / 2), float(top_row + y), float(foot)))
    return sorted(marks)


def _plateau(dark: Array, left: float, right: float, top: float, q: float) -> float | None:
    """Row of the horizontal line that joins two strokes at their tops, with nothing else above it, or None."""
    a, b = round(left) + 2, round(right) - 1
    y0, y1 = max(round(top - 0.8 * q), 0), round(top + 1.5 * q)
    window = dark[y0:y1, a:b]
    if window.size == 0:
        return None
    share = window.mean(axis=1)
    if share.max() < MIN_STROKE + 0.1:
        return None
    rows = np.flatnonzero(share > 0.5 * share.max())
    inside = dark[
        y0 + int(rows[-1]) + round(0.5 * q) : round(top + 0.75 * (HEIGHTS_MM[0] * q)),
        a + round(0.3 * q) : b - round(0.3 * q),
    ]
    hollow = inside.size == 0 or inside.mean() < 0.25
    return float(y0 + rows.mean()) if hollow else None
