"""Which format a file of signals has, by its first bytes; by its suffix only where the format has no mark."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ecgimg.errors import UnreadableInputError
from ecgimg.io.files import open_regular

SUFFIXES = frozenset((".hea", ".dcm", ".edf", ".xml"))
"""Suffixes of recordings that a folder is searched for; a table or JSON in a folder need not be an ECG."""
_HEAD_BYTES = 4096
_XML_ROOTS = {"AnnotatedECG": "aecg", "RestingECG": "muse", "restingecgdata": "philips"}
_ELEMENT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")


def is_recording(path: Path) -> bool:
    """Whether a file is a recording and no picture; UnreadableInputError where it can't be opened."""
    return kind_of(path) is not None


def main_file(path: Path) -> Path:
    """The file that stands for a recording: the header of a WFDB record, else the file itself."""
    if not os.path.lexists(path) and path.name and os.path.isfile(f"{path}.hea"):
        return path.with_name(f"{path.name}.hea")
    return path.with_suffix(".hea") if path.suffix == ".dat" and os.path.isfile(path.with_suffix(".hea")) else path


def kind_of(path: Path) -> str | None:
    """The name of the format of a file (see `ecgimg.recording.formats`), None where it is no recording.

    DICOM counts as a recording only where the object is a waveform; a WFDB record is its header, or its name without a
    suffix beside the header.

    Raises:
        UnreadableInputError: the file can't be opened.
    """
    if main_file(path).suffix == ".hea":
        return "wfdb"
    try:
        with open_regular(path) as file:
            head = file.read(_HEAD_BYTES)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        what = f"{path} is a folder" if os.path.isdir(path) else f"{path}: {getattr(error, 'strerror', None) or error}"
        raise UnreadableInputError(what, where="load", remedy="check the path and the right to read it") from error
    return _kind_of(head, path.suffix.lower())


def _kind_of(head: bytes, suffix: str) -> str | None:
    if head[128:132] == b"DICM":
        return "dicom" if _is_waveform(head) else None
    if head.startswith(b"0       "):
        return "edf"
    if head.startswith(b"MATLAB 5.0"):
        return "mat"
    text = _text(head).lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        names = [match.group(2) for match in _ELEMENT.finditer(re.sub(r"<[!?][^>]*>", "", text))]
        return next((_XML_ROOTS[name] for name in names[:1] if name in _XML_ROOTS), None)
    if text.startswith("{") and '"resourceType"' in text:
        return "fhir"
    return "csv" if suffix == ".csv" else None


def _is_waveform(head: bytes) -> bool:
    """Whether the SOP class in the file's meta information is one of waveforms."""
    return b"1.2.840.10008.5.1.4.1.1.9." in head


def _text(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8-sig", "replace")
