"""The typed objects right of the recording: what the networks say, what is found, and the report of a page.

Probabilities lie in 0..1 and are calibrated; a threshold is the probability of the best balanced accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ecgimg.statements import statement
from ecgimg.types import Floats, LayoutMatch, Photo, Recording, Sheet

if TYPE_CHECKING:
    from ecgimg.io.reports import ReportResult
    from ecgimg.io.results import PageSettings

Verdict = Literal["likely", "possible", "unlikely", "not assessable"]
"""likely: at least 50 % and the threshold; possible: at least the threshold; unlikely: below it."""
ReadBy = Literal["signal and image", "signal", "image", "nothing"]
"""What a report rests on."""


@dataclass(frozen=True)
class Influence:
    """A stretch of a lead that spoke for a finding: seconds, and the fall of the log odds when it is hidden."""

    lead: str
    start: float
    end: float
    weight: float


@dataclass(frozen=True, eq=False)
class Opinion:
    """What one network says of one statement.

    `saliency` [12, P] is the fall of the log odds when a token is hidden, NaN where a token shows nothing; token p
    covers seconds `bounds[p]` to `bounds[p + 1]`. It is None where nobody asked for it.
    """

    code: str
    group: str
    probability: float
    threshold: float
    saliency: Floats | None = None
    bounds: tuple[float, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Code and group."""
        return self.code, self.group

    @property
    def positive(self) -> bool:
        """Whether the probability reaches the threshold."""
        return self.probability >= self.threshold


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What the signal network says of a recording; `refusal` tells why it says nothing (then `opinions` is empty).

    `quality` is the confidence of what was read, 0 to 1; `lead_seconds` how much was seen.
    """

    opinions: tuple[Opinion, ...]
    quality: float
    lead_seconds: float
    warnings: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, eq=False)
class Screening:
    """What the image network says of a photo, without any signal.

    `ecg` and `readable` are probabilities that the picture shows an ECG, and one that can be read; `abnormal` that it
    is not normal. `saliency` [h, w] in 0..1 covers the photo, None where there is none.
    """

    ecg: float
    readable: float
    abnormal: float
    is_ecg: bool
    is_readable: bool
    is_abnormal: bool
    opinions: tuple[Opinion, ...]
    saliency: Floats | None = None


@dataclass(frozen=True, eq=False)
class Finding:
    """One statement about the page: both opinions, the probability they give together, and the verdict.

    `why` tells why a finding is not assessable. For a subclass `image` is the opinion on its diagnostic group, since
    the image network says nothing of subclasses. `influences` are the stretches that
    spoke for it most, strongest first.
    """

    code: str
    group: str
    name: str
    verdict: Verdict
    probability: float
    threshold: float
    signal: Opinion | None
    image: Opinion | None
    why: str = ""
    influences: tuple[Influence, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Code and group."""
        return self.code, self.group

    @property
    def own_image(self) -> Opinion | None:
        """The image network's opinion on this very statement."""
        return self.image if self.image is not None and self.image.key == self.key else None


@dataclass(frozen=True)
class Measurement:
    """A figure taken from the signal; `value` is None where it can't be taken, and `reason` tells why."""

    name: str
    value: float | None
    unit: str
    reason: str = ""


@dataclass(frozen=True)
class LeadQuality:
    """How well a lead can be seen: `word` is good, doubtful or not visible; `seconds` are those known."""

    lead: str
    word: Literal["good", "doubtful", "not visible"]
    confidence: float
    interval: tuple[float, float] | None
    seconds: float


@dataclass(frozen=True, eq=False)
class Report:
    """Everything that is told about one page; see `ecgimg.diagnose`.

    `recording`, `sheet` and `match` are None where the page could not be digitized, and `refusal` tells why.
    `findings` are sorted by probability within each group; `not_visible` tells what the page leaves open.
    """

    photo: Photo
    name: str
    settings: PageSettings
    read_by: ReadBy
    findings: tuple[Finding, ...]
    leads: tuple[LeadQuality, ...]
    measurements: tuple[Measurement, ...]
    not_visible: tuple[str, ...]
    agreement: str
    warnings: tuple[str, ...]
    recording: Recording | None = None
    sheet: Sheet | None = None
    match: LayoutMatch | None = None
    diagnosis: Diagnosis | None = None
    screening: Screening | None = None
    refusal: str = ""
    timings: tuple[tuple[str, float], ...] = field(default=())

    def finding(self, code: str, group: str = "subclass") -> Finding:
        """The finding of one code; KeyError when there is none."""
        for finding in self.findings:
            if (finding.code, finding.group) == (code, group):
                return finding
        raise KeyError(f"no finding {code!r} in group {group!r}")

    @property
    def positive(self) -> tuple[Finding, ...]:
        """What is likely or possible, most probable first."""
        found = [f for f in self.findings if f.verdict in ("likely", "possible")]
        return tuple(sorted(found, key=lambda f: -f.probability))

    @property
    def headline(self) -> tuple[Finding, ...]:
        """What is likely or possible, without diagnostic groups of which a statement is among it."""
        parents = {statement(*f.key).parent for f in self.positive if f.group == "subclass"}
        return tuple(f for f in self.positive if f.group != "superclass" or f.code not in parents)

    def result(self) -> ReportResult:
        """The report as it is written to STEM.report.json."""
        from ecgimg.io.reports import describe_report

        return describe_report(self)

    def to_json(self, path: str | Path) -> Path:
        """Writes the report as JSON."""
        from ecgimg.io.reports import write_report

        return write_report(self.result(), Path(path))

    def to_html(self, path: str | Path) -> Path:
        """Writes the report as one self-contained HTML file."""
        from ecgimg.report.html import write_html

        return write_html(self, Path(path))
