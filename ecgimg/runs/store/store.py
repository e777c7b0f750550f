"""A store on disk: shards that appear whole or not at all, and the manifest that names those which count.

    STORE/_manifest.json
    STORE/status=ok/00000001-1f2e3d4c.parquet
    STORE/status=refused/...
    STORE/status=failed/...

Shards are written first, the manifest after them in one step, so that a run that is killed at any moment leaves a store
in which every page has at most one row. What it left beside the manifest is removed when the next run begins. Pages
that failed are done again then; their rows are in shards of their own, which leave the manifest as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from ecgimg.errors import OutputError, UnreadableInputError, UsageError
from ecgimg.io.folders import Folder, open_folder
from ecgimg.networks.manifest import list_weights
from ecgimg.options import PageSettings
from ecgimg.runs.job import RunKind
from ecgimg.runs.store.table import STATUS, Row, load_arrow, store_schema
from ecgimg.schemas.store import MANIFEST, Shard, StoreManifest

SHARD_ROWS = 250
"""Rows that make a shard full: about 45 MB before compression, where each has 12 leads of 10 s."""
MIN_WAIT_S = 1.0
MAX_WAIT_S = 120.0
MAX_LOST_SHARE = 0.05
"""A run that is killed loses the pages of this share of its time, between the two limits above."""
_WHERE = "store"


def read_manifest(folder: Folder) -> StoreManifest | None:
    """The manifest of a store; None where the folder has none.

    Raises:
        UnreadableInputError: it is damaged, or of another version.
    """
    data = folder.read(MANIFEST)
    if data is None:
        return None
    try:
        return StoreManifest.model_validate_json(data)
    except ValidationError as error:
        what = f"{folder.place}/{MANIFEST} is no manifest of a store of this version"
        raise UnreadableInputError(what, where=_WHERE, remedy="give a store that `--store parquet` wrote") from error


class Store:
    """A store while a run writes into it; made by `open_store`."""

    def __init__(self, folder: Folder, manifest: StoreManifest, kind: RunKind[Any]) -> None:
        self._folder = folder
        self._manifest = manifest
        self._schema = store_schema(kind)
        self._rows: list[Row] = []
        self._began = self._written = monotonic()
        self.done, self.refused, self.ecgs = self._begin()

    def add(self, row: Row) -> None:
        """Takes the row of a page; shards are written when there is enough for them.

        Raises:
            OutputError: a file can't be written, or another run has written into the store.
        """
        self._rows.append(row)
        now = monotonic()
        wait_s = min(MAX_WAIT_S, max(MIN_WAIT_S, MAX_LOST_SHARE * (now - self._began)))
        if len(self._rows) >= SHARD_ROWS or now - self._written > wait_s:
            self.flush()

    def flush(self) -> None:
        """Writes the rows that wait: a shard for each status, then the manifest."""
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        shards = [self._write(status, rows) for status in sorted({row[STATUS] for row in rows})]
        self._commit((*self._manifest.shards, *shards))
        self._written = monotonic()

    def _begin(self) -> tuple[Mapping[str, int], frozenset[str], Mapping[str, int]]:
        """Takes the store over from an earlier run: by the name of a page that is done, the pages of its file, whether
        it was refused, and the ECGs on it where these are several.
        """
        self._commit(tuple(one for one in self._manifest.shards if not one.file.startswith(f"{STATUS}=failed/")), True)
        kept = {one.file for one in self._manifest.shards}
        for name in self._folder.names():
            if name.startswith(f"{STATUS}=") and name not in kept:
                self._folder.remove(name)
        if not kept:
            return {}, frozenset(), {}
        table = open_dataset(self._folder, self._manifest).to_table(["name", "pages", STATUS, "ecgs"]).to_pydict()
        rows = list(zip(*table.values(), strict=True))
        return (
            {name: pages for name, pages, *_ in rows},
            frozenset(name for name, _, status, _ in rows if status == "refused"),
            {name: ecgs for name, _, _, ecgs in rows if ecgs > 1},
        )

    def _write(self, status: str, rows: list[Row]) -> Shard:
        pa = load_arrow()
        chosen = [row for row in rows if row[STATUS] == status]
        table = pa.Table.from_pylist(chosen, self._schema)
        data = pa.BufferOutputStream()
        pa.parquet.write_table(table, data, compression="zstd")
        name = f"{STATUS}={status}/{len(self._manifest.shards) + 1:08d}-{uuid4().hex[:8]}.parquet"
        self._folder.write(name, data.getvalue().to_pybytes())
        return Shard(file=name, rows=len(chosen))

    def _commit(self, shards: tuple[Shard, ...], takes_over: bool = False) -> None:
        """Writes the manifest, unless another run has written it since."""
        there = read_manifest(self._folder)
        if not takes_over and (there is None or there.run != self._manifest.run):
            what = f"another run has written into {self._folder.place}"
            raise OutputError(what, where=_WHERE, remedy="let one run at a time write into a store, and run again")
        run = uuid4().hex if takes_over else self._manifest.run
        self._manifest = self._manifest.model_copy(update={"shards": shards, "run": run})
        self._folder.write(MANIFEST, (self._manifest.model_dump_json(by_alias=True, indent=1) + "\n").encode())


@contextmanager
def open_store(place: str, kind: RunKind[Any], settings: PageSettings) -> Iterator[tuple[Store, bool]]:
    """A store to write into, new or one of an earlier run; and whether it is locked against other runs.

    The rows that wait are written at the end, however that comes.

    Raises:
        DependencyError: pyarrow, or a package for the URI, is not installed.
        OutputError: the folder can't be written to, or holds something else.
        UsageError: the store was written by another command, with other settings or other networks.
    """
    load_arrow()
    folder = open_folder(place)
    with folder.locked() as is_locked:
        store = Store(folder, _claimed(folder, kind, settings), kind)
        try:
            yield store, is_locked
        finally:
            store.flush()


def open_dataset(folder: Folder, manifest: StoreManifest) -> Any:
    """The shards of a store as a data set of pyarrow, with the column `status`."""
    pa = load_arrow()
    system, root = folder.arrow()
    files = [f"{root}/{one.file}" for one in manifest.shards]
    parts = pa.dataset.partitioning(pa.schema([(STATUS, pa.string())]), flavor="hive")
    return pa.dataset.dataset(files, filesystem=system, partitioning=parts, partition_base_dir=root, format="parquet")


def _claimed(folder: Folder, kind: RunKind[Any], settings: PageSettings) -> StoreManifest:
    """The manifest of a store that this run may write into."""
    asked = PageSettings.model_validate(settings, from_attributes=True)
    networks = {weight.name: weight.sha256[:12] for weight in list_weights()}
    there = read_manifest(folder)
    if there is None:
        if folder.names():
            remedy = "give a new folder with -o"
            raise OutputError(f"{folder.place} is no store and holds other files", where=_WHERE, remedy=remedy)
        return StoreManifest(command=kind.command, settings=asked, networks=networks, run="")
    if (there.command, there.settings, there.networks) != (kind.command, asked, networks):
        what = f"{folder.place} was written by {there.command}, with other settings or other networks"
        raise UsageError(what, where=_WHERE, remedy="give a new store with -o, or the settings in its _manifest.json")
    return there
