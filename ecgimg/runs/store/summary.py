"""What a store holds, in figures: how pages ended and why, how sure they are, their formats and scales, their time."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ecgimg.runs.store.read import StoredPages
from ecgimg.runs.store.table import STATUS, Row

COLUMNS = (
    STATUS, "reason", "layout", "confidence", "paper_speed", "paper_speed_from", "gain", "gain_from", "seconds",
)  # fmt: skip
CONFIDENCE_EDGES = (0.0, 0.5, 0.8, 0.9, 0.95, 1.0)
PERCENTILES = (5, 50, 95)
MAX_REASONS = 20
MAX_REASON_LETTERS = 100


@dataclass
class StoreSummary:
    """Counts over the pages of a store; what is counted of pages that were read is counted of those with status ok."""

    statuses: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    layouts: Counter[str] = field(default_factory=Counter)
    speeds: Counter[tuple[float, str]] = field(default_factory=Counter)
    gains: Counter[tuple[float, str]] = field(default_factory=Counter)
    confidences: array[float] = field(default_factory=lambda: array("f"))
    seconds: array[float] = field(default_factory=lambda: array("f"))

    @classmethod
    def of(cls, rows: Iterable[Row]) -> StoreSummary:
        """The summary of rows with `COLUMNS`."""
        summary = cls()
        for row in rows:
            summary.add(row)
        return summary

    def add(self, row: Row) -> None:
        """Counts a page."""
        self.statuses[row[STATUS]] += 1
        self.seconds.append(row["seconds"] or 0.0)
        if row[STATUS] != "ok":
            self.reasons[row[STATUS], _without_place(row["reason"])] += 1
            return
        if row["layout"]:
            self.layouts[row["layout"]] += 1
        if row["paper_speed"] is not None:
            self.speeds[row["paper_speed"], row["paper_speed_from"]] += 1
        if row["gain"] is not None:
            self.gains[row["gain"], row["gain_from"]] += 1
        if row["confidence"] is not None:
            self.confidences.append(row["confidence"])

    @property
    def pages(self) -> int:
        """All pages."""
        return self.statuses.total()


Rows = list[tuple[str, ...]]
Table = tuple[str, tuple[str, ...], Rows]
"""A title, the names of columns, and rows of cells."""


def summarise(pages: StoredPages) -> StoreSummary:
    """The summary of a store."""
    return StoreSummary.of(pages.rows(COLUMNS))


def tables(summary: StoreSummary) -> list[Table]:
    """The summary as tables, those without rows left out."""
    total, ok = summary.pages, summary.statuses["ok"]
    reasons: Rows = [(status, reason, str(n)) for (status, reason), n in summary.reasons.most_common(MAX_REASONS)]
    found: list[Table] = [
        ("Pages", ("status", "pages", "share"), _shares([(k, n) for k, n in summary.statuses.most_common()], total)),
        ("Without a result", ("status", "reason", "pages"), reasons),
        ("Confidence", ("from", "to", "pages", "share"), _histogram(summary.confidences)),
        ("Layouts", ("layout", "pages", "share"), _shares(summary.layouts.most_common(), ok)),
        ("Paper speed", ("mm/s", "from", "pages", "share"), _scales(summary.speeds, ok)),
        ("Gain", ("mm/mV", "from", "pages", "share"), _scales(summary.gains, ok)),
        ("Seconds a page", ("mean", *(f"{p} %" for p in PERCENTILES), "all"), _seconds(summary.seconds)),
    ]
    return [table for table in found if table[2]]


def as_text(found: Sequence[Table]) -> str:
    """Tables as lines of Markdown."""
    lines = []
    for title, names, rows in found:
        lines += [f"## {title}", "", f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
        lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
        lines.append("")
    return "\n".join(lines)


def _without_place(reason: str) -> str:
    """A reason without the file that it names, so that pages with one fault are counted together."""
    words = ["FILE" if "/" in word else word for word in reason.split()]
    return " ".join(words)[:MAX_REASON_LETTERS]


def _shares(counts: Iterable[tuple[str, int]], total: int) -> Rows:
    return [(name, str(n), f"{n / total:.1%}") for name, n in counts]


def _scales(counts: Counter[tuple[float, str]], total: int) -> Rows:
    return [(f"{value:g}", source, str(n), f"{n / total:.1%}") for (value, source), n in counts.most_common()]


def _histogram(values: array[float]) -> Rows:
    if not values:
        return []
    counts, _ = np.histogram(np.asarray(values), CONFIDENCE_EDGES)
    edges = zip(CONFIDENCE_EDGES[:-1], CONFIDENCE_EDGES[1:], counts.tolist(), strict=True)
    return [(f"{low:g}", f"{high:g}", str(n), f"{n / len(values):.1%}") for low, high, n in edges]


def _seconds(values: array[float]) -> Rows:
    if not values:
        return []
    found = np.asarray(values, np.float64)
    return [tuple(f"{v:.2f}" for v in (found.mean(), *np.percentile(found, PERCENTILES), found.sum()))]
