"""The real pages of `ecgimg bench digitize`: the pages of an index file, digitized and compared with their truth.

The index is a CSV with the columns image, kind, layout, and for pages with a truth also truth and truth_fs; others are
ignored. `image` and `truth` are paths from the index's folder, or from the one above. A truth is a WFDB record (without
its suffix) or a CSV with a column in mV for each lead; where `truth_fs` is empty, the samples of a CSV cover 10 s. A
page without a truth counts for layouts and refusals only. Truths are compared on the samples that the layout prints.

A second CSV with the columns image (a file's name) and layout can add or correct layouts. `other: ...` stands for a
page of a format that is not packaged, or for a part of a page: every layout is wrong, and a refusal is right.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from ecgimg.bench.common.resumable_rows import ROWS, claim, read_rows, run_resumably
from ecgimg.bench.digitize.agreement import agreement
from ecgimg.bench.digitize.pages import (
    GOOD,
    WORST,
    OnProgress,
    PageScore,
    digitized,
    networks,
    page_score,
    read_share,
    store_overlay,
)
from ecgimg.bench.digitize.waviness import straightness
from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS, lead_index
from ecgimg.errors import UnreadableInputError, UsageError, WorkerError
from ecgimg.jobs import Tell
from ecgimg.layouts import layout_ids, load_layout
from ecgimg.recording.quality import page_confidence
from ecgimg.recording.read import read_recording
from ecgimg.runs.executors import Workers
from ecgimg.synth.signals.sources import to_500_hz

FS = 500
"""Rate in Hz at which recordings are compared."""
SECONDS = 10
"""Length of a truth."""
BAND_LIMITED_FS = 100.0
"""Rate in Hz of truths with a narrower band than the printed signal."""
OTHER = "other"
"""First word of a layout that is not packaged."""
MASKED_SHARE = 0.05
"""A truth with a larger share of unknown samples holds only printed samples."""
_UPPER = tuple(lead.upper() for lead in LEADS)
_COLUMNS = {"image", "kind", "layout"}


@dataclass(frozen=True)
class IndexJob:
    """A row of an index: `image` and `truth` are paths, `fs` is the truth's rate in Hz, None where it is empty.

    `out` is the folder of the benchmark.
    """

    number: int
    image: str
    kind: str
    layout: str
    truth: str
    fs: float | None
    out: str


def bench_index(
    index: Path, layouts: Path | None, out: Path, processes: Workers, on_progress: OnProgress
) -> tuple[PageScore, ...]:
    """Scores the pages of an index; rows of an earlier run are taken from OUT/pages.jsonl.

    Raises:
        UnreadableInputError: the index or the file of layouts can't be read or lacks a column.
        UsageError: an unknown layout, or OUT holds the pages of another benchmark.
    """
    jobs = {(job.kind, job.number): job for job in read_index(index, layouts, out)}
    claim(out, {"index": str(index.resolve()), "networks": networks()})
    before = {(row.group, row.page): row for row in read_rows(out / ROWS, page_score)}
    same = {key: row for key, row in before.items() if key in jobs and jobs[key].layout == row.layout}
    return run_resumably(out / ROWS, jobs, same, index_page, _failed_row, processes, on_progress)


def read_index(index: Path, layouts: Path | None, out: Path) -> tuple[IndexJob, ...]:
    """The rows of an index, for a benchmark in a folder.

    Raises:
        UnreadableInputError: a file can't be read or lacks a column.
        UsageError: an unknown layout.
    """
    known = {row["image"]: row["layout"].strip() for row in _rows(layouts, {"image", "layout"})} if layouts else {}
    jobs = []
    for k, row in enumerate(_rows(index, _COLUMNS)):
        layout = known.get(Path(row["image"]).name, row["layout"].strip())
        if layout and layout not in layout_ids() and not layout.startswith(OTHER):
            remedy = f"use a name of `layouts list`, or {OTHER}: and what it is"
            raise UsageError(f"no layout {layout!r} for {row['image']}", where="bench digitize", remedy=remedy)
        truth = str(_beside(index, row["truth"])) if row.get("truth") else ""
        fs = float(row["truth_fs"]) if row.get("truth_fs") else None
        jobs.append(IndexJob(k, str(_beside(index, row["image"])), row["kind"], layout, truth, fs, str(out)))
    return tuple(jobs)


def _beside(index: Path, name: str) -> Path:
    """The path of a file that an index names from its own folder, or from the one above."""
    path, above = index.parent / name, index.parent.parent / name
    return above if above.exists() and not path.exists() else path


def index_page(job: IndexJob, tell: Tell) -> PageScore:
    """Digitizes and scores one page; runs in a worker."""
    start = perf_counter()
    made, reason = digitized(Path(job.image))
    seconds = round(perf_counter() - start, 3)
    has_truth = bool(job.truth) and bool(job.layout) and not job.layout.startswith(OTHER)
    band_limited = job.fs == BAND_LIMITED_FS
    kind_of_truth = f"{job.fs:g} Hz truth" if band_limited else "full-rate truth"
    found, confidence, compared, waviness, ink = None, 0.0, None, float("nan"), None
    if made is not None:
        found, confidence = made.match.layout_id, page_confidence(made.match, made.recording)
        waviness, ink = straightness(made.sheet), read_share(made)
        if has_truth:
            truth = printed(read_truth(Path(job.truth), job.fs), job.layout)
            compared = agreement(truth, made.recording, band_limited)
    score = PageScore(
        job.kind, job.number, Path(job.image).name, job.layout, found, confidence, has_truth, compared,
        slices=(kind_of_truth,) if has_truth else (), reason=reason, seconds=seconds,
        waviness_mm=waviness, ink=ink,
    )  # fmt: skip
    if score.merit < GOOD:
        store_overlay(Path(job.image), made, Path(job.out) / WORST / f"{score.name}.jpg")
    return score


def read_truth(path: Path, fs: float | None) -> Floats:
    """A truth [12, 5000] in mV at 500 Hz, NaN where nothing is known.

    Truths of 100 Hz are interpolated band-limited, those of other rates linearly, as in the competition's tool.

    Raises:
        UnreadableInputError: the record does not exist or has none of the 12 leads.
    """
    signals, rate = _read(path, fs)
    if rate == BAND_LIMITED_FS and np.isfinite(signals).all():
        return np.asarray(to_500_hz(signals, rate)[:, : FS * SECONDS])
    time, known_at = np.arange(FS * SECONDS) / FS, np.arange(signals.shape[1]) / rate
    out = np.full((len(LEADS), len(time)), np.nan, np.float32)
    near = np.clip(np.rint(time * rate).astype(int), 0, signals.shape[1] - 1)
    for k, row in enumerate(signals):
        known = np.isfinite(row)
        if known.sum() >= 2:
            inside = known[near] & (time <= known_at[-1] + 1 / rate)
            out[k] = np.where(inside, np.interp(time, known_at[known], row[known]), np.nan)
    return out


def printed(truth: Floats, layout: str) -> Floats:
    """The samples of a truth [12, T] that a layout prints; a truth that has gaps is returned as it is."""
    if np.isnan(truth).mean() > MASKED_SHARE:
        return truth
    page_format = load_layout(layout)
    out = np.full_like(truth, np.nan)
    for cell in (*page_format.cells, *page_format.strips):
        row, first, last = lead_index(cell.lead), round(cell.start * FS), round((cell.start + cell.seconds) * FS)
        out[row, first:last] = truth[row, first:last]
    return out


def _read(path: Path, fs: float | None) -> tuple[Floats, float]:
    """Signals [12, T] in mV of a truth, and their rate in Hz."""
    if path.suffix.lower() != ".csv":
        recording = read_recording(path)
        return recording.twelve.signals, recording.fs
    rows = _rows(path, set())
    signals = np.full((len(LEADS), len(rows)), np.nan, np.float32)
    for name in rows[0]:
        if name.strip().upper() in _UPPER:
            values = [float(row[name]) if row[name].strip() else np.nan for row in rows]
            signals[_UPPER.index(name.strip().upper())] = values
    return signals, fs or len(rows) / SECONDS


def _rows(path: Path, columns: set[str]) -> Sequence[dict[str, str]]:
    """Rows of a CSV that has at least these columns."""
    remedy = f"give a CSV with the columns {', '.join(sorted(columns))}" if columns else "check the path"
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableInputError(f"{path}: {error}", where="bench digitize", remedy=remedy) from error
    if not rows or not columns <= set(rows[0]):
        raise UnreadableInputError(f"{path} lacks rows or columns", where="bench digitize", remedy=remedy)
    return rows


def _failed_row(job: IndexJob, error: WorkerError) -> PageScore:
    """The row of a page whose worker died or ran out of time."""
    name = Path(job.image).name
    return PageScore(job.kind, job.number, name, job.layout, None, 0.0, bool(job.truth), reason=error.what)
