"""What a run has to do: the files of its inputs -> one job a page, each with its own name, one file after the other."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from ecgimg.errors import EcgimgError
from ecgimg.io.files import hash_or_nothing
from ecgimg.recording.record_name import record_name
from ecgimg.runs.file_names import FILE_SETS, FOLDER_FILES, FileSet, file_name, page_name
from ecgimg.runs.inputs import Input
from ecgimg.runs.job import PageJob
from ecgimg.schemas.owner import OwnerSource, read_owner

CountPages = Callable[[Input], int | EcgimgError]
"""The number of pages of a file, or why it can't be read."""


class Names(Protocol):
    """Gives each page its name."""

    def take(self, one: Input, page: int) -> tuple[str, str]:
        """A name that no other page has, and a warning where it is not what a user expects, else nothing."""


def plan_pages(
    found: Iterable[Input], names: Names, count: CountPages, done: Mapping[str, int] | None = None
) -> Iterator[PageJob]:
    """The pages of files, in their order; a file is counted when its turn comes.

    Args:
        found: the files.
        names: gives the pages their names.
        count: gives the number of pages of a file.
        done: for each first page that is done, by its name, the number of pages of its file, which is then not opened.
    """
    for one in found:
        name, note = names.take(one, 1)
        counted = (done or {}).get(name) or count(one)
        pages, error = (1, counted) if isinstance(counted, EcgimgError) else (counted, None)
        yield PageJob(one.path, 1, name, error, one.uri, pages, note)
        for page in range(2, pages + 1):
            name, note = names.take(one, page)
            yield PageJob(one.path, page, name, None, one.uri, pages, note)


class PlaceNames:
    """Names for a store: the id of a list, else the file's stem and a hash of its place; they depend on nothing else.

    Two places have the same 64 bits of their hash by a chance of 3 in 10^10 among 100,000 files of one stem. Page 2 of
    a document has the name of page 1 and -p2; an id that ends so itself has a hash too.
    """

    def take(self, one: Input, page: int) -> tuple[str, str]:
        """See `Names`."""
        place = one.id or one.uri or os.path.abspath(one.path)
        stem = page_name(one.id or one.path.stem)
        if stem != one.id or _PAGE_NUMBER.search(stem):
            stem = f"{stem}-{_hash(place)[:16]}"
        return f"{stem}{_page_suffix(page)}", ""


class FolderNames:
    """Names in an output folder that no other page has, in this run or before, whatever command wrote its files.

    A page has the id of a list, else its file's stem; later pages of a document have -p2, -p3 and so on after it. Where
    that name belongs to another input, to files in the folder that are not this page's, or can't be a file's name,
    eight hexadecimal digits of the hash of the input's relative path are added.

    Args:
        out: the folder of the results.
        files: the sets of files that the run writes for a page.
        found: all inputs of the run.
    """

    def __init__(self, out: Path, files: Sequence[FileSet], found: Sequence[Input]) -> None:
        self._out = out
        self._written = {one.record: one for one in files}
        self._inputs = frozenset(os.path.abspath(one.path) for one in found)
        self._stems = Counter(_fold(_stem(one)) for one in found)
        self._base = _common_folder([one.path for one in found if not one.uri])
        self._taken: set[str] = set()

    def take(self, one: Input, page: int) -> tuple[str, str]:
        """See `Names`."""
        tag = _hash(one.uri or Path(os.path.relpath(one.path, self._base)).as_posix())[:8]
        stem, suffix = page_name(_stem(one)), _page_suffix(page)
        plain, tagged = f"{stem}{suffix}", f"{stem}-{tag}{suffix}"
        is_usable = stem == _stem(one) and not _is_reserved(plain)
        name = self._first_free((plain, tagged) if is_usable else (tagged,), one, page)
        if name == plain:
            return name, ""
        is_double = self._stems[_fold(_stem(one))] > 1
        why = "another input has the same stem" if is_double else f"{plain} is taken in {self._out}"
        why = why if is_usable else "its name can't be used as it is"
        return name, f"{one.place} is written as {name}: {why}"

    def _first_free(self, candidates: tuple[str, ...], one: Input, page: int) -> str:
        """The first candidate that is free for this page; the last one gets a number where none is."""
        number = 2
        options = list(candidates)
        while True:
            for name in options:
                keys = {_fold(name), _fold(record_name(name))}
                if not keys & self._taken and all(self._is_free(files, name, one, page) for files in FILE_SETS):
                    self._taken |= keys
                    return name
            options = [f"{candidates[-1]}-{number}"]
            number += 1

    def _is_free(self, files: FileSet, name: str, one: Input, page: int) -> bool:
        """Whether a page may have a name, as far as one set of files goes.

        It may not where the set is another page's, or where the run would write over a file that is nobody's.
        """
        record = self._out / file_name(name, files.record)
        owner = read_owner(record)
        if owner is not None and not _is_of(owner.source, one, page):
            return False
        if files.record not in self._written:
            return True
        # Without an owner any file of the set shows that the name is somebody's, in a format that is not asked for too.
        written = files if owner is None else self._written[files.record]
        owned = {record.name, *owner.files} if owner is not None else set()
        outputs = [self._out / file_name(name, suffix) for suffix in written.suffixes]
        if any(os.path.abspath(output) in self._inputs for output in outputs):
            return False
        return not any(output.name not in owned and os.path.lexists(output) for output in outputs)


_PAGE_NUMBER = re.compile(r"-p\d+$")
_INNER = tuple(suffix.rpartition(".")[0] for one in FILE_SETS for suffix in one.suffixes if suffix.count(".") > 1)
"""What stands between a page's name and a plain suffix; a name that ends so could be taken for that of another page."""
_FOLDER_STEMS = frozenset(name.partition(".")[0] for name in FOLDER_FILES)


def _is_reserved(name: str) -> bool:
    """Whether a name's files could be those of another page, or of the whole folder."""
    return _fold(name).endswith(_INNER) or _fold(name) in _FOLDER_STEMS


def _is_of(source: OwnerSource, one: Input, page: int) -> bool:
    """Whether files were made of this page: of a picture at the same place, or of the same picture elsewhere."""
    if source.page != page:
        return False
    if one.uri:
        return source.file == one.uri
    is_same_place = os.path.abspath(source.file) == os.path.abspath(one.place)
    return is_same_place or source.sha256 == hash_or_nothing(one.path)


def _stem(one: Input) -> str:
    return one.id or one.path.stem


def _page_suffix(page: int) -> str:
    return "" if page == 1 else f"-p{page}"


def _hash(place: str) -> str:
    return hashlib.sha256(os.fsencode(place)).hexdigest()


def _common_folder(files: Sequence[Path]) -> Path:
    """The deepest folder that holds all files; their own roots where they lie on different drives, or there is none."""
    try:
        return Path(os.path.commonpath([os.path.abspath(path.parent) for path in files]))
    except ValueError:
        return Path.cwd()


def _fold(name: str) -> str:
    """Names that differ in case only are the same file on some systems."""
    return name.casefold()
