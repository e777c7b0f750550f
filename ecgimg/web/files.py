"""The files of a page that can be downloaded, and how each is made when somebody wants it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ecgimg.io.files import write_atomically
from ecgimg.options import Language

if TYPE_CHECKING:
    from ecgimg.findings.report import ReportContent
    from ecgimg.recording.export import Export

STEM = "ecg"
ALL = "all.zip"


@dataclass(frozen=True)
class Download:
    """A file: its media type, what writes it into a folder in a language, and which pages have it."""

    media_type: str
    make: Callable[[ReportContent, Path, Language], object]
    is_of: Callable[[ReportContent], bool] = lambda content: True


def names(content: ReportContent) -> tuple[str, ...]:
    """The names of the files that a page has."""
    return tuple(name for name, one in FILES.items() if one.is_of(content))


def _html(content: ReportContent, out: Path, language: Language) -> None:
    from ecgimg.report.html import write_html
    from ecgimg.schemas.report import describe_report

    write_html(content, describe_report(content), out / "report.html", language)


def _pdf(content: ReportContent, out: Path, language: Language) -> None:
    from ecgimg.report.pdf import write_pdf
    from ecgimg.schemas.report import describe_report

    write_pdf(content, describe_report(content), out / "report.pdf", language)


def _json(content: ReportContent, out: Path, language: Language) -> None:
    from ecgimg.schemas.common import write_json
    from ecgimg.schemas.report import describe_report

    write_json(describe_report(content), out / "report.json")


def _overlay(content: ReportContent, out: Path, language: Language) -> None:
    from ecgimg.io.png import write_png
    from ecgimg.report.overlay import overlay_image
    from ecgimg.report.stored_photo import stored_photo

    assert content.photo is not None
    assert content.recording is not None
    photo = stored_photo(content.photo, content.settings.photo, content.recording.geometry)
    write_png(overlay_image(photo, content.recording), out / "overlay.png")


def _wfdb(content: ReportContent, out: Path, language: Language) -> None:
    from ecgimg.recording.wfdb_record import write_wfdb

    write_wfdb(_export(content), out, STEM)
    parts = [out / f"{STEM}.hea", out / f"{STEM}.dat"]
    _zip(parts, out / "wfdb.zip")
    for part in parts:
        part.unlink()


def _csv(content: ReportContent, out: Path, language: Language) -> None:
    from ecgimg.recording.csv_table import write_csv

    write_csv(_export(content), out / "ecg.csv")


def _export(content: ReportContent) -> Export:
    from ecgimg.findings.interpretation import interpret_for_files
    from ecgimg.recording.export import export
    from ecgimg.recording.export_options import ExportOptions

    assert content.recording is not None
    found = interpret_for_files(content.measurements, content.findings)
    return export(content.recording, ExportOptions(), found, STEM)


def _corrections(content: ReportContent, out: Path, language: Language) -> None:
    assert content.settings.corrections is not None
    content.settings.corrections.write(out / "corrections.json")


def _all(content: ReportContent, out: Path, language: Language) -> None:
    wanted = [name for name in names(content) if name != ALL]
    for name in wanted:
        if not (out / name).is_file():
            FILES[name].make(content, out, language)
    _zip([out / name for name in wanted], out / ALL)


def _zip(paths: list[Path], to: Path) -> None:
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, path.name)
    write_atomically(to, data.getvalue())


def _has_recording(content: ReportContent) -> bool:
    return content.recording is not None


def _is_corrected(content: ReportContent) -> bool:
    corrections = content.settings.corrections
    return corrections is not None and bool(corrections.changes)


FILES: dict[str, Download] = {
    "report.pdf": Download("application/pdf", _pdf),
    "report.html": Download("text/html; charset=utf-8", _html),
    "overlay.png": Download("image/png", _overlay, _has_recording),
    "wfdb.zip": Download("application/zip", _wfdb, _has_recording),
    "ecg.csv": Download("text/csv; charset=utf-8", _csv, _has_recording),
    "report.json": Download("application/json", _json),
    "corrections.json": Download("application/json", _corrections, _is_corrected),
    ALL: Download("application/zip", _all),
}
