"""`bench patchecg` in small: from training and export to JSON and plots."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made_benches import loudest_sample_net, patch_fold, write_ptbxl

from ecgimg.bench.patchecg.report import tables
from ecgimg.bench.patchecg.run import bench_patchecg, load_baselines, parse_layouts, run_patchecg
from ecgimg.errors import UsageError
from ecgimg.networks.runtime import open_network
from ecgimg.train.patchecg.fit import OUTPUTS, Phase, TrainingPlan
from ecgimg.train.patchecg.run import run as train_patchecg

CODES = ("{'NORM': 100.0, 'SR': 0.0}", "{'IMI': 50.0, 'AFIB': 0.0}")


@pytest.fixture(scope="module")
def ptbxl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    steps = [rng.normal(0, 0.02 + 0.03 * (k % 2), (12, 1000)) for k in range(36)]
    signals = [np.cumsum(step, axis=1).astype(np.float32) for step in steps]
    folds, codes = [k % 9 + 1 for k in range(36)], [CODES[k % 2] for k in range(36)]
    return write_ptbxl(tmp_path_factory.mktemp("ptbxl"), signals, folds, codes)


@pytest.mark.slow
def test_train_export_and_bench(ptbxl: Path, tmp_path: Path) -> None:
    plan = TrainingPlan((Phase(1, 2e-3, 0.15, 0.0), Phase(1, 1e-3, 0.1, 0.4)), batch=16, members=2, compiled=False)
    path = train_patchecg(ptbxl, tmp_path / "run", plan)
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
    assert len(list((tmp_path / "bench").glob("*.png"))) == 3
    sizes = [len(table.rows) for table in tables(bench)]
    assert sizes[:2] == [len(bench.conditions) + 1, len(OUTPUTS)]
    assert len(sizes) == 3
    assert sizes[2] > 0


def test_every_condition_is_reported_and_scored() -> None:
    calls: list[tuple[str, int, int]] = []
    bench = bench_patchecg(
        loudest_sample_net(9), patch_fold(), [0], {}, n_draws=5, on_progress=lambda *call: calls.append(call)
    )
    assert [name for name, _, _ in calls] == [score.condition for score in bench.conditions]
    assert [done for _, done, _ in calls] == list(range(len(calls)))
    assert (bench.records, bench.patients, bench.diagnosed) == (40, 20, 40)
    assert bench.mean_complete.value == pytest.approx(1)
    assert "cross-fitted" in bench.calibration


def test_a_fold_that_did_not_calibrate_uses_the_stored_calibration() -> None:
    bench = bench_patchecg(loudest_sample_net(3), patch_fold(), [5], {}, n_draws=5)
    assert bench.calibration == "stored with the network"


def test_layouts_are_checked() -> None:
    assert list(parse_layouts("all")) == [0, 1, 2, 3, 4, 5, 6]
    assert parse_layouts("3,0,3") == [0, 3]
    for wrong in ("7", "x", "", "-1"):
        with pytest.raises(UsageError):
            parse_layouts(wrong)


def test_baselines_that_were_not_trained_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="resnet-zero, resnet-linear"):
        load_baselines(tmp_path)
