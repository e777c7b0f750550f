"""Rows of recordings as a page at some paper speed shows them, in millimetres, and their features."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.paper_speed import FAST, SPEEDS, STEP_MM, USUAL, PaperSpeedModel, describe
from ecgimg.synth.sample import printed
from ecgimg.synth.signals.sources import FS, SignalSource

SECONDS = 10.0
"""What rows show."""
SHORT_SECONDS = 5.0
"""What rows show on half of the pages at the higher speed, which are then no longer than the others."""
COLUMNS = (1, 2, 4)
NOISE_MM = 0.03
"""Standard deviation of the traces' noise."""


def draw_rows(mv: Floats, speed: float, rng: np.random.Generator) -> list[Floats]:
    """Rows in mm, as `networks.paper_speed.describe` takes them, of signals [12, T] at FS.

    Leads stand in columns; each begins at the time at which the one before ends.
    """
    seconds = SHORT_SECONDS if speed == FAST and rng.random() < 0.5 else SECONDS
    columns = int(rng.choice(COLUMNS))
    x_mm = np.arange(0, seconds * speed, STEP_MM)
    column = np.minimum((x_mm / (seconds * speed) * columns).astype(int), columns - 1)
    sample = np.minimum(np.rint(x_mm / speed * FS).astype(int), mv.shape[1] - 1)
    leads = rng.permutation(len(mv))[: 12 // columns * columns].reshape(-1, columns)
    rows = 10 * mv[leads[:, column], sample]
    return [row + rng.normal(0, NOISE_MM, len(row)).astype(np.float32) for row in rows]


def gather(source: SignalSource, count: int, seed: int) -> tuple[Floats, np.ndarray]:
    """Features [2 N, FEATURES] of recordings drawn at both speeds, and whether at the higher one [2 N]."""
    rows, fast = [], []
    for k in range(count):
        rng = np.random.default_rng([seed, k])
        mv = printed(source.get(int(rng.integers(2**31 - 1))).mv, rng)
        for speed in (USUAL, FAST):
            features = describe(draw_rows(mv, speed, rng))
            if features is not None:
                rows.append(features)
                fast.append(speed == FAST)
    return np.array(rows), np.array(fast)


def most_likely(model: PaperSpeedModel, source: SignalSource, speed: float, count: int, seed: int) -> Floats:
    """The most likely speed [N] of recordings drawn at one speed, without those that have too few beats."""
    found = []
    for k in range(count):
        rng = np.random.default_rng([seed, k])
        mv = printed(source.get(int(rng.integers(2**31 - 1))).mv, rng)
        likelihoods = model.log_likelihoods(draw_rows(mv, speed, rng))
        if likelihoods is not None:
            found.append(SPEEDS[int(likelihoods.argmax())])
    return np.array(found, np.float32)
