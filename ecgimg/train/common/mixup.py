"""Mixup of records: Zhang et al. 2018, arXiv 1710.09412."""

from __future__ import annotations

import numpy as np


def larger_share(rng: np.random.Generator, parameter: float) -> float:
    """Share of the first of two mixed records, at least one half, drawn from Beta(`parameter`, `parameter`)."""
    share = float(rng.beta(parameter, parameter))
    return max(share, 1 - share)
