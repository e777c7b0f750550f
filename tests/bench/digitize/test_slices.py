"""Named slices: each holds on a page that was drawn to have it, and not on a plain one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgimg.bench.digitize import slices
from ecgimg.layouts import load_layout
from ecgimg.synth.page.render import render_page
from ecgimg.synth.page.style import GridStyle, PageStyle
from ecgimg.synth.recipe import CameraRecipe, Recipe, WearRecipe
from ecgimg.synth.sample import photograph
from ecgimg.synth.signals.sources import Signal
from ecgimg.synth.truth import SynthPage

PLAIN = PageStyle(px_per_mm=4.0, header="none", footer=False, label_shift=(0.5, -9.0))


def beats(height: float = 1.0) -> np.ndarray:
    """Two triangles of 80 ms and `height` mV in each column of every lead, later in lower rows, [12, 5000]."""
    mv = np.zeros((12, 5000), np.float32)
    shape = np.concatenate([np.linspace(0, height, 21), np.linspace(height, 0, 21)[1:]])
    for k in range(12):
        for start in (400 + 100 * (k % 3), 900 + 100 * (k % 3)):
            for column in range(4):
                mv[k, 1250 * column + start : 1250 * column + start + len(shape)] = shape
    return mv


def page(height: float = 1.0, style: PageStyle = PLAIN, recipe: Recipe | None = None, seed: int = 1) -> SynthPage:
    """A page of 3x4, flat unless the recipe has a camera."""
    mv = beats(height)
    drawn = render_page(mv, 500.0, load_layout("3x4"), style, np.random.default_rng(0))
    return photograph(drawn, Signal(mv, "x"), recipe or Recipe(name="flat"), np.random.default_rng(seed))


def photographed_with(**camera: float) -> Recipe:
    return Recipe(name="camera", camera=CameraRecipe(**camera))


def test_a_plain_page_is_in_no_slice() -> None:
    assert slices.slices_of(page()) == ()


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("rows overlap", {"height": 2.6}),
        ("a curve reaches another row's zero line", {"height": 2.6}),
        ("a curve reaches another row's zero line", {"height": -2.6}),
        ("print on a trace", {"style": replace(PLAIN, label_shift=(18.0, -3.0), label_mm=4.2)}),
        ("handwriting or a stamp on the page", {"recipe": Recipe(name="w", wear=WearRecipe(stamps=1.0)), "seed": 1}),
        ("clipped peaks", {"style": replace(PLAIN, clip=8.0)}),
        ("clipped peaks", {"style": replace(PLAIN, top=6.0)}),
        ("faint or no grid", {"style": replace(PLAIN, grid=GridStyle(kind="none"))}),
        ("faint or no grid", {"style": replace(PLAIN, grid=GridStyle(minor=(245,) * 3, major=(240,) * 3))}),
        ("bent paper", {"recipe": photographed_with(folds=1.0, background=1.0), "seed": 0}),
        ("on its side or upside down", {"recipe": photographed_with(quarter_turns=1.0, background=1.0)}),
        ("under 4 px/mm", {"style": replace(PLAIN, px_per_mm=3.0)}),
        ("not 25 mm/s and 10 mm/mV", {"style": replace(PLAIN, gain=5.0)}),
        ("not 25 mm/s and 10 mm/mV", {"style": replace(PLAIN, paper_speed=50.0)}),
    ],
)
def test_a_page_that_was_drawn_so_is_in_the_slice(name: str, drawn: dict[str, object]) -> None:
    assert name in slices.slices_of(page(**drawn))  # type: ignore[arg-type]
    assert name in {each.name for each in slices.SLICES}


def test_rows_that_only_come_near_each_other_do_not_overlap() -> None:
    near = page(2.3)
    assert not slices.rows_overlap(near)
    assert not slices.reaches_next_row(near)


def test_what_the_picture_cuts_off_is_not_clipped_on_the_sheet() -> None:
    pictures = [page(1.0, PLAIN, photographed_with(crop=1.0, background=0.0), seed) for seed in range(6)]
    cut = [each for each in pictures if slices.cut_off(each)]
    assert cut
    assert len(cut) < 6
    assert not any(slices.clipped(each) for each in pictures)


def test_a_tilted_view_of_flat_paper_is_not_bent() -> None:
    tilted = page(1.0, PLAIN, photographed_with(perspective=1.0, rotation=20.0, background=1.0), 4)
    assert not slices.bent(tilted)
    assert not slices.quarter_turned(tilted)


def test_grids_stand_out_by_their_heavy_lines() -> None:
    assert slices.grid_contrast(page().sheet) > 60
    pale = replace(PLAIN, grid=GridStyle(major=(245, 200, 200)))
    assert 0 < slices.grid_contrast(page(style=pale).sheet) < slices.grid_contrast(page().sheet)
