"""Frontal axes of P, QRS and T, and the R progression of the chest leads, from the median beats.

Each limb lead is the projection of one frontal vector: leads I, II, III at 0, 60, 120 degrees, aVR, aVL, aVF at -150,
-30, 90 degrees with sqrt(3)/2 of the length (Einthoven 1912, Goldberger 1942). The vector is fitted to the limb leads
that are seen, so that two of them give an axis, and more give a check.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.leads import LIMB_LEADS, PRECORDIAL_LEADS
from ecgimg.findings.measurements import Measurement, MedianBeat, Missing, Shape
from ecgimg.stages.measure.constants import MEASURE
from ecgimg.stages.measure.figures import figure, no_figure
from ecgimg.stages.measure.reasons import Reasons

DEGREES = dict(zip(LIMB_LEADS, (0.0, 60.0, 120.0, -150.0, -30.0, 90.0), strict=True))
LENGTHS = dict(zip(LIMB_LEADS, (1.0, 1.0, 1.0, 0.75**0.5, 0.75**0.5, 0.75**0.5), strict=True))
_AMPLITUDES: dict[str, Callable[[Shape], float | None]] = {
    "P": lambda shape: shape.p,
    "QRS": lambda shape: shape.net,
    "T": lambda shape: shape.t,
}


def axis_figures(medians: Sequence[MedianBeat], reasons: Reasons) -> tuple[Measurement, ...]:
    """Axes of P, QRS and T in degrees."""
    by_wave = {"P": reasons.p, "QRS": reasons.all, "T": reasons.all}
    return tuple(_axis(f"{wave} axis", medians, amplitude, by_wave[wave]) for wave, amplitude in _AMPLITUDES.items())


def _axis(
    name: str, medians: Sequence[MedianBeat], amplitude: Callable[[Shape], float | None], no_axes: Missing | None
) -> Measurement:
    unit = "degrees"
    limb = [(beat, value) for beat in medians if beat.lead in DEGREES and (value := amplitude(beat.shape)) is not None]
    if no_axes is not None:
        return no_figure(name, unit, no_axes)
    if len(limb) < 2:
        return no_figure(name, unit, Missing.LEAD_UNSEEN, f"{len(limb)} limb leads show the wave")
    angle = np.deg2rad([DEGREES[beat.lead] for beat, _ in limb])
    length = np.array([LENGTHS[beat.lead] for beat, _ in limb])
    matrix = np.stack([length * np.cos(angle), length * np.sin(angle)], axis=1)
    heights = np.array([value for _, value in limb])
    vector = np.linalg.lstsq(matrix, heights, rcond=None)[0]
    size = float(np.hypot(*vector))
    noise = np.array([MEASURE.amplitude_error_mv + beat.noise_mv / np.sqrt(beat.beats) for beat, _ in limb])
    error = float(np.sqrt(np.mean(noise**2) * np.linalg.inv(matrix.T @ matrix).trace() / 2))
    if size < MEASURE.min_axis_deviations * error:
        return no_figure(name, unit, Missing.TOO_SMALL, f"frontal vector {size:.2f} mV")
    residual = float(np.sqrt(np.mean((matrix @ vector - heights) ** 2)))
    worst = _largest_contradiction(matrix, heights)
    if worst > MEASURE.max_axis_residual * size + MEASURE.min_axis_deviations * error:
        return no_figure(name, unit, Missing.CONTRADICTION, f"one differs from the others by {worst:.2f} mV")
    spread = float(np.rad2deg(np.hypot(error, residual / np.sqrt(len(limb))) / size))
    return figure(name, float(np.rad2deg(np.arctan2(vector[1], vector[0]))), unit, spread)


def _largest_contradiction(matrix: Doubles, heights: Doubles) -> float:
    """The largest difference in mV of a lead from what the other leads predict; 0 with two leads."""
    if len(heights) < 3:
        return 0.0
    differences = []
    for k in range(len(heights)):
        others = np.arange(len(heights)) != k
        vector = np.linalg.lstsq(matrix[others], heights[others], rcond=None)[0]
        differences.append(abs(float(matrix[k] @ vector - heights[k])))
    return max(differences)


def progression_figure(medians: Sequence[MedianBeat], no_amplitudes: Missing | None) -> Measurement:
    """The chest lead, 1 to 6, from which R is at least as high as S is deep; 7 where it is none of the six."""
    name, unit = "R transition", "V lead"
    if no_amplitudes is not None:
        return no_figure(name, unit, no_amplitudes)
    nets = {beat.lead: beat.shape.net for beat in medians if beat.lead in PRECORDIAL_LEADS}
    if any(nets.get(lead) is None for lead in PRECORDIAL_LEADS):
        return no_figure(name, unit, Missing.LEAD_UNSEEN, "a chest lead shows no QRS complex")
    positive = [k for k, lead in enumerate(PRECORDIAL_LEADS, 1) if (nets[lead] or 0) >= 0]
    return figure(name, float(positive[0] if positive else len(PRECORDIAL_LEADS) + 1), unit, 0.5)
