"""What a run has to do: files, folders and globs -> one job a page, each with a unique name for its files."""

from __future__ import annotations

import glob
import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ecgimg.errors import EcgimgError, UnreadableInputError
from ecgimg.io.files import hash_or_nothing, path_text
from ecgimg.io.images import SUFFIXES
from ecgimg.recording.kinds import SUFFIXES as RECORDING_SUFFIXES
from ecgimg.recording.kinds import is_recording, main_file
from ecgimg.runs.file_names import (
    DEBUG,
    FILE_SETS,
    FOLDER_FILES,
    PAGE_JSON,
    FileSet,
    file_name,
    is_own_picture,
    page_name,
)
from ecgimg.runs.job import PageJob
from ecgimg.runs.page_counts import CountPages
from ecgimg.schemas.owner import OwnerSource, read_owner

_WHERE = "inputs"


@dataclass(frozen=True)
class RunPlan:
    """The jobs of a run in order, and warnings about their names."""

    jobs: tuple[PageJob, ...]
    warnings: tuple[str, ...]


def plan_jobs(
    inputs: Sequence[str], out: Path, files: Sequence[FileSet], count: CountPages, takes_recordings: bool = False
) -> RunPlan:
    """The pages of files, folders (searched recursively) and globs, each with its own name for its outputs in `out`.

    A page has the name of its file's stem, later pages of a document STEM-p2, STEM-p3 and so on. Where that name
    belongs to another input, to files in `out` that are not this page's, or can't be a file's name, eight hexadecimal
    digits of the hash of the input's relative path are added.

    Args:
        inputs: files, folders and globs.
        out: the folder of the results.
        files: the sets of files that the run writes for a page.
        count: gives the number of pages of each file.
        takes_recordings: whether files of recordings are inputs too; each is one page.

    Raises:
        UnreadableInputError: nothing to read was found.
    """
    found, warnings = find_files(inputs, out, takes_recordings)
    base = _common_folder(found)
    counts = count(found)
    stems = Counter(_fold(path.stem) for path in found)
    jobs: list[PageJob] = []
    names = _Names(out, files, frozenset(os.path.abspath(path) for path in found))
    for path in found:
        counted = counts[path]
        pages, error = (1, counted) if isinstance(counted, EcgimgError) else (counted, None)
        tag = hashlib.sha256(os.fsencode(Path(os.path.relpath(path, base)).as_posix())).hexdigest()[:8]
        stem = page_name(path.stem)
        for page in range(1, pages + 1):
            suffix = "" if page == 1 else f"-p{page}"
            plain, tagged = f"{stem}{suffix}", f"{stem}-{tag}{suffix}"
            name = names.take((plain, tagged) if stem == path.stem else (tagged,), path, page)
            if name != plain:
                is_double = stems[_fold(path.stem)] > 1
                why = "another input has the same stem" if is_double else f"{plain} is taken in {out}"
                why = why if stem == path.stem else "its name can't be used as it is"
                warnings.append(f"{path} is written as {name}: {why}")
            jobs.append(PageJob(path, page, name, error))
    return RunPlan(tuple(jobs), tuple(warnings))


def find_files(inputs: Sequence[str], out: Path, takes_recordings: bool = False) -> tuple[list[Path], list[str]]:
    """Files of the inputs, sorted within each, none twice; folders are searched without what a run wrote.

    Folders are searched for pages, and for recordings where the run takes them.

    The second list has a warning for each input in which nothing was found.

    Raises:
        UnreadableInputError: nothing was found at all.
    """
    found: dict[str, Path] = {}
    empty = []
    nothing = "no picture, PDF or recording" if takes_recordings else "no picture or PDF"
    for text in inputs:
        paths = [main_file(path) for path in _expand(text, out, takes_recordings)]
        for path in paths:
            found.setdefault(os.path.realpath(path), path)
        if not paths:
            empty.append(f"{nothing} in {text}")
    if not found:
        what = f"{nothing} in {', '.join(inputs)}"
        known = ", ".join(sorted(SUFFIXES | RECORDING_SUFFIXES if takes_recordings else SUFFIXES))
        raise UnreadableInputError(what, where=_WHERE, remedy=f"give a file, a folder or a glob of {known}")
    return list(found.values()), empty


class _Names:
    """The names in an output folder that no other page has, in this run or before, whatever command wrote its files."""

    def __init__(self, out: Path, files: Sequence[FileSet], inputs: frozenset[str]) -> None:
        self._out = out
        self._written = {one.record: one for one in files}
        self._inputs = inputs
        self._taken: set[str] = {*FOLDER_FILES}

    def take(self, candidates: tuple[str, ...], path: Path, page: int) -> str:
        """The first candidate that is free for this page; the last one gets a number where none is."""
        number = 2
        options = list(candidates)
        while True:
            for name in options:
                keys = {_fold(file_name(name, suffix)) for one in FILE_SETS for suffix in one.suffixes}
                if not keys & self._taken and all(self._is_free(one, name, path, page) for one in FILE_SETS):
                    self._taken |= keys
                    return name
            options = [f"{candidates[-1]}-{number}"]
            number += 1

    def _is_free(self, one: FileSet, name: str, path: Path, page: int) -> bool:
        """Whether a page may have a name, as far as one set of files goes.

        It may not where the set is another page's, or where the run would write over a file that is nobody's.
        """
        record = self._out / file_name(name, one.record)
        owner = read_owner(record)
        if owner is not None and not _is_of(owner.source, path, page):
            return False
        if one.record not in self._written:
            return True
        # Without an owner any file of the set shows that the name is somebody's, in a format that is not asked for too.
        written = one if owner is None else self._written[one.record]
        owned = {record.name, *owner.files} if owner is not None else set()
        outputs = [self._out / file_name(name, suffix) for suffix in written.suffixes]
        if any(os.path.abspath(output) in self._inputs for output in outputs):
            return False
        return not any(output.name not in owned and os.path.lexists(output) for output in outputs)


def _is_of(source: OwnerSource, path: Path, page: int) -> bool:
    """Whether files were made of this page: of a picture at the same place, or of the same picture elsewhere."""
    if source.page != page:
        return False
    is_same_place = os.path.abspath(source.file) == os.path.abspath(path_text(path))
    return is_same_place or source.sha256 == hash_or_nothing(path)


def _expand(text: str, out: Path, takes_recordings: bool) -> list[Path]:
    path = Path(text)
    if os.path.isdir(path):  # Path.is_dir and Path.exists raise on a name that no file can have
        return _search(path, out, takes_recordings)
    if not os.path.lexists(path) and glob.has_magic(text):
        matches = [Path(match) for match in sorted(glob.glob(text, recursive=True))]
        found = [p for one in matches for p in (_search(one, out, takes_recordings) if one.is_dir() else [one])]
        return [path for path in found if not is_own_picture(path)]
    return [path]  # a missing file becomes a failed page, the others go on


def _search(folder: Path, out: Path, takes_recordings: bool) -> list[Path]:
    inside = out.resolve()
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


def _common_folder(files: Sequence[Path]) -> Path:
    """The deepest folder that holds all files; their own roots where they lie on different drives."""
    try:
        return Path(os.path.commonpath([os.path.abspath(path.parent) for path in files]))
    except ValueError:
        return Path.cwd()


def _fold(name: str) -> str:
    """Names that differ in case only are the same file on some systems."""
    return name.casefold()
