"""Signals of the digitizer's training pages: recordings with details that paper shows and 100 Hz records lack."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import butter, sosfilt

from ecgimg.datamodel.arrays import Floats
from ecgimg.synth.signals.sources import FS, Signal, SignalSource

JUMPS = 0.08
"""Share of recordings whose baselines jump."""
QUICKENED = 0.4
"""Share of recordings played faster: a QRS of 100 Hz has nothing above 50 Hz, those on paper have."""
MAX_QUICK = 2.0
"""Largest factor by which a recording is played faster."""
SPLINTERED = 0.35
"""Share of recordings whose beats are notched and splintered."""
SPLINTER_HZ = (35.0, 170.0)
"""Band of the splinters."""


@dataclass(frozen=True)
class Varied:
    """Another source with varied recordings; the same number always gives the same variation."""

    source: SignalSource

    @property
    def name(self) -> str:
        """The source's."""
        return str(self.source.name)

    def __len__(self) -> int:
        return len(self.source)

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """Recording `index` of the source, varied."""
        signal = self.source.get(index, seconds)
        return replace(signal, mv=vary(signal.mv, np.random.default_rng([index, 3])))


def vary(mv: Floats, rng: np.random.Generator) -> Floats:
    """Signals [12, T] at 500 Hz, some with sharper beats, noise, another size, a wandering or jumping baseline."""
    out = mv.astype(np.float64)
    if rng.random() < QUICKENED:
        out = _quickened(out, rng.uniform(1, MAX_QUICK))
    if rng.random() < SPLINTERED:
        out = out + _splinters(out, rng)
    if rng.random() < 0.3:
        out = out + rng.exponential(0.015) * rng.normal(0, 1, mv.shape)
    if rng.random() < 0.2:
        out = out * rng.uniform(0.5, 2.0)
    if rng.random() < 0.2:
        t = np.arange(mv.shape[1]) / FS
        out = out + rng.normal(0, 0.12, (12, 1)) * np.sin(2 * np.pi * rng.uniform(0.1, 0.5) * t + rng.uniform(0, 6))
    if rng.random() < JUMPS:
        out = out + _jumps(mv.shape[1], rng)
    return np.asarray(out, np.float32)


def _quickened(mv: np.ndarray, speed: float) -> np.ndarray:
    """The recording [12, T] played `speed` times as fast, repeated from its start where it ends."""
    length = mv.shape[1]
    at = (np.arange(length) * speed) % (length - 1)
    low = at.astype(int)
    share = at - low
    return np.asarray(mv[:, low] * (1 - share) + mv[:, low + 1] * share)


def _splinters(mv: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Noise of high frequencies [12, T] near the beats, like notches and muscle tremor."""
    steep = np.abs(np.gradient(np.nan_to_num(mv), axis=1)).max(axis=0)
    near = np.convolve(steep, np.hanning(45) / 22, "same")
    near = np.clip(near / max(float(np.percentile(near, 98)), 1e-6), 0, 1)
    band = butter(2, SPLINTER_HZ, "band", fs=FS, output="sos")
    noise = np.asarray(sosfilt(band, rng.normal(0, 1, mv.shape), axis=1))
    return np.asarray(rng.exponential(0.1) * rng.uniform(0.3, 1.0, (12, 1)) * near * noise)


def _jumps(length: int, rng: np.random.Generator) -> Floats:
    """Baselines [12, T] that move to another level, quickly or slowly, as when an electrode is touched."""
    out = np.zeros((12, length), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        level = rng.normal(0, 0.6, (12, 1)) * (rng.random((12, 1)) < 0.6)
        start, width = rng.uniform(0, length), np.exp(rng.uniform(np.log(5), np.log(800)))
        inverse = 1 + np.exp(-np.clip((np.arange(length) - start) / width, -30, 30))
        out += (level / inverse).astype(np.float32)
    return out - np.median(out, axis=1, keepdims=True)
