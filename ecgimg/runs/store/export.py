"""Pages of a store as files of recordings again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ecgimg.errors import EcgimgError, UsageError
from ecgimg.findings.interpretation import interpret_figures
from ecgimg.io.files import locked
from ecgimg.recording.export import Interpretation, export
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.formats import FORMAT_NAMES, recording_format
from ecgimg.recording.record_name import record_name
from ecgimg.runs.store.read import StoredPages, recording_of
from ecgimg.runs.store.table import PAGE_COLUMNS, SIGNAL_COLUMNS, Row
from ecgimg.schemas.report import ReportResult

MAX_STEM = 100
"""Letters of a name before its hash: with it a format of short names still holds all."""
_COLUMNS = tuple(name for name in (*PAGE_COLUMNS, *SIGNAL_COLUMNS) if name != "thumbnail")


@dataclass
class Exported:
    """What came of an export: pages that were written, those that have no recording, and why others failed."""

    written: int = 0
    without_recording: int = 0
    failed: Counter[str] = field(default_factory=Counter)


def export_store(
    place: str,
    out: Path,
    formats: Sequence[str],
    where: str,
    options: ExportOptions,
    on_page: Callable[[str], None] = lambda name: None,
) -> Exported:
    """Writes the recordings of the pages that meet a condition, under their names in the store.

    Raises:
        UnreadableInputError, DependencyError, UsageError: as `StoredPages`.
        OutputError: another run is writing into the folder.
    """
    for name in formats:
        if name not in FORMAT_NAMES:
            what, remedy = f"{name} can't be made of a store", f"choose of {', '.join(FORMAT_NAMES)}"
            raise UsageError(what, where="--format", remedy=remedy)
    pages, found = StoredPages(place), Exported()
    taken: set[str] = set()
    out.mkdir(parents=True, exist_ok=True)
    with locked(out):
        for row in pages.rows(_COLUMNS, where):
            recording = recording_of(row)
            if recording is None:
                found.without_recording += 1
                continue
            name = _free_name(row["name"], taken)
            try:
                held = export(recording, options, _interpretation(row), name)
                for one in formats:
                    recording_format(one).write(held, out, name)
            except EcgimgError as error:
                found.failed[str(error)] += 1
            else:
                found.written += 1
                on_page(name)
    return found


def _free_name(name: str, taken: set[str]) -> str:
    """The name of a page's files: its own, with its hash where a format would give it those of another page."""
    key = record_name(name).casefold()
    if key in taken:
        name = f"{name[:MAX_STEM]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        key = record_name(name).casefold()
    taken.add(key)
    return name


def _interpretation(row: Row) -> Interpretation | None:
    """What a format with a place for it holds beside the samples: a report's measurements and findings."""
    if '"ecgimg/report/1"' not in row["json"][:100]:
        return None
    report = ReportResult.model_validate_json(row["json"])
    return interpret_figures(report.measurements, report.findings)
