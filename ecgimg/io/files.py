"""Files written whole or not at all, and their hashes."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
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


def hash_file(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; it is read once, however many pages it has."""
    status = path.stat()
    return _hash(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _hash(path: Path, size: int, modified: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
