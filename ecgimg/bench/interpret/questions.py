"""The items of ECG-Reasoning-Benchmark, and the table of how its questions are answered.

An item is a chain of steps about one record of PTB-XL: choose a criterion, say whether it is found, show it in leads,
times or figures, and decide. Oh et al. 2026, arXiv 2603.14326, MIT; the items are JSON lines, compressed with xz.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from ecgimg.errors import UnreadableInputError
from ecgimg.io.yaml_file import read_yaml
from ecgimg.stages.interpret.grammar import parse

STEP_PARTS = ("criterion_selection", "finding_identification", "ecg_grounding", "diagnostic_decision")


@dataclass(frozen=True)
class Question:
    """One question with its options and the right ones."""

    kind: str
    text: str
    options: tuple[str, ...]
    answer: frozenset[str]


@dataclass(frozen=True)
class ReasoningItem:
    """One chain: steps of questions, in the order in which they are asked."""

    ecg_id: int
    diagnosis: str
    is_present: bool
    steps: tuple[tuple[Question, ...], ...]


def read_items(path: Path) -> tuple[ReasoningItem, ...]:
    """The items of a file.

    Raises:
        UnreadableInputError: it is not there, or holds no items.
    """
    try:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            return tuple(_item(json.loads(line)) for line in lines)
    except (OSError, lzma.LZMAError, ValueError, KeyError, TypeError) as error:
        raise UnreadableInputError(
            "no items of ECG-Reasoning-Benchmark", where=str(path), remedy="give the file items.jsonl.xz"
        ) from error


def _item(row: Mapping[str, Any]) -> ReasoningItem:
    about, steps = row["metadata"], row["data"]["reasoning"]
    return ReasoningItem(
        int(about["ecg_id"]),
        about["target_dx"],
        bool(about["dx_label"]),
        tuple(tuple(question for part in STEP_PARTS for question in _questions(step.get(part))) for step in steps),
    )


def _questions(part: Any) -> Iterator[Question]:
    for row in part if isinstance(part, list) else [part] if part else []:
        answer = row["answer"]
        right = frozenset(answer if isinstance(answer, list) else [answer])
        yield Question(row["question_type"], row["question"], tuple(row["options"]), right)


class FindingRow(BaseModel):
    """One finding of the table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    option: str
    where: str
    leads: tuple[str, ...] = ()
    least: int = 1

    @model_validator(mode="after")
    def _expression_holds(self) -> FindingRow:
        parse(self.where)
        return self


class DiagnosisRow(BaseModel):
    """One diagnosis: the findings by the answers before them, and the answers that confirm or exclude it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    next: dict[str, str]
    yes: tuple[str, ...]
    no: tuple[str, ...]


class ReasoningTable(BaseModel):
    """The whole table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    findings: dict[str, FindingRow]
    diagnoses: dict[str, DiagnosisRow]

    @model_validator(mode="after")
    def _names_hold(self) -> ReasoningTable:
        for diagnosis in self.diagnoses.values():
            unknown = {*diagnosis.next.values()} - {*self.findings}
            if unknown:
                raise ValueError(f"no finding {sorted(unknown)[0]!r}")
        return self


@cache
def reasoning_table() -> ReasoningTable:
    """The table of the package."""
    file = resources.files("ecgimg.bench.interpret").joinpath("reasoning.yaml")
    return read_yaml(ReasoningTable, file, "reasoning.yaml", "reasoning")
