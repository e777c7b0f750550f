"""The JSON of an aligned record: one ECG as waveform, page, beats and statements, under one identifier.

The samples and curves are in an NPZ file beside it (`arrays`); `docs/aligned.md` has its keys. Coordinates are (x, y)
in pixels of the picture, and the centre of the top left pixel is (0, 0).
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from ecgimg.options import PageSettings
from ecgimg.schemas.common import LeadResult, PageSource, Part
from ecgimg.schemas.measure import MeasuredLead, MeasurementResult
from ecgimg.schemas.report import FindingResult, StatementResult

SCHEMA: Final = "ecgimg/aligned/1"
Origin = Literal["page", "drawn", "recording"]
"""Whether the ECG was read from a page, drawn onto one, or came without any."""
Point = tuple[float, float]


class AlignedWaveform(Part):
    """The samples: `signal`, `shown` and `confidence` in the NPZ file."""

    fs: float = Field(description="samples a second")
    samples: int = Field(description="samples of each lead")
    leads: dict[str, LeadResult] = Field(description="the leads by name, in the order of the arrays' rows")
    recording: str = Field(description="name of the WFDB record with the same samples, empty where there is none")


class AlignedCell(Part):
    """One printed stretch of one lead; its samples are one part of the arrays `curve_...`."""

    lead: str = Field(description="name of the lead")
    sign: int = Field(description="-1 where the lead is printed upside down, else 1")
    line: int = Field(description="row on the page, from 0 at the top")
    is_strip: bool = Field(description="whether it is a rhythm strip")
    start: float = Field(description="seconds of recording time at which it begins")
    seconds: float = Field(description="how long it is")
    box: tuple[float, float, float, float] | None = Field(
        description="x0, y0, x1, y1 around the visible curve, null where none is"
    )


class AlignedText(Part):
    """A printed text."""

    text: str = Field(description="as printed")
    kind: str = Field(description="lead, header, speed, gain or filter")
    lead: str | None = Field(description="the lead that it names, or null")
    corners: tuple[Point, Point, Point, Point] = Field(description="from its top left clockwise")


class AlignedPage(Part):
    """The page and its geometry."""

    image: str = Field(description="file name of the picture, empty where none is stored")
    width: int = Field(description="of the picture in pixels")
    height: int = Field(description="of the picture in pixels")
    exact: bool = Field(description="true where the page was drawn: places and scales are the truth, not read")
    layout: str = Field(description="name of the paper format")
    paper_speed: float = Field(description="mm/s")
    gain: float = Field(description="mm/mV")
    chest_gain: float = Field(description="mm/mV of V1 to V6")
    px_per_mm: float = Field(description="pixels of the straightened sheet a millimetre of paper")
    corners: tuple[Point, Point, Point, Point] = Field(description="of the sheet, from its top left clockwise")
    cells: tuple[AlignedCell, ...] = Field(description="printed stretches, in the order of the curves")
    texts: tuple[AlignedText, ...] = Field(default=(), description="printed texts; of a drawn page only")
    pulses: tuple[tuple[Point, ...], ...] = Field(
        default=(), description="outlines of the calibration pulses, 1 mV high; of a drawn page only"
    )
    wear: dict[str, float] = Field(default={}, description="name and size of each effect; of a drawn page only")


class AlignedBeats(Part):
    """What was measured: figures of the page, and the beats of each lead."""

    figures: tuple[MeasurementResult, ...] = Field(description="figures of the page")
    times: tuple[float, ...] = Field(description="seconds of recording time of the beats")
    leads: dict[str, MeasuredLead] = Field(description="the leads that show a beat, by name")


class AlignedStatements(Part):
    """What is stated, and the evidence for it."""

    interpretation: str = Field(description="plain text, composed of the statements and measurements")
    conclusion: str = Field(description="everything in one line")
    rules: tuple[StatementResult, ...] = Field(description="criteria of the protocol, in its order")
    findings: tuple[FindingResult, ...] = Field(description="of the networks; of `diagnose` only")
    labels: tuple[str, ...] = Field(
        description="diagnostic codes of the record at its source, or requested of the generator; of a drawn page only"
    )
    report: str = Field(
        description="text of the record at its source, or what was requested of the generator; of a drawn page only"
    )
    sex: Literal["male", "female"] | None = Field(description="for whom the limits are, null where it is not known")
    age: int | None = Field(description="years, for the limits; null where it is not known")


class AlignedRecord(Part):
    """One ECG in four parts."""

    schema_: Literal["ecgimg/aligned/1"] = Field(
        default=SCHEMA, alias="schema", description="name and version of this schema"
    )
    id: str = Field(description="the identifier, and the beginning of the files' names")
    origin: Origin = Field(description="page (read from one), drawn (onto one), or recording (without one)")
    generated: bool = Field(default=False, description="whether the generator made the signal: no patient had it")
    source: PageSource
    settings: PageSettings
    arrays: str = Field(description="file name of the NPZ file")
    waveform: AlignedWaveform
    page: AlignedPage | None = Field(description="null where a recording came without one")
    beats: AlignedBeats
    statements: AlignedStatements
    files: tuple[str, ...] = Field(description="names of the files that belong to this record, in its folder")
    warnings: tuple[str, ...] = Field(description="what a reader should know before trusting the record")
    versions: dict[str, str] = Field(description="of Python, this package and the libraries that touch the picture")
    networks: dict[str, str] = Field(description="first 12 digits of the SHA-256 of each packaged network")
