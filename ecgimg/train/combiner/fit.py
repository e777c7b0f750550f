"""Fits the combiner of `ecgimg.networks.combiner` on pages of a held-out fold, cross-fitted by patient for scores.

Every page counts several times: with both networks, or with one of the two dropped at random, since either may be
missing at use. One set of weights is fitted for all statements of a group; then each statement's own weights are fitted
with a prior around these.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Doubles
from ecgimg.networks.combiner import WEIGHTS, Combiner, design
from ecgimg.networks.manifest import FOLDER
from ecgimg.train.combiner.data import CombinerData
from ecgimg.train.common.logistic import fit_logistic
from ecgimg.train.common.package import package_network

START: Doubles = np.array([0, 0.8, 0.2, 0, 0, 1, 0, 0, 1], np.float64)
"""Mean of the prior of a group's weights: each network alone is calibrated, of both the signal weighs more."""
L2_SHARED = 20.0
"""Precision of that prior."""
L2_OWN = np.array([30.0, 100, 100, 200, 30, 100, 200, 30, 100])
"""Precisions of the prior of a statement's weights around its group's; offsets move more freely."""
VIEWS = 4
"""How often each page counts, with a weight of 1 / VIEWS."""
QUALITY_CENTRE = 0.9


def fit_combiner(data: CombinerData, seed: int = 0) -> Combiner:
    """Weights of every statement."""
    signal, image = _drop(data, np.random.default_rng(seed))
    departure = np.tile(data.quality - QUALITY_CENTRE, VIEWS)
    labels, known = np.tile(data.labels, (VIEWS, 1)), np.tile(data.known, (VIEWS, 1))
    columns = [design(signal[:, k], image[:, k], departure) for k in range(len(data.keys))]
    usable = [known[:, k] & columns[k].any(axis=1) for k in range(len(data.keys))]
    weights = {}
    for group in dict.fromkeys(group for _, group in data.keys):
        members = [k for k, key in enumerate(data.keys) if key[1] == group]
        terms = np.concatenate([columns[k][usable[k]] for k in members])
        truth = np.concatenate([labels[usable[k], k] for k in members])
        shared = fit_logistic(terms, truth, START, np.full(WEIGHTS, L2_SHARED), 1 / VIEWS)
        for k in members:
            rows = usable[k]
            weights[data.keys[k]] = fit_logistic(columns[k][rows], labels[rows, k], shared, L2_OWN, 1 / VIEWS)
    return Combiner(weights, QUALITY_CENTRE)


def apply_combiner(combiner: Combiner, data: CombinerData) -> Doubles:
    """Combined log odds [N, K]; NaN where neither network has an answer."""
    departure = data.quality - combiner.quality_centre
    out = np.full(data.signal.shape, np.nan)
    for k, key in enumerate(data.keys):
        terms = design(data.signal[:, k], data.image[:, k], departure)
        out[:, k] = np.where(terms.any(axis=1), terms @ combiner.weights[key], np.nan)
    return out


def cross_fitted_combiner(data: CombinerData, part: NDArray[np.int64], seed: int = 0) -> Doubles:
    """Combined log odds [N, K], none by a combiner fitted on the same part; `part` [N] does not divide patients."""
    out = np.full(data.signal.shape, np.nan)
    for p in np.unique(part):
        out[part == p] = apply_combiner(fit_combiner(data.rows(part != p), seed), data.rows(part == p))
    return out


def write_combiner(combiner: Combiner, path: Path, trained_on: Sequence[str]) -> Path:
    """Writes the weights as JSON, with lines that describe the pages they were fitted on."""
    rows = [
        {"code": code, "group": group, "weights": [round(float(w), 4) for w in weights]}
        for (code, group), weights in combiner.weights.items()
    ]
    content = {"trained_on": list(trained_on), "quality_centre": combiner.quality_centre, "statements": rows}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def package(path: Path, folder: Path = FOLDER) -> Path:
    """Puts written weights into the package."""
    purpose = "one calibrated probability a statement from the signal network, the image network, or both"
    return package_network("combiner", path, purpose, folder)


def _drop(data: CombinerData, rng: np.random.Generator) -> tuple[Doubles, Doubles]:
    """Log odds [VIEWS N, K] of both networks; in half of the views one of the two is dropped, page by page."""
    signal, image = np.tile(data.signal, (VIEWS, 1)), np.tile(data.image, (VIEWS, 1))
    draw = rng.random(len(signal))
    signal[draw < 0.25] = np.nan
    image[(draw >= 0.25) & (draw < 0.5)] = np.nan
    return signal, image
