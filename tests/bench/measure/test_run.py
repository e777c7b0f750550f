"""The tables of the benchmark, its records and pages, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.bench.measure.ludb import OURS, MarkedRecord, NoPBeats
from ecgimg.bench.measure.open_tools import _spans
from ecgimg.bench.measure.pages import MeasuredRow
from ecgimg.bench.measure.plus import PlusAgreement
from ecgimg.bench.measure.rankings import rankings
from ecgimg.bench.measure.readings import CLEAN
from ecgimg.bench.measure.report import MeasureBench, markdown
from ecgimg.bench.measure.run import MeasurePlan, run_measure
from ecgimg.bench.measure.scores import score_ludb
from ecgimg.datasets.ludb import LudbRecord, MarkedWave
from ecgimg.errors import UsageError
from ecgimg.findings.measurements import Measurement, Measurements
from ecgimg.networks.delineation import WaveSpan
from ecgimg.train.delineation.hits import lead_hits


def marked_record() -> MarkedRecord:
    hits = lead_hits([MarkedWave("QRS", 500, 525, 550)], [WaveSpan("QRS", 1.004, 1.1, 1.05, 1.0)])
    measured = Measurements((Measurement("PR interval", 166.0, "ms", 8.0),))
    marked = {"P duration": None, "PR interval": 160.0, "QRS duration": None, "QT interval": None}
    return MarkedRecord(
        LudbRecord(1, "Atrial fibrillation", ""), (hits,), {OURS: hits}, {OURS: NoPBeats(10, 9)}, NoPBeats(10, 10),
        marked, measured, 0.2,
    )  # fmt: skip


def test_tables_hold_what_was_measured() -> None:
    plus = PlusAgreement("clean - 12SL", "PR interval", 7, 2.0, 9.0, 0.9)
    text = markdown(MeasureBench(ludb=score_ludb([marked_record()]), plus=(plus,)))
    assert "| this network, all leads | &ndash; | &ndash; | 100.0/100.0 4.0+-0.0 | 100.0/100.0 0.0+-0.0 |" in text
    assert "| QRS onset | 1 | 100.0% (100.0% to 100.0%) | 100.0% (100.0% to 100.0%) | 0.0 (0.0 to 0.0) |" in text
    assert "| this network, lead II | 10 | 90.0% |" in text
    assert "| PR interval | 1 | +6.0 +- 0.0 | 100.0% | 100.0% | 0 | 0 |" in text
    assert "| clean - 12SL | PR interval | 7 | +2.0 +- 9.0 | 90.0% |" in text
    assert "PTB-XL: AUROC" not in text


def test_a_ranking_of_one_class_is_a_dash() -> None:
    from bench.measure.test_scores import database, record

    rows = [MeasuredRow(CLEAN, 1, {"PR interval": 160.0}, {})]
    text = markdown(MeasureBench(ptbxl=rankings(rows, database(record(1, "SR")))))
    assert "| clean | 1AVB | PR interval | 1 (0) | &ndash; | &ndash; | 1 (0) |" in text


def test_a_tool_that_leaves_samples_out_gives_what_it_has() -> None:
    spans = _spans("P", [100, np.nan, -1], [150, 300, -1], 500.0)
    assert [(span.onset, span.end) for span in spans] == [(0.2, 0.3), (None, 0.6)]


def test_data_and_networks_are_needed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no data set"):
        run_measure(MeasurePlan(tmp_path), 1, print)
    with pytest.raises(UsageError, match="in the training"):
        run_measure(MeasurePlan(tmp_path, ludb="ludb:x"), 1, print)
