"""The JSON of measurements, STEM.measure.json: figures of the page, beats and waves of every lead."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final, Literal

from pydantic import Field

from ecgimg.findings.measurements import (
    BeatRow,
    LeadBeat,
    Measurement,
    Measurements,
    MedianBeat,
    MedianTime,
    Shape,
    StForm,
    Wave,
)
from ecgimg.networks.manifest import network_hashes
from ecgimg.options import PageSettings
from ecgimg.schemas.common import PageSource, Part, rounded, versions

SCHEMA: Final = "ecgimg/measure/1"


class MeasurementResult(Part):
    """A figure taken from the signal."""

    name: str = Field(description="such as heart rate or PR interval")
    value: float | None = Field(description="the figure, or null")
    unit: str = Field(description="its unit")
    uncertainty: float | None = Field(default=None, description="one standard deviation, in the same unit, or null")
    reason: str = Field(description="why there is none, else empty")


class WaveResult(Part):
    """A wave of one beat in one lead; seconds of recording time, null where the page does not show an end."""

    onset: float | None = Field(description="where it begins")
    peak: float = Field(description="where it is furthest from the line between its ends")
    end: float | None = Field(description="where it ends")
    probability: float = Field(description="mean probability of the wave's class, 0 to 1")


class ShapeResult(Part):
    """Amplitudes in mV from the level at the QRS onset; null where there is no such deflection."""

    p: float | None = Field(description="P wave")
    q: float | None = Field(description="Q wave, negative")
    r: float | None = Field(description="R wave")
    s: float | None = Field(description="S wave, negative; a QS complex has S alone")
    r2: float | None = Field(description="R' wave")
    t: float | None = Field(description="T wave")
    st: tuple[float | None, float | None, float | None, float | None] = Field(
        description="level at J, J+40, J+60 and J+80 ms, where J is the end of QRS"
    )
    r_peak_ms: float | None = Field(description="time in ms from the QRS onset to the peak of R', or of R")
    q_ms: float | None = Field(description="duration of Q in ms")
    r_ms: float | None = Field(description="duration of R in ms")
    s_ms: float | None = Field(description="duration of S in ms")


class BeatResult(Part):
    """One beat of one lead: its waves, its amplitudes, and the 14 columns that MEETI names."""

    beat: int = Field(description="number of the beat on the page, from 0")
    time: float = Field(description="seconds of recording time of the beat's QRS complex")
    p: WaveResult | None = Field(description="P wave, or null")
    qrs: WaveResult = Field(description="QRS complex")
    t: WaveResult | None = Field(description="T wave, or null")
    shape: ShapeResult
    HR: float | None = Field(description="beats/min, from RR1")
    RR1: float | None = Field(description="ms from the beat before")
    RR2: float | None = Field(description="ms to the next beat")
    P_amplitude: float | None = Field(description="mV")
    P_duration: float | None = Field(description="ms")
    PR_interval: float | None = Field(description="ms from the P onset to the QRS onset")
    QRS_amplitude: float | None = Field(description="mV peak to peak")
    QRS_duration: float | None = Field(description="ms")
    T_amplitude: float | None = Field(description="mV")
    T_duration: float | None = Field(description="ms")
    ST_duration: float | None = Field(description="ms from the end of QRS to the T onset")
    ST_form: StForm | None = Field(description="horizontal, upslope or declination, from J to J+80 ms")
    QT_interval: float | None = Field(description="ms from the QRS onset to the end of T")
    QTc: float | None = Field(description="ms, by Bazett's formula with RR1")


class MedianResult(Part):
    """The median beat of a lead; ends and peaks in ms from the beats' times, null where too few beats show them."""

    beats: int = Field(description="how many beats there are")
    noise_mv: float = Field(description="standard deviation of the beats around their median in mV")
    shape: ShapeResult
    p_onset: float | None = Field(description="onset of P")
    p_end: float | None = Field(description="end of P")
    qrs_onset: float | None = Field(description="onset of QRS")
    qrs_end: float | None = Field(description="end of QRS")
    t_onset: float | None = Field(description="onset of T")
    t_peak: float | None = Field(description="peak of T")
    t_end: float | None = Field(description="end of T")


class MeasuredLead(Part):
    """One lead that shows a beat."""

    median: MedianResult
    beats: tuple[BeatResult, ...]


class MeasureResult(Part):
    """Everything that was measured on one page or recording."""

    schema_: Literal["ecgimg/measure/1"] = Field(
        default=SCHEMA, alias="schema", description="name and version of this schema"
    )
    source: PageSource
    settings: PageSettings
    figures: tuple[MeasurementResult, ...] = Field(description="figures of the page")
    times: tuple[float, ...] = Field(description="seconds of recording time of the beats")
    leads: dict[str, MeasuredLead] = Field(description="the leads that show a beat, by name")
    files: tuple[str, ...] = Field(description="names of the files that belong to this page, in its folder")
    seconds: float = Field(description="time it took")
    network: str = Field(description="first 12 digits of the hash of the delineation network")
    versions: dict[str, str] = Field(description="of Python, this package and the libraries that touch the picture")


def describe_measurements(
    measurements: Measurements,
    rows: tuple[BeatRow, ...],
    source: PageSource,
    settings: PageSettings,
    files: tuple[str, ...],
    seconds: float,
) -> MeasureResult:
    """The JSON content of measurements; `rows` are those of MEETI, one for each of the beats."""
    return MeasureResult(
        source=source,
        settings=settings,
        files=files,
        figures=tuple(describe_measurement(one) for one in measurements.figures),
        times=tuple(rounded(time) for time in measurements.times),
        leads=describe_beats(measurements, rows),
        seconds=round(seconds, 3),
        network=network_hash(),
        versions=versions(),
    )


def describe_beats(measurements: Measurements, rows: tuple[BeatRow, ...]) -> dict[str, MeasuredLead]:
    """The leads that show a beat, for the JSON; `rows` are those of MEETI, one for each of the beats."""
    beats: dict[str, list[BeatResult]] = {}
    for beat, row in zip(measurements.beats, rows, strict=True):
        beats.setdefault(beat.lead, []).append(_beat(beat, row))
    return {m.lead: MeasuredLead(median=_median(m), beats=tuple(beats[m.lead])) for m in measurements.medians}


def describe_measurement(one: Measurement) -> MeasurementResult:
    """One figure for the JSON."""
    return MeasurementResult(name=one.name, value=one.value, unit=one.unit, uncertainty=one.uncertainty, reason=one.why)


def network_hash() -> str:
    """First 12 digits of the SHA-256 of the delineation network; empty where there is none."""
    from ecgimg.networks.delineation import NAME  # with scipy, a second of imports, which the web server does without

    return network_hashes().get(NAME, "")


def _beat(beat: LeadBeat, row: BeatRow) -> BeatResult:
    columns = {name: _short(value) for name, value in asdict(row).items() if name != "lead"}
    return BeatResult(
        time=rounded(beat.time), p=_wave(beat.p), qrs=_seen(beat.qrs), t=_wave(beat.t), shape=_shape(beat.shape),
        **columns,
    )  # fmt: skip


def _median(beat: MedianBeat) -> MedianResult:
    times = ("p_onset", "p_end", "qrs_onset", "qrs_end", "t_onset", "t_peak", "t_end")
    return MedianResult(
        beats=beat.beats, noise_mv=rounded(beat.noise_mv), shape=_shape(beat.shape),
        **{name: _milliseconds(getattr(beat, name)) for name in times},
    )  # fmt: skip


def _milliseconds(time: MedianTime | None) -> float | None:
    return None if time is None else rounded(time.ms)


def _shape(shape: Shape) -> ShapeResult:
    values = {name: _short(value) for name, value in asdict(shape).items() if name != "st"}
    st = [_short(level) for level in shape.st]
    return ShapeResult(st=(st[0], st[1], st[2], st[3]), **values)


def _wave(wave: Wave | None) -> WaveResult | None:
    return None if wave is None else _seen(wave)


def _seen(wave: Wave) -> WaveResult:
    return WaveResult(
        onset=_short(wave.onset), peak=rounded(wave.peak), end=_short(wave.end), probability=rounded(wave.probability)
    )


def _short(value: object) -> Any:
    return rounded(value) if isinstance(value, float) else value
