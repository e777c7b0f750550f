"""Batches of PatchECG: each record once an epoch, and damage as small as its recipe."""

from __future__ import annotations

import numpy as np
import torch

from ecgimg.train.common.ptbxl_targets import EcgSet
from ecgimg.train.patchecg.data import DamageRecipe, batches, distort
from ecgimg.train.patchecg.masks import MaskRecipe


def small_set(count: int = 12) -> EcgSet:
    rng = np.random.default_rng(0)
    signals = np.cumsum(rng.normal(0, 0.02, (count, 12, 1000)), axis=-1).astype(np.float16)
    return EcgSet(signals, np.eye(count, dtype=np.float32), np.ones((count, count), np.float32), np.arange(count))


def test_an_epoch_visits_each_record_once() -> None:
    data = small_set()
    drawn = list(batches(data, 4, np.random.default_rng(0), MaskRecipe(), DamageRecipe()))
    assert sorted(torch.cat([b.targets for b in drawn]).argmax(1).tolist()) == list(range(12))
    assert drawn[0].signals.shape == drawn[0].mask.shape == (4, 12, 1000)
    assert set(drawn[0].mask.unique().tolist()) <= {0.0, 1.0}


def test_no_damage_leaves_signals_alone() -> None:
    signals = torch.randn(3, 12, 1000)
    still = DamageRecipe(shift=0, gain=0, lead_gain=0, wander_mv=0, noise_mv=0, jitter=0, clip=0)
    out, inside = distort(signals, np.random.default_rng(0), still)
    torch.testing.assert_close(out, signals)
    assert inside.all()


def test_damage_is_small_and_what_left_the_record_is_unobserved() -> None:
    signals = torch.sin(torch.arange(1000) / 20).expand(8, 12, 1000).contiguous()
    out, inside = distort(signals, np.random.default_rng(0), DamageRecipe())
    assert 0.02 < float((out - signals).abs().mean()) < 1
    assert 0.8 < float(inside.mean()) < 1
    assert not torch.equal(out[0, 0], out[0, 1])
