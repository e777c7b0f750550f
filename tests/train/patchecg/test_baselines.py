"""The baselines: gaps are filled as numpy does it, and the mask is used for nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ecgimg.train.patchecg.baselines import Baseline, BaselineConfig, Fill, interpolate


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


@pytest.mark.parametrize("fill", ["zero", "linear"])
def test_unobserved_samples_have_no_influence(fill: Fill) -> None:
    torch.manual_seed(0)
    model = Baseline(BaselineConfig(3, fill, widths=(8, 8, 8, 8), blocks=(0, 1, 1, 1))).eval()
    signals, mask = torch.randn(2, 12, 400), (torch.rand(2, 12, 400) < 0.5).float()
    other = torch.where(mask > 0, signals, signals * 9 + 1)
    torch.testing.assert_close(model(signals, mask), model(other, mask), rtol=0, atol=0)
