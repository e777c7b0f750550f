"""Fits the model of nets/tempo.py: recordings laid out in rows at 25 and at 50 mm/s, read back in millimetres."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.manifest import FOLDER, register
from ecgimg.networks.paper_speed import FAST, FEATURES, NAME, STEP_MM, USUAL, PaperSpeedModel, describe
from ecgimg.synth.sample import printed
from ecgimg.synth.signals.sources import FS, SignalSource, open_source
from ecgimg.train.common.logistic import fit_logistic
from ecgimg.train.common.sheets import VALIDATION_FOLD

logger = logging.getLogger(__name__)

SECONDS, SHORT_SECONDS = 10.0, 5.0
"""What rows show; at the higher speed half of the pages show less instead of being longer."""
COLUMNS = (1, 2, 4)
NOISE_MM = 0.03
L2 = 1.0


def draw_rows(mv: Floats, speed: float, rng: np.random.Generator) -> list[Floats]:
    """Rows in millimetres, as `nets.tempo.describe` takes them, of signals [12, T] at FS; of leads in columns, of which
    each begins where the one before ends.
    """
    seconds = SHORT_SECONDS if speed == FAST and rng.random() < 0.5 else SECONDS
    columns = int(rng.choice(COLUMNS))
    place = np.arange(0, seconds * speed, STEP_MM)
    column = np.minimum((place / (seconds * speed) * columns).astype(int), columns - 1)
    at = np.minimum(np.rint(place / speed * FS).astype(int), mv.shape[1] - 1)
    leads = rng.permutation(len(mv))[: 12 // columns * columns].reshape(-1, columns)
    rows = 10 * mv[leads[:, column], at]
    return [row + rng.normal(0, NOISE_MM, len(row)).astype(np.float32) for row in rows]


def gather(source: SignalSource, count: int, seed: int) -> tuple[Floats, np.ndarray]:
    """Features [2 N, FEATURES] of recordings drawn at both speeds, and which were drawn at the higher one [2 N]."""
    seen, fast = [], []
    for k in range(count):
        rng = np.random.default_rng([seed, k])
        mv = printed(source.get(int(rng.integers(2**31 - 1))).mv, rng)
        for speed in (USUAL, FAST):
            features = describe(draw_rows(mv, speed, rng))
            if features is not None:
                seen.append(features)
                fast.append(speed == FAST)
    return np.array(seen), np.array(fast)


def fit(seen: Floats, fast: np.ndarray) -> PaperSpeedModel:
    """The model of some pages' features [N, FEATURES] and of which are of the higher speed [N]."""
    centre, size = seen.mean(axis=0), seen.std(axis=0)
    terms = np.concatenate([(seen - centre) / size, np.ones((len(seen), 1))], axis=1).astype(np.float64)
    found = fit_logistic(terms, fast, np.zeros(FEATURES + 1), np.append(np.full(FEATURES, L2), 0.0))
    weights = found[:-1] / size
    return PaperSpeedModel(weights.astype(np.float32), float(found[-1] - weights @ centre))


def run(data: str, out: Path, count: int) -> Path:
    """Fits the model on folds 1-8 of `data`, logs how well it tells fold 9's speeds, and writes OUT/tempo.json."""
    tempo = fit(*gather(open_source(data), count, 1))
    seen, fast = gather(open_source(data, folds=[VALIDATION_FOLD]), count, VALIDATION_FOLD)
    odds = tempo.offset + seen @ tempo.weights
    for limit in (0.0, 2.0, 4.0, 6.0):
        taken, wrong = float((odds[fast] > limit).mean()), float((odds[~fast] > limit).mean())
        logger.info(
            "log odds above %g: %.1f %% of %d at 50 mm/s, %.2f %% of %d at 25 mm/s",
            limit, 100 * taken, fast.sum(), 100 * wrong, (~fast).sum(),
        )  # fmt: skip
    return write_paper_speed(tempo, out / f"{NAME}.json")


def write_paper_speed(tempo: PaperSpeedModel, path: Path) -> Path:
    """Writes the model as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"weights": [round(float(w), 4) for w in tempo.weights], "offset": round(tempo.offset, 4)}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def package(path: Path, folder: Path = FOLDER) -> Path:
    """Puts a written model into the package."""
    target = folder / path.name
    target.write_bytes(path.read_bytes())
    register(NAME, target, "whether beats look as printed at 50 mm/s rather than 25, where no text tells", folder)
    return target
