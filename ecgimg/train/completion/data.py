"""What the completion learns from: the covariance of leads, and batches of recordings of which some leads are seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datamodel.leads import LEADS, LIMB_LEADS
from ecgimg.datasets.ptbxl import read_ptbxl
from ecgimg.networks.completion import DELAYS, FROM_INDEPENDENT, INDEPENDENT, TAPS, LinearCompletion
from ecgimg.train.patchecg.masks import LEAD_COUNT

FOLDS = range(1, 9)
PATTERNS = (
    ("II", "V1", "V5"), ("I", "II", "V2"), ("I", "II", "V3"), ("I", "II"), ("II",), ("I",), ("I", "II", "V1", "V5"),
    ("II", "V1", "V2", "V3"), ("II", "V4", "V5", "V6"), ("I", "II", "V1"), ("II", "V5"), ("II", "V2"),
)  # fmt: skip
"""Sets of leads that wearables, monitors and strips record."""
CROP = 512
"""Samples at 100 Hz of a training example."""
GROUPS, GROUP = 4, 8
"""Groups of one pattern in a batch, and examples in a group."""
_CHUNK = 200


@dataclass(frozen=True)
class Batch:
    """`leads` [B, 36, T] as the network has them, `truth` [B, 12, T], `anchor` [B, 12, T] and `hidden` [B, 12, 1].

    `free` [B, 12, 8] gives what a residual of the independent leads may change of each lead, since a seen limb lead
    fixes one sum of I and II.
    """

    leads: Tensor
    truth: Tensor
    anchor: Tensor
    hidden: Tensor
    free: Tensor


def stored_signals(ptbxl: Path, out: Path) -> NDArray[np.float16]:
    """All signals [N, 12, 1000] of folds 1-8 in mV, kept as a file in OUT so that a training that goes on has them."""
    path = out / "signals.npy"
    if not path.is_file():
        database = read_ptbxl(ptbxl)
        partial = path.with_suffix(".part.npy")
        np.save(partial, database.signals(database.select(FOLDS, diagnostic_only=False)))
        partial.replace(path)
    signals: NDArray[np.float16] = np.load(path, mmap_mode="r")
    return signals


def about_levels(signals: NDArray[np.floating]) -> Floats:
    """Signals [..., T] about each lead's median."""
    values = signals.astype(np.float32)
    return np.asarray(values - np.median(values, axis=-1, keepdims=True), np.float32)


def covariance(signals: NDArray[np.float16]) -> Doubles:
    """The covariance [DELAYS, 8, 8] of the independent leads over all records and times, in mV^2."""
    total, count = np.zeros((DELAYS, len(INDEPENDENT), len(INDEPENDENT))), np.zeros(DELAYS)
    for start in range(0, len(signals), _CHUNK):
        values = about_levels(signals[start : start + _CHUNK, list(INDEPENDENT)])
        for delay in range(DELAYS):
            now = values[:, :, : values.shape[2] - delay].transpose(1, 0, 2).reshape(len(INDEPENDENT), -1)
            later = values[:, :, delay:].transpose(1, 0, 2).reshape(len(INDEPENDENT), -1)
            total[delay] += now @ later.T
            count[delay] += now.shape[1]
    return np.asarray(total / count[:, None, None])


class Batches:
    """Draws batches: each group of a batch has one set of seen leads, from PATTERNS or at random."""

    def __init__(self, signals: NDArray[np.float16], linear: LinearCompletion) -> None:
        self._signals, self._linear = signals, linear

    def draw(self, steps: int, seed: int) -> Iterator[Batch]:
        """Batches of an epoch."""
        rng = np.random.default_rng(seed)
        for _ in range(steps):
            parts = [self._group(rng, _pattern(rng)) for _ in range(GROUPS)]
            yield Batch(*(torch.cat(list(column)) for column in zip(*parts, strict=True)))

    def _group(self, rng: np.random.Generator, rows: list[int]) -> tuple[Tensor, ...]:
        index = np.sort(rng.choice(len(self._signals), GROUP, replace=False))
        start = int(rng.integers(0, self._signals.shape[2] - CROP + 1))
        truth = torch.from_numpy(about_levels(self._signals[index])[:, :, start : start + CROP].copy())
        seen = torch.zeros(1, LEAD_COUNT, 1)
        seen[:, rows] = 1
        anchor = torch.nn.functional.conv1d(truth * seen, kernel(self._linear, rows), padding=TAPS[-1])
        leads = torch.cat([truth * seen, seen.expand_as(truth), anchor], 1)
        free = torch.from_numpy(free_leads(rows)).float()
        return leads, truth, anchor, (1 - seen).repeat(GROUP, 1, 1), free.repeat(GROUP, 1, 1)


def kernel(linear: LinearCompletion, rows: list[int]) -> Tensor:
    """The linear map of leads that are seen throughout, as weights [12, 12, DELAYS] of a convolution along time."""
    pattern = np.zeros((LEAD_COUNT, len(TAPS)), bool)
    pattern[rows] = True
    one = linear.map_of(pattern)
    weights = np.zeros((LEAD_COUNT, LEAD_COUNT, DELAYS))
    weights[:, list(one.leads), np.array(TAPS)[list(one.taps)] - TAPS[0]] = one.weights
    return torch.from_numpy(weights).float()


def free_leads(rows: list[int]) -> Doubles:
    """What a residual of the independent leads may change [12, 8] where the leads of `rows` are seen.

    I and II may move only where the seen limb leads do not fix them: by I - A^+ A for the seen leads' laws A.
    """
    laws = FROM_INDEPENDENT[[row for row in rows if row < len(LIMB_LEADS)]][:, :2]
    freedom = np.eye(len(INDEPENDENT))
    if len(laws):
        freedom[:2, :2] -= np.linalg.pinv(laws) @ laws
    return np.asarray(FROM_INDEPENDENT @ freedom)


def _pattern(rng: np.random.Generator) -> list[int]:
    """Rows of the leads that are seen: of a set in use, or of one to six leads at random."""
    if rng.random() < 0.7:
        return [LEADS.index(lead) for lead in PATTERNS[int(rng.integers(len(PATTERNS)))]]
    return sorted(rng.permutation(LEAD_COUNT)[: int(rng.integers(1, 7))].tolist())
