"""From a folder in the form of PTB-XL through training and export to the bench, in small."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecgimg.bench.patchecg.report import tables, worst_calibration
from ecgimg.bench.patchecg.run import parse_layouts, run_patchecg
from ecgimg.bench.patchecg.scores import Fold, bench_patchecg, conditions, load_fold
from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.networks.outputs import Output
from ecgimg.networks.patchecg import PatchEcg
from ecgimg.networks.runtime import Network, open_network
from ecgimg.train.patchecg import run as patchecg_run
from ecgimg.train.patchecg.fit import OUTPUTS, Phase, TrainingPlan

STATEMENTS = """,description,diagnostic,form,rhythm,diagnostic_class,diagnostic_subclass
NORM,normal ECG,1.0,,,NORM,NORM
IMI,inferior myocardial infarction,1.0,,,MI,IMI
SR,sinus rhythm,,,1.0,,
AFIB,atrial fibrillation,,,1.0,,
"""
CODES = ("{'NORM': 100.0, 'SR': 0.0}", "{'IMI': 50.0, 'AFIB': 0.0}")


@pytest.fixture(scope="module")
def ptbxl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ptbxl")
    folder = root / "records100" / "00000"
    folder.mkdir(parents=True)
    (root / "scp_statements.csv").write_text(STATEMENTS)
    rng = np.random.default_rng(0)
    columns = ["ecg_id", "patient_id", "age", "sex", "report", "scp_codes", "strat_fold", "filename_lr", "filename_hr"]
    with open(root / "ptbxl_database.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for k in range(36):
            name = f"{k:05d}_lr"
            signal = np.cumsum(rng.normal(0, 0.02 + 0.03 * (k % 2), (1000, 12)), axis=0)
            wfdb.wrsamp(
                name, 100, ["mV"] * 12, [n.upper() for n in LEADS], signal, fmt=["16"] * 12, write_dir=str(folder)
            )
            writer.writerow(
                [k, k // 2 * 2 + k % 2, "", "", "", CODES[k % 2], k % 9 + 1, f"records100/00000/{name}", ""]
            )
    return root


def test_train_export_and_bench(ptbxl: Path, tmp_path: Path) -> None:
    plan = TrainingPlan((Phase(1, 2e-3, 0.15, 0.0), Phase(1, 1e-3, 0.1, 0.4)), batch=16, members=2, compiled=False)
    path = patchecg_run.run(ptbxl, tmp_path / "run", plan)
    assert path.stat().st_size < 15e6
    network = open_network(path, threads=1)
    assert network.spec["calibration_folds"] == [9]
    assert [(o["code"], o["group"]) for o in network.spec["outputs"]] == list(OUTPUTS)

    bench = run_patchecg(ptbxl, 9, "0,5", tmp_path / "bench", weights=path, trained=tmp_path / "run")
    assert bench.records == 4
    assert "cross-fitted" in bench.calibration
    assert set(bench.mean_differences) == {"resnet-zero", "resnet-linear"}
    assert len(bench.conditions) == 2 + 5 + 12
    stored = json.loads((tmp_path / "bench" / "patchecg_fold9.json").read_text())
    assert stored["conditions"][0]["condition"] == "layout 0 (3x4)"
    assert stored["published_auroc_layouts_0_6"]["PatchECG (published)"][0] == 0.832
    assert len(list((tmp_path / "bench").glob("*.png"))) == 3
    assert [len(t.rows) for t in tables(bench)] == [len(bench.conditions) + 1, len(OUTPUTS)]


class Oracle:
    """A session that reads the diagnosis off the first observed sample."""

    def run(self, _: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        top = np.abs(inputs["signals"]).max((1, 2))
        return [np.repeat(top[:, None], len(OUTPUTS), axis=1).astype(np.float32)]


def oracle(calibration_fold: int) -> PatchEcg:
    rows = [vars(Output(code, group, 1.0, 0.0, 0.5)) for code, group in OUTPUTS]
    return PatchEcg(Network(Oracle(), {"outputs": rows, "patch": 128, "calibration_folds": [calibration_fold]}))


def made_fold(count: int = 40) -> Fold:
    rng = np.random.default_rng(0)
    labels = np.repeat(rng.random((count, 1)) < 0.4, len(OUTPUTS), axis=1)
    signals = rng.normal(0, 0.05, (count, 12, 1000)).astype(np.float32) + labels[:, :1, None] * np.float32(1)
    return Fold(9, signals, labels, np.ones_like(labels), np.arange(count) // 2)


def test_perfect_and_random_predictors_are_told_apart() -> None:
    rng = np.random.default_rng(1)
    chance = {"chance": lambda signals: rng.normal(size=(len(signals), len(OUTPUTS))).astype(np.float32)}
    bench = bench_patchecg(oracle(9), made_fold(), [0], chance, draws=50)
    assert bench.mean_complete.value == pytest.approx(1)
    assert bench.mean_differences["chance"].low > 0
    assert bench.conditions[0].of("AFIB", "rhythm").auroc.value == pytest.approx(1)
    assert worst_calibration(bench.conditions[0]) != worst_calibration(bench.conditions[0])  # no class has 50


def test_a_fold_that_did_not_calibrate_uses_what_is_stored() -> None:
    assert bench_patchecg(oracle(3), made_fold(), [5], {}, draws=5).calibration == "stored with the network"


def test_conditions_and_their_names() -> None:
    names = [c.name for c in conditions([0, 6])]
    assert names[:3] == ["layout 0 (3x4)", "layout 6 (random)", "1 of 12 leads dark"]
    assert names[-1] == "lead V6 only"
    assert [c.complete for c in conditions([0, 6])][:2] == [True, False]


def test_layouts_are_checked() -> None:
    assert list(parse_layouts("all")) == [0, 1, 2, 3, 4, 5, 6]
    assert parse_layouts("3,0,3") == [0, 3]
    for wrong in ("7", "x", "", "-1"):
        with pytest.raises(UsageError):
            parse_layouts(wrong)


def test_a_fold_that_is_not_there_is_named(ptbxl: Path) -> None:
    with pytest.raises(UnreadableInputError, match="fold 10"):
        load_fold(ptbxl, 10, OUTPUTS)
