"""A made-up hospital: simulated recordings as WFDB, and a table that lists them with targets."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from ecgimg.recording.recording import Recording
from ecgimg.synth.signals.simulator import Heart, simulate
from ecgimg.train.finetune.recipe import FitRecipe, Recipe, SplitRecipe, TargetRecipe

SECONDS, FS = 10.0, 100


def make_hospital(folder: Path, count: int, seed: int = 0) -> Path:
    """Recordings r000 ... of hearts that are slow or fast, and index.csv with their rate; every fifth has gaps."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for k in range(count):
        rate = float(rng.uniform(45, 60) if k % 2 else rng.uniform(90, 120))
        signals = simulate(Heart(rate=rate), rng, SECONDS, FS).astype(np.float32)
        if k % 5 == 0:
            signals[6:, :500] = np.nan
        Recording(signals, FS, name=f"r{k:03d}").to_wfdb(folder, f"r{k:03d}")
        rows.append([f"r{k:03d}", f"r{k:03d}", f"p{k // 2}" if k % 4 < 2 else f"q{k}", k % 2, round(rate), rate < 50])
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "id", "patient", "slow", "rate", "very_slow"])
        writer.writerows([*row[:5], int(row[5])] for row in rows)
    return folder


def recipe_of(**fit: object) -> Recipe:
    """A recipe for that table: slow hearts and their rate, on PatchECG's features."""
    targets = (
        TargetRecipe(name="slow", title="Slow heart", task="binary", column="slow"),
        TargetRecipe(name="rate", title="Rate", task="regression", column="rate", unit="/min"),
        TargetRecipe(name="level", task="ordinal", column="rate", bounds=(60.0, 100.0)),
    )
    options = {"mode": "head", "hidden": (8,), "decays": (0.05,), "epochs": 12, "batch": 16, "views": 1, **fit}
    split = SplitRecipe(validation_share=0.25, test_share=0.3)
    return Recipe(name="hearts", title="Slow hearts", targets=targets, fit=FitRecipe(**options), split=split)  # type: ignore[arg-type]
