"""The files that a record owns: written so that none is ever without an owner, and removed when they are outdated.

A record is the JSON of a page. Its place is taken by an owner that names all files while they are written, see
`ecgimg.schemas.owner`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from ecgimg.schemas.common import PageSource, write_json
from ecgimg.schemas.owner import UNFINISHED, Owner, OwnerSource, read_owner

if TYPE_CHECKING:
    from ecgimg.datamodel.arrays import Pixels
    from ecgimg.recording.recording import Recording


class Record(Protocol):
    """The JSON of a page that is done, a model of `ecgimg.schemas`."""

    @property
    def source(self) -> PageSource:
        """The page that it was made of."""
        ...

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files that it owns, its own among them."""
        ...


Content = TypeVar("Content", bound=Record)


@dataclass(frozen=True)
class Made(Generic[Content]):
    """What was made of a page: a record, the suffix of its file, and what writes the other files that it owns.

    `recording` is what was read, where there is one, and `picture` draws what its thumbnail shows.
    """

    record: Content
    suffix: str
    write: Callable[[], None]
    recording: Recording | None = None
    picture: Callable[[], Pixels] | None = None


def store(made: Made[Any], path: Path) -> None:
    """Writes the files of a record: an owner that names all of them first, the record itself last, at `path`.

    A run that is killed in between leaves the owner, so that the page has its name still and is done again. Files of an
    older record are removed before a new one is written, so that old and new never mix.

    Raises:
        OutputError: a file can't be written.
    """
    before = read_owner(path)
    old = before.files if before is not None else ()
    names = tuple(dict.fromkeys((*made.record.files, *old)))
    source = OwnerSource.model_validate(made.record.source, from_attributes=True)
    write_json(Owner(schema=UNFINISHED, source=source, files=names), path)
    _remove(path.parent / name for name in old if name != path.name)
    made.write()
    write_json(made.record, path)


def clear_outdated(path: Path, sha256: str, is_refused: bool) -> str:
    """Removes what earlier runs left under the name of a page that now gave no result; returns a warning, or nothing.

    The files of another picture, of a page that is refused now, and those of an unfinished page are removed. An earlier
    result of the same picture stays where the page failed for a reason that is not the picture's.

    Args:
        path: of the record.
        sha256: of the picture that is there now, empty where there is none.
        is_refused: whether the picture was refused.
    """
    owner = read_owner(path)
    if owner is None:
        return ""
    names = sorted({path.name, *owner.files})
    if owner.is_finished and not is_refused and sha256 in ("", owner.source.sha256):
        return f"{', '.join(names)} of an earlier run stay"
    _remove(path.parent / name for name in names)
    return f"removed {', '.join(names)} of an earlier run" if owner.is_finished else ""


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()
