"""`ecgimg bench waveforms`: simulates waveforms, trains with few targets with and without pretraining, and scores."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from ecgimg.bench.common.formatting import plain
from ecgimg.bench.waveforms.few import LEAST_LABELS, Ways, with_few
from ecgimg.bench.waveforms.pulses import pulse_ways
from ecgimg.bench.waveforms.scores import WaveformScore, score_few
from ecgimg.bench.waveforms.simulated import SEED, make_pulses, make_spirograms
from ecgimg.bench.waveforms.spirograms import spirogram_ways
from ecgimg.datamodel.arrays import Doubles
from ecgimg.errors import UsageError
from ecgimg.io.files import write_atomically
from ecgimg.train.finetune.cohort import Cohort, load_cohort
from ecgimg.train.finetune.encoders import input_of
from ecgimg.train.finetune.recipe import Recipe, read_recipe

Progress = Callable[[str], None]


@dataclass(frozen=True)
class WaveformPlan:
    """Sizes: simulated recordings, numbers of known targets, and seeds; `drawn_by` is the seed of the simulation."""

    out: Path
    count: int = 800
    labels: tuple[int, ...] = (20, 40, 100)
    seeds: int = 5
    drawn_by: int = SEED


@dataclass(frozen=True)
class Kind:
    """A kind of waveform: its name, its recipe, what simulates it, and the ways to learn for one seed."""

    name: str
    recipe: str
    make: Callable[[Path, int, int], Path]
    ways: Callable[[Cohort, Recipe, int], Ways]


KINDS = (
    Kind("pulses", "pulse-stiffness", make_pulses, pulse_ways),
    Kind("spirograms", "spirogram-obstruction", make_spirograms, spirogram_ways),
)


def run_waveforms(plan: WaveformPlan, progress: Progress) -> tuple[WaveformScore, ...]:
    """Scores each kind of waveform, and writes OUT/waveforms.json; what was simulated is used again.

    Raises:
        UsageError: fewer recordings are simulated than targets are to be known.
    """
    torch.set_num_threads(1)
    scores = tuple(_scored(kind, plan, progress) for kind in KINDS)
    write_atomically(plan.out / "waveforms.json", (json.dumps(plain([asdict(s) for s in scores]), indent=1)).encode())
    return scores


def labels_of(text: str) -> tuple[int, ...]:
    """Numbers of known targets, of a text such as 20,40.

    Raises:
        UsageError: one is no number, or too small to train and to validate.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) >= LEAST_LABELS for part in parts):
        remedy = f"give numbers of {LEAST_LABELS} or more, such as 20,40,100"
        raise UsageError(f"no numbers of targets: {text!r}", where="--targets", remedy=remedy)
    return tuple(int(part) for part in parts)


def _scored(kind: Kind, plan: WaveformPlan, progress: Progress) -> WaveformScore:
    recipe = read_recipe(kind.recipe)
    shown = input_of(recipe.encoder, recipe.channels, recipe.covariates, recipe.litres)
    folder = plan.out / f"{kind.name}-{plan.drawn_by}"
    table = kind.make(folder, plan.count, plan.drawn_by)
    cohort = load_cohort(str(table), None, recipe, shown, folder.with_name(f"{folder.name}-work"))
    test = cohort.indices("test")
    pool = len(cohort.cases) - len(test)
    if max(plan.labels) > pool:
        remedy = "simulate more recordings (-n), or know fewer targets"
        raise UsageError(f"{max(plan.labels)} targets of {pool} recordings", where="--targets", remedy=remedy)
    answers: dict[int, dict[str, list[Doubles]]] = {n: {} for n in plan.labels}
    for seed in range(plan.seeds):
        progress(f"{kind.name}, seed {seed}")
        ways = kind.ways(cohort, recipe, seed)
        for labels in plan.labels:
            for way, found in ways(with_few(cohort, labels, seed)).items():
                answers[labels].setdefault(way, []).append(found)
    truth = cohort.truths.values[test, 0] > 0.5
    few_scores = tuple(score_few(n, truth, {w: np.array(r) for w, r in answers[n].items()}) for n in plan.labels)
    return WaveformScore(kind.name, recipe.targets[0].shown_title, len(test), pool, plan.seeds, few_scores)
