"""Simulated waveforms with known causes, as the files and the table that `ecgimg finetune` takes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.io.files import write_atomically
from ecgimg.synth.signals.pulse import draw_vessels, simulate_pulse
from ecgimg.synth.signals.spirogram import draw_lung, simulate_spirogram

INDEX = "index.csv"
RATE_HZ = 100.0
SEED = 16
"""Of the waveforms that are measured; settings were chosen on others."""
Causes = dict[str, float]


def make_pulses(folder: Path, count: int, seed: int = SEED) -> Path:
    """Writes simulated pulses and a table of their causes, unless they are there; returns the table's path."""
    return _make(folder, count, seed, "pulse", _pulse)


def make_spirograms(folder: Path, count: int, seed: int = SEED) -> Path:
    """Writes simulated spirograms and a table of their causes, unless they are there; returns the table's path."""
    return _make(folder, count, seed, "volume", _spirogram)


def write_channel(path: Path, channel: str, samples: Floats, fs: float) -> Path:
    """Writes a waveform as CSV: seconds and one column."""
    return _write(path, ["time_s", channel], [[f"{k / fs:.4f}", f"{v:.4f}"] for k, v in enumerate(samples)])


def _pulse(rng: np.random.Generator) -> tuple[Callable[[], Floats], Causes]:
    vessels = draw_vessels(rng)
    causes = {"stiffness": vessels.stiffness, "vasoconstriction": vessels.vasoconstriction, "rate": vessels.rate}
    return lambda: simulate_pulse(vessels, rng, fs=RATE_HZ), causes


def _spirogram(rng: np.random.Generator) -> tuple[Callable[[], Floats], Causes]:
    lung = draw_lung(rng)
    causes = {"age": lung.age, "male": float(lung.male), "height": lung.height, "small_airways": lung.small_airways}
    return lambda: simulate_spirogram(lung, rng, fs=RATE_HZ), causes


def _make(
    folder: Path,
    count: int,
    seed: int,
    channel: str,
    draw: Callable[[np.random.Generator], tuple[Callable[[], Floats], Causes]],
) -> Path:
    rows: list[list[str]] = []
    names: list[str] = []
    for number in range(count):
        simulate, causes = draw(np.random.default_rng([seed, number]))
        path = folder / f"{channel}{number:05d}.csv"
        if not path.is_file():
            write_channel(path, channel, simulate(), RATE_HZ)
        names = list(causes)
        rows.append([path.name, *(f"{cause:.4f}" for cause in causes.values())])
    return _write(folder / INDEX, ["path", *names], rows)


def _write(path: Path, head: list[str], rows: list[list[str]]) -> Path:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_atomically(path, text.getvalue().encode())
