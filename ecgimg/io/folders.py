"""Folders of files that are written whole or not at all, on this machine or elsewhere by URI."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from ecgimg.errors import OutputError
from ecgimg.io.files import locked, open_regular, remove_parts, write_atomically
from ecgimg.io.remote import is_uri, local_path, open_uri


class Folder(Protocol):
    """A folder; names are relative, with / between their parts."""

    place: str

    def names(self) -> list[str]:
        """The names of all files in the folder and below, but temporary ones, sorted."""

    def read(self, name: str) -> bytes | None:
        """The content of a file, None where there is none."""

    def write(self, name: str, data: bytes) -> None:
        """Writes a file, whole or not at all; OutputError where it can't be written."""

    def remove(self, name: str) -> None:
        """Removes a file that may be there."""

    def locked(self) -> Any:
        """A context in which no other run writes into the folder; its value is False where that can't be known."""

    def arrow(self) -> tuple[Any, str]:
        """The file system of pyarrow and the path of the folder in it."""


def open_folder(place: str) -> Folder:
    """The folder of a path or URI; it need not be there.

    Raises:
        DependencyError, UnreadableInputError: as `ecgimg.io.remote.open_uri`.
    """
    path = local_path(place) or place
    return RemoteFolder(path) if is_uri(path) else LocalFolder(path)


class LocalFolder:
    """A folder of this machine."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._path = Path(place)

    def names(self) -> list[str]:
        """See `Folder`."""
        found = (path.relative_to(self._path) for path in self._path.rglob("*") if path.is_file())
        return sorted(path.as_posix() for path in found if not path.name.startswith("."))

    def read(self, name: str) -> bytes | None:
        """See `Folder`."""
        try:
            with open_regular(self._path / name) as file:
                return file.read()
        except OSError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """See `Folder`."""
        write_atomically(self._path / name, data)

    def remove(self, name: str) -> None:
        """See `Folder`."""
        with suppress(OSError):
            (self._path / name).unlink()

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """See `Folder`."""
        try:
            self._path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self.place}: {error.strerror or error}", where="output") from error
        with locked(self._path) as is_locked:
            remove_parts(self._path)
            yield is_locked

    def arrow(self) -> tuple[Any, str]:
        """See `Folder`."""
        from pyarrow.fs import LocalFileSystem

        return LocalFileSystem(), str(self._path.absolute())


class RemoteFolder:
    """A folder elsewhere, such as s3://bucket/results. An object store shows an object whole or not at all."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._fs, self._root = open_uri(place)
        self._root = self._root.rstrip("/")

    def names(self) -> list[str]:
        """See `Folder`."""
        self._fs.invalidate_cache()
        try:
            found = self._fs.find(self._root)
        except FileNotFoundError:
            return []
        return sorted(name.removeprefix(f"{self._root}/") for name in found)

    def read(self, name: str) -> bytes | None:
        """See `Folder`."""
        try:
            return bytes(self._fs.cat_file(f"{self._root}/{name}"))
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """See `Folder`."""
        try:
            self._fs.pipe_file(f"{self._root}/{name}", data)
        except Exception as error:  # fsspec and the libraries below it raise anything
            what = f"{self.place}/{name}: {' '.join(str(error).split()) or type(error).__name__}"
            raise OutputError(what, where="output", remedy="check the URI, the credentials and the network") from error

    def remove(self, name: str) -> None:
        """See `Folder`."""
        with suppress(FileNotFoundError):
            self._fs.rm_file(f"{self._root}/{name}")

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """See `Folder`; an object store has no locks."""
        yield False

    def arrow(self) -> tuple[Any, str]:
        """See `Folder`."""
        from pyarrow.fs import FSSpecHandler, PyFileSystem

        handler: Any = FSSpecHandler  # a stub of it, where one is installed, calls it abstract
        return PyFileSystem(handler(self._fs)), self._root
