"""The command `ecgimg train generation`."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch

from ecgimg.datasets.ptbxl import read_ptbxl
from ecgimg.train.common.ptbxl_targets import TRAIN_FOLDS, load_set
from ecgimg.train.generation.data import GenerationSet, describe, made_leads, rhythm_intervals
from ecgimg.train.generation.fit import TrainingPlan, export, train
from ecgimg.train.generation.transform import Transform, fit_transform

logger = logging.getLogger(__name__)
FIT_EVERY = 8
"""The transform is fitted on each eighth record."""


def run(ptbxl: Path, out: Path, plan: TrainingPlan | None = None, threads: int = 1) -> Path:
    """Trains on folds 1-8 and writes OUT/generation.onnx; signals and checkpoint stay in OUT, where it resumes.

    Args:
        ptbxl: the folder of PTB-XL.
        out: folder of signals, checkpoint and network.
        plan: length of the training.
        threads: of torch.
    """
    torch.set_num_threads(threads)
    out.mkdir(parents=True, exist_ok=True)
    data, transform = load(ptbxl, out)
    logger.info("%d recordings", len(data))
    model = train(data, transform, out / "generation.pt", plan or TrainingPlan())
    return export(model, rhythm_intervals(data.descriptions), out / "generation.onnx")


def load(ptbxl: Path, out: Path) -> tuple[GenerationSet, Transform]:
    """The recordings of folds 1-8 as coefficients with their descriptions, and the transform fitted on them."""
    database = read_ptbxl(ptbxl)
    records = database.select(TRAIN_FOLDS, diagnostic_only=False)
    signals = load_set(database, TRAIN_FOLDS, out).signals
    transform = fit_transform(made_leads(signals[::FIT_EVERY]))
    coefficients, descriptions = [], []
    for start in range(0, len(records), 512):
        leads = made_leads(signals[start : start + 512])
        coefficients.append(transform.coefficients(leads).astype(np.float16))
        descriptions += [
            describe(database, record, own) for record, own in zip(records[start : start + 512], leads, strict=True)
        ]
    return GenerationSet(np.concatenate(coefficients), tuple(descriptions)), transform
