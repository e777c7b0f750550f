"""Pulses from files to a network that answers: few targets, many recordings without one."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from edited_tables import empty_cells
from made_pulses import pulse_recipe
from made_recordings import whole
from pydantic import ValidationError

from ecgimg.bench.waveforms.simulated import make_pulses
from ecgimg.networks.finetuned import open_finetuned
from ecgimg.recording.waveform import lead_waveform, read_waveform
from ecgimg.stages.own_models import _asked, own_findings
from ecgimg.train.finetune.recipe import Recipe
from ecgimg.train.finetune.run import Plan, run


@pytest.mark.parametrize("change", [{"channel": ""}, {"fit": {"mode": "head"}}, {"encoder": "patchecg"}])
def test_a_recipe_of_a_waveform_names_a_channel_and_has_no_paper(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=r"channel|paper"):
        Recipe.model_validate(pulse_recipe().model_dump() | change)


@pytest.mark.slow
def test_pulses_are_learned_and_answered(tmp_path: Path) -> None:
    table = make_pulses(tmp_path / "pulses", 110)
    empty_cells(table, stiffness=slice(60, None))
    out = tmp_path / "out"
    lines = run(Plan(pulse_recipe(), str(table), out))
    assert any(line.startswith("stiff, test, n =") for line in lines)
    card = json.loads((out / "card.json").read_text(encoding="utf-8"))
    assert 15 < card["without_target"] < 40
    with (out / "predictions.csv").open(newline="", encoding="utf-8") as file:
        answers = {row["id"]: float(row["predicted"]) for row in csv.DictReader(file)}
    net = open_finetuned(out, 1)
    for name in list(answers)[:5]:
        wave = read_waveform(tmp_path / "pulses" / f"{name}.csv", "pulse")
        assert net.of_waveform(wave)[0] == pytest.approx(answers[name], abs=0.02)
    assert np.ptp(list(answers.values())) > 0.05
    net.input = replace(net.input, leads=("II",))  # as if it had learned from strips of that name
    (of_strip,) = _asked(net, whole(), None)
    assert of_strip.value == pytest.approx(net.of_waveform(lead_waveform(whole(), "II"))[0])
    (finding,) = own_findings((out,), whole(), None)
    assert (finding.value, finding.reason) == (None, "it needs a lead or strip named 'pulse'")
