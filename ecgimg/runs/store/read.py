"""A store opened for reading: its rows, or those that a condition chooses, a few at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np

from ecgimg.errors import UnreadableInputError
from ecgimg.io.folders import open_folder
from ecgimg.recording.export import INVALID
from ecgimg.recording.recording import Recording
from ecgimg.runs.store.store import open_dataset, read_manifest
from ecgimg.runs.store.table import Row, load_arrow
from ecgimg.runs.store.where import parse_where
from ecgimg.schemas.store import MANIFEST

BATCH_ROWS = 64
"""Rows that are in memory at a time: about 12 MB, where each has 12 leads of 10 s."""


class StoredPages:
    """The pages of a store.

    Raises:
        UnreadableInputError: the folder holds no store, or one of another version.
        DependencyError: pyarrow, or a package for the URI, is not installed.
    """

    def __init__(self, place: str) -> None:
        load_arrow()
        self.place = place
        self._folder = open_folder(place)
        manifest = read_manifest(self._folder)
        if manifest is None:
            what = f"{place} is no store: it has no {MANIFEST}"
            raise UnreadableInputError(what, where="store", remedy="give a folder that `--store parquet` wrote")
        self.manifest = manifest
        self._dataset = open_dataset(self._folder, manifest) if manifest.shards else None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns; none where the store has no rows."""
        return () if self._dataset is None else tuple(self._dataset.schema.names)

    def rows(
        self, columns: Sequence[str] | None = None, where: str = "", names: Collection[str] | None = None
    ) -> Iterator[Row]:
        """The rows of all pages, of those that meet a condition or of those with these names; some columns or all.

        Raises:
            UsageError: there is no such column, or the condition can't be.
        """
        if self._dataset is None:
            return
        chosen = parse_where(where, self.columns) if where else None
        if names is not None:
            chosen = load_arrow().dataset.field("name").isin(list(names))
        wanted = None if columns is None else [name for name in columns if name in self.columns]
        batches = self._dataset.to_batches(
            columns=wanted, filter=chosen, batch_size=BATCH_ROWS, batch_readahead=2, fragment_readahead=1
        )
        for batch in batches:
            yield from (_plain(batch, k) for k in range(batch.num_rows))


def recording_of(row: Row) -> Recording | None:
    """The recording of a row, None where the page has none."""
    if row.get("signals") is None:
        return None
    units = np.stack([np.asarray(one, np.int16) for one in row["signals"]])
    signals = np.where(units == INVALID, np.nan, units / np.float32(row["signal_units_per_mv"])).astype(np.float32)
    confidences = np.stack([np.asarray(one, np.uint8) for one in row["confidences"]]) / row["confidence_steps"]
    return Recording(
        signals=signals,
        fs=row["fs"],
        confidence=confidences.astype(np.float32),
        name=row["name"],
        layout_id=row["layout"] or None,
        warnings=tuple(row["warnings"] or ()),
        leads=tuple(row["leads"]),
        source_sha256=row["sha256"] or "",
    )


def _plain(batch: Any, k: int) -> Row:
    """A row with arrays for its signals, which as lists of Python's numbers would take 30 times the memory."""
    row: Row = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        value = column[k]
        if name in ("signals", "confidences") and value.is_valid:
            row[name] = [one.values.to_numpy(zero_copy_only=False) for one in value.values]
        else:
            row[name] = value.as_py()
    return row
