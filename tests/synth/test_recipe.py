from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.errors import UsageError
from ecgimg.synth.recipe import MIN_SIZE, amount, load_recipe, pick, recipe_names
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import Simulated


@pytest.mark.slow
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
    assert min(size for size in drawn if size) >= 0.5 * MIN_SIZE
    assert 120 < sum(d == 0 for d in drawn) < 280
    assert {amount(rng, 0.0) for _ in range(20)} == {0.0}


def test_weights_are_probabilities() -> None:
    rng = np.random.default_rng(0)
    picked = [pick(rng, {"a": 3.0, "b": 1.0, "c": 0.0}) for _ in range(400)]
    assert picked.count("a") == pytest.approx(300, abs=40)
    assert "c" not in picked


def test_other_layouts_replace_those_of_a_recipe_and_its_conditions() -> None:
    recipe = load_recipe("patchecg")
    assert len(recipe.conditions) == 7
    changed = recipe.with_layouts({"6x2": 1.0})
    assert changed.page.layouts == {"6x2": 1.0}
    assert changed.conditions == ()
    assert recipe.under(0).page.layouts == recipe.conditions[0]
    with pytest.raises(UsageError, match="there is no layout '9x9'"):
        recipe.with_layouts({"9x9": 1.0})
