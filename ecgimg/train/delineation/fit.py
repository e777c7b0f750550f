"""Trains the delineation network, exports it and puts it into the package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.networks.delineation import CLASSES, NAME, RATE, STRIDE
from ecgimg.train.common.export import deployable, export_onnx
from ecgimg.train.common.fit import Fit, FitOptions
from ecgimg.train.common.package import package_network
from ecgimg.train.delineation.data import NO_P, SOME_P, Batch, LeadSet, batches
from ecgimg.train.delineation.model import Delineation
from ecgimg.train.delineation.wear import UNMARKED

P = CLASSES.index("P")
NO_P_WEIGHT = 0.3
"""Weight of the loss of leads without P waves."""
SOME_P_WEIGHT = 0.05
"""Weight of the loss of leads in sinus rhythm."""
P_SHARE = 0.05
"""A lead in sinus rhythm shows P waves in at least this share of its time."""


@dataclass(frozen=True)
class TrainingPlan:
    """Length of a training, and the number of folds of the cross-validation."""

    epochs: int = 12
    steps: int = 100
    rate: float = 3e-3
    folds: int = 5

    @property
    def options(self) -> FitOptions:
        """The options of the training loop."""
        return FitOptions(epochs=self.epochs, steps=self.steps, rate=self.rate, average=0.99)


def delineation_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Cross-entropy where leads are marked; where only the rhythm is known, how probable P waves are."""
    inputs, labels, kinds = batch
    logs = F.log_softmax(model(inputs).float(), 1)
    loss = F.nll_loss(logs, labels, ignore_index=UNMARKED)
    probability = logs[:, P].exp()
    known = inputs[:, 1]
    without, some = kinds == NO_P, kinds == SOME_P
    if bool(without.any()):
        none = -torch.log1p(-probability[without].clamp_max(1 - 1e-6)) * known[without]
        loss = loss + NO_P_WEIGHT * without.float().mean() * none.sum() / known[without].sum().clamp_min(1)
    if bool(some.any()):
        count = max(int(P_SHARE * probability.shape[1]), 1)
        top = probability[some].topk(count, 1).values.mean(1)
        loss = loss + SOME_P_WEIGHT * some.float().mean() * -torch.log(top + 1e-6).mean()
    return loss


def train(marked: LeadSet, rhythms: LeadSet, checkpoint: Path, plan: TrainingPlan, seed: int) -> nn.Module:
    """Trains on marked leads and leads of known rhythm, or resumes there; returns the averaged network."""
    torch.manual_seed(seed)
    fit = Fit(Delineation(), delineation_loss, plan.options, checkpoint)
    return fit.run(lambda epoch: batches(marked, rhythms, plan.steps, 1000 * seed + epoch))


def export(model: nn.Module, path: Path) -> Path:
    """Writes a trained network as ONNX, for leads of any number and length."""
    stored = {
        "network": NAME, "licence": "Apache-2.0", "classes": list(CLASSES), "rate": RATE,
        "data": "LUDB 1.0.1 (ODC-By 1.0); rhythms of PTB-XL 1.0.3 (CC BY 4.0), folds 1-8",
    }  # fmt: skip
    example = {"lead": torch.from_numpy(np.zeros((2, 2, 20 * STRIDE), np.float32))}
    free = {"lead": {0: "leads", 2: "time"}, "logits": {0: "leads", 2: "time"}}
    export_onnx(deployable(model), example, ["logits"], path, stored, free)
    return path


def package(path: Path) -> Path:
    """Puts an exported network into the package."""
    return package_network(NAME, path, "where a lead shows P waves, QRS complexes and T waves")
