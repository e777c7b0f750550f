"""Heart rate and variation of the RR intervals, from the times of the beats."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.findings.measurements import Measurement, Missing
from ecgimg.stages.measure.constants import MEASURE
from ecgimg.stages.measure.figures import figure, no_figure


def rhythm_figures(times: Doubles, seconds: float) -> tuple[Measurement, ...]:
    """Heart rate in beats/min, and the variation of the RR intervals in percent of their median.

    Variation = median absolute difference of successive RR intervals / median RR interval. `seconds` is for how long
    at least one lead is seen.
    """
    rr = rr_intervals(times, seconds)
    if rr is None:
        why = f"{len(times)} in {seconds:.1f} s"
        return (
            no_figure("heart rate", "/min", Missing.TOO_FEW_BEATS, why),
            no_figure("RR variation", "%", Missing.TOO_FEW_BEATS, why),
        )
    middle = float(np.median(rr))
    rate, spread = 60 / middle, float(np.std(rr)) / np.sqrt(len(rr))
    changes = 100 * np.abs(np.diff(rr)) / middle
    variation = float(np.median(changes))
    return (
        figure("heart rate", rate, "/min", rate * spread / middle),
        figure("RR variation", variation, "%", float(np.std(changes)) / np.sqrt(len(changes))),
    )


def rr_intervals(times: Doubles, seconds: float) -> Doubles | None:
    """The RR intervals in seconds; None where too few beats or too short a time is seen."""
    too_few = seconds < MEASURE.min_rhythm_s or len(times) < MEASURE.min_beats
    return None if too_few else np.diff(times)


def is_regular(times: Doubles) -> bool:
    """Whether the RR intervals hardly vary."""
    rr = np.diff(times)
    return len(rr) > 1 and float(np.std(rr)) <= MEASURE.max_regular_rr * float(np.mean(rr))
