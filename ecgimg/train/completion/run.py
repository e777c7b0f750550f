"""The command `ecgimg train completion`: the linear map of leads, then the network of its residual."""

from __future__ import annotations

from pathlib import Path

import torch

from ecgimg.networks import completion, completion_residual
from ecgimg.networks.completion import read_completion
from ecgimg.train.completion.data import Batches, covariance, stored_signals
from ecgimg.train.completion.fit import CompletionPlan, export, train, write_map


def run(ptbxl: Path, out: Path, plan: CompletionPlan, threads: int = 1) -> tuple[Path, Path]:
    """Fits OUT/completion.json and trains OUT/completion-residual.onnx on folds 1-8; resumes in OUT.

    Args:
        ptbxl: the folder of PTB-XL.
        out: folder of signals, checkpoint, map and network.
        plan: length of the training.
        threads: of torch.
    """
    torch.set_num_threads(threads)
    out.mkdir(parents=True, exist_ok=True)
    signals = stored_signals(ptbxl, out)
    linear = out / f"{completion.NAME}.json"
    if not linear.is_file():
        write_map(covariance(signals), linear)
    network = train(Batches(signals, read_completion(linear)), out / "checkpoint.pt", plan)
    return linear, export(network, out / f"{completion_residual.NAME}.onnx")
