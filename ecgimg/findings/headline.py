"""The headline of a page: its findings in the order in which a reader should see them, made here for every output.

The report's first page, the line on the terminal, the table of the report and `summary.csv` all show this order. A
diagnostic group stands together with its statements, so that neither hides the other. First comes what is likely, then
what the two networks contradict each other on, then what is possible. Within these an urgent finding comes before other
abnormal ones, and these before normal ones; then the more probable one comes first. It is an order of reading, no
triage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ecgimg.findings.opinions import CONTRADICTION, Verdict
from ecgimg.findings.statements import GROUPS, URGENCIES, statement

RANKS: tuple[Verdict, ...] = ("likely", "not assessable", "possible")
"""Verdicts of a headline, in their order; not assessable are only contradictions of the networks."""
WORDS: dict[Verdict, str] = {"likely": "likely", "not assessable": "contradictory", "possible": "possible"}


class Stated(Protocol):
    """A finding of a report, or of its JSON."""

    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def group(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def verdict(self) -> Verdict: ...  # noqa: D102
    @property
    def probability(self) -> float: ...  # noqa: D102
    @property
    def why(self) -> str: ...  # noqa: D102


F = TypeVar("F", bound=Stated)


@dataclass(frozen=True, eq=False)
class Entry(Generic[F]):
    """A finding of the headline; a diagnostic group has its statements below it, in their own order."""

    finding: F
    statements: tuple[F, ...] = ()

    @property
    def rank(self) -> tuple[int, int, float]:
        """Place in the headline, lowest first: verdict, urgency, falling probability; a group has its best verdict."""
        verdict, urgency = (min(part) for part in zip(*map(_rank, (self.finding, *self.statements)), strict=True))
        return verdict, urgency, -self.finding.probability

    @property
    def verdict(self) -> Verdict:
        """The verdict by which it is sorted."""
        return RANKS[self.rank[0]]


def headline(findings: Iterable[F]) -> tuple[Entry[F], ...]:
    """The findings that are likely or possible, and those on which the networks contradict each other, in order."""
    shown = [finding for finding in findings if _is_shown(finding)]
    groups = {finding.code for finding in shown if finding.group == "superclass"}
    below: dict[str, list[F]] = {code: [] for code in groups}
    alone: list[F] = []
    for finding in shown:
        parent = statement(finding.code, finding.group).parent
        (below[parent] if parent in groups else alone).append(finding)
    entries = [Entry(finding, _below(finding, below)) for finding in alone]
    return tuple(sorted(entries, key=lambda entry: entry.rank))


def in_order(entries: Iterable[Entry[F]]) -> tuple[F, ...]:
    """The findings of a headline one after the other, a group before its statements."""
    return tuple(finding for entry in entries for finding in (entry.finding, *entry.statements))


def sorted_findings(findings: Sequence[F]) -> tuple[F, ...]:
    """All findings: those of the headline in its order, then the others by group and falling probability."""
    first = in_order(headline(findings))
    groups = list(GROUPS)
    rest = [finding for finding in findings if not any(finding is one for one in first)]
    return (*first, *sorted(rest, key=lambda finding: (groups.index(finding.group), -finding.probability)))


def headline_text(entries: Sequence[Entry[F]], most: int) -> str:
    """A headline in one line, `most` entries of it: "likely: A 92 %, B 71 % (C 60 %); possible: D 12 %"."""
    if not entries:
        return "nothing likely or possible"
    parts = []
    for verdict in RANKS:
        named = [_entry_text(entry) for entry in entries[:most] if entry.verdict == verdict]
        if named:
            parts.append(f"{WORDS[verdict]}: {', '.join(named)}")
    more = f"; {len(entries) - most} more" if len(entries) > most else ""
    return "; ".join(parts) + more


def _entry_text(entry: Entry[F]) -> str:
    inner = ", ".join(_finding_text(finding) for finding in entry.statements)
    return f"{_finding_text(entry.finding)} ({inner})" if inner else _finding_text(entry.finding)


def _finding_text(finding: F) -> str:
    return f"{finding.name} {100 * finding.probability:.0f} %"


def _is_shown(finding: Stated) -> bool:
    if finding.verdict == "not assessable":
        return finding.why.startswith(CONTRADICTION)
    return finding.verdict in RANKS


def _below(group: F, below: dict[str, list[F]]) -> tuple[F, ...]:
    """The shown statements of a group in order; one with the group's own name (a normal ECG) would repeat it."""
    if group.group != "superclass":
        return ()
    named = [finding for finding in below[group.code] if finding.name != group.name]
    return tuple(sorted(named, key=lambda finding: (_rank(finding)[0], -finding.probability)))


def _rank(finding: Stated) -> tuple[int, int]:
    return RANKS.index(finding.verdict), URGENCIES.index(statement(finding.code, finding.group).urgency)
