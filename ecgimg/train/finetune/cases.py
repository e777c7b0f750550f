"""Recordings to learn from: a folder, a listed index, a store of runs, PTB-XL, or pictures of pages; and their columns.

--data DIR            recordings below a folder (WFDB, DICOM, EDF+ ...), or pictures for the image encoder
--data TABLE.csv      a table with the columns of the recipe's `index`; paths start at its folder
--data store:DIR      a data set of `--store parquet`, as digitized pages make one: recordings with gaps
--data ptbxl:DIR      PTB-XL, for the stand-ins

A waveform that is no ECG comes from a folder or a table of files, or from a store of digitized strips.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.io.images import SUFFIXES as PICTURE_SUFFIXES
from ecgimg.recording.kinds import SUFFIXES as RECORDING_SUFFIXES
from ecgimg.recording.read import read_recording
from ecgimg.recording.recording import Recording
from ecgimg.train.finetune.case import Case
from ecgimg.train.finetune.ptbxl_cases import ptbxl_cases
from ecgimg.train.finetune.recipe import IndexRecipe, Recipe
from ecgimg.train.finetune.tables import open_table, time_of


def open_cases(data: str, recipe: Recipe) -> tuple[Case, ...]:
    """All recordings of the data, in their order; nothing but names and columns is read here.

    Raises:
        UsageError: the text names no data.
        UnreadableInputError: a folder or table is not there, or lacks a column.
    """
    kind, _, place = data.partition(":")
    if kind == "ptbxl" and place:
        return ptbxl_cases(Path(place), recipe)
    if kind == "store" and place:
        return _store_cases(place)
    path = Path(data)
    if path.is_dir() and recipe.index is not None:
        return _indexed(path / recipe.index.file, recipe.index)
    if path.is_dir():
        return _found(path, recipe)
    if path.suffix.lower() in (".csv", ".gz", ".parquet"):
        return _indexed(path, recipe.index or IndexRecipe())
    remedy = "give a folder, a table, store:DIR or ptbxl:DIR"
    raise UsageError(f"no data {data!r}", where="--data", remedy=remedy)


def _found(folder: Path, recipe: Recipe) -> tuple[Case, ...]:
    suffixes = PICTURE_SUFFIXES if recipe.encoder == "image" else RECORDING_SUFFIXES
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in suffixes)
    if not files:
        what = f"{folder} has no {'picture' if recipe.encoder == 'image' else 'recording'}"
        raise UnreadableInputError(what, where="--data", remedy="give their folder, or a table that lists them")
    return tuple(Case(file.stem, file.stem, partial(read_recording, file), path=file) for file in files)


def _indexed(table: Path, columns: IndexRecipe) -> tuple[Case, ...]:
    cases = []
    with open_table(table, (columns.path,)) as rows:
        for number, row in enumerate(rows, 1):
            path = table.parent / row[columns.path]
            name = row.get(columns.id) or Path(row[columns.path]).stem
            time = time_of(row.get(columns.time, ""), f"{table}, row {number}, column {columns.time}")
            load = partial(read_recording, path)
            cases.append(Case(name, row.get(columns.patient) or name, load, time, row, path))
    return tuple(cases)


def _store_cases(place: str) -> tuple[Case, ...]:
    from ecgimg.runs.store.read import StoredPages

    pages = StoredPages(place)
    wanted = [name for name in pages.columns if name not in ("signals", "confidences", "json", "thumbnail")]
    rows = [row for row in pages.rows(wanted) if row.get("fs") is not None]
    texts = [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
    return tuple(Case(row["name"], row["name"], partial(_stored, place, row["name"]), columns=row) for row in texts)


def _stored(place: str, name: str) -> Recording:
    from ecgimg.runs.store.read import StoredPages, recording_of

    found = next((recording_of(row) for row in StoredPages(place).rows(names=[name])), None)
    if found is None:
        raise UnreadableInputError(f"{place} has no recording {name}", where="--data", remedy="make the store again")
    return found
