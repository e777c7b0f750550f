"""The recipes for hospitals' own data, end to end on made-up tables in the layout that they are written for."""

from __future__ import annotations

import csv
import gzip
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import torch
from made_hospital import make_hospital

from ecgimg.networks.finetuned import open_finetuned
from ecgimg.recording.read import read_recording
from ecgimg.train.finetune.encoders import random_founder
from ecgimg.train.finetune.recipe import Recipe, read_recipe
from ecgimg.train.finetune.run import Plan, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("finetune")]
COUNT = 60
ITEMS = {
    "50971": (3.5, 6.8),
    "50983": (130, 150),
    "50912": (0.6, 3.0),
    "50931": (80, 300),
    "51222": (7, 15),
    "51003": (0, 0.3),
}
"""Laboratory items of MIMIC-IV in the recipes, and between which values the made-up ones lie."""
START = datetime(2180, 1, 1)


@pytest.fixture(scope="module")
def mimic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings with the tables of MIMIC-IV-ECG and MIMIC-IV: each ECG has a value of each item minutes after it."""
    folder = make_hospital(tmp_path_factory.mktemp("mimic"), COUNT)
    rng = np.random.default_rng(3)
    with (folder / "record_list.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["subject_id", "study_id", "file_name", "ecg_time", "path"])
        writer.writerows([k, 40000000 + k, f"r{k:03d}", START + timedelta(days=k), f"r{k:03d}"] for k in range(COUNT))
    with gzip.open(folder / "labevents.csv.gz", "wt", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["labevent_id", "subject_id", "itemid", "charttime", "valuenum"])
        for k in range(COUNT):
            after = START + timedelta(days=k, minutes=int(rng.integers(0, 50)))
            writer.writerows([k, k, item, after, round(rng.uniform(*limits), 2)] for item, limits in ITEMS.items())
    return folder


@pytest.fixture(scope="module")
def ccta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings, a table of the four vessels, and a checkpoint of ECGFounder with random weights."""
    folder = make_hospital(tmp_path_factory.mktemp("ccta"), COUNT)
    rng = np.random.default_rng(4)
    with (folder / "vessels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "lad", "lcx", "rca", "lm"])
        writer.writerows([f"r{k:03d}", *rng.integers(0, 2, 4)] for k in range(COUNT))
    torch.manual_seed(0)
    torch.save(random_founder(12).net.state_dict(), folder / "12_lead_ECGFounder.pth")
    return folder


def short(name: str) -> Recipe:
    """A recipe of the package with one epoch."""
    recipe = read_recipe(name)
    return recipe.model_copy(
        update={"fit": recipe.fit.model_copy(update={"epochs": 1, "decays": recipe.fit.decays[:1]})}
    )


def answers(out: Path, recipe: Recipe, folder: Path) -> np.ndarray:
    """What the trained folder says of a recording."""
    net = open_finetuned(out)
    assert [target.name for target in net.targets] == [target.name for target in recipe.targets]
    return net.of_recording(read_recording(folder / "r001.hea"))


@pytest.mark.parametrize("name", ["pocket-k", "anyecg-lab"])
def test_laboratory_values_of_mimics_tables(name: str, mimic: Path, tmp_path: Path) -> None:
    recipe = short(name)
    run(Plan(recipe, str(mimic), tmp_path / "out", mimic / "labevents.csv.gz"))
    found = answers(tmp_path / "out", recipe, mimic)
    for value, target in zip(found, recipe.targets, strict=True):
        low, high = (0.0, 1.0) if target.task == "binary" else target.range or (-np.inf, np.inf)
        assert low < value < high


def test_vessels_by_ecgfounder(ccta: Path, tmp_path: Path) -> None:
    recipe = short("ccta")
    data, table = str(ccta / "index.csv"), ccta / "vessels.csv"
    run(Plan(recipe, data, tmp_path / "out", table, checkpoint=ccta / "12_lead_ECGFounder.pth"))
    assert ((answers(tmp_path / "out", recipe, ccta) > 0) & (answers(tmp_path / "out", recipe, ccta) < 1)).all()
