"""Recipes of the package can be read, and a wrong key is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.errors import UsageError
from ecgimg.train.finetune.recipe import read_recipe, recipe_names

GOOD = """
name: mine
title: Mine
targets:
  - {name: k, task: binary, column: potassium, above: 5.5}
"""


@pytest.mark.parametrize("name", recipe_names())
def test_the_packages_recipes_are_whole(name: str) -> None:
    recipe = read_recipe(name)
    assert recipe.name == name
    assert recipe.about
    assert recipe.stand_in == ("(stand-in)" in recipe.title)


def test_the_clinical_recipes_and_their_stand_ins_are_there() -> None:
    assert {"ccta", "pocket-k", "anyecg-lab"} == {name for name in recipe_names() if not read_recipe(name).stand_in}
    assert read_recipe("pocket-k").leads == ("I",)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("leads: [I, X]", "leads"),
        ("encoder: resnet", "encoder"),
        ("fit: {mode: all}", "fit.mode"),
        ("colour: red", "colour"),
        ("split: {column: fold, train: [1], validation: [2], test: [2]}", "split: a value is in two parts"),
        ("table: {item: itemid}", "table: item and value"),
        ("table: {window_hours: [2, 1]}", "table: window_hours"),
        ("encoder: scratch", "an encoder from scratch is trained whole"),
        ("encoder: ecgfounder\nleads: [I, II]", "ecgfounder takes all 12 leads, or lead I"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, line: str, named: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"{GOOD}{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=named.replace(".", r"\.")):
        read_recipe(str(path))


@pytest.mark.parametrize(
    ("target", "named"),
    [
        ("{name: a, task: binary, column: x, above: 1, at_least: 2}", "one of them"),
        ("{name: a, task: survival, column: x}", "event"),
        ("{name: a, task: ordinal, column: x}", "at least 2 levels"),
        ("{name: a, task: ordinal, column: x, bounds: [3, 2]}", "bounds rise"),
        ("{name: a, task: guess, column: x}", "targets.1.task"),
        ("{name: k, task: regression, column: x}", "two targets have one name"),
    ],
)
def test_a_wrong_target_is_named(tmp_path: Path, target: str, named: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"{GOOD}  - {target}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=named):
        read_recipe(str(path))


def test_there_is_no_such_recipe() -> None:
    with pytest.raises(UsageError, match="pocket-k"):
        read_recipe("pocket")
