"""What the combiner is fitted on: the pages that `ecgimg bench chain` wrote, joined with the labels of PTB-XL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ecgimg.datamodel.arrays import Bools, Doubles
from ecgimg.datasets.ptbxl import SUBCLASSES, SUPERCLASSES, Ptbxl
from ecgimg.errors import UnreadableInputError
from ecgimg.findings.statements import statement
from ecgimg.networks.combiner import log_odds
from ecgimg.networks.manifest import list_weights
from ecgimg.networks.patchecg import PatchEcg
from ecgimg.networks.screen import NAME as IMAGE_NETWORK
from ecgimg.stages.diagnose import DIAGNOSE

PLAN = "plan.json"
MAX_LOG_ODDS = 30.0
"""Calibrated log odds of the signal network are clipped to this."""
REMEDY = "run `ecgimg bench chain` to its end, with the packaged networks, and give its OUT/pages.jsonl"

Key = tuple[str, str]
"""Code and group of a statement."""


@dataclass(frozen=True, eq=False)
class CombinerData:
    """Log odds [N, K] of both networks (NaN: no answer), quality [N], labels and which labels are known [N, K]."""

    keys: tuple[Key, ...]
    signal: Doubles
    image: Doubles
    quality: Doubles
    labels: Bools
    known: Bools

    def rows(self, chosen: Bools) -> CombinerData:
        """The chosen pages."""
        parts = (self.signal, self.image, self.quality, self.labels, self.known)
        return CombinerData(self.keys, *(part[chosen] for part in parts))  # type: ignore[arg-type]


@dataclass(frozen=True)
class AnsweredPage:
    """A page with the outputs of both networks.

    Attributes:
        record: number of the ECG in PTB-XL.
        quality: confidence of the digitized page, 0 to 1.
        logits: of the signal network, in the order of its outputs; None where the page was refused.
        probabilities: of the image network by "group/code"; none where it sees no ECG or none that can be read.
    """

    record: int
    quality: float
    logits: Sequence[float] | None
    probabilities: Mapping[str, float]


@dataclass(frozen=True)
class PageSet:
    """The pages of one benchmark, and a line that describes them."""

    pages: tuple[AnsweredPage, ...]
    title: str


def read_page_set(path: Path) -> PageSet:
    """The pages of OUT/pages.jsonl, whose plan and image readings stand beside it, in the order of the plan.

    A page whose worker died before the truth was known is left out.

    Raises:
        UnreadableInputError: a file is missing or a page has no reading by the packaged image network.
    """
    sha = next((weight.sha256 for weight in list_weights() if weight.name == IMAGE_NETWORK), "")
    readings = _by_page(path.parent / f"images-{sha[:8]}.jsonl", ("is_ecg", "is_readable", "probabilities"))
    rows = _by_page(path, ("record", "confidence", "true", "read"))
    plan = json.loads(_text(path.parent / PLAN))
    order = {preset: k for k, preset in enumerate(plan["presets"])}
    pages = []
    for key in sorted(rows, key=lambda key: (key[1], order[key[0]])):
        row = rows[key]
        if key not in readings:
            raise UnreadableInputError(f"{path} has a page without a reading of its image", remedy=REMEDY)
        if row["true"]:
            seen = readings[key]["is_ecg"] and readings[key]["is_readable"]
            probabilities = readings[key]["probabilities"] if seen else {}
            pages.append(AnsweredPage(row["record"], row["confidence"], row["read"], probabilities))
    return PageSet(tuple(pages), f"{len(pages)} pages of {', '.join(plan['presets'])}, PTB-XL fold {plan['fold']}")


def _by_page(path: Path, needed: Sequence[str]) -> dict[tuple[str, int], dict[str, Any]]:
    """Rows of JSON lines by preset and number, the last of each page; a line that was cut short is left out."""
    rows = {}
    for line in _text(path).splitlines():
        try:
            row = json.loads(line)
            rows[row["preset"], row["number"]] = {name: row[name] for name in needed}
        except (ValueError, TypeError, KeyError):
            continue
    return rows


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableInputError(f"{path} can't be read: {error}", remedy=REMEDY) from error


def combiner_data(pages: Sequence[AnsweredPage], net: PatchEcg, database: Ptbxl) -> CombinerData:
    """Pages as arrays, with the labels of their records; a recording below DIAGNOSE.min_quality is no answer."""
    keys = tuple((o.code, o.group) for o in net.outputs)
    blank = [np.nan] * len(keys)
    logits = [page.logits if page.logits and page.quality >= DIAGNOSE.min_quality else blank for page in pages]
    image = [_image_log_odds(page.probabilities, keys) for page in pages]
    labels, known = _labels([page.record for page in pages], keys, database)
    return CombinerData(
        keys,
        signal_log_odds(net, np.array(logits, np.float64)),
        np.array(image).reshape(len(pages), len(keys)),
        np.array([page.quality for page in pages]),
        labels,
        known,
    )


def signal_log_odds(net: PatchEcg, logits: Doubles) -> Doubles:
    """Calibrated log odds of the signal network's logits [N, K]; NaN stays."""
    slope = np.array([o.slope for o in net.outputs])
    offset = np.array([o.offset for o in net.outputs])
    return np.asarray(np.clip(logits * slope + offset, -MAX_LOG_ODDS, MAX_LOG_ODDS), np.float64)


def _image_log_odds(probabilities: Mapping[str, float], keys: Sequence[Key]) -> list[float]:
    """Log odds by statement: the image network's own, else those of the diagnostic group, else NaN."""
    odds = []
    for code, group in keys:
        parent = statement(code, group).parent
        value = probabilities.get(f"{group}/{code}", probabilities.get(f"superclass/{parent}"))
        odds.append(np.nan if value is None else float(log_odds(np.float64(value))))
    return odds


def _labels(records: Sequence[int], keys: Sequence[Key], database: Ptbxl) -> tuple[Bools, Bools]:
    """Labels and which of them are known [N, K]: diagnoses only where the database has a diagnosis."""
    by_number = {record.ecg_id: record for record in database.records}
    chosen = [by_number[number] for number in records]
    subclasses, superclasses = database.subclass_labels(chosen), database.superclass_labels(chosen)
    rhythms = database.code_labels(chosen, [code for code, _ in keys])
    columns = {"subclass": (SUBCLASSES, subclasses), "superclass": (SUPERCLASSES, superclasses)}
    labels = [
        columns[group][1][:, columns[group][0].index(code)] if group in columns else rhythms[:, k]
        for k, (code, group) in enumerate(keys)
    ]
    diagnosed = subclasses.any(axis=1)
    known = [np.ones(len(records), bool) if group == "rhythm" else diagnosed for _, group in keys]
    return np.stack(labels, axis=1), np.stack(known, axis=1)
