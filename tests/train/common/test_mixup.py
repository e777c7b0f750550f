"""Shares of mixed records."""

from __future__ import annotations

import numpy as np

from ecgimg.train.common.mixup import larger_share


def test_the_first_record_has_the_larger_share() -> None:
    rng = np.random.default_rng(0)
    small, large = ([larger_share(rng, parameter) for _ in range(500)] for parameter in (0.2, 5.0))
    assert min(*small, *large) >= 0.5
    assert max(*small, *large) <= 1
    assert np.mean(small) > np.mean(large) + 0.2
