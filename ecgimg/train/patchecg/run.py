"""The command `ecgimg train patchecg`: trains PatchECG and its baselines on PTB-XL, distils, calibrates and exports."""

from __future__ import annotations

from pathlib import Path

import torch

from ecgimg.datasets.ptbxl import read_ptbxl
from ecgimg.train.common.export import Ensemble, deployable
from ecgimg.train.common.ptbxl_targets import TRAIN_FOLDS, load_set
from ecgimg.train.patchecg.fit import BASELINES, OUTPUTS, TrainingPlan, distilled, export, train_one


def run(data: Path, out: Path, plan: TrainingPlan | None = None, threads: int | None = None) -> Path:
    """Trains all networks and writes OUT/patchecg.onnx, the mean of the members; resumes in OUT.

    The first member learns from the labels. The targets of each further member are blended with the probabilities of
    the members before it. The baselines learn from the labels, with the first member's phases, batches, masks, damage
    and optimizer.

    Args:
        data: the folder of PTB-XL.
        out: folder of checkpoints and network.
        plan: phases, members and recipes.
        threads: of torch; its own choice by default.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    plan = plan or TrainingPlan()
    out.mkdir(parents=True, exist_ok=True)
    database = read_ptbxl(data)
    train = load_set(database, TRAIN_FOLDS, out)
    members = [train_one("member-1", 0, train, out, plan)]
    while len(members) < plan.members:
        soft = distilled(members, train, plan.distil)
        members.append(train_one(f"member-{len(members) + 1}", len(members), soft, out, plan))
    for name in BASELINES:
        train_one(name, 0, train, out, plan)
    validation = load_set(database, (plan.calibration_fold,), out)
    twin = deployable(Ensemble(members, len(OUTPUTS)))
    return export(twin, validation, out / "patchecg.onnx", plan)
