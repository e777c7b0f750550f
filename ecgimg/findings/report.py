"""The content of a report: everything that was read and found on one page."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecgimg.datamodel.page import LayoutMatch, Photo, Sheet
from ecgimg.findings.opinions import Diagnosis, Finding, Measurement, ReadBy, Screening
from ecgimg.findings.statements import statement
from ecgimg.options import PageSettings
from ecgimg.recording.quality import LeadQuality
from ecgimg.recording.recording import Recording


@dataclass(frozen=True, eq=False)
class ReportContent:
    """Everything that a report says about one page; see `ecgimg.diagnose`.

    `recording`, `sheet` and `match` are None where the page could not be digitized, and `refusal` is the reason.
    `findings` are sorted by probability within each group; `not_visible` lists what the page does not show.
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
        """The findings that are likely or possible, most probable first."""
        found = [f for f in self.findings if f.verdict in ("likely", "possible")]
        return tuple(sorted(found, key=lambda f: -f.probability))

    @property
    def headline(self) -> tuple[Finding, ...]:
        """The positive findings without a diagnostic group of which a subclass is positive too."""
        parents = {statement(*f.key).parent for f in self.positive if f.group == "subclass"}
        return tuple(f for f in self.positive if f.group != "superclass" or f.code not in parents)
