"""What is measured on a recording: waves of each beat and lead, the median beat of each lead, figures of the page.

Every figure has an uncertainty, one standard deviation, or no value and a typed reason. Times are seconds of the
recording, durations and intervals milliseconds, amplitudes millivolts, axes degrees (0 at lead I, 90 at aVF).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, get_args

from ecgimg.datamodel.arrays import require

FIGURES = (
    "heart rate", "RR variation", "P duration", "PR interval", "QRS duration", "QT interval", "QTc Bazett",
    "QTc Fridericia", "QTc Framingham", "QTc Hodges", "QT dispersion", "P axis", "QRS axis", "T axis", "R transition",
)  # fmt: skip
"""Figures that tables have a column for, in this order."""
StForm = Literal["horizontal", "upslope", "declination"]
EndName = Literal["p_onset", "p_end", "qrs_onset", "qrs_end", "t_end"]
END_NAMES: tuple[EndName, ...] = get_args(EndName)
"""Onsets and ends that a page has, and each median beat."""
INTERVALS: dict[str, tuple[EndName, EndName]] = {
    "P duration": ("p_onset", "p_end"),
    "PR interval": ("p_onset", "qrs_onset"),
    "QRS duration": ("qrs_onset", "qrs_end"),
    "QT interval": ("qrs_onset", "t_end"),
}
"""The intervals of a page by name, each from an onset to another end."""


class Missing(StrEnum):
    """Why there is no value."""

    LEAD_UNSEEN = "lead not seen"
    TOO_FEW_BEATS = "too few beats"
    NO_P = "no P wave"
    WAVE_UNSEEN = "wave not seen"
    PACED = "paced"
    TOO_SMALL = "too small to measure"
    CONTRADICTION = "leads contradict each other"


@dataclass(frozen=True)
class Measurement:
    """A figure of the page with its uncertainty (one standard deviation), or no value and the reason.

    `detail` is one more fact on a reason, such as how many beats there are.

    Raises:
        ValueError: neither a value nor a reason is given, or both.
    """

    name: str
    value: float | None
    unit: str
    uncertainty: float | None = None
    reason: Missing | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        require((self.value is None) != (self.reason is None), f"{self.name} has a value or a reason, and not both")

    @property
    def why(self) -> str:
        """The reason with its detail; empty where there is a value."""
        return ": ".join(text for text in (self.reason or "", self.detail) if text) if self.reason else ""


@dataclass(frozen=True)
class Wave:
    """A wave of one lead; an end outside what the page shows is None. `probability` is the network's, 0 to 1."""

    onset: float | None
    peak: float
    end: float | None
    probability: float

    @property
    def duration_ms(self) -> float | None:
        """End less onset; None where one of them is not seen."""
        return None if self.onset is None or self.end is None else 1000 * (self.end - self.onset)


@dataclass(frozen=True)
class Shape:
    """Amplitudes of a beat in one lead in mV from the level at the QRS onset; None where there is no such deflection.

    `q` and `s` are negative. A complex with no positive deflection (QS) has `s` alone. `st` is the level at J, J+40,
    J+60 and J+80 ms, where J is the end of the QRS complex. `r_peak_ms` is the time from the QRS onset to the peak of
    R', or of R where there is no R'; `q_ms`, `r_ms` and `s_ms` are how long these deflections last.
    """

    p: float | None = None
    q: float | None = None
    r: float | None = None
    s: float | None = None
    r2: float | None = None
    t: float | None = None
    st: tuple[float | None, float | None, float | None, float | None] = (None, None, None, None)
    r_peak_ms: float | None = None
    q_ms: float | None = None
    r_ms: float | None = None
    s_ms: float | None = None

    @property
    def net(self) -> float | None:
        """Sum of the highest positive and the deepest negative deflection of QRS."""
        known = [v for v in (self.q, self.r, self.s, self.r2) if v is not None]
        return max(0.0, *known) + min(0.0, *known) if known else None

    @property
    def qrs(self) -> float | None:
        """Peak to peak amplitude of QRS."""
        known = [v for v in (self.q, self.r, self.s, self.r2) if v is not None]
        return max(0.0, *known) - min(0.0, *known) if known else None


@dataclass(frozen=True)
class LeadBeat:
    """One beat of one lead. `beat` is its number on the page, `time` the time of that beat's QRS complex.

    `shows_p_time` is whether the lead is seen before the beat, so that a P wave would show.
    """

    lead: str
    beat: int
    time: float
    qrs: Wave
    p: Wave | None
    t: Wave | None
    shape: Shape
    shows_p_time: bool = True


@dataclass(frozen=True)
class MedianTime:
    """A time of a lead's median beat in ms from the beats' times, and the standard deviation of the beats' own."""

    ms: float
    spread_ms: float


@dataclass(frozen=True)
class MedianBeat:
    """The median of a lead's beats, aligned by the beats' times. A time that fewer than half of the beats show is None.

    `beats` is how many there are, `noise_mv` the standard deviation of the beats around the median, `confidence` that
    of the lead's digitizing, `resolution_ms` the standard deviation of a time that is rounded to the recording's
    samples or the photo's pixels.
    """

    lead: str
    beats: int
    noise_mv: float
    confidence: float
    resolution_ms: float
    shape: Shape
    p_onset: MedianTime | None = None
    p_end: MedianTime | None = None
    qrs_onset: MedianTime | None = None
    qrs_end: MedianTime | None = None
    t_onset: MedianTime | None = None
    t_peak: MedianTime | None = None
    t_end: MedianTime | None = None


@dataclass(frozen=True)
class PageEnd:
    """An onset or end of the page in ms from the beats' times, with its uncertainty (one standard deviation)."""

    ms: float
    uncertainty: float


@dataclass(frozen=True)
class BeatRow:
    """One beat of one lead in the columns of MEETI, with their names: ms, mV, 1/min; None where a value is not seen."""

    lead: str
    beat: int
    HR: float | None
    RR1: float | None
    RR2: float | None
    P_amplitude: float | None
    P_duration: float | None
    PR_interval: float | None
    QRS_amplitude: float | None
    QRS_duration: float | None
    T_amplitude: float | None
    T_duration: float | None
    ST_duration: float | None
    ST_form: StForm | None
    QT_interval: float | None
    QTc: float | None


@dataclass(frozen=True)
class Measurements:
    """Everything that is measured on one recording.

    `figures` are those of the page in the order in which they are reported, `times` of its beats in seconds, `beats`
    those of all leads, `medians` one for each lead that shows a beat, `ends` the onsets and ends of the page between
    which its intervals lie.
    """

    figures: tuple[Measurement, ...]
    times: tuple[float, ...] = ()
    beats: tuple[LeadBeat, ...] = ()
    medians: tuple[MedianBeat, ...] = field(default=())
    ends: Mapping[EndName, PageEnd] = field(default_factory=dict)

    def figure(self, name: str) -> Measurement:
        """The figure of a name; KeyError where there is none."""
        for figure in self.figures:
            if figure.name == name:
                return figure
        raise KeyError(f"no figure {name!r}")

    def median(self, lead: str) -> MedianBeat | None:
        """The median beat of a lead; None where the lead shows none."""
        return next((beat for beat in self.medians if beat.lead == lead), None)
