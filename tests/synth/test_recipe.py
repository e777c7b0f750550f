from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.errors import UsageError
from ecgimg.layouts import load_layout
from ecgimg.synth.camera import flat_relief
from ecgimg.synth.page.style import sample_style
from ecgimg.synth.recipe import WearRecipe, amount, load_recipe, recipe_names
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import Simulated
from ecgimg.synth.wear.effects import wear_photo, wear_sheet


@pytest.mark.parametrize("name", recipe_names())
def test_every_preset_draws_pages(name: str) -> None:
    recipe = load_recipe(name)
    recipe = recipe.model_copy(update={"page": recipe.page.model_copy(update={"px_per_mm": (3.0, 3.2)})})
    for seed in range(3):
        page = sample_page(seed, recipe, Simulated(0))
        assert page.pixels.shape == (page.warp.height, page.warp.width, 3)
        assert sum(int(c.visible.sum()) for c in page.curves) > 5000
    assert recipe.name == name


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("name: x\nwear: {stains: 2}", "wear.stains"),
        ("name: x\npage: {layouts: {9x9: 1}}", "9x9"),
        ("name: x\npage: {speeds: {33: 1}}", "33"),
        ("name: x\npage: {grids: {lines: 0}}", "not all zero"),
        ("name: x\npage: {px_per_mm: [9, 3]}", "low, high"),
        ("name: x\ncamera: {rotaton: 3}", "rotaton"),
        ("name: [", "YAML"),
    ],
)
def test_impossible_recipes_say_which_line(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "r.yaml").write_text(text)
    with pytest.raises(UsageError, match=what) as caught:
        load_recipe(tmp_path / "r.yaml")
    assert "\n" not in str(caught.value)


def test_unknown_recipe_lists_the_known() -> None:
    with pytest.raises(UsageError, match=r"choose one of clean, patchecg, photo, ruin, scan"):
        load_recipe("nothing")


def test_strength_is_a_bound_and_zero_is_nothing() -> None:
    rng = np.random.default_rng(0)
    drawn = [amount(rng, 0.5, 0.5) for _ in range(400)]
    assert max(drawn) <= 0.5
    assert 120 < sum(d == 0 for d in drawn) < 280
    assert {amount(rng, 0.0) for _ in range(20)} == {0.0}


@pytest.mark.parametrize("effect", [e for e in WearRecipe.model_fields if e != "shading"])
def test_each_effect_alone_shows_and_stays_a_picture(effect: str) -> None:
    recipe = WearRecipe(**{effect: 1.0})
    pixels = np.full((120, 160, 3), 230, np.uint8)
    pixels[40:44] = 20
    pixels[80:90] = (250, 180, 190)
    for seed in range(60):
        rng = np.random.default_rng(seed)
        sheet, on_sheet = wear_sheet(rng, pixels, recipe, flat_relief(160, 120))
        photo, on_photo = wear_photo(rng, sheet.astype(np.float32), recipe, 5.0)
        if on_sheet or on_photo:
            assert set(on_sheet | on_photo) == {effect}
            assert photo.shape == pixels.shape
            assert photo.dtype == np.uint8
            if effect not in ("grey", "highlighter", "stamps") or (photo != pixels).any():
                return
    pytest.fail(f"{effect} never came")


def test_no_wear_is_no_change() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (50, 60, 3)).astype(np.uint8)
    sheet, log = wear_sheet(np.random.default_rng(1), pixels, WearRecipe(), flat_relief(60, 50))
    photo, late = wear_photo(np.random.default_rng(1), sheet.astype(np.float32), WearRecipe(), 5.0)
    assert np.array_equal(photo, pixels)
    assert not log
    assert not late


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
