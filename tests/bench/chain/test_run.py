"""`bench chain` on rows of an earlier run: scored and written, and no page is drawn again."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from made_benches import chain_row, write_ptbxl

from ecgimg.bench.chain.images import ImageRow
from ecgimg.bench.chain.pages import SEED, ChainPlan
from ecgimg.bench.chain.run import run_chain
from ecgimg.networks.manifest import list_weights
from ecgimg.networks.patchecg import load_patchecg
from ecgimg.networks.screen import NAME


def test_stored_rows_are_scored_and_written(tmp_path: Path) -> None:
    count, out = 40, tmp_path / "out"
    out.mkdir()
    codes = [("{'NORM': 100.0, 'SR': 0.0}", "{'IMI': 100.0, 'AFIB': 0.0}")[k % 2] for k in range(count)]
    data = write_ptbxl(tmp_path, [np.zeros((12, 100), np.float32)] * count, [9] * count, codes)
    outputs = len(load_patchecg(1).outputs)
    rng = np.random.default_rng(0)
    logits = [[float(x) for x in rng.normal(k % 2, 1, outputs)] for k in range(count)]
    rows = [chain_row(k, preset="scan", record=k, patient=k, true=logits[k], read=logits[k]) for k in range(count)]
    images = [ImageRow("scan", k, True, True, {"superclass/MI": 0.1 + 0.8 * (k % 2)}) for k in range(count)]
    sha = next(weight.sha256 for weight in list_weights() if weight.name == NAME)
    (out / "plan.json").write_text(json.dumps({"fold": 9, "presets": ["scan"], "seed": SEED}))
    for name, stored in (("pages.jsonl", rows), (f"images-{sha[:8]}.jsonl", images)):
        (out / name).write_text("".join(json.dumps(asdict(row)) + "\n" for row in stored))
    lines: list[str] = []
    bench = run_chain(ChainPlan(str(data), 9, count, ("scan",), str(out)), 1, lines.append)
    assert lines == []
    (score,) = bench.presets
    assert (score.pages, score.patients, score.refused) == (count, count, 0)
    assert score.targets[1].lost.value == 0  # the digitized pages gave the logits of the printed ones
    assert (out / "chain.md").is_file()
    assert len((out / "pages.jsonl").read_text().splitlines()) == count
