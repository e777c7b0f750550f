"""Tables of a hospital, read a row at a time: CSV (also .gz) or Parquet, with every value as text."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

from ecgimg.errors import UnreadableInputError, missing_package

Row = Mapping[str, str]
_BATCH_ROWS = 10_000


@contextmanager
def open_table(path: Path, needed: Sequence[str] = ()) -> Iterator[Iterator[Row]]:
    """The rows of a table, as long as the context lasts.

    Raises:
        UnreadableInputError: no such file, no such table, or it lacks a column that is needed.
        DependencyError: a Parquet table is given, and pyarrow is not installed.
    """
    try:
        if path.suffix.lower() == ".parquet":
            yield _parquet(path, needed)
            return
        with _text(path) as file:
            reader = csv.DictReader(file)
            _check(path, reader.fieldnames or (), needed)
            yield ({k: v or "" for k, v in row.items() if k is not None} for row in reader)
    except (OSError, UnicodeDecodeError, csv.Error, EOFError) as error:
        what = f"{path}: {getattr(error, 'strerror', None) or error}"
        raise UnreadableInputError(what, where="table", remedy="give a CSV (also .gz) or a Parquet file") from error


def time_of(text: str, place: str) -> datetime | None:
    """A date and time as ISO 8601 writes it, None where there is none; UnreadableInputError for another form."""
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError as error:
        what = f"{place}: {text[:40]!r} is no time"
        raise UnreadableInputError(what, where="table", remedy="write times as 2180-05-06 22:23:00") from error


def number_of(text: str, place: str) -> float:
    """A number, NaN where the cell is empty; UnreadableInputError for a text."""
    if text.strip() in ("", "nan", "None"):
        return float("nan")
    try:
        return float(text)
    except ValueError as error:
        what = f"{place}: {text[:40]!r} is no number"
        raise UnreadableInputError(what, where="table", remedy="mend the cell, or leave it empty") from error


def _text(path: Path) -> TextIO:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _parquet(path: Path, needed: Sequence[str]) -> Iterator[Row]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise missing_package("reading Parquet", "pyarrow", "store", where="table") from error
    try:
        with ParquetFile(path) as table:
            _check(path, table.schema_arrow.names, needed)
            for batch in table.iter_batches(_BATCH_ROWS):
                for row in batch.to_pylist():
                    yield {name: "" if value is None else str(value) for name, value in row.items()}
    except ArrowException as error:
        raise OSError(" ".join(str(error).split())) from error


def _check(path: Path, names: Sequence[str], needed: Sequence[str]) -> None:
    for name in needed:
        if name not in names:
            what = f"{path} has no column {name!r}, only {', '.join(names) or 'none'}"
            raise UnreadableInputError(what, where="table", remedy="name the columns in the recipe")
