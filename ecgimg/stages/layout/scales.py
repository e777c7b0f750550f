"""Paper speed and gain of a page, decided in one place: PageObservations, the user's options -> Scale.

Every sign of a scale is a `ScaleWitness` with the confidence that it alone gives: the user, the printed text, the
pulses, the length of the curves, and the shape of the beats. The user's value is used where there is one. Else the log
odds of the witnesses of each value are added, and the value with most is used. Witnesses of another value that is about
as probable stay with the decision as contradictions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.page import Scale, ScaleWitness, Source, Trace
from ecgimg.datamodel.probability import log_odds, softmax
from ecgimg.layouts import PAPER_SPEEDS, Layout
from ecgimg.networks.paper_speed import SPEEDS, STEP_MM, USUAL, load_paper_speed
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.observations import PageObservations, heights_mm
from ecgimg.stages.layout.origin import agreed_length

PULSE_GAINS = (5.0, 10.0, 20.0)
"""Gains in mm/mV that a pulse may show."""
RARE_GAIN = 2.5
"""The gain in mm/mV for which part of a printed "25 mm/s" is taken at times."""


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
    """Paper speed by all its witnesses; the rivals' own where there is none."""
    usual = rivals[0].paper_speed
    witnesses = (
        *_stated("given", options.paper_speed, 1.0),
        *_stated("text", page.scales.speed, C.printed_speed_confidence),
        *speed_of_pulses(page, usual),
        *speed_of_length(page, rivals),
        *speed_of_beats(page.lines, page.px_per_mm, usual),
    )
    return decide(witnesses, usual)


def decide_gain(page: PageObservations, options: LayoutOptions) -> Scale:
    """Gain by all its witnesses; 10 mm/mV where there is none. A pulse is what the paper shows, text only states it."""
    witnesses = (
        *_stated("given", options.gain, 1.0),
        *gain_of_pulses(page),
        *_stated("text", page.scales.gain, _printed_gain_confidence(page.scales.gain)),
    )
    return decide(witnesses, C.usual_gain)


def decide_chest_gain(page: PageObservations, options: LayoutOptions) -> Scale | None:
    """Gain of the chest leads where it is printed apart from the others'.

    A user's gain that is not the others' printed one is that of all leads.
    """
    if page.scales.chest_gain is None or options.gain not in (None, page.scales.gain):
        return None
    return decide(_stated("text", page.scales.chest_gain, C.printed_gain_confidence), C.usual_gain)


def decide(witnesses: tuple[ScaleWitness, ...], usual: float) -> Scale:
    """The scale by its witnesses: the user's value, else the most probable one, else the usual one.

    Witnesses of another value contradict it where the page makes the used value not much more probable than theirs.
    """
    if not witnesses:
        return Scale(usual, "assumed")
    shown = [w for w in witnesses if w.source != "given"]
    odds = {v: sum(float(log_odds(w.confidence)) for w in shown if w.value == v) for v in {w.value for w in witnesses}}
    best = max(witnesses, key=lambda w: (w.source == "given", odds[w.value], w.confidence))
    margin = float(log_odds(C.contradiction_confidence))
    contradictions = tuple(w for w in shown if w.value != best.value and odds[best.value] - odds[w.value] < margin)
    return Scale(best.value, best.source, witnesses, contradictions)


def speed_of_beats(lines: tuple[Trace, ...], px_per_mm: float, usual: float) -> tuple[ScaleWitness, ...]:
    """The most probable speed by the beats of a page's curves and by how common each is; none where it is unclear."""
    likelihoods = load_paper_speed().log_likelihoods([heights_mm(line, px_per_mm, STEP_MM) for line in lines])
    if likelihoods is None:
        return ()
    common = dict(zip(SPEEDS, C.speed_shares, strict=True))
    common[usual], common[USUAL] = common[USUAL], common[usual]
    posterior = softmax(likelihoods + np.log([common[speed] for speed in SPEEDS]), axis=0)
    best = int(posterior.argmax())
    confidence = min(float(posterior[best]), C.max_beats_confidence)
    return (ScaleWitness("beats", SPEEDS[best], confidence),) if confidence >= C.min_beats_confidence else ()


def speed_of_length(page: PageObservations, rivals: list[Layout]) -> tuple[ScaleWitness, ...]:
    """The speed at which curves that are too long for the usual one have a format's length.

    Short curves are no sign: a page may be cut, or printed short. Curves are never longer than their time.
    """
    fits = {
        speed
        for speed in PAPER_SPEEDS
        if any(abs(page.length_mm / (rival.seconds * speed) - 1) < C.length_tolerance for rival in rivals)
    }
    fast = tuple(speed for speed in fits if speed > rivals[0].paper_speed)
    return (ScaleWitness("signal", fast[0], C.length_confidence),) if len(fits) == len(fast) == 1 else ()


def speed_of_pulses(page: PageObservations, usual: float) -> tuple[ScaleWitness, ...]:
    """The speed at which pulses that are too wide for the usual one last 0.2 s; narrow ones are drawn at any speed."""
    if not page.pulses:
        return ()
    width = float(np.median([pulse.right - pulse.left for pulse in page.pulses])) / page.px_per_mm
    fits = [v for v in PAPER_SPEEDS if v > usual and abs(width / (C.pulse_s * v) - 1) < C.pulse_width_tolerance]
    return tuple(ScaleWitness("pulse", speed, C.pulse_width_confidence) for speed in fits)


def gain_of_pulses(page: PageObservations) -> tuple[ScaleWitness, ...]:
    """The gain of the calibration pulses; none where their height is near to no usual gain."""
    if not page.pulses:
        return ()
    height = float(np.median([p.height for p in page.pulses])) / page.px_per_mm / C.pulse_mv
    nearest = min(PULSE_GAINS, key=lambda gain: abs(np.log(height / gain)))
    several = len(page.pulses) > 1
    if abs(height / nearest - 1) >= (C.pulses_tolerance if several else C.lone_pulse_tolerance):
        return ()
    return (ScaleWitness("pulse", nearest, C.pulses_confidence if several else C.lone_pulse_confidence),)


def without_grid(page: PageObservations, layout: Layout, speed: Scale) -> Scale:
    """Paper speed on a page without a grid, by the length of its rows and the starts of their stretches.

    Such a page's millimetres come from its pulses, which are a few percent off.
    """
    length_mm = agreed_length(page, layout, layout.seconds * speed.value, C.gridless_tolerance)
    return speed if length_mm is None else replace(speed, value=length_mm / layout.seconds, source="signal")


def _stated(source: Source, value: float | None, confidence: float) -> tuple[ScaleWitness, ...]:
    """The witness of a value that is stated; none where it is not."""
    return () if value is None else (ScaleWitness(source, value, confidence),)


def _printed_gain_confidence(gain: float | None) -> float:
    """The confidence of a printed gain in mm/mV."""
    return C.rare_gain_confidence if gain == RARE_GAIN else C.printed_gain_confidence
