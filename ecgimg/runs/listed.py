"""Lists of inputs: a text with a path or URI a line, or a CSV or Parquet table with the columns `path` and `id`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ecgimg.errors import UnreadableInputError, UsageError, missing_package
from ecgimg.io.files import open_regular

PATH, ID = "path", "id"
"""Columns of a table. Ids are optional; each stands for one file."""
_WHERE = "--from-file"
_BATCH_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Listed:
    """An input as the user wrote it: a path, a glob or a URI, and the id that its page has, empty where none is given.

    Relative paths start at the current folder, as those of the command line do.
    """

    text: str
    id: str = ""


def read_list(path: Path) -> Iterator[Listed]:
    """The inputs that a list names, one after the other; empty lines, and lines of a text that begin with #, are none.

    Raises:
        UnreadableInputError: the list can't be read.
        UsageError: a table has no column of paths, an id stands twice, or some rows have an id and others none.
        DependencyError: a Parquet table is given, and pyarrow is not installed.
    """
    read = {".csv": _read_csv, ".parquet": _read_parquet}.get(path.suffix.lower(), _read_text)
    seen: set[str] = set()
    rows = 0
    try:
        for one in read(path):
            rows += 1
            if one.id.casefold() in seen:
                what = f"{path}: the id {one.id!r} stands twice"
                raise UsageError(what, where=_WHERE, remedy="give each file its own id")
            seen.update(filter(None, [one.id.casefold()]))
            if len(seen) not in (0, rows):
                what = f"{path}: up to row {rows} some files have an id and some none"
                raise UsageError(what, where=_WHERE, remedy="give all files an id, or none")
            yield one
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        what = f"{path}: {getattr(error, 'strerror', None) or error}"
        raise UnreadableInputError(what, where=_WHERE, remedy="give a text, a CSV or a Parquet file") from error


def _read_text(path: Path) -> Iterator[Listed]:
    with open_regular(path) as file:
        for line in file:
            text = line.decode().strip("\r\n\ufeff")
            if text.strip() and not text.startswith("#"):
                yield Listed(text)


def _read_csv(path: Path) -> Iterator[Listed]:
    with open_regular(path), path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        _check_columns(path, table.fieldnames or ())
        for row in table:
            if row[PATH]:
                yield Listed(row[PATH], row.get(ID) or "")


def _read_parquet(path: Path) -> Iterator[Listed]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise missing_package("reading Parquet", "pyarrow", "store", where=_WHERE) from error
    try:
        with ParquetFile(path) as table:
            _check_columns(path, table.schema_arrow.names)
            columns = [name for name in (PATH, ID) if name in table.schema_arrow.names]
            for batch in table.iter_batches(_BATCH_ROWS, columns=columns):
                for row in batch.to_pylist():
                    if row[PATH]:
                        yield Listed(str(row[PATH]), "" if row.get(ID) is None else str(row[ID]))
    except ArrowException as error:
        raise OSError(" ".join(str(error).split())) from error


def _check_columns(path: Path, names: object) -> None:
    found = list(names)  # type: ignore[call-overload]
    if PATH not in found:
        what = f"{path} has no column {PATH!r}, only {', '.join(map(str, found)) or 'none'}"
        raise UsageError(what, where=_WHERE, remedy=f"name the column of paths or URIs {PATH!r}, that of ids {ID!r}")
