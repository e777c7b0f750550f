from __future__ import annotations

import numpy as np
import pytest
import torch

from ecgimg.train.common.ptbxl_targets import EcgSet
from ecgimg.train.patchecg.baselines import interpolate
from ecgimg.train.patchecg.data import DamageRecipe, batches, bend
from ecgimg.train.patchecg.masks import MaskRecipe


def small_set(count: int = 12) -> EcgSet:
    rng = np.random.default_rng(0)
    signals = np.cumsum(rng.normal(0, 0.02, (count, 12, 1000)), axis=-1).astype(np.float16)
    return EcgSet(signals, np.eye(count, 5, dtype=np.float32), np.ones((count, 5), np.float32), np.arange(count))


def test_an_epoch_visits_each_record_once() -> None:
    data = small_set()
    drawn = list(batches(data, 4, np.random.default_rng(0), MaskRecipe(), DamageRecipe()))
    assert sorted(torch.cat([b.index for b in drawn]).tolist()) == list(range(12))
    assert drawn[0].signals.shape == drawn[0].mask.shape == (4, 12, 1000)
    assert set(drawn[0].mask.unique().tolist()) <= {0.0, 1.0}


def test_no_damage_leaves_signals_alone() -> None:
    signals = torch.randn(3, 12, 1000)
    still = DamageRecipe(shift=0, gain=0, lead_gain=0, wander_mv=0, noise_mv=0, jitter=0, clip=0)
    bent, inside = bend(signals, np.random.default_rng(0), still)
    torch.testing.assert_close(bent, signals)
    assert inside.all()


def test_damage_is_small_and_marks_what_left_the_record() -> None:
    signals = torch.sin(torch.arange(1000) / 20).expand(8, 12, 1000).contiguous()
    bent, inside = bend(signals, np.random.default_rng(0), DamageRecipe())
    assert 0.02 < float((bent - signals).abs().mean()) < 1
    assert 0.8 < float(inside.mean()) < 1
    assert not torch.equal(bent[0, 0], bent[0, 1])


@pytest.mark.parametrize("seed", range(3))
def test_interpolation_is_numpy_s(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, mask = rng.normal(size=(2, 12, 60)).astype(np.float32), rng.random((2, 12, 60)) < 0.2
    mask[0, 0], mask[1, 1] = False, True
    filled = interpolate(torch.from_numpy(values), torch.from_numpy(mask.astype(np.float32))).numpy()
    for record, lead in np.ndindex(2, 12):
        seen = mask[record, lead]
        expected = np.interp(np.arange(60), np.flatnonzero(seen), values[record, lead][seen]) if seen.any() else 0
        np.testing.assert_allclose(filled[record, lead], expected, atol=1e-5)
