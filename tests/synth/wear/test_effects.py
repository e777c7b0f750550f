from __future__ import annotations

import numpy as np
import pytest

from ecgimg.synth.camera import flat_relief
from ecgimg.synth.recipe import WearRecipe
from ecgimg.synth.wear.effects import LAST_EFFECTS, PHOTO_EFFECTS, SCALED_EFFECTS, SHEET_EFFECTS, wear_photo, wear_sheet


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


def test_the_chain_has_every_effect_of_a_recipe_once() -> None:
    names = [name for chain in (SHEET_EFFECTS, PHOTO_EFFECTS, SCALED_EFFECTS, LAST_EFFECTS) for name, *_ in chain]
    assert sorted([*names, "shading"]) == sorted(WearRecipe.model_fields)


def test_the_same_generator_gives_the_same_wear() -> None:
    recipe = WearRecipe(texture=1.0, stains=1.0, noise=1.0, handwriting=1.0)
    pixels = np.full((90, 120, 3), 230, np.uint8)
    first, second = (wear_sheet(np.random.default_rng(3), pixels, recipe, flat_relief(120, 90)) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    assert first[1] == second[1]
