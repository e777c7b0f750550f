"""Spirograms from files to a network that answers: few targets, covariates with gaps, many recordings without one."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from edited_tables import empty_cells
from made_recordings import whole
from made_spirograms import COVARIATES, spirogram_recipe
from pydantic import ValidationError

from ecgimg.bench.waveforms.simulated import make_spirograms
from ecgimg.errors import UsageError
from ecgimg.networks.finetuned import open_finetuned
from ecgimg.recording.waveform import read_waveform
from ecgimg.stages.own_models import own_findings
from ecgimg.train.finetune.recipe import Recipe
from ecgimg.train.finetune.run import Plan, run

SURVIVAL = {"name": "death", "task": "survival", "column": "years", "event": "died"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"channel": ""}, "channel is given"),
        ({"fit": {"paper": False}}, "by boost, not by fit"),
        ({"targets": [SURVIVAL]}, "no survival"),
        ({"pages": {"count": 5}}, "no page"),
        ({"covariates": ["age", "age"]}, "named twice"),
        ({"boost": {"trees": [0]}}, "above 0"),
        ({"litres": 0}, "greater than 0"),
        ({"encoder": "pg-ssl", "fit": {"paper": False}}, "for the encoder slse"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(change: dict[str, object], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        Recipe.model_validate(spirogram_recipe().model_dump() | change)


@pytest.mark.slow
def test_spirograms_are_learned_and_answered(tmp_path: Path) -> None:
    table = make_spirograms(tmp_path / "spirograms", 90)
    rows = empty_cells(table, small_airways=slice(60, None), height=slice(None, None, 5))
    out = tmp_path / "out"
    lines = run(Plan(spirogram_recipe(), str(table), out))
    assert any(line.startswith("narrow, test, n =") for line in lines)
    card = json.loads((out / "card.json").read_text(encoding="utf-8"))
    assert 10 < card["without_target"] < 30
    assert card["chosen"] == {"trees": 100, "depth": 2, "rate": 0.05}
    assert set(json.loads((out / "thresholds.json").read_text(encoding="utf-8"))) == {"narrow"}
    with (out / "predictions.csv").open(newline="", encoding="utf-8") as file:
        answers = {(row["id"], row["target"]): float(row["predicted"]) for row in csv.DictReader(file)}
    net = open_finetuned(out, 1)
    known = {Path(row["path"]).stem: {c: float(row[c]) for c in COVARIATES if row[c]} for row in rows}
    for name in sorted({name for name, _ in answers}):
        wave = read_waveform(table.parent / f"{name}.csv", "volume")
        found = net.of_waveform(wave, known[name])
        np.testing.assert_allclose(found, [answers[name, "narrow"], answers[name, "level"]], atol=1e-4)
    assert np.ptp([value for (_, target), value in answers.items() if target == "narrow"]) > 0.05
    with pytest.raises(UsageError, match="no covariate 'weight'"):
        net.of_waveform(wave, {"weight": 80.0})
    finding = own_findings((out,), whole(), None)[0]
    assert (finding.value, finding.reason) == (None, "it needs a spirogram, which no ECG shows")
