"""The laws of the limb leads: all six are sums of I and II, so that two that are seen give the other four exactly."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.datamodel.leads import FROM_I_AND_II, LIMB_LEADS

LAWS = np.array(FROM_I_AND_II)


def by_limb_laws(estimates: Floats, signals: Floats) -> tuple[Floats, Bools]:
    """Estimates [12, T] whose limb leads obey the laws together with those that are seen in `signals` [12, T].

    I and II are moved as little as possible so that they give the seen limb leads: by the pseudo-inverse of the seen
    leads' laws A, x + A^+ (s - A x). With two seen leads nothing is left of the estimate; with more, whose errors
    differ, it is their least squares fit. The second result [12, T] is where a limb lead follows from two that are
    seen (Einthoven 1912, Goldberger 1942).
    """
    count = len(LIMB_LEADS)
    out, exact = estimates.copy(), np.zeros(estimates.shape, bool)
    seen = np.isfinite(signals[:count])
    patterns, which = np.unique(np.packbits(seen, axis=0), axis=1, return_inverse=True)
    for k, pattern in enumerate(patterns.T):
        at, rows = np.flatnonzero(which.reshape(-1) == k), np.flatnonzero(np.unpackbits(pattern)[:count])
        basis = estimates[:2, at].astype(np.float64)
        if len(rows):
            laws = LAWS[rows]
            basis = basis + np.linalg.pinv(laws) @ (signals[rows][:, at] - laws @ basis)
        out[:count, at] = LAWS @ basis
        exact[:count, at] = len(rows) >= 2
    return out, exact
