"""Records measured as they are and from drawn pages: a row of figures each, written as soon as it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgimg.bench.common.resumable_rows import ROWS, claim, read_rows, run_resumably
from ecgimg.bench.digitize.pages import networks
from ecgimg.bench.measure.readings import CLEAN, SEED, RecordJob, claim_readings, ludb_of, reading_of
from ecgimg.datasets.ludb import LudbRecord
from ecgimg.datasets.ptbxl import Ptbxl
from ecgimg.errors import WorkerError
from ecgimg.findings.measurements import Measurements
from ecgimg.jobs import Tell
from ecgimg.networks.delineation import Delineator, load_delineation, open_delineation
from ecgimg.runs.executors import Workers
from ecgimg.stages.measure.measure import measure
from ecgimg.train.delineation.data import folds
from ecgimg.train.delineation.run import fold_path


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


def measured_rows(
    jobs: Sequence[RecordJob], out: Path, processes: Workers, on_progress: Callable[[MeasuredRow, int, int], None]
) -> tuple[MeasuredRow, ...]:
    """The rows of all jobs of one source; those of an earlier run are taken from OUT/pages.jsonl.

    Raises:
        UsageError: OUT or the folder of the readings is of other networks, or there is no such preset.
    """
    claim_readings(Path(jobs[0].readings), [job.kind for job in jobs])
    claim(out, {"source": jobs[0].source, "seed": SEED, "networks": networks()})
    before = {(row.kind, row.record): row for row in read_rows(out / ROWS, lambda row: MeasuredRow(**row))}
    todo = {(job.kind, job.record): job for job in jobs}
    return run_resumably(out / ROWS, todo, before, measured_row, _failed_row, processes, on_progress)


def measured_row(job: RecordJob, tell: Tell) -> MeasuredRow:
    """Measures one record; runs in a worker."""
    measured, reason = measurements_of(job)
    return MeasuredRow(job.kind, job.record, {}, {}, reason) if measured is None else _row(job, measured)


def measurements_of(job: RecordJob) -> tuple[Measurements | None, str]:
    """The measurements of one record, or None and the reason why its page was refused."""
    reading = reading_of(job)
    if reading.recording is None:
        return None, reading.reason
    return measure(reading.recording, _network(job)), ""


def ludb_jobs(
    source: str, networks: Path, records: Sequence[LudbRecord], presets: Sequence[str], readings: Path
) -> list[RecordJob]:
    """Each record of LUDB as it is and drawn by each preset."""
    kinds = (CLEAN, *presets)
    return [
        RecordJob(source, kind, record.number, str(readings), networks=str(networks))
        for record in records
        for kind in kinds
    ]


def ptbxl_jobs(
    source: str, fold: int, records: Sequence[int], drawn: Sequence[int], presets: Sequence[str], readings: Path
) -> list[RecordJob]:
    """Each record as it is, and those of `drawn` by each preset too."""
    clean = [RecordJob(source, CLEAN, record, str(readings), fold) for record in dict.fromkeys([*records, *drawn])]
    return clean + [RecordJob(source, preset, record, str(readings), fold) for record in drawn for preset in presets]


def chosen_records(database: Ptbxl, fold: int, codes: Sequence[str], others: int) -> tuple[list[int], list[int]]:
    """Records of a fold with one of the codes, and `others` drawn at random from those without; both in random order.

    A larger `others` begins with the records of a smaller one.
    """
    records = database.select((fold,), diagnostic_only=False)
    with_code = [r.ecg_id for r in records if {code for code, _ in r.codes} & {*codes}]
    without = [r.ecg_id for r in records if not {code for code, _ in r.codes} & {*codes}]
    rng = np.random.default_rng([SEED, fold])
    return rng.permutation(with_code).tolist(), rng.permutation(without).tolist()[:others]


def _row(job: RecordJob, measured: Measurements) -> MeasuredRow:
    values = {one.name: one.value for one in measured.figures}
    uncertainties = {one.name: one.uncertainty for one in measured.figures}
    return MeasuredRow(job.kind, job.record, values, uncertainties)


def _failed_row(job: RecordJob, error: WorkerError) -> MeasuredRow:
    return MeasuredRow(job.kind, job.record, {}, {}, error.what)


def _network(job: RecordJob) -> Delineator:
    """The network that did not see a record of LUDB; the packaged one for other records."""
    if not job.networks:
        return load_delineation(1)
    parts = folds(ludb_of(job.source).records, 5)
    fold = next(k for k, part in enumerate(parts) if job.record in {record.number for record in part})
    return open_delineation(fold_path(Path(job.networks), fold), 1)
