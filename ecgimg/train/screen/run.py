"""The command `ecgimg train screen`: draws shards, trains, sets the gate, calibrates on fold 9 and exports.

Every part is kept in the folder and not made twice: shards, what the teacher says, the checkpoint.
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
from ecgimg.datasets.ptbxl import read_ptbxl
from ecgimg.networks.runtime import open_network
from ecgimg.networks.screen import FIRST, ScreenNet
from ecgimg.networks.screen_input import Ink, picture_corners
from ecgimg.synth.not_ecg.draw import KINDS
from ecgimg.synth.signals.sources import PtbxlSource
from ecgimg.train.common.calibrate import Calibration, fit_platt, thresholds
from ecgimg.train.common.fit import Progress
from ecgimg.train.common.ptbxl_targets import load_set
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
from ecgimg.train.screen.pages import PagePicture, read_pictures, write_shards
from ecgimg.train.screen.sketches import Sketches

logger = logging.getLogger(__name__)

TRAIN_FOLDS, VALIDATION_FOLD = tuple(range(1, 9)), 9
SEED, VALIDATION_SEED = 1, 9
CALIBRATED_ON = ("print", "scan", "photo")
"""What the held-out pages that calibrate are; ruins are no basis for a probability."""
LOST = 0.015
"""Share of held-out ECG pages that either limit of the gate may refuse; these are kept in few pixels and are harder to
tell from other pictures than whole ones, of which fewer are lost."""
SUREST = 0.5
"""No page need be surer than this to be admitted."""


@dataclass(frozen=True)
class ScreenPlan:
    """How much is drawn and learned: numbers of pictures of each kind, of held-out ones, and the legs."""

    prints: int = 21504
    cameras: int = 3584
    others: int = 5632
    held_prints: int = 512
    held_cameras: int = 512
    legs: tuple[Phase, ...] = PHASES
    backbone: str = "resnet"


def run(data: Path, out: Path, plan: ScreenPlan, threads: int = 1) -> Path:
    """Trains the screening network and writes OUT/screen.onnx; an interrupted run goes on where it stopped.

    Args:
        data: the folder of PTB-XL; folds 1-8 train, fold 9 calibrates.
        out: shards, the teacher's word, checkpoint and network.
        plan: how much.
        threads: of torch.
    """
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    draw(data, out, plan)
    targets, soft, held_targets = all_targets(data, out)
    held = validation_set(out)

    def told(model: ScreenModel, progress: Progress) -> None:
        if progress.epoch % 5 == 0:
            logger.info("epoch %d: %s", progress.epoch, scores(straight_logits(model, held), held, held_targets))

    stream = Stream(out / "shards", soft, BATCH, sketches(data, out))
    model = train(plan.backbone, stream, class_weights(targets), out, plan.legs, told)
    refit_gate(model, out / "shards")
    refit_corners(model, out / "shards")
    return finish(model, held, held_targets, out / "screen.onnx", {"backbone": plan.backbone})


def run_comparison(data: Path, out: Path, plan: ScreenPlan, seconds: float, threads: int = 1) -> list[Compared]:
    """Trains each backbone on the same pages for as many seconds of processor time; returns what they reached."""
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    draw(data, out, plan)
    targets, soft, held_targets = all_targets(data, out)
    folder = out / "compared"
    folder.mkdir(exist_ok=True)
    stream = Stream(out / "shards", soft, BATCH, sketches(data, out))
    return compare(seconds, stream, class_weights(targets), folder, validation_set(out), held_targets)


def draw(data: Path, out: Path, plan: ScreenPlan) -> None:
    """Draws all shards that are missing."""
    source, held = PtbxlSource(data, TRAIN_FOLDS), PtbxlSource(data, (VALIDATION_FOLD,))
    for kind, count in (("print", plan.prints), ("camera", plan.cameras), ("other", plan.others)):
        write_shards(source, out / "shards", kind, count, SEED, KINDS)
    for kind, count in (("print", plan.held_prints), ("camera", plan.held_cameras)):
        write_shards(held, out / "held", kind, count, VALIDATION_SEED, KINDS, fit=False)


def sketches(data: Path, out: Path) -> Sketches:
    """The recordings of the training folds."""
    database = read_ptbxl(data)
    numbers = tuple(record.ecg_id for record in database.select(TRAIN_FOLDS, diagnostic_only=False))
    return Sketches(load_set(database, TRAIN_FOLDS, out).signals, numbers)


def all_targets(data: Path, out: Path) -> tuple[Targets, Targets, Targets]:
    """Targets of the training folds, the same softened by the teacher, and those of the held-out fold."""
    database = read_ptbxl(data)
    targets = page_targets(database, database.select(TRAIN_FOLDS, diagnostic_only=False))
    held = page_targets(database, database.select((VALIDATION_FOLD,), diagnostic_only=False))
    return targets, softened(targets, database, TRAIN_FOLDS, out), held


def validation_set(out: Path) -> list[PagePicture]:
    """Held-out prints, scans and photos."""
    pictures = read_pictures(out / "held")
    return [picture for picture in pictures if picture.recipe in CALIBRATED_ON]


def finish(
    model: ScreenModel, held: Sequence[PagePicture], targets: Targets, path: Path, about: dict[str, str]
) -> Path:
    """Exports the network, lets it look at held-out pages, sets gate and calibration by what it says, exports again."""
    neutral = [Calibration(1.0, 0.0)] * len(FINDINGS)
    export(model, neutral, [0.5] * len(FINDINGS), Limits(0.5, 0.5), path, about)
    gate, logits = looks(ScreenNet(open_network(path)), held)
    limits = Limits(*(gate_limit(gate[:, k]) for k in (0, 1)))
    logger.info("limits of the gate: %s", limits)
    calibrations, cuts = calibrated(logits, held, targets)
    return export(model, calibrations, cuts, limits, path, about)


def looks(net: ScreenNet, pictures: Sequence[PagePicture]) -> tuple[Floats, Floats]:
    """Logits [N, 2] of is-ECG and readable, and [N, 6 + F] by which findings are judged, of pictures as taken."""
    gates, judged = [], []
    for picture in pictures:
        ready = Ink(picture.grey, np.eye(3))
        found = net.locate(ready, picture_corners(picture.grey.shape))
        gates.append((found.is_ecg, found.readable))
        judged.append(net.classify(ready, found)[0].logits)
    return np.array(gates, np.float32), np.stack(judged)


def gate_limit(logits: Floats) -> float:
    """The probability under which at most a share LOST of these ECG pages lies; never above SUREST."""
    return float(min(SUREST, np.quantile(1 / (1 + np.exp(-logits.astype(np.float64))), LOST)))


def calibrated(
    logits: Floats, pictures: Sequence[PagePicture], targets: Targets
) -> tuple[list[Calibration], list[float]]:
    """Platt scaling and threshold of each finding on the pages that say something of it."""
    rows = np.array([targets.rows[picture.record] for picture in pictures])
    calibrations, cuts = [], []
    for k, (_, _, column) in enumerate(FINDINGS):
        known = targets.weights[rows, column] > 0
        labels = targets.values[rows[known], column] > 0.5
        found = logits[known, FIRST + k]
        calibrations.append(fit_platt(found, labels))
        cuts += thresholds([calibrations[-1].apply(found)[:, None]], labels[:, None])
    return calibrations, cuts
