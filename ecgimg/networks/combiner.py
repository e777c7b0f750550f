"""The combiner: one probability a statement from the signal network, the image network, or both.

A logistic model a statement with nine weights. `signal` and `image` are the calibrated log odds of the two networks,
`quality` is the confidence of the digitized page, 0 to 1; NaN stands for a network that says nothing. Of a subclass
the image network says nothing itself; its log odds are those of the diagnostic group the subclass belongs to.

    both:         w0 + w1 signal + w2 image + w3 signal d
    signal alone: w4 + w5 signal + w6 signal d
    image alone:  w7 + w8 image              with d = quality - quality_centre

It is fitted by train/combiner.py and stored as JSON; there is no network to run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.errors import DependencyError
from ecgimg.networks.manifest import weight_path

WEIGHTS = 9
LOG_ODDS = 8.0
"""Log odds are held within this, so that no rounding of a probability weighs more than an observation can."""


@dataclass(frozen=True, eq=False)
class Combiner:
    """Weights [9] of each (code, group), and the quality from which departures count."""

    weights: dict[tuple[str, str], Doubles]
    quality_centre: float

    def probability(self, key: tuple[str, str], signal: float | None, image: float | None, quality: float) -> float:
        """Probability of one (code, group) from two probabilities, one of which may be None.

        Raises:
            KeyError: the combiner doesn't know the statement.
            ValueError: both are None.
        """
        if signal is None and image is None:
            raise ValueError("neither network says anything")
        parts = [np.array([np.nan if p is None else log_odds(np.float64(p))]) for p in (signal, image)]
        row = design(parts[0], parts[1], np.array([quality - self.quality_centre]))
        return float(1 / (1 + np.exp(-(row @ self.weights[key])[0])))


def load_combiner() -> Combiner:
    """The packaged combiner; DependencyError when its weights are missing or damaged."""
    return _load(str(weight_path("combiner")))


def design(signal: Doubles, image: Doubles, departure: Doubles) -> Doubles:
    """[N, 9] terms of the model for log odds [N] (NaN: nothing said) and departures of the quality [N]."""
    has_signal, has_image = np.isfinite(signal), np.isfinite(image)
    s, i, d = np.where(has_signal, signal, 0), np.where(has_image, image, 0), np.where(has_signal, departure, 0)
    both, alone, picture = has_signal & has_image, has_signal & ~has_image, has_image & ~has_signal
    terms = [both, both * s, both * i, both * s * d, alone, alone * s, alone * s * d, picture, picture * i]
    return np.stack(terms, axis=1).astype(np.float64)


def log_odds(probability: Doubles | np.float64) -> Doubles:
    """Log odds of probabilities, held within LOG_ODDS."""
    p = np.clip(np.asarray(probability, np.float64), 1e-9, 1 - 1e-9)
    return np.clip(np.log(p / (1 - p)), -LOG_ODDS, LOG_ODDS)


@lru_cache(maxsize=4)
def _load(path: str) -> Combiner:
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        weights = {(row["code"], row["group"]): np.array(row["weights"], np.float64) for row in content["statements"]}
        centre = float(content["quality_centre"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DependencyError(f"combiner.json can't be read: {error}", where="weights") from error
    if any(w.shape != (WEIGHTS,) for w in weights.values()):
        raise DependencyError(f"combiner.json has not {WEIGHTS} weights a statement", where="weights")
    return Combiner(weights, centre)
