"""`bench screen` on pages of an earlier run: scored, written, and nothing is read again."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from made_benches import FixedScreenNet, screen_page, write_ptbxl

from ecgimg.bench.common.resumable_rows import ROWS
from ecgimg.bench.screen import run
from ecgimg.bench.screen.pages import OtherRead


def test_stored_pages_are_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signals = [np.zeros((12, 1000), np.float32)] * 20
    codes = [("{'NORM': 100.0}", "{'IMI': 100.0}")[k % 2] for k in range(20)]
    data = write_ptbxl(tmp_path, signals, [9] * 20, codes)
    out = tmp_path / "out"
    out.mkdir()
    pages = [replace(screen_page(k, "scan", "3x4", (-2.0, 2.0)[k % 2]), seconds=0.04) for k in range(20)]
    (out / ROWS).write_text("".join(json.dumps(asdict(page)) + "\n" for page in pages))
    net = FixedScreenNet()
    monkeypatch.setattr(run, "load_screen", lambda: net)
    monkeypatch.setattr(run, "read_others", lambda net, each: (OtherRead("blank", False, 0.1, False),) * each)
    bench = run.run_screen_bench(data, 9, ("scan",), 20, out, others=3)
    assert net.n_pictures == 0
    assert [score.name for score in bench.slices] == ["scan", "scan, 3x4"]
    assert bench.slices[0].of("ABNORMAL", "screening").auroc.value == 1
    assert (bench.others, bench.labelled, bench.milliseconds) == ({"blank": (3, 3)}, (), pytest.approx(40))
    assert json.loads((out / "bench.json").read_text())["others"] == {"blank": [3, 3]}
