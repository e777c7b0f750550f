"""Trains PatchECG and its baselines on PTB-XL, distils, calibrates and exports: all of `ecgimg train patchecg`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ecgimg.datasets.ptbxl import RHYTHMS, SUBCLASSES, SUPERCLASSES, read_ptbxl
from ecgimg.train.common.calibrate import Calibration, fit_all, thresholds
from ecgimg.train.common.export import Ensemble, deployable, export_onnx, package_network
from ecgimg.train.common.fit import Fit, FitOptions
from ecgimg.train.common.losses import weighted_bce
from ecgimg.train.common.ptbxl_targets import TARGETS, EcgSet, load_set
from ecgimg.train.patchecg.baselines import Baseline, BaselineConfig
from ecgimg.train.patchecg.data import Batch, DamageRecipe, batches
from ecgimg.train.patchecg.masks import Mask, MaskRecipe, layout_mask, lead_blackout
from ecgimg.train.patchecg.model import PatchConfig, PatchEcg

logger = logging.getLogger(__name__)

OUTPUTS: tuple[tuple[str, str], ...] = (
    *((code, "subclass") for code in SUBCLASSES),
    *((code, "superclass") for code in SUPERCLASSES),
    *((code, "rhythm") for code in RHYTHMS),
)
"""Code and group of each exported output; they lead TARGETS in this order."""

TRAIN_FOLDS = (1, 2, 3, 4, 5, 6, 7, 8)
BASELINES = ("resnet-zero", "resnet-linear")


@dataclass(frozen=True)
class Phase:
    """A stretch of a training with one cycle of the step size; each begins with the averaged weights of the one before.

    ``mixup`` is the Beta parameter of mixing pairs of records, 0 for none.
    """

    epochs: int
    rate: float
    warm: float
    mixup: float


@dataclass(frozen=True)
class TrainingPlan:
    """Legs of each training, number of members, and the teachers' share in the targets of the later members."""

    legs: tuple[Phase, ...] = (Phase(18, 2e-3, 0.15, 0.0), Phase(12, 1e-3, 0.1, 0.4))
    batch: int = 128
    members: int = 1
    distil: float = 0.5
    calibration_fold: int = 9
    compiled: bool = True
    masks: MaskRecipe = field(default_factory=MaskRecipe)
    damage: DamageRecipe = field(default_factory=DamageRecipe)


def train_patchecg(data: Path, out: Path, plan: TrainingPlan | None = None, threads: int | None = None) -> Path:
    """Train, or go on training, below ``out``; returns the exported ONNX file.

    The first member learns from the labels. Each further member also learns from what the members before it say of
    the whole undamaged records (the targets are blended), and the mean of all members is exported. The baselines
    learn from the labels, with the legs, batches, masks, damage and optimizer of the first member. ``threads`` are
    torch's, its own choice by default.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    plan = plan or TrainingPlan()
    out.mkdir(parents=True, exist_ok=True)
    database = read_ptbxl(data)
    train = load_set(database, TRAIN_FOLDS, out)
    members = [train_one("member-1", 0, train, out, plan)]
    while len(members) < plan.members:
        soft = teach(members, train, plan.distil)
        members.append(train_one(f"member-{len(members) + 1}", len(members), soft, out, plan))
    for name in BASELINES:
        train_one(name, 0, train, out, plan)
    held = load_set(database, (plan.calibration_fold,), out)
    twin = deployable(Ensemble(members, len(OUTPUTS)))
    return export(twin, held, out / "patchecg.onnx", plan)


def build(name: str) -> nn.Module:
    """An untrained network: "member-N" or one of BASELINES."""
    if name in BASELINES:
        return Baseline(BaselineConfig(len(TARGETS), "zero" if name == BASELINES[0] else "linear"))
    return PatchEcg(PatchConfig(len(TARGETS)))


def load_trained(name: str, folder: Path) -> nn.Module:
    """The averaged network of a finished or running training in ``folder``, after the last leg that was begun."""
    model = build(name).eval().requires_grad_(False)
    last = sorted(folder.glob(f"{name}.leg*.pt"))[-1]
    model.load_state_dict(torch.load(last, map_location="cpu", weights_only=True)["average"])
    return model


def train_one(name: str, seed: int, data: EcgSet, out: Path, plan: TrainingPlan) -> nn.Module:
    """Train one network by the plan, resuming from ``out/name.legK.pt``; returns its averaged twin."""
    torch.manual_seed(seed)
    model = build(name)
    runner: Callable[..., Tensor] = torch.compile(model) if plan.compiled else model
    logger.info("%s: %.2f M parameters", name, sum(p.numel() for p in model.parameters()) / 1e6)

    def loss(_: nn.Module, batch: Batch) -> Tensor:
        return weighted_bce(runner(batch.signals, batch.mask), batch.targets, batch.weights)

    average: nn.Module = model
    for number, leg in enumerate(plan.legs, 1):
        damage = replace(plan.damage, mixup=leg.mixup)

        def epoch_of(epoch: int, number: int = number, damage: DamageRecipe = damage) -> Iterator[Batch]:
            rng = np.random.default_rng([seed, number, epoch])
            return batches(data, plan.batch, rng, plan.masks, damage)

        model.load_state_dict(average.state_dict())
        options = FitOptions(leg.epochs, len(data) // plan.batch, leg.rate, warm=leg.warm)
        average = Fit(model, loss, options, out / f"{name}.leg{number}.pt").run(epoch_of)
    return average


def teach(teachers: Sequence[nn.Module], data: EcgSet, share: float) -> EcgSet:
    """The set with its targets blended with what the teachers say of the whole undamaged records."""
    everything = np.ones((len(data), *data.signals.shape[1:]), bool)
    logits = [logits_of(teacher, data.signals, everything) for teacher in teachers]
    chance = 1 / (1 + np.exp(-np.mean(logits, axis=0)))
    targets = ((1 - share) * data.targets + share * chance).astype(np.float32)
    return EcgSet(data.signals, targets, data.weights, data.patients)


@torch.no_grad()
def logits_of(model: nn.Module, signals: NDArray[np.floating], mask: Mask, size: int = 128) -> NDArray[np.float32]:
    """Outputs [N, K] in evaluation mode, in the precision of the training; signals in mV and mask are [N, 12, T]."""
    model.eval()
    parts = []
    for start in range(0, len(signals), size):
        piece = torch.from_numpy(signals[start : start + size].astype(np.float32))
        seen = torch.from_numpy(mask[start : start + size].astype(np.float32))
        with torch.autocast("cpu", torch.bfloat16):
            parts.append(model(piece, seen).float())
    return np.asarray(torch.cat(parts).numpy(), np.float32)


def calibration_views(count: int, length: int) -> list[Mask]:
    """The masks over which calibration and thresholds are fitted: layouts 0-5, and 3 and 6 leads blacked out."""
    layouts = [np.broadcast_to(layout_mask(k, length), (count, 12, length)) for k in range(6)]
    return [*layouts, *(lead_blackout(k, count, length, seed=k) for k in (3, 6))]


def export(twin: nn.Module, held: EcgSet, path: Path, plan: TrainingPlan) -> Path:
    """Calibrate a deployable twin on held-out records, and write it with its specification."""
    views = [logits_of(twin, held.signals, m) for m in calibration_views(len(held), held.signals.shape[-1])]
    calibrations, limits = _calibrate(views, held)
    rows = [
        {"code": code, "group": group, "slope": c.slope, "offset": c.offset, "threshold": limit}
        for (code, group), c, limit in zip(OUTPUTS, calibrations, limits, strict=True)
    ]
    spec = {
        "network": "patchecg", "rate": 100, "length": 1000, "patch": PatchConfig(1).patch, "outputs": rows,
        "data": "PTB-XL 1.0.3 (CC BY 4.0), folds 1-8", "calibration_folds": [plan.calibration_fold],
        "licence": "Apache-2.0", "plan": _plain(asdict(plan)),
    }  # fmt: skip
    signals, mask = torch.zeros(2, 12, 1000), torch.ones(2, 12, 1000)
    export_onnx(twin, {"signals": signals, "mask": mask}, ["logits"], path, spec)
    return path


def package(path: Path) -> Path:
    """Puts an exported network into the package."""
    purpose = "23 diagnostic subclasses, 5 superclasses and 9 rhythms from a partly observed 12-lead recording"
    return package_network("patchecg", path, purpose)


def _calibrate(views: Sequence[NDArray[np.float32]], held: EcgSet) -> tuple[list[Calibration], list[float]]:
    """Each output on the records that say something about it."""
    calibrations, limits = [], []
    for k in range(len(OUTPUTS)):
        rows = held.weights[:, k] > 0
        labels = held.targets[rows, k : k + 1] > 0.5
        column = [view[rows, k : k + 1] for view in views]
        calibration = fit_all(column, labels)[0]
        calibrations.append(calibration)
        limits += thresholds([calibration.apply(c) for c in column], labels)
    return calibrations, limits


def _plain(plan: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in plan.items() if k != "compiled"}
