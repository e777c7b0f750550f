"""A folder of aligned records as a data set: tables, Croissant description and datasheet, made from the records."""

from __future__ import annotations

from pathlib import Path

from ecgimg.aligned.croissant import write_croissant
from ecgimg.aligned.datasheet import Contents, summary, write_datasheet
from ecgimg.aligned.drawn import write_drawn
from ecgimg.aligned.parquet import require_parquet, write_tables
from ecgimg.jobs import Executor
from ecgimg.synth.dataset import Progress, SetPlan, SetReport, write_dataset


def describe_dataset(out: Path) -> str:
    """Writes the three tables, `croissant.json` and `README.md` of the records below a folder; returns a summary.

    Raises:
        DependencyError: the package pyarrow is not installed.
        UnreadableInputError: there is no record, or one is damaged.
        OutputError: a file can't be written.
    """
    contents = Contents()
    write_tables(out, contents.add)
    write_croissant(out, summary(contents))
    write_datasheet(out, contents)
    return summary(contents)


def write_aligned_dataset(
    out: Path, plan: SetPlan, *, executor: Executor | None = None, progress: Progress | None = None
) -> SetReport:
    """A drawn set with an aligned record for each page, and its description; errors as those of both.

    Bytes don't depend on the `executor`, and a set that was stopped goes on.
    """
    require_parquet()
    report = write_dataset(out, plan, executor=executor, progress=progress, beside=write_drawn)
    describe_dataset(out)
    return report
