"""The linear map of leads: what is seen of the 12 leads around a time -> what they most likely show at it.

What it is: the covariance of I, II and V1 to V6 in mV^2, each pair at delays of 0 to 160 ms. The other limb leads are
sums of I and II, so that the covariance of any seen leads at any seen delays follows from it. The map for a pattern of
seen leads is the conditional mean of a normal distribution with this covariance,

    estimate = C_ts (C_ss + r I)^-1 s

with s the seen samples, C_ss their covariance, C_ts that with the leads, and r the variance of noise. On one pattern
that is the least squares map of the data that the covariance is of; one small file serves all patterns.

    input   values [12, T] in mV about each lead's own level, and where they are seen [12, T]
    output  estimates [12, T] in mV about the level, and the share of each lead's variance that they explain [12, T]

Size: 11 kB (`weights/completion.json`). Source: least squares on signals, as every published completion is measured
against (arXiv 2510.11442); the form as a conditional mean is this project's. Fitted by `ecgimg/train/completion/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ecgimg.datamodel.arrays import Bools, Doubles, Floats, require
from ecgimg.datamodel.leads import FROM_I_AND_II, LEADS, LIMB_LEADS
from ecgimg.networks.json_model import read_json_model
from ecgimg.networks.manifest import weight_path

NAME = "completion"
RATE = 100
"""Delays are whole samples of this rate."""
TAPS = (-8, -4, -2, 0, 2, 4, 8)
"""Samples at RATE, before and after a time, that the estimate at it rests on."""
DELAYS = TAPS[-1] - TAPS[0] + 1
"""Delays of two taps: 0 to one less than this."""
INDEPENDENT = (0, 1, 6, 7, 8, 9, 10, 11)
"""Rows of LEADS from which the others follow."""
NOISE_MV = 0.01
"""Standard deviation of a seen sample's error: a tenth of a millimetre of paper."""
_MAX_PATTERNS = 4096
_CHUNK = 500_000
"""Samples that are estimated at once: a day of one pattern has millions."""

FROM_INDEPENDENT: Doubles = np.zeros((len(LEADS), len(INDEPENDENT)))
"""Each of the 12 leads as a sum of I, II and V1 to V6."""
FROM_INDEPENDENT[: len(LIMB_LEADS), :2] = FROM_I_AND_II
FROM_INDEPENDENT[len(LIMB_LEADS) :, 2:] = np.eye(6)


@dataclass(frozen=True, eq=False)
class PatternMap:
    """The map of one pattern: seen sample k is that of lead `leads[k]` at tap `taps[k]`; weights [12, K]."""

    leads: tuple[int, ...]
    taps: tuple[int, ...]
    weights: Doubles
    explained: Doubles
    """Share of each lead's variance that the map explains [12]."""


class LinearCompletion:
    """The map of any pattern of seen leads and taps.

    `covariance` [DELAYS, 8, 8]: of the independent leads at a time and, along the last axis, so many samples later.
    """

    def __init__(self, covariance: Doubles) -> None:
        require(covariance.shape == (DELAYS, 8, 8), f"covariances are [{DELAYS}, 8, 8], not {covariance.shape}")
        all_leads = FROM_INDEPENDENT @ covariance @ FROM_INDEPENDENT.T
        self._by_delay = np.concatenate([all_leads[:0:-1].transpose(0, 2, 1), all_leads])
        self._of_pattern = lru_cache(_MAX_PATTERNS)(self._solve)

    def map_of(self, seen: Bools) -> PatternMap:
        """The map of a pattern [12, K]: which leads are seen at which of TAPS."""
        return self._of_pattern(np.packbits(seen).tobytes())

    def estimate(self, values: Floats, seen: Bools, fs: float) -> tuple[Floats, Floats]:
        """Estimates and explained shares [12, T] at every time, of every lead, from what is seen of the leads around.

        What is seen of a lead at a time counts for its own estimate, too: there the estimate is nearly the sample.
        """
        steps = [round(tap * fs / RATE) for tap in TAPS]
        shifted = np.stack([_shifted(seen, step) for step in steps], axis=1)  # [12, K, T]
        packed = np.packbits(shifted.reshape(-1, seen.shape[1]), axis=0)
        patterns, which = np.unique(packed, axis=1, return_inverse=True)
        filled = np.where(seen, values, np.float32(0))
        estimates, explained = np.zeros(seen.shape, np.float32), np.zeros(seen.shape, np.float32)
        for k, pattern in enumerate(patterns.T):
            one, at = self._of_pattern(pattern.tobytes()), np.flatnonzero(which.reshape(-1) == k)
            explained[:, at] = one.explained[:, None]
            for part in np.array_split(at, len(at) // _CHUNK + 1) if one.leads else ():
                pairs = zip(one.leads, one.taps, strict=True)
                estimates[:, part] = one.weights @ np.stack([filled[lead, part + steps[tap]] for lead, tap in pairs])
        return estimates, explained

    def _solve(self, pattern: bytes) -> PatternMap:
        bits = np.unpackbits(np.frombuffer(pattern, np.uint8))[: len(LEADS) * len(TAPS)]
        leads, taps = np.nonzero(bits.reshape(len(LEADS), len(TAPS)))
        if not len(leads):
            return PatternMap((), (), np.zeros((len(LEADS), 0)), np.zeros(len(LEADS)))
        times = np.array(TAPS)[taps]
        among = self._between(leads, times, leads, times) + NOISE_MV**2 * np.eye(len(leads))
        every = np.arange(len(LEADS))
        across = self._between(every, np.zeros(len(LEADS), int), leads, times)
        weights = np.asarray(np.linalg.solve(among, across.T).T, np.float64)
        share = (weights * across).sum(axis=1) / np.diag(self._by_delay[DELAYS - 1])
        return PatternMap(tuple(leads.tolist()), tuple(taps.tolist()), weights, np.asarray(np.clip(share, 0, 1)))

    def _between(self, leads: Any, times: Any, others: Any, other_times: Any) -> Doubles:
        """Covariances [A, B] of leads at times with other leads at theirs."""
        delays = other_times[None] - times[:, None] + DELAYS - 1
        return np.asarray(self._by_delay[delays, leads[:, None], others[None]])


def _shifted(seen: Bools, step: int) -> Bools:
    """What is seen `step` samples later [12, T]; False beyond the ends."""
    out = np.zeros_like(seen)
    length = seen.shape[1]
    if abs(step) < length:
        out[:, max(-step, 0) : length - max(step, 0)] = seen[:, max(step, 0) : length + min(step, 0)]
    return out


def read_completion(path: Path) -> LinearCompletion:
    """The map in a file; DependencyError where it can't be read."""
    return read_json_model(NAME, path, _build)


@lru_cache(maxsize=1)
def load_completion() -> LinearCompletion:
    """The packaged map; DependencyError where it is missing or damaged."""
    return read_completion(weight_path(NAME))


def _build(content: Mapping[str, Any]) -> LinearCompletion:
    return LinearCompletion(np.array(content["covariance"], np.float64))
