"""What is written of an evaluation: JSON, tables and one page that loads nothing."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import made_predictions
import pytest
from typer.testing import CliRunner

from ecgimg.cli.app import app
from ecgimg.train.evaluation.evaluate import evaluate
from ecgimg.train.evaluation.result import Evaluation
from ecgimg.train.evaluation.settings import EvaluationSettings
from ecgimg.train.evaluation.table import Predictions, write_predictions
from ecgimg.train.evaluation.write import write_evaluation

VOID = {"meta", "br"}


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(made_predictions.four_targets(), EvaluationSettings(draws=20, prevalence=0.1))


@pytest.fixture(scope="module")
def folder(evaluation: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_evaluation(evaluation, tmp_path_factory.mktemp("evaluation")).parent


class _Tags(HTMLParser):
    """Open tags, and where they don't close as they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_loads_nothing(folder: Path, evaluation: Evaluation) -> None:
    text = (folder / "evaluation.html").read_text(encoding="utf-8")
    tags = _Tags()
    tags.feed(text)
    assert tags.open == []
    assert [link for link in tags.links if not link.startswith("#")] == []
    assert not re.search(r"<script|@import|url\((?!#)", text)
    assert text.count("<svg ") == 4 + 1 + 1 + 1 + 2
    for one in evaluation.targets:
        assert f"<h2>{one.target}</h2>" in text
    assert text.count("to be filled in by the authors") == sum(not item.is_filled for item in evaluation.checklist)


def test_the_same_evaluation_is_the_same_page(folder: Path, evaluation: Evaluation, tmp_path: Path) -> None:
    write_evaluation(evaluation, tmp_path)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in tmp_path.iterdir()
    }


def test_json_and_tables_have_each_score_with_n_and_interval(folder: Path, evaluation: Evaluation) -> None:
    content = json.loads((folder / "evaluation.json").read_text())
    assert content["schema"] == "ecgimg/evaluation/1"
    auroc = content["targets"][0]["scores"][0]
    assert auroc["interval"]["value"] == evaluation.targets[0].scores[0].interval.value
    rows = list(csv.DictReader((folder / "scores.csv").read_text().splitlines()))
    assert len(rows) == sum(
        len(one.scores) + sum(len(group.scores) for group in one.subgroups) for one in evaluation.targets
    )
    assert all(row["n"] and (row["reason"] or (row["value"] and row["low"] and row["high"])) for row in rows)
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "evaluation.html", "evaluation.json", "scores.csv", "calibration.csv", "thresholds.csv", "strata.csv",
        "decision.csv", "survival.csv", "checklist.csv",
    }  # fmt: skip


def test_names_of_others_are_no_markup(tmp_path: Path) -> None:
    rows = [
        {**row, "target": "<b>&x", "sex": "<i>"[k % 2 :]} for k, row in enumerate(made_predictions.binary_rows(200))
    ]
    found = evaluate(Predictions.from_rows(rows), EvaluationSettings(draws=20))
    text = write_evaluation(found, tmp_path).read_text(encoding="utf-8")
    assert "<b>" not in text
    assert "<i>" not in text
    assert "&lt;b&gt;&amp;x" in text


def test_the_command_writes_the_folder_and_refuses_in_one_line(tmp_path: Path) -> None:
    path = write_predictions(Predictions.from_rows(made_predictions.binary_rows(200)), tmp_path / "table.csv")
    (tmp_path / "list.yaml").write_text("Ethics: Waived by the committee.\n")
    options = ["--draws", "20", "--cut", "age:50", "--thresholds", "0.05-0.4", "--prevalence", "0.2"]
    command = ["evaluate", str(path), "-o", str(tmp_path / "out"), *options, "--checklist", str(tmp_path / "list.yaml")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "Waived by the committee." in (tmp_path / "out" / "evaluation.html").read_text(encoding="utf-8")
    path.write_text("id,split,target,task,truth,predicted\na,test,x,binary,1,2\n")
    refused = CliRunner().invoke(app, command)
    assert refused.exit_code == 3
    assert "line 2, column predicted: is no probability from 0 to 1" in refused.output
