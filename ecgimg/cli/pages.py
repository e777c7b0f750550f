"""The commands that work on pages: `digitize`, `diagnose`, `measure`, `complete` and `screen`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from ecgimg.cli import parameters as p

_DOCUMENTS = (".pdf", ".tif", ".tiff")
"""Files that may have many pages."""

if TYPE_CHECKING:
    from ecgimg.options import RunOptions
    from ecgimg.runs.job import RunKind


def digitize(
    out: p.ResultsFolder,
    inputs: p.Inputs = None,
    from_file: p.FromFile = None,
    store: p.Store = None,
    dask: p.Dask = None,
    layout: p.LayoutName = None,
    paper_speed: p.PaperSpeed = None,
    gain: p.Gain = None,
    corrections: p.Corrections = None,
    format: p.Formats = None,
    fs: p.ExportRate = None,
    seconds: p.ExportSeconds = None,
    units: p.ExportUnits = None,
    fill: p.Fill = None,
    patient_id: p.PatientId = None,
    patient_name: p.PatientName = None,
    birth_date: p.BirthDate = None,
    sex: p.Sex = None,
    recorded: p.Recorded = None,
    jobs: p.Jobs = None,
    timeout: p.Timeout = None,
    max_memory: p.MaxMemory = None,
    max_pages: p.MaxPages = None,
    force: p.Force = False,
    debug: p.Debug = False,
    dicom_photo: p.DicomPhoto = False,
    no_photo: p.NoPhoto = False,
    redact: p.Redact = False,
    config: p.Config = None,
    quiet: p.Quiet = False,
    verbose: p.Verbose = False,
) -> None:
    """Digitize paper ECGs: recordings, JSON and an overlay for each page, summary.csv and index.html.

    Exit codes: 0 all done, 2 usage, 3 unreadable input, 4 no ECG found or refused, 5 output, 6 weights or dependency,
    7 worker died or timed out, 8 some pages failed, 9 all failed, 130 interrupted.
    """
    given = locals()
    from ecgimg.runs.digitize import DIGITIZE

    _run_pages(DIGITIZE, **given)


def diagnose(
    out: p.ReportsFolder,
    inputs: p.PagesAndRecordings = None,
    from_file: p.FromFile = None,
    store: p.Store = None,
    dask: p.Dask = None,
    layout: p.LayoutName = None,
    paper_speed: p.PaperSpeed = None,
    gain: p.Gain = None,
    corrections: p.Corrections = None,
    model: p.OwnModels = None,
    age: p.PatientAge = None,
    use_generated: p.UseGenerated = False,
    language: p.Language = None,
    pdf: p.Pdf = False,
    format: p.ReportFormats = None,
    fs: p.ExportRate = None,
    seconds: p.ExportSeconds = None,
    units: p.ExportUnits = None,
    fill: p.Fill = None,
    patient_id: p.PatientId = None,
    patient_name: p.PatientName = None,
    birth_date: p.BirthDate = None,
    sex: p.Sex = None,
    recorded: p.Recorded = None,
    jobs: p.Jobs = None,
    timeout: p.Timeout = None,
    max_memory: p.MaxMemory = None,
    max_pages: p.MaxPages = None,
    force: p.Force = False,
    debug: p.Debug = False,
    dicom_photo: p.DicomPhoto = False,
    no_photo: p.NoPhoto = False,
    redact: p.Redact = False,
    config: p.Config = None,
    quiet: p.Quiet = False,
    verbose: p.Verbose = False,
) -> None:
    """Diagnose ECGs: a report for each page or recording, summary.csv and index.html. This is no medical device.

    A page that can't be digitized gets a report from the image alone, which says so; one that nothing could be read on
    is refused. A recording (WFDB, DICOM, aECG, EDF+ and others) gets one from its signal. With --format a page gets
    what `digitize` writes as well, and every file of the recording has the findings. Exit codes as of `digitize`.
    """
    given = locals()
    from ecgimg.runs.diagnose import DIAGNOSE

    if model:
        from ecgimg.networks.finetuned import open_finetuned

        for folder in model:
            open_finetuned(folder)  # a wrong folder is an error before the first page

    _run_pages(DIAGNOSE, **given)


def measure(
    out: p.ResultsFolder,
    inputs: p.PagesAndRecordings = None,
    from_file: p.FromFile = None,
    store: p.Store = None,
    dask: p.Dask = None,
    layout: p.LayoutName = None,
    paper_speed: p.PaperSpeed = None,
    gain: p.Gain = None,
    use_generated: p.UseGenerated = False,
    jobs: p.Jobs = None,
    timeout: p.Timeout = None,
    force: p.Force = False,
    config: p.Config = None,
    quiet: p.Quiet = False,
    verbose: p.Verbose = False,
) -> None:
    """Measure paper ECGs or recordings: intervals, axes, beats and waves as JSON, and a row of summary.csv for each.

    What can't be measured has a reason in place of a value. Exit codes as of `digitize`.
    """
    given = locals()
    from ecgimg.runs.measure import MEASURE

    _run_pages(MEASURE, **given)


def complete(
    out: p.ResultsFolder,
    inputs: p.PagesAndRecordings = None,
    from_file: p.FromFile = None,
    layout: p.LayoutName = None,
    paper_speed: p.PaperSpeed = None,
    gain: p.Gain = None,
    corrections: p.Corrections = None,
    format: p.CompleteFormats = None,
    fs: p.ExportRate = None,
    seconds: p.ExportSeconds = None,
    units: p.ExportUnits = None,
    jobs: p.Jobs = None,
    timeout: p.Timeout = None,
    force: p.Force = False,
    config: p.Config = None,
    quiet: p.Quiet = False,
    verbose: p.Verbose = False,
) -> None:
    """Generate what recordings or pages do not show: missing leads and stretches. Not for clinical use.

    Limb leads follow exactly where two of them are seen. All else is estimated, and regresses to the mean of many
    patients. Every generated sample is marked in every file (NAME-complete) and dashed in the picture. `diagnose` and
    `measure` leave it out unless --use-generated. Exit codes as of `digitize`.
    """
    given = locals()
    from ecgimg.recording.generated import WARNING
    from ecgimg.runs.complete import COMPLETE

    if not quiet:
        typer.echo(f"ecgimg: {WARNING}", err=True)
    _run_pages(COMPLETE, **given)


def screen(
    out: p.ResultsFolder,
    inputs: p.Inputs = None,
    from_file: p.FromFile = None,
    store: p.Store = None,
    dask: p.Dask = None,
    jobs: p.Jobs = None,
    timeout: p.Timeout = None,
    max_memory: p.MaxMemory = None,
    max_pages: p.MaxPages = None,
    force: p.Force = False,
    no_photo: p.NoPhoto = False,
    redact: p.Redact = False,
    config: p.Config = None,
    quiet: p.Quiet = False,
    verbose: p.Verbose = False,
) -> None:
    """Screen paper ECGs from the picture alone: JSON and an overlay for each page, summary.csv and index.html.

    Nothing is traced. What is no ECG page, or can't be read, is refused. Exit codes as of `digitize`.
    """
    given = locals()
    from ecgimg.runs.screen import SCREEN

    _run_pages(SCREEN, **given)


def _run_pages(
    kind: RunKind[Any],
    inputs: list[str] | None,
    from_file: Path | None,
    out: str,
    quiet: bool,
    verbose: bool,
    **given: object,
) -> NoReturn:
    """Does one kind of work on all pages; the first worker loads what it needs while the pages are planned.

    `given` are the command's options; a switch that is off was not given.
    """
    from ecgimg.options import RunOptions
    from ecgimg.runs.executors import open_executor

    inputs = inputs or []
    options = RunOptions.read(**{name: None if value is False else value for name, value in given.items()})
    _check_places(inputs, from_file, out, options)
    options = options if options.jobs else options.model_copy(update={"jobs": _worker_count(inputs)})
    workers = options.dask or options.jobs or 1
    with open_executor(workers, options.timeout, options.max_memory, kind.preload) as executor:
        from ecgimg.cli.progress import Reporter
        from ecgimg.options import unknown_variables
        from ecgimg.runs.tally import Tally

        with Reporter(quiet, verbose) as reporter:
            for text in (*unknown_variables(os.environ), *_memory_warnings(options)):
                reporter.warned(text)
            if options.store is None:
                from ecgimg.runs.batch import run_batch
                from ecgimg.runs.file_names import SUMMARY

                tally = Tally.of(run_batch(inputs, Path(out), options, reporter, executor, kind, from_file))
                where = str(Path(out) / SUMMARY)
            else:
                from ecgimg.runs.store.run import run_store

                tally, where = run_store(inputs, out, options, reporter, executor, kind, from_file), out
            reporter.print_summary(tally, where, "" if options.store else "; --force does them again")
    raise typer.Exit(int(tally.exit_code))


def _check_places(inputs: list[str], listing: Path | None, out: str, options: RunOptions) -> None:
    from ecgimg.errors import UsageError
    from ecgimg.io.remote import is_uri

    if not inputs and listing is None:
        raise UsageError(
            "there is no input", where="inputs", remedy="give files, folders, globs or URIs, or --from-file"
        )
    if options.store is None and is_uri(out):
        remedy = "add --store parquet, or give a folder of this machine"
        raise UsageError(f"files can't be written to {out}", where="--out", remedy=remedy)


def _worker_count(inputs: list[str]) -> int:
    """A page that is alone is read with several threads, a page among others with one."""
    from ecgimg.threads import worker_count

    return 1 if _is_picture(inputs) else worker_count()


def _is_picture(inputs: list[str]) -> bool:
    """Whether the only input is a file of one page."""
    return len(inputs) == 1 and os.path.isfile(inputs[0]) and not inputs[0].lower().endswith(_DOCUMENTS)


def _memory_warnings(options: RunOptions) -> tuple[str, ...]:
    from ecgimg.runs.memory_limit import can_limit_memory

    if "max_memory" not in options.model_fields_set or can_limit_memory():
        return ()
    return ("--max-memory has no effect: this system does not limit the memory of a process",)
