"""A simulator of 12-lead ECGs: a dipole in space, projected on the leads by Dower's transform.

A beat is a sum of waves; a wave is a direction in the body (X left, Y down, Z back) times a Gaussian in time, as in
Sameni et al. 2007 (doi:10.1155/2007/43407). Leads I, II and V1 to V6 are Dower's projections of the dipole (Dower et
al. 1980); the other four follow from I and II, so that I + III = II holds for signal and noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import FROM_I_AND_II

DOWER = np.array(
    [
        [0.632, -0.235, 0.059],
        [0.235, 1.066, -0.132],
        [-0.515, 0.157, -0.917],
        [0.044, 0.164, -1.387],
        [0.882, 0.098, -1.277],
        [1.213, 0.127, -0.601],
        [1.125, 0.127, -0.086],
        [0.831, 0.076, 0.230],
    ]
)
"""Rows I, II, V1..V6; columns X, Y, Z."""

RHYTHMS = ("sinus", "af", "pvc", "paced")
BLOCKS = ("none", "lbbb", "rbbb")
ST_SHIFTS: dict[str, tuple[float, float, float]] = {
    "none": (0.0, 0.0, 0.0),
    "inferior": (0.0, 0.25, 0.05),
    "anterior": (0.1, 0.0, -0.25),
    "lateral": (0.25, -0.1, 0.05),
    "depression": (-0.12, -0.1, 0.08),
}
"""Direction and size in mV of an ST shift."""

NORMAL_QRS_S = 0.09
"""Duration of the QRS whose waves the simulator has without stretching."""

PREMATURE_RR = 0.62
"""RR before a premature beat, in normal RR."""

PAUSE_RR = 1.35
"""RR after a premature beat, in normal RR."""

PACE_SPIKE_MV = (0.9, -1.1, 0.4)
"""The dipole of a pacemaker's spike."""


@dataclass(frozen=True)
class Heart:
    """A heart to simulate; each field has a clinical meaning.

    `rate` is in beats/min. `voltage` scales the QRS (1.8: hypertrophy, 0.4: low voltage); `axis` rotates the frontal
    plane, in degrees; `noise` (standard deviation), `wander` and `hum` (amplitudes) are in mV; `pr` and `qrs` are in
    seconds.
    """

    rate: float = 70.0
    rhythm: str = "sinus"
    block: str = "none"
    st: str = "none"
    voltage: float = 1.0
    axis: float = 0.0
    pr: float = 0.16
    qrs: float = 0.09
    noise: float = 0.01
    wander: float = 0.05
    hum: float = 0.0

    def __post_init__(self) -> None:
        if self.rhythm not in RHYTHMS or self.block not in BLOCKS or self.st not in ST_SHIFTS:
            raise ValueError(f"no such heart: {self.rhythm}, {self.block}, {self.st}")
        if not 20 <= self.rate <= 300:
            raise ValueError(f"a rate of {self.rate} beats/min is outside 20..300")

    def description(self) -> str:
        """The diagnosis in the words of a report."""
        name = {"af": "atrial fibrillation", "pvc": "sinus rhythm with PVCs", "paced": "paced rhythm"}
        rhythm = name.get(self.rhythm) or ("sinus rhythm" if 60 <= self.rate <= 100 else _sinus(self.rate))
        parts = [rhythm, f"rate {self.rate:.0f}"]
        parts += [self.block.upper()] if self.block != "none" else []
        parts += [f"ST shift {self.st}"] if self.st != "none" else []
        parts += ["LVH"] if self.voltage > 1.5 else ["low voltage"] if self.voltage < 0.55 else []
        return ", ".join(parts)


def draw_heart(rng: np.random.Generator) -> Heart:
    """A heart at random, from healthy to ill."""
    return Heart(
        rate=float(np.clip(rng.normal(78, 20), 38, 165)),
        rhythm=str(rng.choice(RHYTHMS, p=[0.66, 0.14, 0.13, 0.07])),
        block=str(rng.choice(BLOCKS, p=[0.8, 0.1, 0.1])),
        st=str(rng.choice(list(ST_SHIFTS), p=[0.64, 0.1, 0.1, 0.06, 0.1])),
        voltage=float(
            rng.choice([rng.uniform(0.7, 1.4), rng.uniform(1.5, 2.3), rng.uniform(0.3, 0.55)], p=[0.74, 0.16, 0.1])
        ),
        axis=float(rng.normal(0, 25)),
        pr=float(rng.uniform(0.12, 0.24)),
        qrs=float(rng.uniform(0.075, 0.11)),
        noise=float(rng.exponential(0.012)),
        wander=float(rng.exponential(0.08)),
        hum=float(rng.exponential(0.02)) if rng.random() < 0.2 else 0.0,
    )


def simulate(heart: Heart, rng: np.random.Generator, seconds: float = 10.0, fs: float = 500.0) -> Floats:
    """Signals [12, T] float32 in mV in the order of LEADS, T = seconds * fs."""
    t = np.arange(round(seconds * fs)) / fs
    dipole = np.zeros((3, t.size))
    for onset, rr, wide in _beats(heart, rng, seconds):
        _add_beat(dipole, t, onset, rr, wide, heart, rng)
    if heart.rhythm == "af":
        dipole += _fibrillation(t, rng)
    eight = DOWER @ (_frontal_rotation(heart.axis) @ dipole)
    return twelve_leads(eight + _disturbances(heart, rng, t))


def twelve_leads(eight: NDArray[np.floating]) -> Floats:
    """All 12 leads [12, T] of I, II, V1..V6 [8, T]: III = II - I, aVR = -(I + II)/2, aVL = I - II/2, aVF = II - I/2."""
    return np.asarray(np.concatenate([np.array(FROM_I_AND_II) @ eight[:2], eight[2:]]), np.float32)


def _sinus(rate: float) -> str:
    return "sinus bradycardia" if rate < 60 else "sinus tachycardia"


def _frontal_rotation(degrees: float) -> NDArray[np.float64]:
    a = np.deg2rad(degrees)
    return np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])


def _beats(heart: Heart, rng: np.random.Generator, seconds: float) -> list[tuple[float, float, bool]]:
    """(Time of R, RR before it, is ventricular) of each beat in and around the recording; times in seconds."""
    mean = 60 / heart.rate
    beats: list[tuple[float, float, bool]] = []
    at = -mean * float(rng.uniform(0.5, 1.5))
    breath_phase = float(rng.uniform(0, 6.28))
    pause = 1.0
    while at < seconds + mean:
        wide = heart.rhythm == "paced" or (heart.rhythm == "pvc" and pause == 1.0 and rng.random() < 0.15)
        rr = mean * (1 + 0.03 * float(np.sin(1.6 * at + breath_phase)) + 0.01 * float(rng.normal())) * pause
        if heart.rhythm == "af":
            rr = mean * float(np.clip(rng.gamma(16, 1 / 16), 0.5, 1.9))
        premature = heart.rhythm == "pvc" and wide
        rr *= PREMATURE_RR if premature else 1.0
        pause = PAUSE_RR if premature else 1.0
        at += rr
        beats.append((at, rr, wide))
    return beats


def _add_beat(
    dipole: NDArray[np.float64],
    t: NDArray[np.float64],
    at: float,
    rr: float,
    wide: bool,
    heart: Heart,
    rng: np.random.Generator,
) -> None:
    """Adds the waves of a beat, whose R is at `at` seconds, to the dipole [3, T]."""
    scale = 1 + 0.03 * float(rng.normal())
    for centre, width, vector in _waves(heart, rr, wide):
        first, end = np.searchsorted(t, [at + centre - 4.5 * width, at + centre + 4.5 * width])
        gaussian = np.exp(-0.5 * ((t[first:end] - at - centre) / width) ** 2)
        dipole[:, first:end] += scale * np.asarray(vector)[:, None] * gaussian
    if heart.rhythm == "paced":
        first, last = np.searchsorted(t, [at - 0.075, at - 0.073])
        dipole[:, first : last + 1] += np.array(PACE_SPIKE_MV)[:, None]


def _waves(heart: Heart, rr: float, wide: bool) -> list[tuple[float, float, tuple[float, float, float]]]:
    """(Time from R in s, width in s, dipole in mV) of a beat's waves; QT follows the square root of RR (Bazett)."""
    v, q, qt = heart.voltage, heart.qrs / NORMAL_QRS_S, float(np.sqrt(np.clip(rr, 0.4, 1.6)))
    if wide:
        tail = [(0.31 * qt, 0.07, (0.45, -0.25, -0.3))]
        return [(-0.03, 0.028, (-0.9 * v, 0.3 * v, 0.4 * v)), (0.035, 0.035, (-0.6 * v, 0.9 * v, 0.9 * v)), *tail]
    waves = [] if heart.rhythm == "af" else [(-heart.pr + 0.03, 0.022, (0.06, 0.13, -0.03))]
    waves += [
        (-0.022 * q, 0.008 * q, (-0.18 * v, -0.08 * v, -0.22 * v)),
        (0.0, 0.011 * q, (1.0 * v, 0.95 * v, 0.25 * v)),
        (0.026 * q, 0.011 * q, (-0.15 * v, -0.25 * v, 0.75 * v)),
    ]
    if heart.block == "lbbb":
        waves += [(0.03, 0.025, (0.8 * v, 0.15 * v, 0.9 * v)), (0.075, 0.02, (0.5 * v, 0.05 * v, 0.5 * v))]
    if heart.block == "rbbb":
        waves += [(0.06, 0.018, (-0.55 * v, -0.1 * v, -0.6 * v))]
    flip = -0.8 if heart.block == "lbbb" or v > 1.5 else 1.0
    shift = np.asarray(ST_SHIFTS[heart.st])
    waves += [(0.10 + 0.04 * k, 0.022, tuple(0.62 * shift)) for k in range(4)]
    waves += [
        (0.25 * qt, 0.045 * qt, (0.16 * flip, 0.14 * flip, -0.14)),
        (0.30 * qt, 0.032 * qt, (0.2 * flip, 0.15 * flip, -0.16)),
    ]
    return waves


def _fibrillation(t: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """The dipole [3, T] in mV of fibrillation waves of 4.5 to 8 Hz."""
    size, out = float(rng.uniform(0.02, 0.07)), np.zeros((3, t.size))
    for f in rng.uniform(4.5, 8, 4):
        phase = 6.28 * (f * t + 0.6 * np.sin(6.28 * float(rng.uniform(0.1, 0.5)) * t)) + float(rng.uniform(0, 6.28))
        out += size * rng.normal(0, 0.5, 3)[:, None] * np.sin(phase)
    return out


def _disturbances(heart: Heart, rng: np.random.Generator, t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Noise, wander and hum of I, II, V1..V6 [8, T] in mV."""
    out = heart.noise * rng.normal(size=(8, t.size))
    for row in out:
        for f in rng.uniform(0.08, 0.45, 3):
            row += heart.wander * float(rng.normal(0, 0.6)) * np.sin(6.28 * f * t + float(rng.uniform(0, 6.28)))
        row += heart.hum * float(rng.uniform(0.3, 1)) * np.sin(2 * np.pi * 50 * t + float(rng.uniform(0, 6.28)))
    return out
