"""The rows of a store: what every page has, what its recording has, and what its kind of run adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ecgimg.errors import missing_package
from ecgimg.jobs import Tell
from ecgimg.recording.export import UNITS_PER_MV, in_microvolts
from ecgimg.runs.job import Outcome, PageJob, RunKind, Task
from ecgimg.runs.records import Made

if TYPE_CHECKING:
    from ecgimg.recording.recording import Recording

Row = dict[str, Any]
CONFIDENCE_STEPS = 255
"""A confidence of 1 as a number of 8 bits."""
STATUS = "status"
"""The column that divides a store into folders."""
PAGE_COLUMNS = (
    "name", "input", "page", "pages", "ecgs", "sha256", "exit_code", "reason", "details", "warnings", "seconds",
    "layout", "confidence", "paper_speed", "paper_speed_from", "gain", "gain_from", "json", "thumbnail",
)  # fmt: skip
SIGNAL_COLUMNS = ("fs", "leads", "signals", "signal_units_per_mv", "confidences", "confidence_steps")


def load_arrow() -> Any:
    """The package pyarrow; DependencyError where it is not installed."""
    try:
        import pyarrow
        import pyarrow.dataset
        import pyarrow.parquet
    except ImportError as error:
        raise missing_package("a store", "pyarrow", "store", where="store") from error
    return pyarrow


def store_schema(kind: RunKind[Any]) -> Any:
    """The columns of a shard, a schema of pyarrow; `status` is the name of its folder."""
    arrow = load_arrow()
    types = {
        "page": arrow.int32(),
        "pages": arrow.int32(),
        "ecgs": arrow.int32(),
        "exit_code": arrow.int16(),
        "warnings": arrow.list_(arrow.string()),
        "seconds": arrow.float32(),
        "confidence": arrow.float32(),
        "paper_speed": arrow.float32(),
        "gain": arrow.float32(),
        "thumbnail": arrow.binary(),
        "fs": arrow.float64(),
        "leads": arrow.list_(arrow.string()),
        "signals": arrow.list_(arrow.list_(arrow.int16())),
        "signal_units_per_mv": arrow.int32(),
        "confidences": arrow.list_(arrow.list_(arrow.uint8())),
        "confidence_steps": arrow.int32(),
    }
    fields = [arrow.field(name, types.get(name, arrow.string())) for name in (*PAGE_COLUMNS, *SIGNAL_COLUMNS)]
    fields += [arrow.field(name, arrow.float32()) for name in kind.table.numbers]
    fields += [arrow.field(name, arrow.string()) for name in kind.table.texts]
    return arrow.schema(fields)


def store_page(kind: RunKind[Any], task: Task, tell: Tell) -> tuple[Outcome, Row]:
    """Does a page; called in a worker: how it ended, and its row."""

    def keep(task: Task, made: tuple[Made[Any], ...]) -> Row:
        return _made_columns(kind, made[-1])

    outcome, kept = kind.attempt(task, tell, keep)
    return outcome, page_row(task.job, outcome, kept or {})


def page_row(job: PageJob, outcome: Outcome, kept: Row) -> Row:
    """The row of a page that has ended, with what was kept of it."""
    speed, gain = outcome.paper_speed, outcome.gain
    return {
        STATUS: outcome.status,
        "name": outcome.name,
        "input": outcome.input,
        "page": outcome.page,
        "pages": job.pages,
        "ecgs": outcome.ecgs,
        "exit_code": int(outcome.exit_code),
        "reason": _text(outcome.reason),
        "details": _text(outcome.details),
        "warnings": [_text(text) for text in outcome.warnings],
        "seconds": outcome.seconds,
        "layout": outcome.layout,
        "confidence": outcome.confidence,
        "paper_speed": None if speed is None else speed.value,
        "paper_speed_from": "" if speed is None else speed.source,
        "gain": None if gain is None else gain.value,
        "gain_from": "" if gain is None else gain.source,
        **kept,
    }


def _made_columns(kind: RunKind[Any], made: Made[Any]) -> Row:
    from ecgimg.io.thumbnail import thumbnail

    record = made.record.model_copy(update={"files": ()})  # a store has no files of a page
    return {
        "sha256": record.source.sha256,
        "json": record.model_dump_json(by_alias=True),
        "thumbnail": None if made.picture is None else thumbnail(made.picture()),
        **({} if made.recording is None else _signal_columns(made.recording.seen)),
        **kind.table.values(record),
    }


def _signal_columns(recording: Recording) -> Row:
    confidences = np.rint(recording.confidences * CONFIDENCE_STEPS).astype(np.uint8)
    return {
        "fs": recording.fs,
        "leads": list(recording.leads),
        "signals": list(in_microvolts(recording.signals)),
        "signal_units_per_mv": UNITS_PER_MV,
        "confidences": list(confidences),
        "confidence_steps": CONFIDENCE_STEPS,
    }


def _text(text: str) -> str:
    """A text as UTF-8 can hold it."""
    return text.encode("utf-8", "backslashreplace").decode()
