"""A simulator of pulses at a finger (photoplethysmograms): three waves a beat, whose causes are known.

A beat is the sum of the heart's own wave, of the wave that the small vessels reflect, and of a diastolic one, each a
Gaussian in time (as in Baruch et al. 2011, doi:10.1186/1475-925X-10-1). The stiffer the arteries, the sooner and higher
the reflection returns; the narrower the small vessels, the higher it is. Numbers were chosen to look like pulses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats

DIASTOLIC_DELAY_S = 0.16
"""From the reflected wave to the diastolic one."""


@dataclass(frozen=True)
class Vessels:
    """What a pulse is made of.

    `stiffness` of the large arteries and `vasoconstriction` of the small ones lie in 0..1; `path` to the place of the
    reflection and `ejection` (how long the heart's own wave is) are relative to the usual; `rate` is in beats/min and
    `irregularity` the deviation of the intervals, relative to their mean. `noise`, `wander` and `motion` (the height of
    bursts) are relative to the height of a pulse.
    """

    stiffness: float = 0.3
    vasoconstriction: float = 0.4
    path: float = 1.0
    ejection: float = 1.0
    rate: float = 70.0
    irregularity: float = 0.02
    noise: float = 0.0
    wander: float = 0.0
    motion: float = 0.0


def draw_vessels(rng: np.random.Generator) -> Vessels:
    """Vessels at random; all causes are independent of each other."""
    return Vessels(
        stiffness=rng.uniform(0, 1),
        vasoconstriction=rng.uniform(0, 1),
        path=rng.uniform(0.9, 1.1),
        ejection=rng.uniform(0.9, 1.1),
        rate=rng.uniform(52, 100),
        irregularity=rng.uniform(0.005, 0.06),
        noise=rng.uniform(0.02, 0.2),
        wander=rng.uniform(0.05, 0.5),
        motion=rng.choice([0.0, 0.5, 1.5], p=[0.5, 0.3, 0.2]),
    )


def reflection_delay_s(vessels: Vessels) -> float:
    """Seconds from the heart's own wave to the reflected one: 0.26 where arteries are supple, 0.12 where stiff."""
    return (0.26 - 0.14 * vessels.stiffness) * vessels.path


def simulate_pulse(vessels: Vessels, rng: np.random.Generator, seconds: float = 10.0, fs: float = 100.0) -> Floats:
    """A pulse [seconds * fs], of any unit and level."""
    time = np.arange(round(seconds * fs)) / fs
    interval = 60 / vessels.rate
    count = int(seconds / interval) + 4
    intervals = interval * np.clip(1 + vessels.irregularity * rng.standard_normal(count), 0.6, 1.5)
    starts = np.cumsum(intervals) - intervals[0] - rng.uniform(0.5, 1.5) * interval
    clean = sum((_beat(time - start, vessels) for start in starts), np.zeros_like(time))
    return np.asarray(clean + _disturbance(time, vessels, rng), np.float32)


def _beat(time: Doubles, vessels: Vessels) -> Doubles:
    """One beat that begins at 0."""
    reflected = 0.16 + reflection_delay_s(vessels)
    height = 0.22 + 0.25 * vessels.vasoconstriction + 0.15 * vessels.stiffness
    waves = (
        (0.16, 0.055 * vessels.ejection, 1.0),
        (reflected, 0.075, height),
        (reflected + DIASTOLIC_DELAY_S, 0.11, 0.25 - 0.1 * vessels.vasoconstriction),
    )
    return np.asarray(sum(h * np.exp(-0.5 * np.square((time - at) / width)) for at, width, h in waves), np.float64)


def _disturbance(time: Doubles, vessels: Vessels, rng: np.random.Generator) -> Doubles:
    """White noise, breathing, and a burst of motion of 1 to 3 s."""
    breathing = np.sin(2 * np.pi * (rng.uniform(0.15, 0.35) * time + rng.random()))
    middle, width = rng.uniform(0, time[-1]), rng.uniform(0.5, 1.5)
    burst = np.exp(-0.5 * np.square((time - middle) / width)) * np.cumsum(rng.standard_normal(len(time)))
    burst *= vessels.motion / max(float(np.ptp(burst)), 1e-9)
    noise = vessels.noise * rng.standard_normal(len(time))
    return np.asarray(noise + 0.5 * vessels.wander * breathing + burst)
