"""The server's temporary folder: private, locked while it is used, and removed even after a crash.

A server that is killed leaves its folder without a lock. The next server removes what has none.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ecgimg.errors import OutputError
from ecgimg.io.files import locked

PREFIX = "ecgimg-web-"


@contextmanager
def temporary_folder(parent: Path | None = None) -> Iterator[Path]:
    """A folder that only this user can open, until the context ends; leftovers of killed servers are removed first.

    Raises:
        OutputError: the folder can't be made.
    """
    place = parent or Path(tempfile.gettempdir())
    remove_leftovers(place)
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))  # rwx for its owner only
    except OSError as error:
        what = f"no folder can be made in {place} ({error.strerror or error})"
        raise OutputError(what, where="serve", remedy="free space, or set TMPDIR to another place") from error
    with locked(folder):
        try:
            yield folder
        finally:
            remove(folder)


def remove_leftovers(place: Path) -> None:
    """Removes folders of servers that have ended without doing so; those of running servers are locked."""
    for folder in place.glob(f"{PREFIX}*"):
        if folder.is_symlink() or not folder.is_dir() or not _is_own(folder):
            continue
        with suppress(OutputError), locked(folder):
            remove(folder)


def remove(folder: Path) -> None:
    """Removes a folder with all that is in it; what is gone already is no error."""
    shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
