"""The commands for stores of many pages: `export` and `summary`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ecgimg.cli import parameters as p
from ecgimg.errors import ExitCode

Place = Annotated[str, typer.Argument(metavar="STORE", help="Folder or URI that `--store parquet` wrote.")]


def export(
    store: Place,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the files.")],
    format: p.Formats = None,
    where: Annotated[
        str, typer.Option(help='Only pages that meet a condition on the columns, such as "confidence > .9".')
    ] = "",
    fs: p.ExportRate = None,
    seconds: p.ExportSeconds = None,
    units: p.ExportUnits = None,
    fill: p.Fill = None,
    quiet: p.Quiet = False,
) -> None:
    """Write recordings out of a store, in any format that `digitize` has."""
    from ecgimg.options import RunOptions
    from ecgimg.recording.formats import DEFAULT_FORMAT
    from ecgimg.runs.store.export import export_store

    options = RunOptions.read(format=format, fs=fs, seconds=seconds, units=units, fill=fill)
    found = export_store(store, out, options.format or (DEFAULT_FORMAT,), where, options.export)
    for reason, pages in found.failed.items():
        typer.echo(f"{pages} failed: {reason}", err=True)
    if not quiet:
        typer.echo(f"{found.written} written, {found.without_recording} without a recording; {out}", err=True)
    if found.failed:
        raise typer.Exit(int(ExitCode.SOME_FAILED if found.written else ExitCode.ALL_FAILED))


def summary(
    store: Place,
    html: Annotated[Path | None, typer.Option(help="Write an HTML page too, with pictures by doubt.")] = None,
    pictures: Annotated[int, typer.Option(min=0, help="Pages in the HTML page.")] = 100,
    sample: Annotated[int | None, typer.Option(min=1, help="Draw so many pages for checking by eye.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for sample.csv and sample.html.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same sample.")] = 0,
    marks: Annotated[Path | None, typer.Option(help="A sample.csv with marks: prints what it proves.")] = None,
) -> None:
    """Print what a store holds: how pages ended and why, confidence, layouts, scales, time a page."""
    from ecgimg.errors import UsageError
    from ecgimg.io.files import write_atomically
    from ecgimg.runs.store.read import StoredPages
    from ecgimg.runs.store.sample import draw_sample, prove
    from ecgimg.runs.store.summary import as_text, summarise, tables
    from ecgimg.runs.store.summary_html import most_doubtful, store_html

    pages = StoredPages(store)
    if sample is not None:
        if out is None:
            raise UsageError("--sample needs a folder", where="--out", remedy="add -o FOLDER")
        for path in draw_sample(pages, sample, out, seed):
            typer.echo(path)
        return
    if marks is not None:
        typer.echo(prove(pages, marks))
        return
    found = summarise(pages)
    typer.echo(as_text(tables(found)), nl=False)
    if html is not None:
        title = f"{found.pages:,} pages of {store}"
        write_atomically(html, store_html(title, tables(found), most_doubtful(pages, pictures)).encode())
