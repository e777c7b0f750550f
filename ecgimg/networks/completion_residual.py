"""The residual of a completion: what a linear map of leads lacks, where whole leads were never recorded.

What it is: a convolutional variational autoencoder of 1.4 M parameters along time. Its output layer began at zero, so
that it adds to the linear map (`ecgimg.networks.completion`) and takes nothing from it. The means of the latent
variables are decoded.

    input   leads [B, 36, T] at 100 Hz: values [12] in mV about each lead's level, 0 where unseen; 1 where seen, else 0
            [12]; estimates of the linear map [12]. T is a multiple of 8
    output  residual [B, 8, T] in mV of I, II and V1 to V6; the other limb leads follow from I and II

Size: 3 MB (`weights/completion-residual.onnx`). Source: the task and the loss are WearECG's (arXiv 2510.11442), the
linear anchor CaLiNet's; the network is this project's. Trained by `ecgimg/train/completion/` on PTB-XL.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.networks.completion import FROM_INDEPENDENT, RATE
from ecgimg.networks.runtime import Network, load_network
from ecgimg.recording.resample import resample

NAME = "completion-residual"
STRIDE = 8
"""The length of the input is a multiple of this."""
REACH = 25 * STRIDE
"""Samples to each side on which the network's output rests."""
CHUNK = 6000
"""Samples that are run at once: the network has no memory for a day."""


class CompletionResidual:
    """The network, ready to add to estimates."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def residual(self, values: Floats, seen: Bools, estimates: Floats, fs: float) -> Floats:
        """What to add to the linear map's estimates, all [12, T] at `fs` Hz and in mV about each lead's level."""
        inputs = network_input(values, seen, estimates, fs)
        parts = [self._part(inputs, first) for first in range(0, inputs.shape[1], CHUNK)]
        every = (FROM_INDEPENDENT @ np.concatenate(parts, axis=1)).astype(np.float32)
        back = resample(every, RATE, fs)[:, : values.shape[1]]
        return np.pad(back, ((0, 0), (0, values.shape[1] - back.shape[1])), mode="edge")

    def _part(self, inputs: Floats, first: int) -> Floats:
        """The residual [8, CHUNK or less] of the independent leads from a sample on, with what the network sees."""
        start, last = max(first - REACH, 0), min(first + CHUNK, inputs.shape[1])
        (independent,) = self._network.run(leads=inputs[None, :, start : last + REACH])
        return independent[0, :, first - start : last - start]


def network_input(values: Floats, seen: Bools, estimates: Floats, fs: float) -> Floats:
    """The input [36, T'] at RATE, padded with zeros to a multiple of STRIDE, for arrays [12, T] at `fs` Hz."""
    known = resample(np.where(seen, values, np.float32(np.nan)), fs, RATE)
    parts = (np.nan_to_num(known), np.isfinite(known), resample(estimates, fs, RATE))
    leads = np.concatenate(parts).astype(np.float32)
    return np.pad(leads, ((0, 0), (0, -leads.shape[1] % STRIDE)))


@lru_cache(maxsize=1)
def load_residual() -> CompletionResidual:
    """The packaged network; DependencyError where it is missing or damaged."""
    return CompletionResidual(load_network(NAME, 1))
