"""What a run has to do: files, folders and globs -> one job a page, each with a unique name for its files."""

from __future__ import annotations

import glob
import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecgimg.errors import EcgimgError, UnreadableInputError
from ecgimg.io.files import hash_file
from ecgimg.io.images import SUFFIXES, count_pages
from ecgimg.recording.kinds import SUFFIXES as RECORDING_SUFFIXES
from ecgimg.recording.kinds import is_recording, main_file
from ecgimg.runs.file_names import DEBUG, file_name, is_own_picture
from ecgimg.runs.job import PageJob, Record, RunKind

_WHERE = "inputs"


@dataclass(frozen=True)
class RunPlan:
    """The jobs of a run in order, and warnings about their names."""

    jobs: tuple[PageJob, ...]
    warnings: tuple[str, ...]


def plan_jobs(inputs: Sequence[str], out: Path, kind: RunKind[Any]) -> RunPlan:
    """The pages of files, folders (searched recursively) and globs, each with its own name for its outputs in `out`.

    A page has the name of its file's stem, later pages of a document STEM-p2, STEM-p3 and so on. Where that name
    belongs to another input, or to files in `out` that are not this page's, eight hexadecimal digits of the hash of the
    input's relative path are added.

    Raises:
        UnreadableInputError: nothing to read was found.
    """
    files = find_files(inputs, out, kind.takes_recordings)
    base = _common_folder(files)
    stems = Counter(_fold(path.stem) for path in files)
    jobs: list[PageJob] = []
    warnings: list[str] = []
    names = _Names(out, kind, frozenset(os.path.abspath(path) for path in files))
    for path in files:
        pages, error = _count(path, kind)
        tag = hashlib.sha256(Path(os.path.relpath(path, base)).as_posix().encode()).hexdigest()[:8]
        for page in range(1, pages + 1):
            suffix = "" if page == 1 else f"-p{page}"
            plain, tagged = f"{path.stem}{suffix}", f"{path.stem}-{tag}{suffix}"
            name = names.take((plain, tagged), path, page)
            if name != plain:
                why = "another input has the same stem" if stems[_fold(path.stem)] > 1 else f"{plain} is taken in {out}"
                warnings.append(f"{path} is written as {name}: {why}")
            jobs.append(PageJob(path, page, name, error))
    return RunPlan(tuple(jobs), tuple(warnings))


def find_files(inputs: Sequence[str], out: Path, with_recordings: bool = False) -> list[Path]:
    """Files of the inputs, sorted within each, none twice; folders are searched without what a run wrote.

    Folders are searched for pictures, and for recordings where the run takes them.

    Raises:
        UnreadableInputError: nothing was found.
    """
    found: dict[str, Path] = {}
    for text in inputs:
        suffixes = SUFFIXES | RECORDING_SUFFIXES if with_recordings else SUFFIXES
        for path in map(main_file, _expand(text, out, suffixes)):
            found.setdefault(os.path.realpath(path), path)
    if not found:
        what = f"no picture or PDF in {', '.join(inputs)}"
        raise UnreadableInputError(what, where=_WHERE, remedy=f"give a file, a folder or a glob of {_known_suffixes()}")
    return list(found.values())


class _Names:
    """The names in an output folder that no other page has."""

    def __init__(self, out: Path, kind: RunKind[Any], inputs: frozenset[str]) -> None:
        self._out = out
        self._kind = kind
        self._inputs = inputs
        self._taken: set[str] = set()

    def take(self, candidates: tuple[str, str], path: Path, page: int) -> str:
        """The first candidate that is free for this page; the last one gets a number where none is."""
        number = 2
        options = list(candidates)
        while True:
            for name in options:
                keys = {_fold(file_name(name, suffix)) for suffix in self._kind.suffixes}
                if not keys & self._taken and self._is_free(name, path, page):
                    self._taken |= keys
                    return name
            options = [f"{candidates[1]}-{number}"]
            number += 1

    def _is_free(self, name: str, path: Path, page: int) -> bool:
        outputs = [self._out / file_name(name, suffix) for suffix in self._kind.suffixes]
        if any(os.path.abspath(output) in self._inputs for output in outputs):
            return False
        before: Record | None = self._kind.read(outputs[0])
        if before is None:
            return not any(output.exists() for output in outputs)
        source = before.source
        if source.page != page:
            return False
        return bool(os.path.abspath(source.file) == os.path.abspath(path) or source.sha256 == _hash(path))


def _expand(text: str, out: Path, suffixes: frozenset[str]) -> list[Path]:
    path = Path(text)
    if path.is_dir():
        return _search(path, out, suffixes)
    if not path.exists() and glob.has_magic(text):
        matches = [Path(match) for match in sorted(glob.glob(text, recursive=True))]
        found = [p for match in matches for p in (_search(match, out, suffixes) if match.is_dir() else [match])]
        return [path for path in found if not is_own_picture(path)]
    return [path]  # a missing file becomes a failed page, the others go on


def _search(folder: Path, out: Path, suffixes: frozenset[str]) -> list[Path]:
    inside = out.resolve()
    excluded = inside if inside != folder.resolve() else None
    found = []
    for at, folders, files in os.walk(folder):
        searched = [d for d in folders if not d.startswith(".") and not d.endswith(DEBUG)]
        folders[:] = sorted(d for d in searched if excluded is None or (Path(at) / d).resolve() != excluded)
        found += [Path(at) / f for f in sorted(files) if Path(f).suffix.lower() in suffixes]
    return [path for path in found if not is_own_picture(path) and not path.name.startswith(".")]


def _count(path: Path, kind: RunKind[Any]) -> tuple[int, EcgimgError | None]:
    try:
        if is_recording(path):
            if not kind.takes_recordings:
                remedy = "ecgimg diagnose takes recordings, ecgimg.read gives their samples"
                raise UnreadableInputError(f"{path} is a recording and no page", where=_WHERE, remedy=remedy)
            return 1, None
        return count_pages(path), None
    except EcgimgError as error:
        return 1, error


def _hash(path: Path) -> str:
    try:
        return hash_file(path)
    except OSError:
        return ""


def _common_folder(files: Sequence[Path]) -> Path:
    """The deepest folder that holds all files; their own roots where they lie on different drives."""
    try:
        return Path(os.path.commonpath([os.path.abspath(path.parent) for path in files]))
    except ValueError:
        return Path.cwd()


def _fold(name: str) -> str:
    """Names that differ in case only are the same file on some systems."""
    return name.casefold()


def _known_suffixes() -> str:
    return ", ".join(sorted(SUFFIXES))
