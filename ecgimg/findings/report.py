"""The content of a report: everything that was read and found on one page."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ecgimg.datamodel.page import LayoutMatch, Photo, Sheet
from ecgimg.errors import Refusal
from ecgimg.findings.conclusion import Compared, ConclusionParts, compared, conclusion_parts
from ecgimg.findings.headline import Entry, headline, in_order
from ecgimg.findings.measurements import Measurements
from ecgimg.findings.opinions import Diagnosis, Finding, ReadBy, Screening
from ecgimg.findings.own import OwnFinding
from ecgimg.findings.protocol import RuleInterpretation
from ecgimg.options import PageSettings
from ecgimg.recording.quality import LeadQuality
from ecgimg.recording.recording import Recording


@dataclass(frozen=True, eq=False)
class ReportContent:
    """Everything that a report says about one page or recording; see `ecgimg.diagnose`.

    `photo` is None where a recording was given instead of a page, and `source` is the recording's file, None where it
    had none. `recording`, `measurements`, `interpretation`, `sheet` and `match` are None where the page could not be
    digitized, and `refusal` is the reason.
    `findings` are in the order of `sorted_findings`; `not_visible` lists what the page does not show, `basis` what each
    network saw, and `joined_by` is how their opinions were joined. `own` are the answers of the user's own networks.
    """

    photo: Photo | None
    name: str
    settings: PageSettings
    read_by: ReadBy
    findings: tuple[Finding, ...]
    leads: tuple[LeadQuality, ...]
    measurements: Measurements | None
    not_visible: tuple[str, ...]
    agreement: str
    warnings: tuple[str, ...]
    interpretation: RuleInterpretation | None = None
    recording: Recording | None = None
    sheet: Sheet | None = None
    match: LayoutMatch | None = None
    diagnosis: Diagnosis | None = None
    screening: Screening | None = None
    refusal: Refusal | None = None
    basis: tuple[str, ...] = ()
    joined_by: str = ""
    source: Path | None = None
    own: tuple[OwnFinding, ...] = ()
    timings: tuple[tuple[str, float], ...] = field(default=())

    def finding(self, code: str, group: str = "subclass") -> Finding:
        """The finding of one code; KeyError when there is none."""
        for finding in self.findings:
            if (finding.code, finding.group) == (code, group):
                return finding
        raise KeyError(f"no finding {code!r} in group {group!r}")

    @property
    def positive(self) -> tuple[Finding, ...]:
        """The findings that are likely or possible, in the order of the headline."""
        return tuple(f for f in in_order(self.headline) if f.verdict in ("likely", "possible"))

    @property
    def conclusion(self) -> str:
        """Everything in one line."""
        return self.conclusion_parts.text

    @property
    def conclusion_parts(self) -> ConclusionParts:
        """The conclusion by its parts."""
        return conclusion_parts(self.interpretation, self.measurements, self.findings)

    @property
    def compared(self) -> tuple[Compared, ...]:
        """Where the rules and the networks agree or contradict each other."""
        return compared(self.interpretation, self.findings)

    @property
    def headline(self) -> tuple[Entry[Finding], ...]:
        """What a reader should see first, in order; diagnostic groups with their statements."""
        return headline(self.findings)
