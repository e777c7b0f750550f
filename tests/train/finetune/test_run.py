"""A recipe end to end on a made-up hospital: what is learned, what is written, resumed and refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from made_hospital import make_hospital, recipe_of

import ecgimg
from ecgimg.errors import UsageError
from ecgimg.train.finetune.run import Plan, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("finetune")]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_hospital(tmp_path_factory.mktemp("hospital"), 160)


@pytest.fixture(scope="module")
def trained(hospital: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained")
    run(Plan(recipe_of(), str(hospital / "index.csv"), out))
    return out


def test_the_folder_has_all_parts(trained: Path) -> None:
    names = {"model.onnx", "card.json", "card.md", "thresholds.json", "predictions.csv", "evaluation/evaluation.html"}
    assert [name for name in sorted(names) if not (trained / name).is_file()] == []
    card = json.loads((trained / "card.json").read_text(encoding="utf-8"))
    assert card["counts"]["train"]["recordings"] > card["counts"]["test"]["recordings"] > 10
    assert card["left_out"] == {}
    limits = json.loads((trained / "thresholds.json").read_text(encoding="utf-8"))["slow"]
    assert 0 < limits["rule_out"] <= limits["rule_in"]


def test_slow_hearts_are_learned(trained: Path) -> None:
    with (trained / "predictions.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "test"]
    slow = [(float(row["truth"]), float(row["predicted"])) for row in rows if row["target"] == "slow"]
    truth, found = np.array(slow).T
    assert ((found > 0.5) == (truth > 0.5)).mean() > 0.9
    rate = np.array([(float(row["truth"]), float(row["predicted"])) for row in rows if row["target"] == "rate"])
    assert np.corrcoef(rate.T)[0, 1] > 0.8


def test_diagnose_gives_what_the_table_has(hospital: Path, trained: Path) -> None:
    with (trained / "predictions.csv").open(newline="", encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["target"] == "rate")
    report = ecgimg.diagnose(hospital / f"{row['id']}.hea", models=[trained])
    rate = next(one for one in report.own if one.target == "rate")
    assert rate.value == pytest.approx(float(row["predicted"]), abs=1.0)


def test_a_second_run_takes_what_is_stored_and_another_recipe_is_refused(hospital: Path, trained: Path) -> None:
    before = (trained / "predictions.csv").read_bytes()
    data = str(hospital / "index.csv")
    run(Plan(recipe_of(), data, trained))
    assert (trained / "predictions.csv").read_bytes() == before
    with pytest.raises(UsageError, match="holds another training"):
        run(Plan(recipe_of(epochs=3), data, trained))


@pytest.mark.parametrize("mode", ["frozen", "whole"])
def test_other_modes_run_to_the_end(hospital: Path, tmp_path: Path, mode: str) -> None:
    recipe = recipe_of(mode=mode, epochs=1, seeds=(0, 1))
    lines = run(Plan(recipe, str(hospital / "index.csv"), tmp_path))
    assert any(line.startswith("slow, test, n =") for line in lines)
    assert (tmp_path / "model.onnx").is_file()
