"""The inputs of a run: files, folders, globs, URIs, and lists of them -> one `Input` a file, none twice.

Only names are listed here; no file is opened but the JSON files that show what an earlier run wrote.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ecgimg.errors import EcgimgError, UnreadableInputError
from ecgimg.io.files import path_text
from ecgimg.io.images import SUFFIXES
from ecgimg.io.remote import is_uri, list_uri, local_path, uri_name
from ecgimg.recording.kinds import SUFFIXES as RECORDING_SUFFIXES
from ecgimg.recording.kinds import is_recording, main_file
from ecgimg.runs.file_names import DEBUG, PAGE_JSON, is_own_picture
from ecgimg.runs.listed import Listed, read_list
from ecgimg.schemas.owner import read_owner


@dataclass(frozen=True, slots=True)
class Input:
    """A file of the inputs.

    `path` is the file; for a file elsewhere it is the place of its copy, and `uri` is where it is. `id` is the name
    that a list gives it, empty where none does.
    """

    path: Path
    uri: str = ""
    id: str = ""

    @property
    def place(self) -> str:
        """Where the file is, as text."""
        return self.uri or path_text(self.path)


@dataclass(frozen=True)
class Sources:
    """What a user gives as inputs.

    `downloads` gives the folder for copies of files that are elsewhere; it is asked at the first of them. `listing` is
    a file that names further inputs.
    """

    texts: tuple[str, ...]
    downloads: Callable[[], Path]
    listing: Path | None = None
    takes_recordings: bool = False


def find_inputs(sources: Sources, out: Path | None) -> tuple[list[Input], list[str]]:
    """The files of the inputs, sorted within each, none twice; folders are searched without what a run wrote.

    Folders are searched for pages, and for recordings where the run takes them. The second list has a warning for each
    input in which nothing was found.

    Args:
        sources: what was given.
        out: the folder of the results, which is not searched; None where there is none on this machine.

    Raises:
        UnreadableInputError: nothing was found at all, or a folder elsewhere can't be listed.
        UsageError: the list has another form.
        DependencyError: a package for a URI is missing.
    """
    found: dict[str, Input] = {}
    empty = []
    nothing = "no picture, PDF or recording" if sources.takes_recordings else "no picture or PDF"
    for listed in _listed(sources):
        ones = _expand(listed, out, sources)
        for one in ones:
            found.setdefault(one.id or one.uri or os.path.realpath(one.path), one)
        if not ones:
            empty.append(f"{nothing} in {listed.text}")
    if not found:
        what = f"{nothing} in {', '.join(map(str, (*sources.texts, *filter(None, [sources.listing]))))}"
        known = ", ".join(sorted(SUFFIXES | RECORDING_SUFFIXES if sources.takes_recordings else SUFFIXES))
        raise UnreadableInputError(what, where="inputs", remedy=f"give a file, a folder or a glob of {known}")
    return list(found.values()), empty


def _listed(sources: Sources) -> Iterable[Listed]:
    yield from (Listed(text) for text in sources.texts)
    if sources.listing is not None:
        yield from read_list(sources.listing)


def _expand(listed: Listed, out: Path | None, sources: Sources) -> list[Input]:
    text = local_path(listed.text) or listed.text
    if not is_uri(text):
        return [Input(main_file(path), id=listed.id) for path in _expand_path(text, out, sources.takes_recordings)]
    uris, is_folder = list_uri(text)
    if is_folder:
        known = SUFFIXES | (RECORDING_SUFFIXES if sources.takes_recordings else frozenset())
        uris = [uri for uri in uris if _is_page(PurePosixPath(uri_name(uri)), known)]
    return [Input(_copy_of(uri, sources.downloads()), uri, listed.id) for uri in uris]


def _copy_of(uri: str, downloads: Path) -> Path:
    return downloads / hashlib.sha256(uri.encode()).hexdigest()[:16] / uri_name(uri)


def _is_page(name: PurePosixPath, known: frozenset[str]) -> bool:
    return name.suffix.lower() in known and not is_own_picture(Path(name)) and not name.name.startswith(".")


def _expand_path(text: str, out: Path | None, takes_recordings: bool) -> list[Path]:
    path = Path(text)
    if os.path.isdir(path):  # Path.is_dir and Path.exists raise on a name that no file can have
        return _search(path, out, takes_recordings)
    if not os.path.lexists(path) and glob.has_magic(text):
        matches = [Path(match) for match in sorted(glob.glob(text, recursive=True))]
        found = [p for one in matches for p in (_search(one, out, takes_recordings) if one.is_dir() else [one])]
        return [path for path in found if not is_own_picture(path)]
    return [path]  # a missing file becomes a failed page, the others go on


def _search(folder: Path, out: Path | None, takes_recordings: bool) -> list[Path]:
    inside = None if out is None else out.resolve()
    excluded = inside if inside != folder.resolve() else None
    found = []
    for at, folders, files in os.walk(folder):
        searched = [d for d in folders if not d.startswith(".") and not d.endswith(DEBUG)]
        folders[:] = sorted(d for d in searched if excluded is None or (Path(at) / d).resolve() != excluded)
        found += _of_folder(Path(at), files, takes_recordings)
    return [path for path in found if not is_own_picture(path) and not path.name.startswith(".")]


def _of_folder(folder: Path, files: Sequence[str], takes_recordings: bool) -> list[Path]:
    """The pages of one folder, and its recordings where they are asked for, without those that a run wrote."""
    pages = {folder / name for name in files if Path(name).suffix.lower() in SUFFIXES}
    signals = {folder / name for name in files if Path(name).suffix.lower() in RECORDING_SUFFIXES}
    owners = [read_owner(folder / name) for name in files if name.endswith(PAGE_JSON)] if signals else []
    written = {folder / name for owner in owners if owner is not None for name in owner.files}
    if takes_recordings:
        return sorted((pages | signals) - written)
    return sorted(path for path in pages - written if path not in signals or not _is_recording(path))


def _is_recording(path: Path) -> bool:
    """Whether a file is a recording; False where it can't be opened, which is the failure of a page."""
    try:
        return is_recording(path)
    except EcgimgError:
        return False
