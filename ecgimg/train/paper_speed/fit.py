"""Fits the model of `ecgimg.networks.paper_speed`, and writes it as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.manifest import FOLDER
from ecgimg.networks.paper_speed import FEATURES, NAME, PaperSpeedModel
from ecgimg.train.common.logistic import fit_logistic
from ecgimg.train.common.package import package_network

L2 = 1.0
"""Precision of the prior of each weight of a standardised feature; the offset has none."""


def fit(features: Floats, fast: np.ndarray) -> PaperSpeedModel:
    """The model of pages' features [N, FEATURES] and of whether each is of the higher speed [N]."""
    centre, spread = features.mean(axis=0), features.std(axis=0)
    terms = np.concatenate([(features - centre) / spread, np.ones((len(features), 1))], axis=1).astype(np.float64)
    fitted = fit_logistic(terms, fast, np.zeros(FEATURES + 1), np.append(np.full(FEATURES, L2), 0.0))
    weights = fitted[:-1] / spread
    return PaperSpeedModel(weights.astype(np.float32), float(fitted[-1] - weights @ centre))


def write_paper_speed(model: PaperSpeedModel, path: Path) -> Path:
    """Writes the model as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"weights": [round(float(w), 4) for w in model.weights], "offset": round(model.offset, 4)}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def package(path: Path, folder: Path = FOLDER) -> Path:
    """Puts a written model into the package."""
    return package_network(
        NAME, path, "whether beats look as printed at 50 mm/s rather than 25, where no text tells", folder
    )
