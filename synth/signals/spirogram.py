"""A simulator of spirograms: the volume that a lung of known causes gives in a forced expiration.

The lung is a number of compartments that empty side by side, each at its own time constant; the constants are spread
log-normally, and a lung whose small airways are narrow has a share of slow ones, so that it empties unevenly
(Melissinos et al. 1979, "Time dependence of maximum flow as an index of nonuniform emptying"). The effort limits the
flow at first. The size of the lung and its largest flow are those of the European reference equations by sex, age and
height (Quanjer et al. 1993, doi:10.1183/09041950.005s1693). Time constants, shares and spreads of the causes were
chosen to look like spirograms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from ecgimg.datamodel.arrays import Doubles, Floats

COMPARTMENTS = 15
"""Compartments of either kind, quick and slow; their time constants are quantiles of a log-normal distribution."""
SLOW_SHARE = 0.3
"""Share of the lung that narrow small airways slow."""
STEPS = 5
"""Steps of the integration for a sample."""
VITAL_CAPACITY = {True: (5.76, -0.026, -4.34, 0.61), False: (4.43, -0.026, -2.89, 0.43)}
"""Of men and women: litres per m of height, per year of age, constant, and deviation between people."""
PEAK_FLOW = {True: (6.14, -0.043, 0.15), False: (5.50, -0.030, -1.11)}
"""Of men and women: l/s per m of height, per year of age, and constant."""


@dataclass(frozen=True)
class Lung:
    """What a spirogram is made of.

    `age` is in years and `height` in m; `size` is the vital capacity's distance from the usual, in deviations between
    people. `small_airways`, 0..1, is how narrow they are: a share of the lung empties more slowly. `large_airways` and
    `stiffness` are factors of all time constants, and the first divides the largest flow too; `restriction` is the
    share of the lung that does not open. `effort` is relative to the largest flow, `stop_s` ends the expiration,
    `hesitation_s` delays its rise. `noise` is in litres, `drift` in litres/s, `cough` a share of the flow that is lost
    for a moment.
    """

    age: float = 60.0
    male: bool = True
    height: float = 1.75
    size: float = 0.0
    small_airways: float = 0.0
    large_airways: float = 1.0
    stiffness: float = 1.0
    restriction: float = 0.0
    effort: float = 1.0
    hesitation_s: float = 0.08
    stop_s: float = 10.0
    noise: float = 0.0
    drift: float = 0.0
    cough: float = 0.0


def draw_lung(rng: np.random.Generator) -> Lung:
    """A lung at random; all causes are independent of each other, but that men are taller."""
    male = bool(rng.random() < 0.5)
    return Lung(
        age=rng.uniform(40, 80),
        male=male,
        height=rng.normal(1.76, 0.07) if male else rng.normal(1.63, 0.065),
        size=rng.normal(),
        small_airways=rng.uniform(0, 1),
        large_airways=rng.choice([1.0, rng.uniform(1.1, 1.8)], p=[0.7, 0.3]),
        stiffness=np.exp(rng.normal(0, 0.15)),
        restriction=rng.choice([0.0, rng.uniform(0.1, 0.35)], p=[0.8, 0.2]),
        effort=rng.uniform(0.7, 1.0),
        hesitation_s=rng.uniform(0.05, 0.15),
        stop_s=rng.uniform(3, 10),
        noise=rng.uniform(0.005, 0.02),
        drift=rng.normal(0, 0.005),
        cough=rng.choice([0.0, rng.uniform(0.3, 0.8)], p=[0.8, 0.2]),
    )


def vital_capacity_l(lung: Lung) -> float:
    """The volume in litres that the lung would give if nothing ended the expiration."""
    per_m, per_year, constant, deviation = VITAL_CAPACITY[lung.male]
    usual = per_m * lung.height + per_year * lung.age + constant + deviation * lung.size
    return float(max(usual, 1.0) * (1 - lung.restriction))


def simulate_spirogram(lung: Lung, rng: np.random.Generator, seconds: float = 11.0, fs: float = 100.0) -> Floats:
    """Expired volume [seconds * fs] in litres; half a second or more of rest, the expiration, and rest again."""
    begin = rng.uniform(0.5, 1.0)
    time = np.arange(round(seconds * fs)) / fs
    expired = _expiration(lung, rng, seconds - begin, fs)
    at = np.minimum(np.maximum(time - begin, 0), lung.stop_s)
    volume = np.interp(at, np.arange(len(expired)) / fs, expired)
    return np.asarray(volume + lung.drift * time + lung.noise * rng.standard_normal(len(time)), np.float32)


def time_constants_s(lung: Lung) -> tuple[Doubles, Doubles]:
    """Time constants of the compartments, and their shares of the volume, whose sum is 1.

    The median is 0.3 s at the age of 25 and rises by 0.8 % of that a year, as elastic recoil falls. Where small airways
    are as narrow as can be, 30 % of the lung is four times as slow.
    """
    median = 0.3 * (1 + 0.008 * (lung.age - 25)) * lung.large_airways * lung.stiffness
    spread = np.exp(0.45 * norm.ppf((np.arange(COMPARTMENTS) + 0.5) / COMPARTMENTS))
    factors = np.concatenate([spread, spread * (1 + 3 * lung.small_airways)])
    shares = np.repeat([(1 - SLOW_SHARE) / COMPARTMENTS, SLOW_SHARE / COMPARTMENTS], COMPARTMENTS)
    return np.asarray(median * factors), np.asarray(shares)


def _expiration(lung: Lung, rng: np.random.Generator, seconds: float, fs: float) -> Doubles:
    """Expired litres from the beginning on, by Euler's method.

    A compartment's flow is its volume over its constant; all are held back alike where the effort gives less than their
    sum.
    """
    constants, shares = time_constants_s(lung)
    left = vital_capacity_l(lung) * shares
    per_m, per_year, constant = PEAK_FLOW[lung.male]
    largest = lung.effort * (per_m * lung.height + per_year * lung.age + constant) / lung.large_airways
    coughed_at, step = rng.uniform(0.3, 1.0), 1 / (fs * STEPS)
    volume = np.zeros(round(seconds * fs))
    for k in range(1, len(volume)):
        time = k / fs
        limit = largest * (1 - np.exp(-time / lung.hesitation_s))
        limit *= 1 - lung.cough * np.exp(-0.5 * ((time - coughed_at) / 0.04) ** 2)
        for _ in range(STEPS):
            flows = left / constants
            left = left - step * flows * min(1.0, limit / max(flows.sum(), 1e-12))
        volume[k] = vital_capacity_l(lung) - left.sum()
    return volume
