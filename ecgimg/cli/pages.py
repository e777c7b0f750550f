"""The commands that work on pages: `digitize`, `diagnose` and `screen`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from ecgimg.cli import parameters as p

if TYPE_CHECKING:
    from ecgimg.options import RunOptions
    from ecgimg.runs.job import RunKind


def digitize(
    inputs: p.Inputs,
    out: p.ResultsFolder,
    layout: p.LayoutName = None,
    paper_speed: p.PaperSpeed = None,
    gain: p.Gain = None,
    formats: p.Formats = None,
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
    force: p.Force = False,
    debug: p.Debug = False,
    no_photo: p.NoPhoto = False,
    redact: p.Redact = False,
    config: p.Config = None,
    quiet: p.Quiet = False,
    verbose: p.Verbose = False,
) -> None:
    """Digitize paper ECGs: recordings in one or more formats, JSON and an overlay for each page, and summary.csv.

    Exit codes: 0 all done, 2 usage, 3 unreadable input, 4 no ECG found or refused, 5 output, 6 weights or dependency,
    7 worker died or timed out, 8 some pages failed, 9 all failed, 130 interrupted.
    """
    from ecgimg.options import RunOptions
    from ecgimg.runs.digitize import DIGITIZE

    given = {"layout": layout, "paper_speed": paper_speed, "gain": gain, "formats": formats, "jobs": jobs}
    export = {"fs": fs, "seconds": seconds, "units": units, "fill": fill, "recorded": recorded}
    patient = {"patient_id": patient_id, "patient_name": patient_name, "birth_date": birth_date, "sex": sex}
    switches = {"force": force or None, "debug": debug or None, "no_photo": no_photo or None, "redact": redact or None}
    options = RunOptions.read(config=config, timeout=timeout, **given, **export, **patient, **switches)
    _run_pages(DIGITIZE, inputs, out, options, quiet, verbose)


def diagnose(
    inputs: p.Inputs,
    out: p.ReportsFolder,
    layout: p.LayoutName = None,
    paper_speed: p.PaperSpeed = None,
    gain: p.Gain = None,
    formats: p.ReportFormats = None,
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
    force: p.Force = False,
    debug: p.Debug = False,
    no_photo: p.NoPhoto = False,
    redact: p.Redact = False,
    config: p.Config = None,
    quiet: p.Quiet = False,
    verbose: p.Verbose = False,
) -> None:
    """Diagnose ECGs: a report as HTML and JSON for each page or recording, and summary.csv. This is no medical device.

    A page that can't be digitized gets a report from the image alone, which says so; one that nothing could be read on
    is refused. Exit codes as of `digitize`.
    """
    from ecgimg.options import RunOptions
    from ecgimg.runs.diagnose import DIAGNOSE

    given = {"layout": layout, "paper_speed": paper_speed, "gain": gain, "formats": formats, "jobs": jobs}
    export = {"fs": fs, "seconds": seconds, "units": units, "fill": fill, "recorded": recorded}
    patient = {"patient_id": patient_id, "patient_name": patient_name, "birth_date": birth_date, "sex": sex}
    switches = {"force": force or None, "debug": debug or None, "no_photo": no_photo or None, "redact": redact or None}
    options = RunOptions.read(config=config, timeout=timeout, **given, **export, **patient, **switches)
    _run_pages(DIAGNOSE, inputs, out, options, quiet, verbose)


def screen(
    inputs: p.Inputs,
    out: p.ResultsFolder,
    jobs: p.Jobs = None,
    timeout: p.Timeout = None,
    force: p.Force = False,
    no_photo: p.NoPhoto = False,
    redact: p.Redact = False,
    config: p.Config = None,
    quiet: p.Quiet = False,
    verbose: p.Verbose = False,
) -> None:
    """Screen paper ECGs from the picture alone: JSON and a saliency overlay for each page, and summary.csv.

    Nothing is traced. What is no ECG page, or can't be read, is refused. Exit codes as of `digitize`.
    """
    from ecgimg.options import RunOptions
    from ecgimg.runs.screen import SCREEN

    switches = {"force": force or None, "no_photo": no_photo or None, "redact": redact or None}
    options = RunOptions.read(config=config, jobs=jobs, timeout=timeout, **switches)
    _run_pages(SCREEN, inputs, out, options, quiet, verbose)


def _run_pages(
    kind: RunKind[Any], inputs: list[str], out: Path, options: RunOptions, quiet: bool, verbose: bool
) -> NoReturn:
    """Does one kind of work on all pages; the first worker loads what it needs while the pages are planned."""
    from ecgimg.runs.worker import WorkerPool

    with WorkerPool(options.jobs, options.timeout) as workers:
        workers.preload(kind.preload)
        from ecgimg.cli.progress import Reporter
        from ecgimg.runs.batch import exit_code, run_batch
        from ecgimg.runs.summary import SUMMARY

        with Reporter(quiet, verbose) as reporter:
            outcomes = run_batch(inputs, out, options, reporter, workers, kind)
            reporter.print_summary(outcomes, str(out / SUMMARY))
    raise typer.Exit(int(exit_code(outcomes)))
