"""The training loop: it learns, reports, and goes on from a checkpoint to the same end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.train.common.fit import Fit, FitOptions, Progress, fit_head

OPTIONS = FitOptions(epochs=4, steps=10, rate=0.05, average=0.8, half=False)


def epoch_of(epoch: int) -> Iterator[Tensor]:
    generator = torch.Generator().manual_seed(epoch)
    return (torch.randn(16, 3, generator=generator) for _ in range(10))


def loss(model: nn.Module, batch: Tensor) -> Tensor:
    return ((model(batch)[:, 0] - batch.sum(1)) ** 2).mean()


def linear() -> nn.Module:
    torch.manual_seed(0)
    return nn.Linear(3, 1)


def test_it_learns_and_reports(tmp_path: Path) -> None:
    seen: list[Progress] = []
    model = Fit(linear(), loss, OPTIONS, tmp_path / "net.pt").run(epoch_of, seen.append)
    assert [p.epoch for p in seen] == [1, 2, 3, 4]
    assert seen[-1].loss < seen[0].loss / 3
    assert not any(p.requires_grad for p in model.parameters())


def test_each_epoch_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Fit(linear(), loss, OPTIONS, tmp_path / "net.pt").run(epoch_of)
    assert [message[:7] for message in caplog.messages] == ["epoch 1", "epoch 2", "epoch 3", "epoch 4"]


def test_a_broken_off_training_goes_on_to_the_same_end(tmp_path: Path) -> None:
    whole = Fit(linear(), loss, OPTIONS, tmp_path / "whole.pt").run(epoch_of)

    def stop(progress: Progress) -> None:
        if progress.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Fit(linear(), loss, OPTIONS, tmp_path / "broken.pt").run(epoch_of, stop)
    resumed = Fit(linear(), loss, OPTIONS, tmp_path / "broken.pt").run(epoch_of)
    for a, b in zip(whole.parameters(), resumed.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_other_options_do_not_continue_a_checkpoint(tmp_path: Path) -> None:
    Fit(linear(), loss, OPTIONS, tmp_path / "net.pt").run(epoch_of)
    with pytest.raises(ValueError, match="other options"):
        Fit(linear(), loss, FitOptions(epochs=5, steps=10), tmp_path / "net.pt")


def test_checkpoints_of_earlier_versions_are_continued(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    Fit(linear(), loss, OPTIONS, path).run(epoch_of)
    state = torch.load(path, weights_only=True)
    state["options"]["warm"] = state["options"].pop("warmup")
    torch.save(state, path)
    assert Fit(linear(), loss, OPTIONS, path).epoch == OPTIONS.epochs


def test_a_head_is_fitted_on_what_its_loss_draws() -> None:
    head = linear()
    inputs = torch.randn(64, 3, generator=torch.Generator().manual_seed(1))

    def head_loss() -> Tensor:
        return F.mse_loss(head(inputs)[:, 0], inputs.sum(1))

    first = float(head_loss().detach())
    assert fit_head(head, head_loss, 80, 0.1, 0.0) < 0.05 * first
