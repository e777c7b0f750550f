"""Chains of questions made by hand, answered from measurements made by hand."""

from __future__ import annotations

import json
import lzma
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_measurements import SHAPE, measured

from ecgimg.bench.interpret.answers import answered
from ecgimg.bench.interpret.questions import read_items, reasoning_table
from ecgimg.errors import UnreadableInputError
from ecgimg.findings.measurements import Measurements

DECISIONS = ["Yes", "No", "Further findings are required to confirm the diagnosis"]
WAVES = ["[0.46s - 0.55s]", "[0.62s - 0.80s]", "[1.00s - 1.20s]"]


def question(kind: str, text: str, options: list[str], answer: str | list[str]) -> dict[str, Any]:
    return {"question_type": kind, "question": text, "options": options, "answer": answer}


def step(option: str, found: str, decision: str, *shown: dict[str, Any]) -> dict[str, Any]:
    return {
        "criterion_selection": question("criterion_selection", "Which?", ["Presence of x", option], option),
        "finding_identification": question("finding_identification", "Does it?", ["Yes", "No"], found),
        "ecg_grounding": list(shown),
        "diagnostic_decision": question("diagnostic_decision", "So?", DECISIONS, decision),
    }


def chain(folder: Path, diagnosis: str, *steps: dict[str, Any]) -> Path:
    row = {"metadata": {"ecg_id": "7", "target_dx": diagnosis, "dx_label": True}, "data": {"reasoning": list(steps)}}
    path = folder / "items.jsonl.xz"
    path.write_bytes(lzma.compress(json.dumps(row).encode()))
    return path


def right(path: Path, hearts: Measurements) -> list[bool]:
    (item,) = read_items(path)
    return [is_right for _, is_right in answered(item, hearts)]


def ischemia(folder: Path) -> Path:
    leads = ["Lead aVF", "Lead V3", "Lead V4"]
    shown = (
        question("lead_grounding", "Which of the leads?", leads, ["Lead V3", "Lead V4"]),
        question("wave_grounding", "In which segments is the QRS complex?", WAVES, WAVES[0]),
    )
    option = "Presence of ST-segment depression in anterior leads"
    return chain(folder, "anterior_ischemia", step(option, "Yes", "Yes", *shown))


def test_a_chain_is_right_where_the_measurements_show_it(tmp_path: Path) -> None:
    depressed = dict.fromkeys(("V3", "V4"), replace(SHAPE, st=(-0.2,) * 4))
    assert right(ischemia(tmp_path), measured(depressed)) == [True] * 5


def test_a_finding_that_is_not_there_is_a_wrong_answer(tmp_path: Path) -> None:
    assert right(ischemia(tmp_path), measured()) == [True, False, False, True, True]


def test_figures_fall_into_ranges(tmp_path: Path) -> None:
    ranges = ["Below 200ms", "[200ms - 220ms]", "Above 240ms"]
    shown = (
        question("wave_grounding", "In which segments is a QRS complex?", WAVES, WAVES[0]),
        question("measurement_grounding", "Which range does the PR interval fall into?", ranges, ranges[1]),
    )
    steps = (
        step("Evidence of consistent 1:1 atrioventricular conduction", "Yes", DECISIONS[2]),
        step("Prolongation of the PR interval", "Yes", "Yes", *shown),
    )
    path = chain(tmp_path, "first_degree_av_block", *steps)
    assert right(path, measured(PR_interval=211.0)) == [True] * 8
    assert right(path, measured(PR_interval=260.0)).count(False) == 1


def test_every_diagnosis_ends_after_every_answer() -> None:
    for diagnosis in reasoning_table().diagnoses.values():
        ends = {*diagnosis.yes, *diagnosis.no}
        for history in diagnosis.next:
            after = [history + answer for answer in "YN"]
            assert all(one in ends or one in diagnosis.next for one in after)


def test_a_file_without_items_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl.xz"
    path.write_bytes(lzma.compress(b'{"a": 1}\n'))
    for file in (path, tmp_path / "none"):
        with pytest.raises(UnreadableInputError, match="no items"):
            read_items(file)
