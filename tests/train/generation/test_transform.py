"""The transform of the generator reconstructs what its components hold."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.generation import CHANNELS, CONDITIONS, HOP, HOPS, LENGTH, TEXT_BINS
from ecgimg.synth.signals.simulator import Heart, simulate
from ecgimg.train.generation.data import made_leads
from ecgimg.train.generation.model import Generation
from ecgimg.train.generation.transform import cosine_kernels, fit_transform


@pytest.fixture(scope="module")
def leads() -> Floats:
    hearts = [simulate(Heart(rate=60 + 5 * k), np.random.default_rng(k), 10, 100) for k in range(6)]
    return made_leads(np.stack(hearts))


def test_the_cosines_are_orthonormal_over_neighbouring_windows_too() -> None:
    kernels = cosine_kernels()
    np.testing.assert_allclose(kernels @ kernels.T, np.eye(HOP), atol=1e-12)
    np.testing.assert_allclose(kernels[:, HOP:] @ kernels[:, :HOP].T, 0, atol=1e-12)


def test_coefficients_have_unit_variance_in_the_mean_and_give_the_leads_back(leads: Floats) -> None:
    transform = fit_transform(leads)
    coefficients = transform.coefficients(leads)
    assert coefficients.shape == (len(leads), CHANNELS, HOPS)
    assert np.mean(coefficients**2) == pytest.approx(1, abs=0.01)
    model = Generation(torch.from_numpy(transform.synthesis))
    nothing = [torch.zeros(len(leads), *shape) for shape in ((1,), (HOP, HOPS), (CONDITIONS,), (TEXT_BINS,))]
    with torch.no_grad():
        again = model(torch.from_numpy(coefficients), *nothing)
    error = (again[1].numpy() - leads)[:, :, 16:-16]
    assert again[1].shape == (len(leads), 8, LENGTH)
    assert error.std() < 0.1 * leads.std()
