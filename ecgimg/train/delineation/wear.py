"""What paper and electrodes do to a lead in training: another tempo, less detail, noise, wander, gaps, another size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.delineation import RATE, network_input

UNMARKED = 255
"""Label of samples that nobody marked."""
STRETCHED = 0.4
"""Share of leads played faster or slower."""
MAX_STRETCH = 1.25
DULLED = 0.5
"""Share of leads without high frequencies, as records of 100 Hz and traced curves are."""
DULL_HZ = (18.0, 45.0)
NOISY = 0.5
NOISE_MV = 0.012
"""Mean standard deviation of the noise."""
WANDERING = 0.4
WANDER_MV = 0.08
ROUNDED = 0.25
ROUND_MV = (0.005, 0.03)
"""Steps of a traced curve: a pixel."""
GAPPED = 0.25
TURNED = 0.03
"""Share of leads turned upside down."""
SIZE_SPREAD = 0.25
"""Standard deviation of the logarithm of the input's factor."""


def worn(
    lead: Floats, labels: NDArray[np.uint8], length: int, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.uint8]]:
    """The network's input [2, length] for a random stretch of a worn lead [T], and the labels [length] there."""
    speed = MAX_STRETCH ** rng.uniform(-1, 1) if rng.random() < STRETCHED else 1.0
    values, stretch = _stretch(lead, labels, length, speed, rng)
    values = _dulled(values, rng)
    values = values + _noise(length, rng)
    known = stretch != UNMARKED + 1
    if rng.random() < GAPPED:
        known &= ~_gaps(length, rng)
    if rng.random() < TURNED:
        values = -values
    inputs = network_input(np.asarray(values, np.float32), known)
    inputs[0] *= np.exp(rng.normal(0, SIZE_SPREAD))
    out = np.where(known, np.minimum(stretch, UNMARKED), UNMARKED).astype(np.uint8)
    return inputs, out


def _stretch(
    lead: Floats, labels: NDArray[np.uint8], length: int, speed: float, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.int64]]:
    """A stretch at another speed; its label is above UNMARKED where the lead has ended."""
    span = (length - 1) * speed
    start = rng.uniform(0, max(len(lead) - 1 - span, 0))
    at = start + np.arange(length) * speed
    nearest = np.rint(at).astype(int)
    inside = nearest < len(lead)
    values = np.interp(at, np.arange(len(lead)), lead)
    out = np.where(inside, labels[np.minimum(nearest, len(lead) - 1)], UNMARKED + 1)
    return values.astype(np.float32), out.astype(np.int64)


def _dulled(values: Floats, rng: np.random.Generator) -> Floats:
    if rng.random() >= DULLED:
        return values
    spectrum = np.fft.rfft(values)
    hz = np.fft.rfftfreq(len(values), 1 / RATE)
    spectrum /= 1 + (hz / rng.uniform(*DULL_HZ)) ** 8
    return np.fft.irfft(spectrum, len(values)).astype(np.float32)


def _noise(length: int, rng: np.random.Generator) -> Floats:
    """Noise of muscles, wander of the baseline, and the rounding to pixels, as one addition [T] in mV."""
    out = np.zeros(length)
    seconds = np.arange(length) / RATE
    if rng.random() < NOISY:
        noise = rng.normal(0, 1, length)
        out += rng.exponential(NOISE_MV) * (noise if rng.random() < 0.5 else np.convolve(noise, np.ones(4) / 2, "same"))
    if rng.random() < WANDERING:
        hz, phase = rng.uniform(0.05, 0.8, 3), rng.uniform(0, 6.3, 3)
        out += (rng.exponential(WANDER_MV, 3)[:, None] * np.sin(6.283 * hz[:, None] * seconds + phase[:, None])).sum(0)
    if rng.random() < ROUNDED:
        out += rng.uniform(*ROUND_MV) * rng.uniform(-0.5, 0.5, length)
    return out.astype(np.float32)


def _gaps(length: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Stretches that were not seen."""
    gaps = np.zeros(length, np.bool_)
    for _ in range(int(rng.integers(1, 4))):
        start = int(rng.integers(length))
        gaps[start : start + int(rng.uniform(0.04, 0.6) * RATE)] = True
    return gaps
