"""The combiner: one probability for each statement from the signal network, the image network, or both.

What it is: a logistic model with nine weights w0 to w8 for each statement.

    input   s, i    calibrated log odds of the signal network and of the image network; NaN where a network gives none.
                    For a subclass, which the image network has no output for, i is that of its diagnostic group
            d       quality - quality_centre; quality is the confidence of the digitized page, 0 to 1
    output  log odds of the statement:
            both networks    w0 + w1 s + w2 i + w3 s d
            signal alone     w4 + w5 s + w6 s d
            image alone      w7 + w8 i

Size: a few hundred weights in JSON (`weights/combiner.json`). Trained by `ecgimg/train/combiner/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ecgimg.datamodel import probability as odds
from ecgimg.datamodel.arrays import Doubles
from ecgimg.errors import DependencyError
from ecgimg.findings.opinions import Joining
from ecgimg.networks.json_model import read_json_model
from ecgimg.networks.manifest import weight_path

NAME = "combiner"
WEIGHTS = 9
"""Weights of each statement."""
LOG_ODDS = 8.0
"""Largest absolute log odds of an input, so that no rounding of a probability weighs more than an observation."""
MIN_PROBABILITY = 1e-9
"""Probabilities are clipped to this much inside 0 and 1, so that their log odds are finite."""


@dataclass(frozen=True, eq=False)
class Combiner:
    """Weights [9] of each (code, group), the quality at which the terms with d are 0, and what they were fitted on."""

    weights: dict[tuple[str, str], Doubles]
    quality_centre: float
    trained_on: tuple[str, ...] = ()

    def probability(self, key: tuple[str, str], signal: float | None, image: float | None, quality: float) -> float:
        """Probability of one (code, group) from two probabilities, one of which may be None.

        Raises:
            KeyError: the combiner has no such statement.
            ValueError: both are None.
        """
        if signal is None and image is None:
            raise ValueError("neither network says anything")
        inputs = [np.array([np.nan if p is None else log_odds(np.float64(p))]) for p in (signal, image)]
        terms = design(inputs[0], inputs[1], np.array([quality - self.quality_centre]))
        return float(odds.sigmoid((terms @ self.weights[key])[0]))

    def joining(self, key: tuple[str, str], has_signal: bool, has_image: bool, quality: float) -> Joining:
        """How the opinions on one (code, group) are joined; the weight of the signal is that at the page's quality.

        Raises:
            KeyError: the combiner has no such statement.
        """
        w, d = self.weights[key], quality - self.quality_centre
        if has_signal and has_image:
            return Joining(float(w[0]), float(w[1] + w[3] * d), float(w[2]))
        if has_signal:
            return Joining(float(w[4]), float(w[5] + w[6] * d), None)
        return Joining(float(w[7]), None, float(w[8]))


def load_combiner() -> Combiner:
    """The packaged combiner; DependencyError when its weights are missing or damaged."""
    return _read(weight_path(NAME))


def design(signal: Doubles, image: Doubles, departure: Doubles) -> Doubles:
    """[N, 9] terms of the model for log odds [N] (NaN: no answer) and departures d [N] of the quality."""
    has_signal, has_image = np.isfinite(signal), np.isfinite(image)
    s, i, d = np.where(has_signal, signal, 0), np.where(has_image, image, 0), np.where(has_signal, departure, 0)
    both, only_signal, only_image = has_signal & has_image, has_signal & ~has_image, has_image & ~has_signal
    terms = [
        both, both * s, both * i, both * s * d,
        only_signal, only_signal * s, only_signal * s * d,
        only_image, only_image * i,
    ]  # fmt: skip
    return np.stack(terms, axis=1).astype(np.float64)


def log_odds(probability: Doubles | np.float64) -> Doubles:
    """Log odds of probabilities, clipped to -LOG_ODDS to LOG_ODDS."""
    p = np.clip(np.asarray(probability, np.float64), MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    return np.asarray(np.clip(odds.log_odds(p), -LOG_ODDS, LOG_ODDS), np.float64)


@lru_cache(maxsize=4)
def _read(path: Path) -> Combiner:
    return read_json_model(NAME, path, _build)


def _build(content: Mapping[str, Any]) -> Combiner:
    weights = {(row["code"], row["group"]): np.array(row["weights"], np.float64) for row in content["statements"]}
    centre = float(content["quality_centre"])
    if any(w.shape != (WEIGHTS,) for w in weights.values()):
        raise DependencyError(f"{NAME}.json has not {WEIGHTS} weights a statement", where="weights")
    return Combiner(weights, centre, tuple(content["trained_on"]))
