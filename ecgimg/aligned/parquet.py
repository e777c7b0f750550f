"""The tables of a data set of aligned records as Parquet files."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

from ecgimg.aligned.record import read_record
from ecgimg.aligned.tables import TABLES, Row, Table
from ecgimg.errors import UnreadableInputError, missing_package
from ecgimg.io.files import write_atomically
from ecgimg.recording.formats import ALIGNED_JSON
from ecgimg.schemas.aligned import AlignedRecord

ROW_GROUP = 20_000
"""Rows that are compressed together."""


def record_files(out: Path) -> list[Path]:
    """The records below a folder in the order of their paths; UnreadableInputError where there is none."""
    found = sorted(out.rglob(f"*{ALIGNED_JSON}"))
    if not found:
        remedy = "make some with `ecgimg synth --aligned` or `ecgimg digitize --format aligned`"
        raise UnreadableInputError(f"no aligned record below {out}", where="record", remedy=remedy)
    return found


def require_parquet() -> None:
    """DependencyError where Parquet can't be written."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise missing_package("writing Parquet", "pyarrow", "aligned", where="record") from error


def write_tables(out: Path, see: Callable[[AlignedRecord], None]) -> None:
    """Writes the tables of all records below a folder into it; `see` is called with each record.

    Raises:
        DependencyError: the package pyarrow is not installed.
        UnreadableInputError: there is no record, or one is damaged.
        OutputError: a file can't be written.
    """
    require_parquet()
    sinks = [(table, _Sink(table)) for table in TABLES]
    for path in record_files(out):
        record, folder = read_record(path), path.parent.relative_to(out).as_posix()
        see(record)
        for table, sink in sinks:
            sink.add(table.rows(record, folder))
    for table, sink in sinks:
        write_atomically(out / table.file, sink.content())


def ids_of_table(out: Path, table: Table) -> list[str]:
    """The identifiers in a table of a set.

    Raises:
        DependencyError: the package pyarrow is not installed.
        UnreadableInputError: the table is missing or damaged.
    """
    require_parquet()
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return [str(one) for one in pq.read_table(out / table.file, columns=["id"])["id"].to_pylist()]
    except (OSError, pa.ArrowException) as error:
        raise UnreadableInputError(f"{table.file}: {error}", where="record", remedy="describe the set again") from error


class _Sink:
    """A Parquet file in memory that is filled a row group at a time."""

    def __init__(self, table: Table) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        types = {"text": pa.string(), "texts": pa.list_(pa.string()), "number": pa.float64(), "integer": pa.int64()}
        self._schema = pa.schema([pa.field(one.name, types[one.kind]) for one in table.columns])
        self._file, self._rows = io.BytesIO(), list[Row]()
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd")

    def add(self, rows: Iterator[Row]) -> None:
        self._rows += rows
        if len(self._rows) >= ROW_GROUP:
            self._flush()

    def content(self) -> bytes:
        self._flush()
        self._writer.close()
        return self._file.getvalue()

    def _flush(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_pylist(self._rows, self._schema))
        self._rows.clear()
