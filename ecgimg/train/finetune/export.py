"""From a fitted network to the folder that `ecgimg diagnose --model` takes: calibrated answers, ONNX, and a card."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ecgimg.datamodel.arrays import Floats
from ecgimg.io.files import hash_file, write_atomically
from ecgimg.networks.finetuned import MODEL, NAME, ModelInput, ModelTarget
from ecgimg.networks.screen_input import HEIGHT, WIDTH
from ecgimg.schemas.common import versions
from ecgimg.schemas.report import DISCLAIMER
from ecgimg.train.common.calibrate import fit_platt
from ecgimg.train.common.export import deployable, export_onnx
from ecgimg.train.finetune.cohort import PARTS, Cohort
from ecgimg.train.finetune.fit import AnySettings, Choice
from ecgimg.train.finetune.recipe import Recipe
from ecgimg.train.finetune.targets import Truths

CARD_JSON, CARD_MD, THRESHOLDS = "card.json", "card.md", "thresholds.json"
STAND_IN = "This is a stand-in: its targets are public ones that take the place of clinical ones, to prove the method."


@dataclass(frozen=True)
class Provenance:
    """What made a network, for its card."""

    recipe: Recipe
    data: str
    settings: AnySettings
    choices: tuple[Choice, ...]
    seconds: float


def calibrated(targets: Sequence[ModelTarget], logits: Floats, truths: Truths) -> tuple[ModelTarget, ...]:
    """The targets with their binary answers calibrated on validation (Platt): logits [N, K]."""
    found = []
    for k, target in enumerate(targets):
        known = np.isfinite(truths.values[:, k])
        if target.task == "binary" and known.any():
            scaled = fit_platt(logits[known, target.first], truths.values[known, k] > 0.5)
            target = replace(target, slope=scaled.slope, offset=scaled.offset)
        found.append(target)
    return tuple(found)


def export(model: nn.Module, shown: ModelInput, targets: Sequence[ModelTarget], recipe: Recipe, folder: Path) -> Path:
    """Writes FOLDER/model.onnx; returns its path."""
    spec = {
        "network": NAME, "name": recipe.name, "title": recipe.title, "stand_in": recipe.stand_in,
        "encoder": recipe.encoder, "input": asdict(shown), "targets": [asdict(target) for target in targets],
    }  # fmt: skip
    path = folder / MODEL
    export_onnx(deployable(model), _example(shown), ["logits"], path, spec)
    return path


def write_card(cohort: Cohort, targets: Sequence[ModelTarget], provenance: Provenance, folder: Path) -> Path:
    """Writes card.json, card.md and thresholds.json of FOLDER/model.onnx; returns the path of the first."""
    card = _card(cohort, targets, provenance, hash_file(folder / MODEL))
    limits = {
        t.name: {name: getattr(t, name) for name in ("rule_out", "balanced", "rule_in")}
        for t in targets
        if t.task == "binary"
    }
    write_atomically(folder / THRESHOLDS, _json(limits))
    write_atomically(folder / CARD_MD, _markdown(card, provenance.recipe).encode())
    return write_atomically(folder / CARD_JSON, _json(card))


def _example(shown: ModelInput) -> Mapping[str, torch.Tensor]:
    if shown.kind == "picture":
        return {"picture": torch.zeros(2, 1, HEIGHT, WIDTH)}
    size = (2, len(shown.rows), 10 * shown.rate)
    signals = {"signals": torch.randn(size), "mask": torch.ones(size)}
    return signals | ({"facts": torch.randn(2, len(shown.facts))} if shown.facts else {})


def _card(cohort: Cohort, targets: Sequence[ModelTarget], made: Provenance, sha256: str) -> dict[str, Any]:
    counts = {}
    for part in PARTS:
        index = cohort.indices(part)
        known = {
            target.name: _count(target, cohort.truths.values[index, k], cohort.truths.events[index, k])
            for k, target in enumerate(targets)
        }
        patients = len({cohort.cases[k].patient for k in index})
        counts[part] = {"recordings": len(index), "patients": patients, "targets": known}
    return {
        "name": made.recipe.name, "title": made.recipe.title, "stand_in": made.recipe.stand_in,
        "about": made.recipe.about, "data": made.data, "recipe": made.recipe.model_dump(mode="json"),
        "counts": counts, "without_target": len(cohort.indices("pretrain")),
        "left_out": dict(Counter(cohort.left_out)), "chosen": asdict(made.settings),
        "tried": [asdict(choice) for choice in made.choices], "targets": [asdict(target) for target in targets],
        "model_sha256": sha256, "seconds": round(made.seconds, 1), "versions": versions(), "disclaimer": DISCLAIMER,
    }  # fmt: skip


def _count(target: ModelTarget, values: np.ndarray, events: np.ndarray) -> dict[str, int]:
    known = np.isfinite(values)
    if target.task == "regression":
        return {"known": int(known.sum())}
    positive = values > 0 if target.task != "survival" else events > 0
    return {"known": int(known.sum()), "positive": int(positive[known].sum())}


def _markdown(card: Mapping[str, Any], recipe: Recipe) -> str:
    lines = [f"# {recipe.title}", "", *([STAND_IN, ""] if recipe.stand_in else []), card["disclaimer"], ""]
    lines += [recipe.about.strip(), ""] if recipe.about else []
    lines += [
        f"- Network: {recipe.encoder}, {'gradient boosting' if recipe.is_boosted else recipe.fit.mode}; {recipe.shown}",
        f"- Data: {card['data']}",
        f"- Chosen on validation: {card['chosen']}, of {len(card['tried'])} trainings",
        f"- Recordings left out: {sum(card['left_out'].values())}",
        *([f"- Learned from without a target: {n}"] if (n := card["without_target"]) else []),
        "",
        "| part | recordings | patients | " + " | ".join(t["name"] for t in card["targets"]) + " |",
        "|---|---|---|" + "---|" * len(card["targets"]),
    ]
    for part, row in card["counts"].items():
        cells = [
            " of ".join(str(n) for n in reversed(tuple(row["targets"][t["name"]].values()))) for t in card["targets"]
        ]
        lines.append(f"| {part} | {row['recordings']} | {row['patients']} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", f"SHA-256 of {MODEL}: {card['model_sha256']}", ""])


def _json(content: Any) -> bytes:
    return (json.dumps(content, indent=1) + "\n").encode()
