from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ecgimg.train.common.calibrate import cross_fitted, fit_platt, patient_parts
from ecgimg.train.common.fit import Fit, FitOptions, Progress

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


def test_platt_finds_slope_and_offset() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 20000)
    labels = rng.random(20000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))
    found = fit_platt(logits, labels)
    assert (found.slope, found.offset) == pytest.approx((0.5, -1), abs=0.06)


def test_a_class_without_positives_stays_finite() -> None:
    found = fit_platt(np.linspace(-3, 3, 50), np.zeros(50, bool))
    assert np.isfinite([found.slope, found.offset]).all()
    assert found.apply(np.array([0.0]))[0] < 0.2


def test_no_record_is_scored_by_what_it_calibrated() -> None:
    rng = np.random.default_rng(0)
    patients = np.repeat(np.arange(40), 5)
    part = patient_parts(patients)
    assert all(len(set(part[patients == p])) == 1 for p in range(40))
    logits = rng.normal(size=(200, 1))
    labels = rng.random((200, 1)) < 0.5
    before = cross_fitted([logits], labels, part)[0]
    turned = labels.copy()
    turned[part == 0] = ~turned[part == 0]
    after = cross_fitted([logits], turned, part)[0]
    np.testing.assert_array_equal(before[part == 0], after[part == 0])
    assert np.abs(before - after)[part != 0].max() > 1e-3
