"""The command `ecgimg train delineation`: cross-validation over the records of LUDB, then one network on all."""

from __future__ import annotations

import logging
from pathlib import Path

import torch

from ecgimg.datasets.ludb import read_ludb
from ecgimg.train.delineation.data import folds, marked_leads, rhythm_leads
from ecgimg.train.delineation.fit import TrainingPlan, export, train

logger = logging.getLogger(__name__)


def fold_path(out: Path, fold: int) -> Path:
    """The network that was trained without the records of a fold."""
    return out / f"without-fold-{fold}.onnx"


def run(ludb: Path, ptbxl: Path, out: Path, plan: TrainingPlan | None = None, threads: int = 1) -> Path:
    """Trains a network a fold, and OUT/delineation.onnx on all records; resumes in OUT.

    Args:
        ludb: the folder of LUDB.
        ptbxl: the folder of PTB-XL, of which only the rhythms of folds 1-8 are used.
        out: folder of checkpoints and networks.
        plan: length of a training and number of folds.
        threads: of torch.
    """
    torch.set_num_threads(threads)
    plan = plan or TrainingPlan()
    out.mkdir(parents=True, exist_ok=True)
    data = read_ludb(ludb)
    rhythms = rhythm_leads(ptbxl, 0)
    parts = folds(data.records, plan.folds)
    held: list[tuple[str, int | None]] = [("without-fold-0", 0), ("delineation", None)]
    held += [(f"without-fold-{k}", k) for k in range(1, plan.folds)]
    for name, fold in held:
        path = out / f"{name}.onnx"
        if path.is_file():
            continue
        logger.info("training %s", name)
        records = [record for k, part in enumerate(parts) if k != fold for record in part]
        seed = plan.folds if fold is None else fold
        export(train(marked_leads(data, records), rhythms, out / f"{name}.pt", plan, seed), path)
    return out / "delineation.onnx"
