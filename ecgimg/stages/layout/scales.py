"""Paper speed and gain of a page: PageObservations, the user's options -> Scale with its source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import Scale, Trace
from ecgimg.layouts import PAPER_SPEEDS, Layout
from ecgimg.networks.paper_speed import FAST, STEP_MM, USUAL, load_paper_speed
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.observations import PageObservations
from ecgimg.stages.layout.origin import agreed_length

PULSE_GAINS = (5.0, 10.0, 20.0)
"""Gains in mm/mV that a pulse may show."""


@dataclass(frozen=True)
class LayoutOptions:
    """What the user knows of a page: formats to choose from; paper speed (mm/s) and gain (mm/mV), None to read them."""

    layouts: tuple[Layout, ...]
    paper_speed: float | None = None
    gain: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the user left the format to the page."""
        return len(self.layouts) > 1


def decide_paper_speed(page: PageObservations, options: LayoutOptions, rivals: list[Layout]) -> Scale:
    """Paper speed: the user's; else the printed one; else the one at which the curves have a format's length; else the
    beats'; else the usual one.
    """
    if options.paper_speed is not None:
        return Scale(options.paper_speed, "given")
    printed = page.scales.speed
    if printed is not None:
        return Scale(printed, "text")
    usual = rivals[0].paper_speed
    fits = [
        speed
        for speed in PAPER_SPEEDS
        if any(abs(page.length_mm / (rival.seconds * speed) - 1) < C.length_tolerance for rival in rivals)
    ]
    if len(fits) == 1 and fits[0] != usual:
        return Scale(fits[0], "signal")
    by_beats = speed_of_beats(page.lines, page.px_per_mm) if usual == USUAL else None
    return Scale(usual, "assumed") if by_beats is None else Scale(by_beats, "beats")


def speed_of_beats(lines: tuple[Trace, ...], px_per_mm: float) -> float | None:
    """Paper speed in mm/s by the beats of a page's curves; None where they don't decide."""
    odds = load_paper_speed().log_odds([_in_mm(line, px_per_mm) for line in lines])
    if odds is None or C.usual_log_odds <= odds <= C.fast_log_odds:
        return None
    return FAST if odds > C.fast_log_odds else USUAL


def speed_of_length(page: PageObservations, layout: Layout, speed: Scale) -> Scale:
    """Paper speed on a page without a grid, by the length of its rows and the starts of their stretches.

    Such a page's millimetres come from its pulses, which are a few percent off.
    """
    length_mm = agreed_length(page, layout, layout.seconds * speed.value, C.gridless_tolerance)
    return speed if length_mm is None else Scale(length_mm / layout.seconds, "signal")


def decide_gain(page: PageObservations, options: LayoutOptions) -> Scale:
    """Gain: the user's; else the calibration pulse's (it is what the paper shows); else the printed one; else 10."""
    if options.gain is not None:
        return Scale(options.gain, "given")
    if page.pulses:
        height = float(np.median([p.height for p in page.pulses])) / page.px_per_mm / C.pulse_mv
        nearest = min(PULSE_GAINS, key=lambda gain: abs(np.log(height / gain)))
        tolerance = C.pulses_tolerance if len(page.pulses) > 1 else C.lone_pulse_tolerance
        if abs(height / nearest - 1) < tolerance:
            return Scale(nearest, "pulse")
    printed = page.scales.gain
    return Scale(printed, "text") if printed is not None else Scale(C.usual_gain, "assumed")


def _in_mm(line: Trace, px_per_mm: float) -> Floats:
    """A curve's height [N] in millimetres every STEP_MM from the sheet's left border on; NaN where it is not seen."""
    place = np.arange(0, (len(line.y) - 1) * line.step / px_per_mm, STEP_MM)
    at = np.rint(place * px_per_mm / line.step).astype(int)
    return np.where(line.confidence[at] > C.min_known_confidence, line.y[at] / px_per_mm, np.nan).astype(np.float32)
