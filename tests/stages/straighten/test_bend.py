"""A page's own lines decide whether its map is that of flat paper: scattered lines are averaged, bends are followed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.stages.straighten.bend import settled_bend
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.grid_lines import grid_lines

SCALE = STRAIGHTEN.flat_px_per_mm
SIZE_MM = (120, 200)
DOT_MM = 25.4 / 200


def on_dots(place_mm: Doubles) -> Doubles:
    """Places moved to the nearest dot of a printer of 200 dpi."""
    return np.round(place_mm / DOT_MM) * DOT_MM


def page(line_mm: float, moved: Callable[[Doubles, Doubles], Doubles]) -> Floats:
    """Contrast of lines every `line_mm`; `moved` displaces points of the paper to the right by mm."""
    y, x = (v / SCALE for v in np.mgrid[: int(SIZE_MM[0] * SCALE), : int(SIZE_MM[1] * SCALE)].astype(float))
    contrast = np.zeros(x.shape)
    for along in (x - moved(x, y), y):
        printed = on_dots(np.round(along / line_mm) * line_mm)
        contrast = np.maximum(contrast, np.exp(-(((along - printed) / 0.2) ** 2)))
    return np.asarray(contrast - contrast.mean(), np.float32)


def still(x: Doubles, y: Doubles) -> Doubles:
    """Flat paper."""
    return np.zeros_like(x)


def lens(x: Doubles, y: Doubles) -> Doubles:
    """What a lens leaves: a cubic of 0.3 mm at the edges."""
    return 0.3 * ((x - 100) / 100) ** 3


def fold(x: Doubles, y: Doubles) -> Doubles:
    """A fold across the page: 0.4 mm over 40 mm on each side."""
    return 0.4 * np.exp(-np.abs(x + 0.4 * y - 120) / 20)


def nodes_of(moved: Callable[[Doubles, Doubles], Doubles]) -> tuple[Floats, Doubles]:
    """Displacements [R, C, 2] that follow each line's dots as a phase does, and the true ones of the paper."""
    x, y = np.meshgrid(np.arange(80) * STRAIGHTEN.node_mm, np.arange(48) * STRAIGHTEN.node_mm)
    true = np.stack([moved(x, y), np.zeros_like(x)], axis=2)
    scatter = np.stack([on_dots(x) - x, on_dots(y) - y], axis=2)
    return np.asarray(true + scatter / 2, np.float32), true


@pytest.mark.parametrize("moved", [still, lens])
def test_flat_paper_is_straight_to_a_tenth_of_a_pixel(moved: Callable[[Doubles, Doubles], Doubles]) -> None:
    shift, true = nodes_of(moved)
    straight = page(5.0, lambda x, y: np.zeros_like(x))
    bend = settled_bend(straight, np.asarray(true, np.float32), shift, 5.0)
    assert bend.is_flat
    error = np.abs(bend.shift - true)[2:-2, 2:-2]
    assert np.sqrt((error**2).mean()) < 0.1 / STRAIGHTEN.sheet_px_per_mm
    assert np.sqrt((error**2).mean()) < np.sqrt(((shift - true)[2:-2, 2:-2] ** 2).mean()) / 2


def test_a_fold_is_followed() -> None:
    shift, true = nodes_of(fold)
    bend = settled_bend(page(5.0, still), np.asarray(true, np.float32), shift, 5.0)
    assert not bend.is_flat
    assert bend.shift is shift


def test_too_few_lines_decide_nothing() -> None:
    free = np.zeros((6, 6, 2), np.float32)
    assert settled_bend(page(5.0, still)[:60, :60], free, free, 5.0).shift is free


@pytest.mark.parametrize("axis", [0, 1])
def test_each_segment_of_a_line_is_measured(axis: int) -> None:
    """Lines of 200 dpi stand aside by up to half a dot, which is a quarter of a pixel."""
    straight = page(5.0, still)
    lines = grid_lines(straight, 5.0, axis)
    true = on_dots(lines.across) - lines.across
    seen = lines.weight > 0.5
    assert seen[:, 1:-1].mean() > 0.8
    error = np.where(seen, lines.aside - true, np.nan)[:, 1:-1]
    assert np.nanstd(error) < 0.012
    assert np.corrcoef(np.nanmedian(error + true[1:-1], axis=0), true[1:-1])[0, 1] > 0.97
