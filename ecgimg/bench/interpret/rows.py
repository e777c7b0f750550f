"""What is interpreted for the benchmark: a row a record, written as soon as it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ecgimg.bench.common.resumable_rows import ROWS, claim, read_rows, run_resumably
from ecgimg.bench.digitize.pages import networks
from ecgimg.bench.interpret.answers import answered
from ecgimg.bench.interpret.questions import ReasoningItem, read_items
from ecgimg.bench.measure.pages import measurements_of
from ecgimg.bench.measure.readings import PTBXL_FS, SEED, RecordJob, claim_readings
from ecgimg.datamodel.patient import Sex
from ecgimg.datasets.ptbxl import Ptbxl, PtbxlRecord, ptbxl_folder, read_ptbxl
from ecgimg.errors import WorkerError
from ecgimg.findings.protocol import RuleVerdict
from ecgimg.jobs import Tell
from ecgimg.recording.recording import Recording
from ecgimg.runs.executors import Workers
from ecgimg.stages.interpret.interpret import interpret
from ecgimg.stages.measure.measure import measure

SEXES: dict[int, Sex] = {0: "male", 1: "female"}
"""PTB-XL's numbers."""


@dataclass(frozen=True)
class StatementRow:
    """The verdicts of one record by criterion, clean or from a page; `reason` is why its page was refused."""

    kind: str
    record: int
    verdicts: dict[str, str]
    reason: str = ""


@dataclass(frozen=True)
class ChainRow:
    """One chain of questions: the kind of each, and whether the answer was right; `reason` is why there is none."""

    item: int
    record: int
    diagnosis: str
    is_present: bool
    kinds: tuple[str, ...]
    right: tuple[bool, ...]
    reason: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether no answer was wrong."""
        return bool(self.right) and all(self.right)


@dataclass(frozen=True)
class ChainJob:
    """One item of the benchmark's file, by its place there."""

    ptbxl: str
    items: str
    item: int


def statement_rows(
    jobs: Sequence[RecordJob], out: Path, processes: Workers, on_progress: Callable[[StatementRow, int, int], None]
) -> tuple[StatementRow, ...]:
    """The verdicts on all records; those of an earlier run are taken from OUT.

    Raises:
        UsageError: OUT or the folder of the readings is of other networks, or there is no such preset.
    """
    claim_readings(Path(jobs[0].readings), [job.kind for job in jobs])
    claim(out, {"source": jobs[0].source, "seed": SEED, "networks": networks()})
    before = {(row.kind, row.record): row for row in read_rows(out / ROWS, lambda row: StatementRow(**row))}
    todo = {(job.kind, job.record): job for job in jobs}
    return run_resumably(out / ROWS, todo, before, statement_row, _refused, processes, on_progress)


def statement_row(job: RecordJob, tell: Tell) -> StatementRow:
    """Interprets one record; runs in a worker."""
    measured, reason = measurements_of(job)
    if measured is None:
        return StatementRow(job.kind, job.record, {}, reason)
    about = _records(job.source)[job.record]
    sex = SEXES.get(about.sex) if about.sex is not None else None
    made = interpret(measured, sex, None if about.age is None else int(about.age))
    verdicts: dict[str, str] = {}
    for one in made.statements:
        same = verdicts.get(one.id, one.verdict.value) == one.verdict.value
        verdicts[one.id] = one.verdict.value if same else RuleVerdict.INDETERMINATE.value
    return StatementRow(job.kind, job.record, verdicts)


def _refused(job: RecordJob, error: WorkerError) -> StatementRow:
    return StatementRow(job.kind, job.record, {}, error.what)


def chain_rows(
    ptbxl: str, items: Path, most: int, out: Path, processes: Workers, on_progress: Callable[[ChainRow, int, int], None]
) -> tuple[ChainRow, ...]:
    """The answered chains of the records that the database holds, the first `most` of them (0: all).

    Raises:
        UnreadableInputError: there are no items.
        UsageError: OUT holds the rows of other networks.
    """
    claim(out, {"items": str(items), "networks": networks()})
    held = _records(ptbxl)
    places = [k for k, item in enumerate(read_items(items)) if item.ecg_id in held]
    todo = {("chain", k): ChainJob(ptbxl, str(items), k) for k in (places[:most] if most else places)}
    before = {("chain", row.item): row for row in read_rows(out / ROWS, _chain_row)}
    return run_resumably(out / ROWS, todo, before, chain_row, _failed_chain, processes, on_progress)


def chain_row(job: ChainJob, tell: Tell) -> ChainRow:
    """Answers one chain; runs in a worker."""
    item = _items(job.items)[job.item]
    signal = _database(job.ptbxl).signal(_records(job.ptbxl)[item.ecg_id], PTBXL_FS)
    answers = answered(item, measure(Recording(signal, float(PTBXL_FS), name=str(item.ecg_id))))
    kinds, right = tuple(q.kind for q, _ in answers), tuple(is_right for _, is_right in answers)
    return ChainRow(job.item, item.ecg_id, item.diagnosis, item.is_present, kinds, right)


def _chain_row(row: dict[str, object]) -> ChainRow:
    return ChainRow(**{name: tuple(v) if isinstance(v, list) else v for name, v in row.items()})  # type: ignore[arg-type]


def _failed_chain(job: ChainJob, error: WorkerError) -> ChainRow:
    item = _items(job.items)[job.item]
    return ChainRow(job.item, item.ecg_id, item.diagnosis, item.is_present, (), (), error.what)


@cache
def _items(path: str) -> tuple[ReasoningItem, ...]:
    return read_items(Path(path))


@cache
def _database(source: str) -> Ptbxl:
    return read_ptbxl(ptbxl_folder(source))


@cache
def _records(source: str) -> dict[int, PtbxlRecord]:
    return {record.ecg_id: record for record in _database(source).records}
