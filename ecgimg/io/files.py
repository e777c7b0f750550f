"""Files that are opened only where they are files, written whole or not at all, and their hashes."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from functools import lru_cache
from io import BufferedReader
from pathlib import Path

from ecgimg.errors import OutputError


def write_atomically(path: Path, data: bytes) -> Path:
    """Writes a file under a temporary name in its folder and renames it, so that a killed run leaves no half file.

    Raises:
        OutputError: the folder can't be made or the file can't be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True) if part.parent.is_dir() else None
        raise OutputError(f"{path}: {error.strerror or error}", where="output") from error
    return path


def open_regular(path: Path) -> BufferedReader:
    """A file opened for reading; a pipe or a device, which may be read without end, is not opened.

    Raises:
        OSError: no such file, no right to read it, or it is no regular file.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, _kind_of_file(mode))
    return path.open("rb")


def _kind_of_file(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "is a folder"
    return "is a pipe, not a file" if stat.S_ISFIFO(mode) else "is a device, not a file"


def hash_file(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; it is read once, however many pages it has."""
    status = path.stat()
    return _hash(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _hash(path: Path, size: int, modified: int) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
