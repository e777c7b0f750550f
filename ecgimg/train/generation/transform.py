"""The transform of the generator: 8 leads of 10 s at 100 Hz to 48 x 64 coefficients and back, all linear.

A modified discrete cosine transform (Princen and Bradley 1986) with a sine window takes 32 samples every 16, and
reconstructs the signal exactly because neighbours overlap. The 16 coefficients of 8 leads, 128 a hop, are then reduced
to their principal components, and each component is divided by the square root of its standard deviation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.networks.generation import BEFORE, CHANNELS, HOP, HOPS, LEADS_MADE, LENGTH

PADDED = (HOPS + 1) * HOP
"""Samples of all windows together."""


@dataclass(frozen=True, eq=False)
class Transform:
    """Kernels [CHANNELS, 8, 2 * HOP]: `analysis` to coefficients, `synthesis` back to mV."""

    analysis: Floats
    synthesis: Floats

    def coefficients(self, leads: NDArray[np.floating]) -> Floats:
        """Coefficients [N, CHANNELS, HOPS] of leads [N, 8, LENGTH] in mV."""
        return np.asarray(np.einsum("nltw,clw->nct", windows(leads), self.analysis, optimize=True), np.float32)


def fit_transform(leads: NDArray[np.floating]) -> Transform:
    """The transform whose components have the most variance on leads [N, 8, LENGTH] in mV; mean variance is 1."""
    cosines = cosine_kernels()
    found = np.einsum("nltw,kw->ntlk", windows(leads), cosines, optimize=True)
    flat = found.reshape(-1, len(LEADS_MADE) * HOP).astype(np.float64)
    variances, axes = np.linalg.eigh(flat.T @ flat / len(flat))
    strongest = np.argsort(variances)[::-1][:CHANNELS]
    scales = np.maximum(variances[strongest], 1e-12) ** 0.25
    scales *= np.sqrt(np.mean(variances[strongest] / scales**2))
    kernels = np.einsum("lkc,kw->clw", axes[:, strongest].reshape(len(LEADS_MADE), HOP, CHANNELS), cosines)
    scales = scales[:, None, None]
    return Transform((kernels / scales).astype(np.float32), (kernels * scales).astype(np.float32))


def windows(leads: NDArray[np.floating]) -> NDArray[np.floating]:
    """Windows [N, 8, HOPS, 2 * HOP] of leads [N, 8, LENGTH], mirrored at their ends."""
    padded = np.pad(leads, ((0, 0), (0, 0), (BEFORE, PADDED - LENGTH - BEFORE)), mode="reflect")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * HOP, axis=2)[:, :, ::HOP]


def cosine_kernels() -> Doubles:
    """The cosine transform [HOP, 2 * HOP]; its rows are orthonormal, over neighbouring windows too."""
    n, k = np.arange(2 * HOP), np.arange(HOP)
    window = np.sin(np.pi / (2 * HOP) * (n + 0.5))
    return np.asarray(
        window * np.sqrt(2 / HOP) * np.cos(np.pi / HOP * (n + 0.5 + HOP / 2) * (k[:, None] + 0.5)), np.float64
    )
