from __future__ import annotations

import numpy as np
import pytest

from ecgimg.layouts import load_layout
from ecgimg.synth.page.style import GRID_COLORS, PAPER_COLORS, PAPER_SHARES, PAPER_SIZES_MM, PageStyle, sample_style
from ecgimg.synth.recipe import PageRecipe, load_recipe


def test_styles_cover_what_machines_print() -> None:
    recipe, layout = load_recipe("photo").page, load_layout("3x4+1R")
    styles = [sample_style(np.random.default_rng(k), layout, recipe) for k in range(300)]
    assert {s.grid.kind for s in styles} == {"lines", "dashed", "dots", "major-only", "none"}
    assert {s.pulse for s in styles} == {"left", "right", "none"}
    assert {s.separator for s in styles} == {"none", "tick", "full", "dotted", "double"}
    assert {s.gain for s in styles} == {5.0, 10.0, 20.0}
    assert {s.paper_speed for s in styles} == {25.0, 50.0}
    assert len({s.font for s in styles}) > 5
    assert min(s.px_per_mm for s in styles) < 4 < 10 < max(s.px_per_mm for s in styles)


def styles(recipe: PageRecipe, count: int = 40) -> list[PageStyle]:
    layout = load_layout("3x4+1R")
    return [sample_style(np.random.default_rng(k), layout, recipe) for k in range(count)]


def test_a_recipe_without_scales_prints_those_of_the_layout() -> None:
    layout = load_layout("3x4+1R")
    assert {(s.paper_speed, s.gain) for s in styles(PageRecipe())} == {(layout.paper_speed, layout.gain)}


def test_the_ranges_of_a_recipe_are_kept() -> None:
    recipe = PageRecipe(px_per_mm=(4.0, 5.0), line_mm=(0.2, 0.3), clipped=1.0)
    for style in styles(recipe):
        assert 4.0 <= style.px_per_mm <= 5.0
        assert 0.2 <= style.line <= 0.3
        assert style.clip is not None


def test_an_office_print_is_framed_with_names_below() -> None:
    for style in styles(PageRecipe(families={"office": 1.0}), 10):
        assert style.grid.frame == style.grid.major
        assert (style.label, style.header, style.separator) == ("below", "columns", "tick")
        assert style.paper in PAPER_SIZES_MM


def test_a_bedside_print_has_no_header() -> None:
    for style in styles(PageRecipe(families={"bedside": 1.0}), 10):
        assert (style.header, style.label, style.paper, style.border) == ("none", "above", None, 0.0)


def test_rows_of_many_lines_are_closer() -> None:
    pitches = [
        float(
            np.mean([sample_style(np.random.default_rng(k), load_layout(name), PageRecipe()).pitch for k in range(20)])
        )
        for name in ("3x4", "6x2", "12x1")
    ]
    assert pitches == sorted(pitches, reverse=True)


def test_tables_of_choices_are_possible() -> None:
    assert sum(PAPER_SHARES) == pytest.approx(1.0)
    assert len(PAPER_SHARES) == len(PAPER_SIZES_MM)
    for minor, major in GRID_COLORS.values():
        assert sum(major) < sum(minor) < sum(PAPER_COLORS["white"])
