"""Records measured as they are and from drawn pages: a row of figures each, written as soon as it is done.

A page is drawn, digitized with the whole chain and measured. All pages have the layout LAYOUT, the most usual one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ecgimg.bench.common.resumable_rows import ROWS, claim, read_rows, run_resumably
from ecgimg.bench.digitize.pages import digitized, networks
from ecgimg.datasets.ludb import FS, Ludb, LudbRecord, ludb_folder, read_ludb
from ecgimg.datasets.ptbxl import Ptbxl, ptbxl_folder
from ecgimg.errors import WorkerError
from ecgimg.findings.measurements import Measurements
from ecgimg.jobs import Tell
from ecgimg.networks.delineation import Delineator, load_delineation, open_delineation
from ecgimg.recording.recording import Recording
from ecgimg.runs.executors import Workers
from ecgimg.stages.measure.measure import measure
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import PtbxlSource, Signal, SignalSource
from ecgimg.threads import use_one_opencv_thread
from ecgimg.train.delineation.data import folds
from ecgimg.train.delineation.run import fold_path

SEED = 88_200_000
"""First number of the seeds that are reserved for this benchmark; no training draws from them."""
CLEAN = "clean"
"""Kind of the rows of records that were measured without a page."""
LAYOUT = "3x4+1R"
PTBXL_FS = 100


@dataclass(frozen=True)
class MeasuredRow:
    """One record, as it is or from a page: figures and uncertainties by name, None where there is none.

    `kind` is CLEAN or the preset of the page; `reason` is why a page was refused.
    """

    kind: str
    record: int
    values: dict[str, float | None]
    uncertainties: dict[str, float | None]
    reason: str = ""


@dataclass(frozen=True)
class MeasureJob:
    """One record of a source, as it is or drawn by a preset.

    `source` is ludb:DIR or ptbxl:DIR; `networks` is the folder of cross-validated networks, for LUDB only; `fold` is
    that of PTB-XL.
    """

    source: str
    networks: str
    kind: str
    record: int
    fold: int = 0


def measured_rows(
    jobs: Sequence[MeasureJob], out: Path, processes: Workers, on_progress: Callable[[MeasuredRow, int, int], None]
) -> tuple[MeasuredRow, ...]:
    """The rows of all jobs of one source; those of an earlier run are taken from OUT/pages.jsonl.

    Raises:
        UsageError: OUT holds the pages of other networks, or there is no such preset.
    """
    for kind in {job.kind for job in jobs} - {CLEAN}:
        load_recipe(kind)
    claim(out, {"source": jobs[0].source, "seed": SEED, "networks": networks()})
    before = {(row.kind, row.record): row for row in read_rows(out / ROWS, lambda row: MeasuredRow(**row))}
    todo = {(job.kind, job.record): job for job in jobs}
    return run_resumably(out / ROWS, todo, before, measured_row, _failed_row, processes, on_progress)


def measured_row(job: MeasureJob, tell: Tell) -> MeasuredRow:
    """Measures one record; runs in a worker."""
    measured, reason = measurements_of(job)
    return MeasuredRow(job.kind, job.record, {}, {}, reason) if measured is None else _row(job, measured)


def measurements_of(job: MeasureJob) -> tuple[Measurements | None, str]:
    """The measurements of one record, or None and the reason why its page was refused."""
    use_one_opencv_thread()
    network = _network(job)
    if job.kind == CLEAN:
        return measure(_recording(job), network), ""
    recipe = load_recipe(job.kind).with_layouts({LAYOUT: 1.0})
    source = _source(job.source, job.fold)
    page = sample_page((SEED, job.record), recipe, source, _index(job))
    with tempfile.TemporaryDirectory() as folder:
        from PIL import Image

        picture = Path(folder) / f"{job.record}.png"
        Image.fromarray(page.pixels).save(picture, compress_level=1)
        made, reason = digitized(picture)
    return (None, reason) if made is None else (measure(made.recording, network), "")


class LudbSource:
    """The records of LUDB as a source of signals to draw, in the order of their numbers."""

    def __init__(self, data: Ludb) -> None:
        self.data = data
        self.name = "ludb"

    def __len__(self) -> int:
        return len(self.data.records)

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """Record `index`, at 500 Hz."""
        record = self.data.records[index % len(self)]
        return Signal(self.data.signal(record), str(record.number))


def _row(job: MeasureJob, measured: Measurements) -> MeasuredRow:
    values = {one.name: one.value for one in measured.figures}
    uncertainties = {one.name: one.uncertainty for one in measured.figures}
    return MeasuredRow(job.kind, job.record, values, uncertainties)


def _failed_row(job: MeasureJob, error: WorkerError) -> MeasuredRow:
    return MeasuredRow(job.kind, job.record, {}, {}, error.what)


def _recording(job: MeasureJob) -> Recording:
    source = _source(job.source, job.fold)
    if isinstance(source, PtbxlSource):
        record = source.records[_index(job)]
        return Recording(source.ptbxl.signal(record, PTBXL_FS), float(PTBXL_FS), name=str(record.ecg_id))
    return Recording(source.get(_index(job)).mv, float(FS), name=str(job.record))


def _index(job: MeasureJob) -> int:
    """The place of a job's record in its source."""
    source = _source(job.source, job.fold)
    if isinstance(source, PtbxlSource):
        return [record.ecg_id for record in source.records].index(job.record)
    return [record.number for record in _ludb(job.source).records].index(job.record)


def _network(job: MeasureJob) -> Delineator:
    """The network that did not see a record of LUDB; the packaged one for other records."""
    if not job.networks:
        return load_delineation(1)
    parts = folds(_ludb(job.source).records, 5)
    fold = next(k for k, part in enumerate(parts) if job.record in {record.number for record in part})
    return open_delineation(fold_path(Path(job.networks), fold), 1)


@cache
def _source(name: str, fold: int) -> SignalSource:
    if name.startswith("ludb:"):
        return LudbSource(_ludb(name))
    return PtbxlSource(ptbxl_folder(name), (fold,))


@cache
def _ludb(name: str) -> Ludb:
    return read_ludb(ludb_folder(name))


def ludb_jobs(source: str, networks: Path, records: Sequence[LudbRecord], presets: Sequence[str]) -> list[MeasureJob]:
    """Each record of LUDB drawn by each preset."""
    return [MeasureJob(source, str(networks), preset, r.number) for r in records for preset in presets]


def ptbxl_jobs(
    source: str, fold: int, records: Sequence[int], on_pages: int, presets: Sequence[str]
) -> list[MeasureJob]:
    """Each record as it is, and the first `on_pages` drawn by each preset."""
    clean = [MeasureJob(source, "", CLEAN, record, fold) for record in records]
    return clean + [MeasureJob(source, "", preset, record, fold) for record in records[:on_pages] for preset in presets]


def chosen_records(database: Ptbxl, fold: int, codes: Sequence[str], others: int) -> list[int]:
    """Records of a fold with one of the codes, each followed by one without, then the rest of `others` without."""
    records = database.select((fold,), diagnostic_only=False)
    with_code = [r.ecg_id for r in records if {code for code, _ in r.codes} & {*codes}]
    without = [r.ecg_id for r in records if not {code for code, _ in r.codes} & {*codes}]
    step = max(len(without) // max(others, 1), 1)
    drawn = without[::step][:others]
    mixed = [record for pair in zip(with_code, drawn, strict=False) for record in pair]
    return mixed + with_code[len(drawn) :] + drawn[len(with_code) :]
