"""Trains the residual network, exports it, and writes the linear map."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from ecgimg.datamodel.arrays import Doubles
from ecgimg.io.files import write_atomically
from ecgimg.networks import completion, completion_residual
from ecgimg.networks.completion import INDEPENDENT
from ecgimg.networks.completion_residual import STRIDE
from ecgimg.train.common.export import deployable, export_onnx
from ecgimg.train.common.fit import Fit, FitOptions
from ecgimg.train.common.package import package_network
from ecgimg.train.completion.data import Batch, Batches
from ecgimg.train.completion.model import INPUTS, CompletionResidual

KL_WEIGHT = 1e-4
"""Weight of the latent variables' divergence, as in WearECG."""
USUAL_MSE = 0.03
"""mV^2: the linear map's error, by which the error in mV^2 is scaled."""
LEAST_VARIANCE = 0.01
"""mV^2: a lead with a smaller variance is not weighed more."""
DECIMALS = 6


@dataclass(frozen=True)
class CompletionPlan:
    """Length of a training."""

    epochs: int = 20
    steps: int = 100

    @property
    def options(self) -> FitOptions:
        """The options of the training loop."""
        return FitOptions(epochs=self.epochs, steps=self.steps, rate=2e-3, decay=0.02, average=0.99)


def completion_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Squared error of the leads that are not seen, half in units of USUAL_MSE and half of each lead's own variance.

    The first half is what is scored in mV^2, the second what correlations score. KL_WEIGHT x the divergence is added.
    """
    assert isinstance(model, CompletionResidual)
    mean, log_variance = model.encode(batch.leads)
    mean, log_variance = mean.float(), log_variance.float().clamp(-10, 4)
    latent = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
    residual = model.decode(latent).float()
    errors = (batch.anchor + batch.free @ residual - batch.truth).square().mean(2, keepdim=True)
    own = errors / (batch.truth.var(2, keepdim=True) + LEAST_VARIANCE)
    score = (batch.hidden * (errors / USUAL_MSE + own)).sum() / (2 * batch.hidden.sum())
    divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()
    total: Tensor = score + KL_WEIGHT * divergence
    return total


def train(batches: Batches, checkpoint: Path, plan: CompletionPlan, seed: int = 0) -> nn.Module:
    """Trains, or goes on from a checkpoint; returns the averaged network."""
    torch.manual_seed(seed)
    fit = Fit(CompletionResidual(), completion_loss, plan.options, checkpoint)
    return fit.run(lambda epoch: batches.draw(plan.steps, 1000 * seed + epoch))


def write_map(covariance: Doubles, path: Path) -> Path:
    """Writes the linear map."""
    content = {
        "data": "PTB-XL 1.0.3 (CC BY 4.0), folds 1-8", "licence": "Apache-2.0", "rate": completion.RATE,
        "covariance": covariance.round(DECIMALS).tolist(),
    }  # fmt: skip
    return write_atomically(path, (json.dumps(content) + "\n").encode())


def export(model: nn.Module, path: Path) -> Path:
    """Writes a trained network as ONNX, for recordings of any length."""
    spec = {
        "network": completion_residual.NAME, "licence": "Apache-2.0", "rate": completion.RATE,
        "data": "PTB-XL 1.0.3 (CC BY 4.0), folds 1-8", "leads": list(INDEPENDENT),
    }  # fmt: skip
    example = {"leads": torch.zeros(2, INPUTS, 10 * STRIDE)}
    export_onnx(deployable(model), example, ["residual"], path, spec, {"leads": {2: "time"}, "residual": {2: "time"}})
    return path


def package(path: Path) -> Path:
    """Puts the linear map, or the residual network, into the package."""
    if path.suffix == ".json":
        return package_network(completion.NAME, path, "the linear map from leads that are seen to those that are not")
    return package_network(
        completion_residual.NAME, path, "what the linear map of leads lacks on leads that were never recorded"
    )
