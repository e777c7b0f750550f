"""Trains the screening network, compares backbones, and exports."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.screen import FIRST, NAME
from ecgimg.networks.screen_input import HEIGHT, WIDTH, frame_ink
from ecgimg.train.common.calibrate import Calibration
from ecgimg.train.common.classifier_metrics import auroc, once
from ecgimg.train.common.export import deployable, export_onnx
from ecgimg.train.common.fit import Fit, FitOptions, Progress
from ecgimg.train.common.package import package_network
from ecgimg.train.screen.data import FINDINGS, LEARNED, Batch, Stream, Targets, ahead
from ecgimg.train.screen.model import BACKBONES, Exported, ScreenModel
from ecgimg.train.screen.pages import PagePicture

logger = logging.getLogger(__name__)

STEPS = 200
"""Optimizer steps between two checkpoints."""
WARMUP_STEPS = 24
"""Steps by which a backbone's seconds a step are measured before the comparison."""
BATCH = 16


@dataclass(frozen=True)
class Phase:
    """A part of a training with one cycle of the learning rate; each begins with the averaged weights of the last.

    Pictures are shrunk by ``shrink``: most is learned from small ones at half the cost (Tan and Le 2021, arXiv
    2104.00298). ``harder`` are the shares of the phase at which views begin to get harder, and are the hardest.
    """

    epochs: int
    rate: float = 1.5e-3
    shrink: float = 1.0
    harder: tuple[float, float] = (0.2, 0.6)
    steps: int = STEPS
    average: float = 0.998

    @property
    def frame(self) -> tuple[int, int]:
        """Height and width of the network's input, in whole cells of its coarsest features."""
        return round(HEIGHT * self.shrink / 32) * 32, round(WIDTH * self.shrink / 32) * 32

    def hard(self, epoch: int) -> float:
        """Difficulty of an epoch's views, 0 to 1."""
        return float(np.interp(epoch / self.epochs, self.harder, (0, 1)))


HARD = (-1.0, 0.0)
"""The hardest views from the start."""
PHASES = (
    Phase(53, shrink=0.5),
    Phase(40, rate=1e-3, shrink=0.7, harder=HARD),
    Phase(16, rate=5e-4, shrink=0.7, harder=HARD),
    Phase(40, rate=1e-3, shrink=0.7, harder=HARD),
    Phase(28, rate=1e-3, shrink=0.7, harder=HARD),
    Phase(24, rate=1e-3, harder=HARD),
    Phase(24, rate=8e-4, harder=HARD),
)
"""The training that is shipped."""


@dataclass(frozen=True)
class Limits:
    """Least probabilities of an ECG, of a readable page, and of a quarter turn that is acted on."""

    ecg: float
    readable: float
    turn: float = 0.4


@dataclass(frozen=True)
class Compared:
    """A backbone after a short training: its size in millions, the views it saw, its scores on validation pages."""

    name: str
    millions: float
    views: int
    scores: Mapping[str, float]

    def row(self) -> str:
        """A row of the Markdown table."""
        cells = " | ".join(f"{value:.3f}" for value in self.scores.values())
        return f"| {self.name} | {BACKBONES[self.name].model} | {self.millions:.2f} | {self.views} | {cells} |"


COMPARED_HEAD = (
    "| backbone | timm model | M parameters | views seen | normal / abnormal | mean of superclasses | AFIB |\n"
    "|---|---|---|---|---|---|---|"
)


def screen_loss(model: nn.Module, batch: Batch, classes: Tensor) -> Tensor:
    """Cross-entropies of findings, gate and quarter turns, distances to PatchECG's log odds and to the corners.

    ``classes`` are weights [K]. Log odds hold more than labels: the distance of a page from every class (Ba and Caruana
    2014, arXiv 1312.6184).
    """
    logits, quad, _ = model(shrunk(batch.picture, _screen(model)))
    is_ecg, readable, quarter_turns, known = batch.gate.unbind(1)
    weights = batch.weights * classes
    findings = F.binary_cross_entropy_with_logits(logits[:, FIRST:], batch.findings, weights, reduction="sum")
    teacher_weights = batch.odds.isfinite() * classes
    distance = F.smooth_l1_loss(logits[:, FIRST:], batch.odds.nan_to_num(), reduction="none")
    matched = (distance * teacher_weights).sum() / teacher_weights.sum().clamp(min=1)
    count = known.sum().clamp(min=1)
    gate = F.binary_cross_entropy_with_logits(logits[:, 0], is_ecg, is_ecg * readable + 1 - known)
    sharp = (F.binary_cross_entropy_with_logits(logits[:, 1], readable, reduction="none") * known).sum() / count
    visible = known * readable
    turned = (F.cross_entropy(logits[:, 2:FIRST], quarter_turns.long(), reduction="none") * visible).sum() / count
    miss = F.smooth_l1_loss(quad, batch.quad, reduction="none", beta=0.02).mean(1)
    corners = (miss * visible).sum() / count
    # A class counts by its mean over the batch; with these factors the terms are of about the same size.
    return findings / weights.sum().clamp(min=1) * 4 + matched + 0.5 * gate + 0.2 * sharp + 0.3 * turned + 4 * corners


def train(
    name: str,
    stream: Stream,
    classes: Floats,
    folder: Path,
    phases: Sequence[Phase],
    after: Callable[[ScreenModel, Progress], None] | None = None,
) -> ScreenModel:
    """Trains a backbone of BACKBONES; returns the averaged twin.

    Args:
        name: of the backbone.
        stream: the batches.
        classes: weights [K] of the classes.
        folder: of the checkpoints NAME.legK.pt of phase K, from which the training resumes.
        phases: parts of the training.
        after: is called with the averaged twin after each epoch.
    """
    torch.manual_seed(6)
    weights = torch.from_numpy(classes)
    average: ScreenModel | None = None
    begun = 0
    for number, phase in enumerate(phases, 1):
        model = started(name, phase, average)
        logger.info("%s: %.2f M parameters", name, sum(p.numel() for p in model.parameters()) / 1e6)
        options = FitOptions(phase.epochs, phase.steps, rate=phase.rate, decay=0.05, warmup=0.1, average=phase.average)
        path = folder / f"{name}.leg{number}.pt"
        fit: Fit[Batch] = Fit(model, lambda m, batch: screen_loss(m, batch, weights), options, path)

        def report(progress: Progress, fit: Fit[Batch] = fit) -> None:
            if after is not None:
                after(_screen(fit.average), progress)

        def epoch_of(epoch: int, phase: Phase = phase, begun: int = begun) -> Iterator[Batch]:
            return ahead(stream.epoch(begun + epoch, phase.steps, phase.hard(epoch)))

        average = _screen(fit.run(epoch_of, report))
        begun += phase.epochs
    assert average is not None
    return average


def started(name: str, phase: Phase, before: ScreenModel | None) -> ScreenModel:
    """A network for a phase's frame, with the weights of the one before except those of the corners."""
    model = ScreenModel(BACKBONES[name], len(LEARNED), phase.frame)
    if before is not None:
        shared = {key: value for key, value in before.state_dict().items() if not key.startswith("place.")}
        model.load_state_dict({**model.state_dict(), **shared})
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def shrunk(picture: Tensor, model: ScreenModel) -> Tensor:
    """Pictures [B, 1, HEIGHT, WIDTH] in a model's frame, which may be smaller."""
    return picture if picture.shape[2:] == model.frame else F.interpolate(picture, model.frame, mode="area")


def compare(
    seconds: float, stream: Stream, classes: Floats, folder: Path, validation: Sequence[PagePicture], targets: Targets
) -> list[Compared]:
    """Trains each of BACKBONES for about as many seconds of processor time on the same pages, and scores it."""
    rows = []
    for _ in stream.epoch(0, WARMUP_STEPS):  # reads shards and draws formats, which counts for no backbone
        pass
    for name in BACKBONES:
        begun = time.process_time()
        train(name, stream, classes, folder / "warm", [Phase(1, shrink=0.5, steps=WARMUP_STEPS, average=0.9)])
        step_seconds = (time.process_time() - begun) / WARMUP_STEPS
        steps = max(4, round(seconds / step_seconds))
        model = train(name, stream, classes, folder, [Phase(1, shrink=0.5, steps=steps, average=0.99)])
        size = sum(p.numel() for p in model.parameters()) / 1e6
        found = scores(straight_logits(model, validation), validation, targets)
        rows.append(Compared(name, size, steps * BATCH, found))
        logger.info("%s", rows[-1])
    return rows


def _screen(model: nn.Module) -> ScreenModel:
    assert isinstance(model, ScreenModel)
    return model


@torch.no_grad()
def straight_logits(model: ScreenModel, pictures: Sequence[PagePicture]) -> Floats:
    """Logits [N, 6 + K] of pictures laid by their known curves."""
    model.eval()
    inks = np.stack([frame_ink(p.grey, p.content)[0] for p in pictures])
    parts = []
    for k in range(0, len(inks), 32):
        with torch.autocast("cpu", torch.bfloat16):
            parts.append(model(shrunk(torch.from_numpy(inks[k : k + 32, None]), model))[0].float().numpy())
    return np.concatenate(parts)


def scores(logits: Floats, pictures: Sequence[PagePicture], targets: Targets) -> dict[str, float]:
    """AUROC of normal or abnormal, the mean of the superclasses, and AFIB, of logits [N, 6 + K]."""
    rows = np.array([targets.rows[p.record] for p in pictures])
    values, weights = targets.values[rows] > 0.5, targets.weights[rows] > 0
    areas = {}
    for code, group, column in FINDINGS:
        known = weights[:, column]
        labels, found = values[known, column], logits[known, FIRST + column].astype(np.float64)
        areas[f"{group} {code}"] = float(auroc(labels, found, once(len(labels)))[0])
    mean = float(np.mean([v for k, v in areas.items() if k.startswith("superclass")]))
    return {"abnormal": areas["screening ABNORMAL"], "superclasses": mean, "AFIB": areas["rhythm AFIB"]}


def export(
    model: ScreenModel,
    calibrations: Sequence[Calibration],
    thresholds: Sequence[float],
    limits: Limits,
    path: Path,
    about: dict[str, str],
) -> Path:
    """Writes the network with the exported findings only, and its specification."""
    rows = [
        {"code": code, "group": group, "slope": c.slope, "offset": c.offset, "threshold": t}
        for (code, group, _), c, t in zip(FINDINGS, calibrations, thresholds, strict=True)
    ]
    spec = {
        "network": NAME, "frame": [HEIGHT, WIDTH], "findings": rows, "ecg_limit": limits.ecg,
        "readable_limit": limits.readable, "turn_limit": limits.turn, "calibration_folds": [9],
        "data": "PTB-XL 1.0.3 (CC BY 4.0), folds 1-8, drawn by ecgimg.synth", "licence": "Apache-2.0", **about,
    }  # fmt: skip
    twin = deployable(exported(model))
    export_onnx(twin, {"picture": torch.zeros(2, 1, HEIGHT, WIDTH)}, ["logits", "quad", "maps"], path, spec)
    return path


def exported(model: ScreenModel) -> Exported:
    """The model with the findings that are packaged."""
    return Exported(model, [column for _, _, column in FINDINGS])


def package(path: Path) -> Path:
    """Puts an exported network into the package."""
    purpose = "normal or abnormal and 15 findings straight from a page's picture; whether it is an ECG page at all"
    return package_network(NAME, path, purpose)
