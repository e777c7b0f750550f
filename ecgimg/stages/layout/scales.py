"""Tells the paper speed of a page on which no text does, by its beats: curves -> mm/s, or None where they don't."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import Scale, Trace
from ecgimg.layouts import PAPER_SPEEDS, Layout
from ecgimg.networks.paper_speed import FAST, STEP_MM, USUAL, load_paper_speed
from ecgimg.stages.layout.observations import PageObservations
from ecgimg.stages.layout.origin import LENGTH_TOLERANCE, agreed_length

AT_LEAST, AT_MOST = 4.0, 0.0
"""Log odds of 50 mm/s from which a page is of 50 mm/s, and below which it is of 25. One page of sixteen is of 50, so
that at the former 50 mm/s is three times as likely, and at the latter 25 sixteen times."""
SURE = 0.5
"""Samples of less confidence don't count."""


def speed_of_beats(lines: tuple[Trace, ...], px_per_mm: float) -> float | None:
    """Paper speed in mm/s as the beats of a page's curves tell it; None where they don't."""
    odds = load_paper_speed().log_odds([_in_mm(line, px_per_mm) for line in lines])
    if odds is None or AT_MOST <= odds <= AT_LEAST:
        return None
    return FAST if odds > AT_LEAST else USUAL


def _in_mm(line: Trace, px_per_mm: float) -> Floats:
    """A curve's height in millimetres every STEP_MM from the sheet's left border on."""
    place = np.arange(0, (len(line.y) - 1) * line.step / px_per_mm, STEP_MM)
    at = np.rint(place * px_per_mm / line.step).astype(int)
    return np.where(line.confidence[at] > SURE, line.y[at] / px_per_mm, np.nan).astype(np.float32)


UNRULED_TOLERANCE = 0.08
"""Share by which the scale of a page without a grid may be wrong."""

PULSE_MV = 1.0
"""Height of a calibration pulse."""

LONE_PULSE_TOLERANCE, PULSE_TOLERANCE = 0.07, 0.12
"""Share by which a single pulse, and several that agree, may be higher or lower than a usual gain's."""


def decide_paper_speed(page: PageObservations, options: LayoutOptions, rivals: list[Layout]) -> Scale:
    """Paper speed: the user's, the printed one, the one at which the curves have a format's length, the one that the
    beats tell, the usual.
    """
    if options.paper_speed is not None:
        return Scale(options.paper_speed, "given")
    printed = page.scales.speed
    if printed is not None:
        return Scale(printed, "text")
    length = (page.right - page.left) / page.px_per_mm
    usual = rivals[0].paper_speed
    fits = [s for s in PAPER_SPEEDS if any(abs(length / (r.seconds * s) - 1) < LENGTH_TOLERANCE for r in rivals)]
    if len(fits) == 1 and fits[0] != usual:
        return Scale(fits[0], "signal")
    told = speed_of_beats(page.lines, page.px_per_mm) if usual == USUAL else None
    return Scale(usual, "assumed") if told is None else Scale(told, "beats")


def speed_of_length(page: PageObservations, layout: Layout, speed: Scale) -> Scale:
    """Paper speed on a page whose millimetres only its pulses tell, and not to a few percent: the length of its rows
    and the starts of their stretches tell it better.
    """
    length = agreed_length(page, layout, layout.seconds * speed.value, UNRULED_TOLERANCE)
    return speed if length is None else Scale(length / layout.seconds, "signal")


def decide_gain(page: PageObservations, options: LayoutOptions) -> Scale:
    """Gain: the user's, the calibration pulse's (it is what the paper shows), the printed one, the usual."""
    if options.gain is not None:
        return Scale(options.gain, "given")
    if page.pulses:
        height = float(np.median([p.height for p in page.pulses])) / page.px_per_mm / PULSE_MV
        nearest = min((5.0, 10.0, 20.0), key=lambda gain: abs(np.log(height / gain)))
        tolerance = PULSE_TOLERANCE if len(page.pulses) > 1 else LONE_PULSE_TOLERANCE
        if abs(height / nearest - 1) < tolerance:
            return Scale(nearest, "pulse")
    printed = page.scales.gain
    return Scale(printed, "text") if printed is not None else Scale(10.0, "assumed")


@dataclass(frozen=True)
class LayoutOptions:
    """What the user knows of a page: formats to choose from; paper speed (mm/s) and gain (mm/mV), None to read them."""

    layouts: tuple[Layout, ...]
    paper_speed: float | None = None
    gain: float | None = None
