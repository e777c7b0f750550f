"""`ecgimg bench waveforms`: simulates waveforms, trains with few targets with and without pretraining, and scores."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import Tensor, nn

from ecgimg.bench.common.formatting import plain
from ecgimg.bench.waveforms.scores import WaveformScore, score_few
from ecgimg.bench.waveforms.simulated import make_pulses
from ecgimg.datamodel.arrays import Doubles
from ecgimg.errors import UsageError
from ecgimg.io.files import write_atomically
from ecgimg.networks.finetuned import ModelInput, decoded
from ecgimg.train.finetune.cohort import Cohort, load_cohort
from ecgimg.train.finetune.encoders import input_of
from ecgimg.train.finetune.fit import Training, fit, logits_of
from ecgimg.train.finetune.losses import targets_of
from ecgimg.train.finetune.pretrain import pretrain
from ecgimg.train.finetune.recipe import Recipe, read_recipe
from ecgimg.train.finetune.waveforms import FactScale, PulseEncoder

TRAIN_SHARE = 0.75
"""Share of the known targets that train; the others choose when to stop."""
LEAST_LABELS = 8
"""Fewest known targets, of which two validate."""
PRETRAINED, SCRATCH, FACTS = "pg-ssl", "no pretraining", "phenotypes alone"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class WaveformPlan:
    """Sizes: simulated recordings, numbers of known targets, and seeds."""

    out: Path
    count: int = 800
    labels: tuple[int, ...] = (20, 40, 100)
    seeds: int = 5


class FactsEncoder(nn.Module):
    """Nothing is learned: the facts alone are features."""

    is_pretrained = True

    def __init__(self, scale: FactScale, facts: int) -> None:
        super().__init__()
        self.scale, self.width = scale, 2 * facts

    def forward(self, signals: Tensor, mask: Tensor, facts: Tensor) -> Tensor:
        """[B, 1, T] twice and [B, F] to [B, 2 F]."""
        scaled: Tensor = self.scale(facts)
        return scaled


def run_waveforms(plan: WaveformPlan, progress: Progress) -> tuple[WaveformScore, ...]:
    """Scores each kind of waveform, and writes OUT/waveforms.json; what was simulated is used again.

    Raises:
        UsageError: fewer recordings are simulated than targets are to be known.
    """
    torch.set_num_threads(1)
    scores = (_pulses(plan, progress),)
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


def _pulses(plan: WaveformPlan, progress: Progress) -> WaveformScore:
    recipe = read_recipe("pulse-stiffness")
    shown = input_of(recipe.encoder, recipe.channels)
    table = make_pulses(plan.out / "pulses", plan.count)
    cohort = load_cohort(str(table), None, recipe, shown, plan.out / "pulses-work")
    test = cohort.indices("test")
    pool = len(cohort.cases) - len(test)
    if max(plan.labels) > pool:
        remedy = "simulate more recordings (-n), or know fewer targets"
        raise UsageError(f"{max(plan.labels)} targets of {pool} recordings", where="--targets", remedy=remedy)
    answers: dict[int, dict[str, list[Doubles]]] = {n: {} for n in plan.labels}
    for seed in range(plan.seeds):
        progress(f"pulses, seed {seed}")
        taught = taught_encoder(cohort, recipe, seed)
        for labels in plan.labels:
            few = with_few(cohort, labels, seed)
            for way, (encoder, mode) in _ways(taught, seed).items():
                fitted = _answers(encoder, few, shown, recipe, mode, seed)
                answers[labels].setdefault(way, []).append(fitted)
    truth = cohort.truths.values[test, 0] > 0.5
    few_scores = tuple(score_few(n, truth, {w: np.array(r) for w, r in answers[n].items()}) for n in plan.labels)
    return WaveformScore("pulses", recipe.targets[0].shown_title, len(test), pool, plan.seeds, few_scores)


def with_few(cohort: Cohort, labels: int, seed: int) -> Cohort:
    """The cohort as if only `labels` targets were known beside those of the test: a quarter of them validate."""
    pool = np.random.default_rng([seed, labels]).permutation(np.flatnonzero(cohort.parts != "test"))
    parts = np.where(cohort.parts == "test", "test", "pretrain").astype("<U10")
    train = round(TRAIN_SHARE * labels)
    parts[pool[:train]], parts[pool[train:labels]] = "train", "validation"
    return replace(cohort, parts=parts)


def taught_encoder(cohort: Cohort, recipe: Recipe, seed: int) -> PulseEncoder:
    """An encoder that learned the phenotypes of all recordings but those of the test."""
    torch.manual_seed(seed)
    encoder = PulseEncoder(cohort.facts.shape[1])
    with TemporaryDirectory() as work:
        options = recipe.pretrain.model_copy(update={"seed": seed})
        pretrain(encoder, with_few(cohort, 0, seed), options, Path(work))
    return encoder


def _ways(taught: PulseEncoder, seed: int) -> dict[str, tuple[nn.Module, str]]:
    """Encoder and mode of each way to train; the second is the network of the first with its first, random weights."""
    torch.manual_seed(seed)
    facts = taught.branches[1] // 2
    scratch = PulseEncoder(facts)
    scratch.scale.load_state_dict(taught.scale.state_dict())
    return {
        PRETRAINED: (taught, "whole"),
        SCRATCH: (scratch, "whole"),
        FACTS: (FactsEncoder(taught.scale, facts), "head"),
    }


def _answers(encoder: nn.Module, cohort: Cohort, shown: ModelInput, recipe: Recipe, mode: str, seed: int) -> Doubles:
    """The answers [N] to the test of one training, for the recipe's first target."""
    options = recipe.fit.model_copy(update={"mode": mode, "seeds": (seed,)})
    targets = targets_of(recipe.targets, cohort.truths.at(cohort.indices("train")))
    with TemporaryDirectory() as work:
        fitted = fit(encoder, Training(cohort, shown, targets, options, Path(work)))
    return decoded(logits_of(fitted.model, cohort, cohort.indices("test")), targets)[:, 0]
