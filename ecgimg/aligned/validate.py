"""Checks aligned records: whether all parts are there, and whether they agree with each other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ecgimg.aligned.croissant import FILE as CROISSANT
from ecgimg.aligned.meeti import COLUMNS, VARIABLE
from ecgimg.aligned.parquet import ids_of_table, record_files
from ecgimg.aligned.record import Arrays, read_arrays, read_record
from ecgimg.aligned.tables import TABLES
from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import EcgimgError
from ecgimg.io.files import hash_file
from ecgimg.recording.formats import ALIGNED_JSON, ALIGNED_MEETI
from ecgimg.recording.read import read_recording
from ecgimg.schemas.aligned import AlignedPage, AlignedRecord

TOLERANCE_MV = 0.001
"""WFDB holds 1 uV; a curve holds the signal itself."""
TOLERANCE_PX = 0.01
"""The JSON has four decimals."""
TOLERANCE_S = 0.0002
"""The JSON has four decimals, of two times that are subtracted."""


def problems_of(path: Path) -> Iterator[tuple[Path, str]]:
    """What is wrong with a record, or with each record below a folder and with the set's own files.

    Raises:
        UnreadableInputError: a folder has no record.
    """
    files = record_files(path) if path.is_dir() else [path]
    for file in files:
        yield from ((file, problem) for problem in record_problems(file))
    if path.is_dir():
        yield from ((path, problem) for problem in _set_problems(path, files))


def record_problems(path: Path) -> list[str]:
    """What is wrong with one record, a line each; none where all is well."""
    try:
        record = read_record(path)
        if missing := [name for name in record.files if not (path.parent / name).is_file()]:
            return [f"files are missing: {', '.join(missing)}"]
        arrays = read_arrays(record, path.parent)
        own = [] if path.name == f"{record.id}{ALIGNED_JSON}" else [f"its identifier is {record.id}"]
        return [
            *own,
            *_waveform_problems(record, arrays),
            *_page_problems(record, arrays, path.parent),
            *_beat_problems(record),
            *_wfdb_problems(record, arrays, path.parent),
            *_meeti_problems(record, path.parent),
        ]
    except EcgimgError as error:
        return [str(error)]
    except (KeyError, ValueError, TypeError) as error:
        return [f"arrays of another kind ({type(error).__name__}: {error})"]


def _waveform_problems(record: AlignedRecord, arrays: Arrays) -> Iterator[str]:
    waveform = record.waveform
    signal, shown, confidence = (arrays[key] for key in ("signal", "shown", "confidence"))
    shape = (len(waveform.leads), waveform.samples)
    if not signal.shape == shown.shape == confidence.shape == shape:
        yield f"arrays of shape {signal.shape}, {shown.shape}, {confidence.shape} for {shape}"
        return
    known = np.isfinite(signal)
    if bool((shown & ~known).any()):
        yield "samples are shown that are not known"
    if not bool(((confidence >= 0) & (confidence <= 1)).all()) or bool((confidence[~known] > 0).any()):
        yield "a confidence is outside of 0 to 1, or of an unknown sample"
    for row, (lead, described) in zip(known, waveform.leads.items(), strict=True):
        seen = np.flatnonzero(row)
        interval = (seen[0] / waveform.fs, (seen[-1] + 1) / waveform.fs) if seen.size else None
        if (interval is None) != (described.interval is None) or (
            interval and described.interval and not np.allclose(interval, described.interval, atol=TOLERANCE_S)
        ):
            yield f"lead {lead} is known over {interval} s, not {described.interval}"


def _page_problems(record: AlignedRecord, arrays: Arrays, folder: Path) -> Iterator[str]:
    page = record.page
    if page is None:
        return
    yield from _picture_problems(page, folder)
    bounds, points, visible = arrays["curve_start"], arrays["curve_points"], arrays["curve_visible"]
    if len(bounds) != len(page.cells) + 1 or bounds[-1] != len(points):
        yield f"{len(bounds) - 1} curves for {len(page.cells)} cells"
        return
    leads = list(record.waveform.leads)
    for k, cell in enumerate(page.cells):
        part = slice(bounds[k], bounds[k + 1])
        seen = points[part][visible[part]]
        if (cell.box is None) != (len(seen) == 0) or (
            cell.box and not np.allclose([*seen.min(axis=0), *seen.max(axis=0)], cell.box, atol=TOLERANCE_PX)
        ):
            yield f"the box of cell {k} ({cell.lead}) is not that of its curve"
        yield from _curve_problems(f"cell {k} ({cell.lead})", leads.index(cell.lead), arrays, part, record.waveform.fs)


def _curve_problems(name: str, row: int, arrays: Arrays, part: slice, fs: float) -> Iterator[str]:
    """Whether a curve has the voltages of the waveform at its times."""
    visible = arrays["curve_visible"][part]
    at = np.rint(arrays["curve_time"][part][visible] * fs).astype(int)
    inside = at < arrays["signal"].shape[1]
    there, here = arrays["curve_mv"][part][visible][inside], arrays["signal"][row, at[inside]]
    if not np.allclose(there, here, atol=TOLERANCE_MV):
        yield f"{name} has other voltages than the waveform"


def _picture_problems(page: AlignedPage, folder: Path) -> Iterator[str]:
    from PIL import Image

    if not page.image:
        return
    try:
        with Image.open(folder / page.image) as picture:
            if picture.size != (page.width, page.height):
                yield f"the picture is {picture.size[0]} x {picture.size[1]}, not {page.width} x {page.height}"
    except (OSError, SyntaxError) as error:
        yield f"{page.image} is no picture ({error})"


def _beat_problems(record: AlignedRecord) -> Iterator[str]:
    beats, seconds = record.beats, record.waveform.samples / record.waveform.fs
    if any(not 0 <= time <= seconds for time in beats.times) or list(beats.times) != sorted(beats.times):
        yield "times of beats are not in order within the recording"
    for lead, measured in beats.leads.items():
        if lead not in record.waveform.leads:
            yield f"there are beats of lead {lead}, which the waveform does not have"
        for beat in measured.beats:
            if not beat.beat < len(beats.times) or abs(beats.times[beat.beat] - beat.time) > TOLERANCE_S:
                yield f"beat {beat.beat} of lead {lead} is none of the page's beats"


def _wfdb_problems(record: AlignedRecord, arrays: Arrays, folder: Path) -> Iterator[str]:
    if not record.waveform.recording:
        return
    found = read_recording(folder / f"{record.waveform.recording}.hea")
    signal = arrays["signal"]
    if found.signals.shape != signal.shape or not np.allclose(found.signals, signal, atol=TOLERANCE_MV, equal_nan=True):
        yield "the WFDB record has other samples"


def _meeti_problems(record: AlignedRecord, folder: Path) -> Iterator[str]:
    from scipy.io import loadmat

    name = f"{record.id}{ALIGNED_MEETI}"
    try:
        found = loadmat(folder / name, simplify_cells=True)
    except Exception as error:  # scipy raises anything on a damaged file
        yield f"{name} can't be read ({error})"
        return
    for lead in LEADS:
        beats = record.beats.leads[lead].beats if lead in record.beats.leads else ()
        columns = found.get(f"{VARIABLE}{lead}", {})
        if {*columns} != {*COLUMNS} or any(np.size(columns[one]) != len(beats) for one in COLUMNS):
            yield f"{name} has other beats of lead {lead}"


def _set_problems(out: Path, files: list[Path]) -> Iterator[str]:
    """Whether the tables and the description of a set, where there are any, are those of its records."""
    ids = [path.name.removesuffix(ALIGNED_JSON) for path in files]
    if len({*ids}) < len(ids):
        yield "an identifier stands twice"
    if not (out / CROISSANT).is_file():
        return
    described = json.loads((out / CROISSANT).read_text(encoding="utf-8"))
    hashes = {one["@id"]: one["sha256"] for one in described["distribution"] if "sha256" in one}
    for table in TABLES:
        path = out / table.file
        if not path.is_file() or hash_file(path) != hashes.get(table.file):
            yield f"{table.file} is not the one that {CROISSANT} describes"
    if sorted(ids_of_table(out, TABLES[0])) != sorted(ids):
        yield f"{TABLES[0].file} has other records than the folder; run `ecgimg record describe`"
