"""Names of the files of a page: the page's name, then one of these suffixes."""

from __future__ import annotations

from pathlib import Path

from ecgimg.recording.formats import FORMATS

PAGE_JSON = ".json"
OVERLAY = ".overlay.png"
REPORT_JSON = ".report.json"
REPORT_HTML = ".report.html"
SCREEN_JSON = ".screen.json"
SCREEN_OVERLAY = ".screen.png"
DEBUG = ".debug"
"""A folder of pictures of the steps."""
DIGITIZE_SUFFIXES = (PAGE_JSON, *(suffix for one in FORMATS for suffix in one.suffixes), OVERLAY)
"""All files that digitizing may write for a page; the record comes first."""
DIAGNOSE_SUFFIXES = (REPORT_JSON, REPORT_HTML)
SCREEN_SUFFIXES = (SCREEN_JSON, SCREEN_OVERLAY)
_PICTURES = (OVERLAY, SCREEN_OVERLAY)


_STEMS = {suffix: one.stem for one in FORMATS for suffix in one.suffixes}


def file_name(name: str, suffix: str) -> str:
    """The name of one file of a page; a format may not hold every name, see `ecgimg.recording.formats`."""
    return f"{_STEMS.get(suffix, str)(name)}{suffix}"


def is_own_picture(path: Path) -> bool:
    """Whether a picture is one that a run wrote, not a page."""
    return path.name.endswith(_PICTURES)
