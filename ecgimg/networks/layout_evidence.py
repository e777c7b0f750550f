"""How the evidence on a paper format placed on a page makes one confidence: a logistic model over named features.

    log odds that the format reads the right lead from each row = offset + sum of weight * feature

It is fitted by `ecgimg.train.layout_evidence` and stored as JSON; there is no network to run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ecgimg.errors import DependencyError
from ecgimg.networks.manifest import weight_path

NAME = "layout_evidence"
FEATURES = {
    "length_fits": 1,
    "sure_right_names": 1,
    "unsure_right_names": 1,
    "sure_wrong_names": -1,
    "unsure_wrong_names": -1,
    "missing_names": -1,
    "missing_columns": -1,
    "sure_idle_names": -1,
    "unsure_idle_names": -1,
    "nameless": -1,
    "repeating_strips": 1,
    "similar_strips": 0,
    "unlike_strips": -1,
    "incomparable_strips": -1,
    "unusual_strips": -1,
    "alike_halves_of_one_column": 1,
    "alike_halves_of_columns": -1,
    "log_law_residual": -1,
    "laws_beyond_column": -1,
    "stray_texts": -1,
    "stray_curves": -1,
    "stray_straight_lines": -1,
}
"""The features that `ecgimg.stages.layout.evidence` describes, and the sign that the weight of each may have.

1 is in favour of the format, -1 against it, 0 either: no page of the fit can turn evidence into its opposite."""


@dataclass(frozen=True)
class LayoutEvidenceModel:
    """Weight of each feature, and offset."""

    weights: Mapping[str, float]
    offset: float

    def log_odds(self, features: Mapping[str, float]) -> float:
        """Log odds that a format is right; features that are not given are 0."""
        return self.offset + sum(self.weights[name] * value for name, value in features.items())

    def confidence(self, features: Mapping[str, float]) -> float:
        """Probability that a format is right."""
        return float(1 / (1 + np.exp(-self.log_odds(features))))


def load_layout_evidence() -> LayoutEvidenceModel:
    """The packaged model; DependencyError when its file is missing or damaged."""
    return _load(str(weight_path(NAME)))


@lru_cache(maxsize=4)
def _load(path: str) -> LayoutEvidenceModel:
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        weights = {name: float(weight) for name, weight in content["weights"].items()}
        model = LayoutEvidenceModel(weights, float(content["offset"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DependencyError(f"{NAME}.json can't be read: {error}", where="weights") from error
    if model.weights.keys() != FEATURES.keys():
        raise DependencyError(f"{NAME}.json has not the weights of {len(FEATURES)} features", where="weights")
    return model
