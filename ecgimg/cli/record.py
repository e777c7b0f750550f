"""The commands on aligned records: `record show`, `record validate` and `record describe`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ecgimg.errors import ExitCode

record_app = typer.Typer(no_args_is_help=True, help="Aligned records: waveform, page, beats and statements of an ECG.")


@record_app.command()
def show(record: Annotated[Path, typer.Argument(help="NAME.aligned.json.")]) -> None:
    """Print one aligned record in words."""
    from ecgimg.aligned.record import read_record
    from ecgimg.aligned.show import lines_of

    for line in lines_of(read_record(record)):
        typer.echo(line)


@record_app.command()
def validate(path: Annotated[Path, typer.Argument(help="NAME.aligned.json, or a folder of records.")]) -> None:
    """Check that all parts of records are there and agree with each other; a line for each problem.

    The exit code is 3 where there is one.
    """
    from ecgimg.aligned.validate import problems_of

    found = 0
    for file, problem in problems_of(path):
        found += 1
        typer.echo(f"{file}: {problem}")
    typer.echo(f"{found} problems" if found else "no problem", err=True)
    if found:
        raise typer.Exit(int(ExitCode.UNREADABLE_INPUT))


@record_app.command()
def describe(folder: Annotated[Path, typer.Argument(help="A folder of records.")]) -> None:
    """Make a data set of a folder of records: three Parquet tables, croissant.json and a datasheet, README.md."""
    from ecgimg.aligned.dataset import describe_dataset

    typer.echo(describe_dataset(folder))
