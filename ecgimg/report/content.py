"""What a report says, as text in one language: the content that its HTML and its PDF share.

The first part answers in 20 seconds: conclusion, rhythm, figures, leading findings with their evidence, quality, and
what is missing. The redrawn ECG follows, then the details.
"""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.recording.plot import Color


@dataclass(frozen=True)
class Figure:
    """A figure with its unit, and what qualifies it: its uncertainty, or why there is none."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class FindingText:
    """A finding; `letter` and `hue` are those of its evidence in the drawings, empty and None without any.

    `kind` is its English verdict, for the look. `share` and `threshold` lie in 0..1.
    """

    name: str
    verdict: str
    kind: str
    percent: str
    share: float
    threshold: float
    evidence: str
    opinions: str
    letter: str = ""
    hue: Color | None = None
    is_below: bool = False


@dataclass(frozen=True)
class Notes:
    """A titled list of sentences."""

    title: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A row of a table; `kind` is "on", "off" or empty, for the look; `small` stands below its first cell."""

    cells: tuple[str, ...]
    kind: str = ""
    small: str = ""


@dataclass(frozen=True)
class Table:
    """A titled table; `note` stands below it. Behind its first column are `n_figures` of figures, then words."""

    title: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    n_figures: int
    note: str = ""


@dataclass(frozen=True)
class Summary:
    """The first part; `findings` are the leading ones and `more` says how many follow in the details."""

    title: str
    conclusion: str
    rhythm: str
    refusal: Notes | None
    figures_title: str
    figures: tuple[Figure, ...]
    findings_title: str
    findings: tuple[FindingText, ...]
    no_finding: str
    more: str
    notes: tuple[Notes, ...]


@dataclass(frozen=True)
class EcgText:
    """The redrawn ECG as an SVG in true size, its title, the legend of its letters, and notes on scale and marks."""

    title: str
    svg: str
    legend: tuple[FindingText, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PhotoText:
    """The photo as it may be shown, a JPEG, None where none may; and its caption."""

    title: str
    jpeg: bytes | None
    alt: str
    caption: str


@dataclass(frozen=True)
class ReportText:
    """A whole report."""

    language: str
    kind: str
    name: str
    facts: tuple[str, ...]
    summary: Summary
    ecg: EcgText | None
    details_title: str
    details: tuple[PhotoText | Table | Notes, ...]
    disclaimer: str
    made_by: str
