"""The delineation network: one lead -> where it shows a P wave, a QRS complex, a T wave, or none of them.

What it is: a U-Net along time of 0.4 M parameters, with dilated convolutions at 8 Hz that see 2 s to each side.

    input   lead [N, 2, T]: the lead at 250 Hz without its wander, in units of its own size (`network_input`), 0 where
            it is unknown; and 1 where it is known, 0 elsewhere. T is a multiple of 32
    output  logits [N, 4, T] of none, P, QRS, T at every sample

Each lead is judged by itself, so that leads which the page shows one after another, and single leads, are judged as
well as twelve at once. Stretches of 2.5 s and of 10 s were both in the training.

Size: 0.8 MB (`weights/delineation.onnx`). Source: this project's own, after the U-Nets of Moskalenko et al. 2020
(doi:10.1007/978-3-030-30425-6_29). Trained by `ecgimg/train/delineation/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import resample_poly

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.datamodel.probability import softmax
from ecgimg.datamodel.waves import WAVE_KINDS, WaveKind
from ecgimg.networks.runtime import Network, load_network, open_network

NAME = "delineation"
RATE = 250
"""Samples a second of the input."""
STRIDE = 32
"""The length of the input is a multiple of this."""
CLASSES = ("none", *WAVE_KINDS)
MIN_SECONDS: dict[WaveKind, float] = {"P": 0.03, "QRS": 0.03, "T": 0.05}
"""Shorter runs of a class are no wave."""
MAX_HOLE_SECONDS = 0.02
"""Two runs of one class that are closer together are one wave."""
WANDER_SECONDS = 1.0
"""Means over this time, taken twice, are the wander that is taken off."""
SIZE_PERCENTILE = 98.0
"""This percentile of the absolute lead is its size: about the height of its QRS complexes."""
MIN_SIZE_MV = 0.05
"""A lead smaller than this is not enlarged further: noise on a flat line is no beat."""
MAX_INPUT = 8.0
"""The input is clipped to this, in units of the lead's size."""


@dataclass(frozen=True)
class WaveSpan:
    """A wave: seconds from the lead's first sample, and the mean probability of its class.

    `onset` or `end` is None where the lead begins or ends, or is unknown, within the wave.
    """

    kind: WaveKind
    onset: float | None
    end: float | None
    middle: float
    probability: float


class Delineator:
    """The network, ready to judge leads."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def probabilities(self, leads: Sequence[Floats], fs: float) -> list[Floats]:
        """Probabilities [4, T'] of CLASSES at RATE for each lead [T] in mV at `fs`; leads may differ in length.

        A lead's NaN stretches are unknown to the network; its output there is no evidence.
        """
        inputs = [network_input(*at_rate(lead, fs)) for lead in leads]
        lengths = sorted({row.shape[1] for row in inputs})
        out: list[Floats] = [np.zeros((len(CLASSES), 0), np.float32)] * len(leads)
        for length in lengths:  # leads of one length are one batch
            places = [k for k, row in enumerate(inputs) if row.shape[1] == length]
            padded = -(-length // STRIDE) * STRIDE
            batch = np.zeros((len(places), 2, padded), np.float32)
            batch[:, :, :length] = np.stack([inputs[k] for k in places])
            (logits,) = self._network.run(lead=batch)
            for k, row in zip(places, softmax(logits, axis=1), strict=True):
                out[k] = np.asarray(row[:, :length], np.float32)
        return out


def at_rate(lead: Floats, fs: float) -> tuple[Floats, Bools]:
    """A lead [T] in mV resampled to RATE with gaps bridged, and where it is known."""
    known = np.isfinite(lead)
    length = max(round(len(lead) * RATE / fs), 1)
    if not known.any():
        return np.zeros(length, np.float32), np.zeros(length, np.bool_)
    samples = np.arange(len(lead))
    filled = np.interp(samples, samples[known], lead[known])
    up, down = _ratio(fs)
    level = float(np.median(filled))
    values = resample_poly(filled - level, up, down, padtype="line")[:length]
    values = np.pad(values, (0, length - len(values)), mode="edge") + level
    nearest = np.minimum((np.arange(length) * fs / RATE).astype(int), len(lead) - 1)
    return values.astype(np.float32), np.asarray(known[nearest], np.bool_)


def network_input(values: Floats, known: Bools) -> Floats:
    """The input [2, T] for a lead [T] in mV at RATE."""
    weight = known.astype(np.float64)
    flat = np.where(known, values - _wander(values, weight), 0)
    size = float(np.percentile(np.abs(flat[known]), SIZE_PERCENTILE)) if known.any() else 0.0
    scaled = np.clip(flat / max(size, MIN_SIZE_MV), -MAX_INPUT, MAX_INPUT)
    return np.stack([scaled, weight]).astype(np.float32)


def find_waves(probabilities: Floats, known: Bools) -> tuple[WaveSpan, ...]:
    """The waves of a lead in order of time, from probabilities [4, T] and where the lead is known [T], both at RATE.

    A wave is a stretch on which its class is the most probable; its ends lie where another becomes as probable.
    """
    masked = np.where(known, probabilities, np.eye(len(CLASSES))[0][:, None])
    spans = [span for kind in WAVE_KINDS for span in _spans_of(kind, masked, known)]
    return tuple(sorted(spans, key=lambda span: span.middle))


def _spans_of(kind: WaveKind, probabilities: np.ndarray, known: Bools) -> list[WaveSpan]:
    k = CLASSES.index(kind)
    others = [row for j, row in enumerate(probabilities) if j != k]
    lead_over_others = probabilities[k] - np.maximum(np.maximum(others[0], others[1]), others[2])
    spans = []
    for start, stop in _runs(lead_over_others > 0, round(MAX_HOLE_SECONDS * RATE)):
        if stop - start < MIN_SECONDS[kind] * RATE:
            continue
        onset = _crossing(lead_over_others, start, -1) if start > 0 and known[start - 1] else None
        end = _crossing(lead_over_others, stop - 1, 1) if stop < len(known) and known[stop] else None
        mass = probabilities[k, start:stop]
        middle = float(((start + np.arange(stop - start)) * mass).sum() / mass.sum()) / RATE
        spans.append(WaveSpan(kind, onset, end, middle, float(mass.mean())))
    return spans


def _runs(there: np.ndarray, max_hole: int) -> list[tuple[int, int]]:
    """First and one past the last sample of each run; runs with a hole of at most `max_hole` samples are one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(np.int8)))
    runs: list[tuple[int, int]] = []
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if runs and start - runs[-1][1] <= max_hole:
            runs[-1] = (runs[-1][0], stop)
        else:
            runs.append((start, stop))
    return runs


def _crossing(values: np.ndarray, inside: int, step: int) -> float:
    """The second at which values cross zero between a sample inside a run and its neighbour outside."""
    within, beyond = float(values[inside]), float(values[inside + step])
    share = within / (within - beyond) if within > beyond else 0.5
    return (inside + step * min(max(share, 0.0), 1.0)) / RATE


def load_delineation(threads: int = 0) -> Delineator:
    """The packaged network; DependencyError when its weights are missing or damaged."""
    return Delineator(load_network(NAME, threads))


def open_delineation(path: Path, threads: int = 0) -> Delineator:
    """A network that a training wrote; DependencyError where it can't be opened."""
    return Delineator(open_network(path, threads))


def _ratio(fs: float) -> tuple[int, int]:
    """Factors up and down that bring a rate to RATE, to a hundredth of a hertz."""
    up, down = RATE * 100, round(fs * 100)
    divisor = int(np.gcd(up, down))
    return up // divisor, down // divisor


def _wander(values: Floats, weight: np.ndarray) -> np.ndarray:
    """The slow part of a lead: means over WANDER_SECONDS of its known samples, taken twice."""
    slow = np.where(weight > 0, values, 0).astype(np.float64)
    size = round(WANDER_SECONDS * RATE)
    mass = np.maximum(uniform_filter1d(weight, size, mode="nearest"), 1e-6)
    slow = uniform_filter1d(slow * weight, size, mode="nearest") / mass
    return np.asarray(uniform_filter1d(slow * weight, size, mode="nearest") / mass)
