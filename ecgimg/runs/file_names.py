"""Names of the files of a page: the page's name, then one of these suffixes."""

from __future__ import annotations

from pathlib import Path

from ecgimg.recording.formats import WRITTEN

PAGE_JSON = ".json"
OVERLAY = ".overlay.png"
REPORT = ".report"
REPORT_JSON = f"{REPORT}.json"
REPORT_HTML = f"{REPORT}.html"
SCREEN_JSON = ".screen.json"
SCREEN_OVERLAY = ".screen.png"
DEBUG = ".debug"
"""A folder of pictures of the steps."""
_WRITTEN = {suffix: one for one in WRITTEN for suffix in one.suffixes}
DIGITIZE_SUFFIXES = (PAGE_JSON, *_WRITTEN, OVERLAY)
"""All files that digitizing may write for a page; the record comes first."""
DIAGNOSE_SUFFIXES = (REPORT_JSON, REPORT_HTML, *(f"{REPORT}{suffix}" for suffix in _WRITTEN))
SCREEN_SUFFIXES = (SCREEN_JSON, SCREEN_OVERLAY)
_PICTURES = (OVERLAY, SCREEN_OVERLAY)


def file_name(name: str, suffix: str) -> str:
    """The name of one file of a page; a format may not hold every name, see `ecgimg.recording.formats`."""
    part = REPORT if suffix.startswith(REPORT) else ""
    rest = suffix.removeprefix(REPORT)
    stem = f"{name}{part}"
    return f"{_WRITTEN[rest].stem(stem) if rest in _WRITTEN else stem}{rest}"


def is_own_picture(path: Path) -> bool:
    """Whether a picture is one that a run wrote, not a page."""
    return path.name.endswith(_PICTURES)
