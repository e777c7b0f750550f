"""Files that are opened only where they are files, written whole or not at all, their hashes, and locks of folders."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from io import BufferedReader
from pathlib import Path

from ecgimg.errors import OutputError

if sys.platform != "win32":
    import fcntl


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
    except BaseException as error:  # an interrupt leaves no part either
        with suppress(OSError):
            part.unlink()
        if not isinstance(error, OSError):
            raise
        raise OutputError(f"{path}: {error.strerror or error}", where="output") from error
    return path


def remove_parts(folder: Path, pid: int | None = None) -> None:
    """Removes temporary files that processes which were killed have left in a folder of results.

    Args:
        folder: of the results; nobody may be writing into it, see `locked`.
        pid: only those of this process.
    """
    for pattern in (".*.part", "*/.*.part"):  # the second for folders of debug pictures
        for part in folder.glob(pattern):
            match = re.fullmatch(r"\..+\.(\d+)\.part", part.name, re.DOTALL)
            if match and pid in (None, int(match[1])):
                with suppress(OSError):
                    part.unlink()


@contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Locks a folder for this process; False where the system or the file system has no locks.

    The lock is on the folder itself and leaves no file. It ends with its process, however that ends.

    Raises:
        OutputError: another process has the lock.
    """
    descriptor = _lock(folder)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _lock(folder: Path) -> int | None:
    if sys.platform == "win32":
        return None
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            return None
        remedy = "wait until it has ended, or choose another folder with -o"
        raise OutputError(f"another run is writing into {folder}", where="output", remedy=remedy) from error
    return descriptor


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


def hash_or_nothing(path: Path) -> str:
    """The hash of a file; empty where it can't be read."""
    try:
        return hash_file(path)
    except OSError:
        return ""


def path_text(path: Path) -> str:
    """A path as text that UTF-8 can hold; bytes that are not UTF-8 become `\\udcff` and the like."""
    return path.as_posix().encode("utf-8", "backslashreplace").decode()


@lru_cache(maxsize=64)
def _hash(path: Path, size: int, modified: int) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
