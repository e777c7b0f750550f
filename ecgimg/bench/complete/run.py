"""`ecgimg bench complete` from a folder of data to tables; what was completed is kept, so that it goes on there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from ecgimg.bench.common.formatting import plain
from ecgimg.bench.complete.conditions import Condition, conditions
from ecgimg.bench.complete.scores import (
    METHODS,
    ClassifierScore,
    CompleteBench,
    PartScore,
    record_weights,
    score_classifier,
    score_part,
)
from ecgimg.bench.patchecg.conditions import hide
from ecgimg.bench.patchecg.records import Fold, load_fold
from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.io.files import write_atomically
from ecgimg.networks.patchecg import RATE, PatchEcg, load_patchecg
from ecgimg.pipelines.complete import complete_recording
from ecgimg.recording.recording import Recording
from ecgimg.schemas.complete import completion_hashes
from ecgimg.stages.complete import complete_linearly

CHUNK = 250
"""Records that are completed before they are kept."""
Progress = Callable[[str], None]


def run_complete(data: Path, fold: int, out: Path, records: int, progress: Progress) -> CompleteBench:
    """Scores the completion of a fold, or of `records` of it evenly spread, and writes OUT/complete.json.

    Raises:
        UnreadableInputError: the data is not there, or the fold is empty.
        DependencyError: the weights of a network are missing or damaged.
    """
    net = load_patchecg()
    chosen = _about_levels(_some(load_fold(data, fold, [(one.code, one.group) for one in net.outputs]), records))
    weights = record_weights(chosen)
    truth = _logits(net, chosen.signals, out / f"truth-{len(chosen.signals)}", progress)
    scored = [_score(one, chosen, weights, net, truth, out, progress) for one in conditions()]
    bench = CompleteBench(
        fold, len(chosen.signals), len(np.unique(chosen.patients)),
        tuple(part for parts, _ in scored for part in parts), tuple(one for _, one in scored),
    )  # fmt: skip
    write_atomically(out / "complete.json", (json.dumps(plain(asdict(bench)), indent=1) + "\n").encode())
    return bench


def _some(fold: Fold, records: int) -> Fold:
    """Some records of a fold, evenly spread; all where `records` is 0."""
    count = len(fold.signals)
    picks = np.linspace(0, count - 1, min(records, count) or count).round().astype(int)
    parts = {name: getattr(fold, name)[picks] for name in ("signals", "labels", "known", "patients")}
    return replace(fold, **parts)


def _about_levels(fold: Fold) -> Fold:
    """The records about the median of each lead, which no map can know."""
    return replace(fold, signals=fold.signals - np.median(fold.signals, axis=2, keepdims=True))


def _score(
    condition: Condition, fold: Fold, weights: Doubles, net: PatchEcg, truth: Floats, out: Path, progress: Progress
) -> tuple[tuple[PartScore, ...], ClassifierScore]:
    shown = hide(fold.signals, np.broadcast_to(condition.seen, fold.signals.shape))
    key = "".join(letter if letter.isalnum() else "-" for letter in condition.name)
    folder = out / f"{key}-{len(shown)}"
    made = {method: _completed(method, shown, folder, progress) for method in METHODS}
    parts = tuple(score_part(part, fold.signals, made, weights) for part in condition.parts)
    gaps = _logits(net, shown, folder / "gaps", progress)
    completed = _logits(net, made["complete"], folder / f"completed-{_version()}", progress)
    logits = {"truth": truth, "gaps": gaps, "completed": completed}
    return parts, score_classifier(condition, fold, logits, weights)


def _completed(method: str, shown: Floats, folder: Path, progress: Progress) -> Floats:
    """Completed recordings [N, 12, T], made or taken from the folder."""
    complete = complete_recording if method == "complete" else complete_linearly
    version = _version()

    def make(part: Floats) -> Floats:
        return np.stack([complete(Recording(one, RATE)).signals for one in part])

    return _kept(make, shown, folder / f"{method}-{version}", progress)


def _logits(net: PatchEcg, signals: Floats, folder: Path, progress: Progress) -> Floats:
    return _kept(net.logits, signals, folder, progress)


def _version() -> str:
    """What a completion rests on, so that one of other networks is made anew."""
    return "-".join(sha[:6] for sha in completion_hashes().values())


def _kept(make: Callable[[Floats], Floats], signals: Floats, folder: Path, progress: Progress) -> Floats:
    """What `make` gives for records [N, ...], CHUNK at a time, each kept as a file of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for start in range(0, len(signals), CHUNK):
        path = folder / f"{start}.npy"
        if not path.is_file():
            progress(f"{folder.parent.name} {folder.name}: {start} of {len(signals)}")
            partial = folder / "part.npy"
            np.save(partial, make(signals[start : start + CHUNK]))
            partial.replace(path)
        found.append(np.load(path))
    return np.concatenate(found)
