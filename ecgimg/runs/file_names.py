"""Names of the files in an output folder: a page's name and a suffix, and the two files of the whole folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecgimg.recording.formats import (
    ALIGNED_ARRAYS,
    ALIGNED_IMAGE,
    ALIGNED_JSON,
    ALIGNED_MEETI,
    FORMATS,
    recording_format,
)
from ecgimg.recording.record_name import MAX_LETTERS

PAGE_JSON = ".json"
DICOM_PHOTO = ".photo.dcm"
OVERLAY = ".overlay.png"
OVERLAY_THUMBNAIL = ".overlay.thumb.jpg"
REPORT_JSON = ".report.json"
REPORT_HTML = ".report.html"
REPORT_PDF = ".report.pdf"
REPORT_THUMBNAIL = ".report.thumb.jpg"
MEASURE_JSON = ".measure.json"
COMPLETE_JSON = ".complete.json"
COMPLETE_PICTURE = ".complete.png"
COMPLETED = "-complete"
"""Stands after a page's name in the files of its completed recording, so that no name hides that it was completed."""
SCREEN_JSON = ".screen.json"
SCREEN_OVERLAY = ".screen.png"
SCREEN_THUMBNAIL = ".screen.thumb.jpg"
DEBUG = ".debug"
"""A folder of pictures of the steps."""
SUMMARY = "summary.csv"
INDEX = "index.html"
FOLDER_FILES = (SUMMARY, INDEX)
"""Files of the whole folder, which no page may have."""
MAX_NAME_BYTES = 170
"""Bytes of a page's name: with a page number, a suffix and a temporary name it has the 255 bytes of a file name."""
NAMELESS = "page"


@dataclass(frozen=True)
class FileSet:
    """Suffixes of the files of a page that one record owns; `record` is the record's own."""

    record: str
    others: tuple[str, ...]

    @property
    def suffixes(self) -> tuple[str, ...]:
        """All suffixes, the record's first."""
        return (self.record, *self.others)


def recording_files(formats: Sequence[str], dicom_photo: bool = False) -> FileSet:
    """The files of a recording in some formats, and of its page's photo in DICOM where it is asked for."""
    suffixes = [suffix for name in formats for suffix in recording_format(name).suffixes]
    return FileSet(PAGE_JSON, (*suffixes, *((DICOM_PHOTO,) if dicom_photo else ()), OVERLAY, OVERLAY_THUMBNAIL))


def complete_files(formats: Sequence[str]) -> FileSet:
    """The files of a completed recording in some formats."""
    suffixes = [f"{COMPLETED}{suffix}" for name in formats for suffix in recording_format(name).suffixes]
    return FileSet(COMPLETE_JSON, (*suffixes, COMPLETE_PICTURE))


def completed_stem(stem: Callable[[str], str]) -> Callable[[str], str]:
    """How a format's files are named where COMPLETED stands after the name: short enough for both."""
    return lambda name: stem(name)[: MAX_LETTERS - len(COMPLETED)] if stem is not str else name


RECORDING_FILES = recording_files([one.name for one in FORMATS], dicom_photo=True)
REPORT_FILES = FileSet(REPORT_JSON, (REPORT_HTML, REPORT_PDF, REPORT_THUMBNAIL))
SCREEN_FILES = FileSet(SCREEN_JSON, (SCREEN_OVERLAY, SCREEN_THUMBNAIL))
MEASURE_FILES = FileSet(MEASURE_JSON, ())
ALIGNED_FILES = FileSet(ALIGNED_JSON, (ALIGNED_ARRAYS, ALIGNED_IMAGE, ALIGNED_MEETI))
COMPLETE_FILES = complete_files([one.name for one in FORMATS])
FILE_SETS = (RECORDING_FILES, REPORT_FILES, SCREEN_FILES, MEASURE_FILES, ALIGNED_FILES, COMPLETE_FILES)
"""All files that runs may write for a page; no two sets share one."""
_PICTURES = (
    OVERLAY, OVERLAY_THUMBNAIL, REPORT_THUMBNAIL, SCREEN_OVERLAY, SCREEN_THUMBNAIL, ALIGNED_IMAGE, DICOM_PHOTO,
    COMPLETE_PICTURE,
)  # fmt: skip
_STEMS = {suffix: one.stem for one in FORMATS for suffix in one.suffixes}
_STEMS |= {f"{COMPLETED}{suffix}": completed_stem(one.stem) for one in FORMATS for suffix in one.suffixes}


def file_name(name: str, suffix: str) -> str:
    """The name of one file of a page; a format may not hold every name, see `ecgimg.recording.formats`."""
    return f"{_STEMS.get(suffix, str)(name)}{suffix}"


def is_own_picture(path: Path) -> bool:
    """Whether a picture is one that a run wrote, not a page."""
    return path.name.endswith(_PICTURES)


def page_name(stem: str) -> str:
    """The name of a page for the stem of its file; a stem that every system can hold stays as it is.

    Bytes that are not UTF-8 and control characters become `_`, and what is longer than `MAX_NAME_BYTES` is cut. Stems
    that differ may become the same.
    """
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", "_", stem)
    return text.encode()[:MAX_NAME_BYTES].decode(errors="ignore") or NAMELESS
