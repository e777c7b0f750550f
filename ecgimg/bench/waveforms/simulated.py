"""Simulated waveforms with known causes, as the files and the table that `ecgimg finetune` takes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.io.files import write_atomically
from ecgimg.synth.signals.pulse import draw_vessels, simulate_pulse

INDEX = "index.csv"
PULSE_HZ = 100.0
SEED = 16
"""Of the pulses that are measured; settings were chosen on others."""


def make_pulses(folder: Path, count: int, seed: int = SEED) -> Path:
    """Writes simulated pulses and a table of their causes, unless they are there; returns the table's path."""
    rows = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        vessels = draw_vessels(rng)
        path = folder / f"pulse{number:05d}.csv"
        if not path.is_file():
            write_channel(path, "pulse", simulate_pulse(vessels, rng, fs=PULSE_HZ), PULSE_HZ)
        causes = (vessels.stiffness, vessels.vasoconstriction, vessels.rate)
        rows.append([path.name, *(f"{cause:.4f}" for cause in causes)])
    return _write(folder / INDEX, ["path", "stiffness", "vasoconstriction", "rate"], rows)


def write_channel(path: Path, channel: str, samples: Floats, fs: float) -> Path:
    """Writes a waveform as CSV: seconds and one column."""
    return _write(path, ["time_s", channel], [[f"{k / fs:.4f}", f"{v:.4f}"] for k, v in enumerate(samples)])


def _write(path: Path, head: list[str], rows: list[list[str]]) -> Path:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_atomically(path, text.getvalue().encode())
