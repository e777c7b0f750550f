"""Trains PatchECG and its baselines, distils members, and exports their mean."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ecgimg.datamodel.probability import sigmoid
from ecgimg.datasets.ptbxl import RHYTHMS, SUBCLASSES, SUPERCLASSES
from ecgimg.train.common.export import export_onnx
from ecgimg.train.common.fit import Fit, FitOptions
from ecgimg.train.common.losses import weighted_bce
from ecgimg.train.common.package import package_network
from ecgimg.train.common.ptbxl_targets import TARGETS, EcgSet
from ecgimg.train.patchecg.baselines import Baseline, BaselineConfig
from ecgimg.train.patchecg.calibrate import calibrate, calibration_views
from ecgimg.train.patchecg.data import Batch, DamageRecipe, batches
from ecgimg.train.patchecg.masks import MaskRecipe
from ecgimg.train.patchecg.model import PatchConfig, PatchEcg, logits_of

logger = logging.getLogger(__name__)

OUTPUTS: tuple[tuple[str, str], ...] = (
    *((code, "subclass") for code in SUBCLASSES),
    *((code, "superclass") for code in SUPERCLASSES),
    *((code, "rhythm") for code in RHYTHMS),
)
"""Code and group of each exported output; they are the first of TARGETS, in this order."""
BASELINES = ("resnet-zero", "resnet-linear")


@dataclass(frozen=True)
class Phase:
    """A part of a training with one cycle of the learning rate; each begins with the averaged weights of the last.

    ``mixup`` is the Beta parameter of mixing pairs of records, 0 for none.
    """

    epochs: int
    rate: float
    warmup: float
    mixup: float


@dataclass(frozen=True)
class TrainingPlan:
    """Phases of each training, number of members, and the members' share in the targets of the later ones."""

    phases: tuple[Phase, ...] = (Phase(18, 2e-3, 0.15, 0.0), Phase(12, 1e-3, 0.1, 0.4))
    batch: int = 128
    members: int = 1
    distil: float = 0.5
    calibration_fold: int = 9
    compiled: bool = True
    masks: MaskRecipe = field(default_factory=MaskRecipe)
    damage: DamageRecipe = field(default_factory=DamageRecipe)


def build(name: str) -> nn.Module:
    """An untrained network: "member-N" or one of BASELINES."""
    if name in BASELINES:
        return Baseline(BaselineConfig(len(TARGETS), "zero" if name == BASELINES[0] else "linear"))
    return PatchEcg(PatchConfig(len(TARGETS)))


def load_trained(name: str, folder: Path) -> nn.Module:
    """The averaged network of a finished or running training in ``folder``, after the last phase begun."""
    model = build(name).eval().requires_grad_(False)
    last = sorted(folder.glob(f"{name}.leg*.pt"))[-1]
    model.load_state_dict(torch.load(last, map_location="cpu", weights_only=True)["average"])
    return model


def train_one(name: str, seed: int, data: EcgSet, out: Path, plan: TrainingPlan) -> nn.Module:
    """Trains one network by the plan, resuming from ``out/name.legK.pt`` of phase K; returns its averaged twin."""
    torch.manual_seed(seed)
    model = build(name)
    runner: Callable[..., Tensor] = torch.compile(model) if plan.compiled else model
    logger.info("%s: %.2f M parameters", name, sum(p.numel() for p in model.parameters()) / 1e6)

    def loss(_: nn.Module, batch: Batch) -> Tensor:
        return weighted_bce(runner(batch.signals, batch.mask), batch.targets, batch.weights)

    average: nn.Module = model
    for number, phase in enumerate(plan.phases, 1):
        damage = replace(plan.damage, mixup=phase.mixup)

        def epoch_of(epoch: int, number: int = number, damage: DamageRecipe = damage) -> Iterator[Batch]:
            rng = np.random.default_rng([seed, number, epoch])
            return batches(data, plan.batch, rng, plan.masks, damage)

        model.load_state_dict(average.state_dict())
        options = FitOptions(phase.epochs, len(data) // plan.batch, phase.rate, warmup=phase.warmup)
        average = Fit(model, loss, options, out / f"{name}.leg{number}.pt").run(epoch_of)
    return average


def distilled(members: Sequence[nn.Module], data: EcgSet, share: float) -> EcgSet:
    """The set with targets (1 - share) * target + share * p; p are the members' probabilities of undamaged records."""
    everything = np.ones((len(data), *data.signals.shape[1:]), bool)
    logits = [logits_of(member, data.signals, everything) for member in members]
    probabilities = sigmoid(np.mean(logits, axis=0))
    targets = ((1 - share) * data.targets + share * probabilities).astype(np.float32)
    return EcgSet(data.signals, targets, data.weights, data.patients)


def export(twin: nn.Module, validation: EcgSet, path: Path, plan: TrainingPlan) -> Path:
    """Calibrates a deployable twin on held-out records, and writes it with its specification."""
    masks = calibration_views(len(validation), validation.signals.shape[-1])
    views = [logits_of(twin, validation.signals, mask) for mask in masks]
    calibrations, limits = calibrate(views, validation, len(OUTPUTS))
    rows = [
        {"code": code, "group": group, "slope": c.slope, "offset": c.offset, "threshold": limit}
        for (code, group), c, limit in zip(OUTPUTS, calibrations, limits, strict=True)
    ]
    stored_plan = {name: value for name, value in asdict(plan).items() if name != "compiled"}
    spec = {
        "network": "patchecg", "rate": 100, "length": 1000, "patch": PatchConfig(1).patch, "outputs": rows,
        "data": "PTB-XL 1.0.3 (CC BY 4.0), folds 1-8", "calibration_folds": [plan.calibration_fold],
        "licence": "Apache-2.0", "plan": stored_plan,
    }  # fmt: skip
    signals, mask = torch.zeros(2, 12, 1000), torch.ones(2, 12, 1000)
    export_onnx(twin, {"signals": signals, "mask": mask}, ["logits"], path, spec)
    return path


def package(path: Path) -> Path:
    """Puts an exported network into the package."""
    purpose = "23 diagnostic subclasses, 5 superclasses and 9 rhythms from a partly observed 12-lead recording"
    return package_network("patchecg", path, purpose)
