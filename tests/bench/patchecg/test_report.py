"""Tables, JSON and plots of the PatchECG benchmark."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_benches import loudest_sample_net, patch_fold

from ecgimg.bench.patchecg.report import tables, worst_calibration, write_json, write_plots
from ecgimg.bench.patchecg.run import bench_patchecg
from ecgimg.bench.patchecg.scores import PatchBench
from ecgimg.bench.patchecg.verdicts import LEAST_PROBABILITIES
from ecgimg.datamodel.arrays import Floats
from ecgimg.train.common.classifier_metrics import Interval
from ecgimg.train.patchecg.fit import OUTPUTS


@pytest.fixture(scope="module")
def bench() -> PatchBench:
    def chance(signals: Floats) -> Floats:
        return np.random.default_rng(1).normal(size=(len(signals), len(OUTPUTS))).astype(np.float32)

    return bench_patchecg(loudest_sample_net(3), patch_fold(), [0], {"chance": chance}, n_draws=5)


def test_tables_have_a_row_for_each_condition_and_class(bench: PatchBench) -> None:
    macro, classes, verdicts = tables(bench)
    lengths = [len(table.rows) for table in (macro, classes, verdicts)]
    assert lengths == [len(bench.conditions) + 1, len(OUTPUTS), len(LEAST_PROBABILITIES)]
    assert [column.header for column in macro.columns][-2:] == ["chance", "gain over chance"]


def test_json_has_the_published_figures_and_no_nan(bench: PatchBench, tmp_path: Path) -> None:
    text = write_json(bench, tmp_path / "bench.json").read_text()
    stored = json.loads(text)
    assert "NaN" not in text
    assert stored["conditions"][0]["condition"] == "layout 0 (3x4)"
    assert stored["published_auroc_layouts_0_6"]["PatchECG (published)"][0] == 0.832


def test_plots_are_written(bench: PatchBench, tmp_path: Path) -> None:
    names = [path.name for path in write_plots(bench, tmp_path)]
    assert names == ["patchecg_layouts.png", "patchecg_leads.png", "patchecg_classes.png"]
    assert all((tmp_path / name).stat().st_size > 5000 for name in names)


def test_rare_classes_do_not_count_for_the_worst_calibration(bench: PatchBench) -> None:
    first = bench.conditions[0]
    assert np.isnan(worst_calibration(first))
    often = replace(first.classes[0], positives=50, calibration_error=Interval(0.25, 0.2, 0.3))
    assert worst_calibration(replace(first, classes=(often, *first.classes[1:]))) == 0.25
