"""The command `ecgimg train screen`: draws shards, trains, sets the gate, calibrates on fold 9 and exports.

Shards, PatchECG's probabilities and checkpoints stay in the folder and are not made twice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.probability import sigmoid
from ecgimg.datasets.ptbxl import read_ptbxl
from ecgimg.networks.runtime import open_network
from ecgimg.networks.screen import FIRST, ScreenNet
from ecgimg.networks.screen_input import Ink, picture_corners
from ecgimg.synth.not_ecg.draw import KINDS
from ecgimg.synth.signals.sources import PtbxlSource
from ecgimg.train.common.calibrate import Calibration, fit_platt, thresholds
from ecgimg.train.common.fit import Progress
from ecgimg.train.common.ptbxl_targets import TRAIN_FOLDS, load_set
from ecgimg.train.common.sheets import VALIDATION_FOLD
from ecgimg.train.screen.corners_head import refit_corners
from ecgimg.train.screen.data import FINDINGS, Stream, Targets, class_weights, page_targets, softened
from ecgimg.train.screen.fit import (
    BATCH,
    PHASES,
    Compared,
    Limits,
    Phase,
    compare,
    export,
    scores,
    straight_logits,
    train,
)
from ecgimg.train.screen.gate import refit_gate
from ecgimg.train.screen.model import ScreenModel
from ecgimg.train.screen.pages import NON_ECG, PagePicture, read_pictures, write_shards
from ecgimg.train.screen.sketches import Sketches

logger = logging.getLogger(__name__)

SEED = 1
"""Of the training pictures."""
VALIDATION_SEED = 9
"""Of the validation pictures."""
CALIBRATED_ON = ("print", "scan", "photo")
"""Recipes of the validation pages that calibrate; severe photos are no basis for a probability."""
MAX_REFUSED = 0.015
"""Largest share of validation ECG pages that either limit of the gate refuses. These pages have few pixels and are
harder to tell from other pictures than whole ones, of which fewer are refused."""
MAX_GATE_LIMIT = 0.5
"""No limit of the gate is higher."""


@dataclass(frozen=True)
class ScreenPlan:
    """Numbers of pictures of each kind, of those for validation, and the phases of the training."""

    prints: int = 21504
    cameras: int = 3584
    non_ecg: int = 5632
    validation_prints: int = 512
    validation_cameras: int = 512
    phases: tuple[Phase, ...] = PHASES
    backbone: str = "resnet"


def run(data: Path, out: Path, plan: ScreenPlan, threads: int = 1) -> Path:
    """Trains the screening network and writes OUT/screen.onnx; an interrupted run resumes there.

    Args:
        data: the folder of PTB-XL; folds 1-8 train, fold 9 calibrates.
        out: folder of shards, PatchECG's probabilities, checkpoints and network.
        plan: numbers of pictures and phases.
        threads: of torch.
    """
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    draw(data, out, plan)
    targets, soft, validation_targets = all_targets(data, out)
    validation = validation_set(out)

    def log_scores(model: ScreenModel, progress: Progress) -> None:
        if progress.epoch % 5 == 0:
            found = scores(straight_logits(model, validation), validation, validation_targets)
            logger.info("epoch %d: %s", progress.epoch, found)

    stream = Stream(out / "shards", soft, BATCH, sketches(data, out))
    model = train(plan.backbone, stream, class_weights(targets), out, plan.phases, log_scores)
    refit_gate(model, out / "shards")
    refit_corners(model, out / "shards")
    return finish(model, validation, validation_targets, out / "screen.onnx", {"backbone": plan.backbone})


def run_comparison(data: Path, out: Path, plan: ScreenPlan, seconds: float, threads: int = 1) -> list[Compared]:
    """Trains each backbone on the same pages for as many seconds of processor time; returns their scores."""
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    draw(data, out, plan)
    targets, soft, validation_targets = all_targets(data, out)
    folder = out / "compared"
    folder.mkdir(exist_ok=True)
    stream = Stream(out / "shards", soft, BATCH, sketches(data, out))
    return compare(seconds, stream, class_weights(targets), folder, validation_set(out), validation_targets)


def draw(data: Path, out: Path, plan: ScreenPlan) -> None:
    """Draws all shards that are missing."""
    source, validation = PtbxlSource(data, TRAIN_FOLDS), PtbxlSource(data, (VALIDATION_FOLD,))
    for kind, count in (("print", plan.prints), ("camera", plan.cameras), (NON_ECG, plan.non_ecg)):
        write_shards(source, out / "shards", kind, count, SEED, KINDS)
    for kind, count in (("print", plan.validation_prints), ("camera", plan.validation_cameras)):
        write_shards(validation, out / "held", kind, count, VALIDATION_SEED, KINDS, fit=False)


def sketches(data: Path, out: Path) -> Sketches:
    """The recordings of the training folds."""
    database = read_ptbxl(data)
    numbers = tuple(record.ecg_id for record in database.select(TRAIN_FOLDS, diagnostic_only=False))
    return Sketches(load_set(database, TRAIN_FOLDS, out).signals, numbers)


def all_targets(data: Path, out: Path) -> tuple[Targets, Targets, Targets]:
    """Targets of the training folds, the same softened by PatchECG, and those of the validation fold."""
    database = read_ptbxl(data)
    targets = page_targets(database, database.select(TRAIN_FOLDS, diagnostic_only=False))
    validation = page_targets(database, database.select((VALIDATION_FOLD,), diagnostic_only=False))
    return targets, softened(targets, database, TRAIN_FOLDS, out), validation


def validation_set(out: Path) -> list[PagePicture]:
    """Validation prints, scans and photos."""
    pictures = read_pictures(out / "held")
    return [picture for picture in pictures if picture.recipe in CALIBRATED_ON]


def finish(
    model: ScreenModel, validation: Sequence[PagePicture], targets: Targets, path: Path, about: dict[str, str]
) -> Path:
    """Exports the network, sets its gate and calibration by its outputs for validation pages, and exports again."""
    neutral = [Calibration(1.0, 0.0)] * len(FINDINGS)
    export(model, neutral, [0.5] * len(FINDINGS), Limits(0.5, 0.5), path, about)
    gate, logits = outputs_of(ScreenNet(open_network(path)), validation)
    limits = Limits(*(gate_limit(gate[:, k]) for k in (0, 1)))
    logger.info("limits of the gate: %s", limits)
    calibrations, cuts = calibrated(logits, validation, targets)
    return export(model, calibrations, cuts, limits, path, about)


def outputs_of(net: ScreenNet, pictures: Sequence[PagePicture]) -> tuple[Floats, Floats]:
    """Logits [N, 2] of is-ECG and readable in the first pass over pictures, and [N, 6 + F] of the second pass."""
    gates, logits = [], []
    for picture in pictures:
        ready = Ink(picture.grey, np.eye(3))
        found = net.locate(ready, picture_corners(picture.grey.shape))
        gates.append((found.is_ecg, found.readable))
        logits.append(net.classify(ready, found)[0].logits)
    return np.array(gates, np.float32), np.stack(logits)


def gate_limit(logits: Floats) -> float:
    """Probability below which a share MAX_REFUSED of ECG pages of logits [N] lies; at most MAX_GATE_LIMIT."""
    return float(min(MAX_GATE_LIMIT, np.quantile(sigmoid(logits.astype(np.float64)), MAX_REFUSED)))


def calibrated(
    logits: Floats, pictures: Sequence[PagePicture], targets: Targets
) -> tuple[list[Calibration], list[float]]:
    """Platt scaling and threshold of each finding on the pages with a label of it."""
    rows = np.array([targets.rows[picture.record] for picture in pictures])
    calibrations, cuts = [], []
    for k, (_, _, column) in enumerate(FINDINGS):
        known = targets.weights[rows, column] > 0
        labels = targets.values[rows[known], column] > 0.5
        found = logits[known, FIRST + k]
        calibrations.append(fit_platt(found, labels))
        cuts += thresholds([calibrations[-1].apply(found)[:, None]], labels[:, None])
    return calibrations, cuts
