"""The commands around the work: `doctor`, `json-schema`, `layouts list`, `layouts show`, `styles list` and `synth`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ecgimg.cli import parameters as p
from ecgimg.errors import ExitCode

layouts_app = typer.Typer(no_args_is_help=True, help="Paper formats.")
styles_app = typer.Typer(no_args_is_help=True, help="Vendor styles of synthetic pages.")


def doctor() -> None:
    """Check what digitizing needs: packages, the program tesseract, layouts, networks."""
    from ecgimg.cli.doctor import examine

    checks = examine()
    labels = {True: "ok", None: "note", False: "FAILED"}
    for check in checks:
        typer.echo(f"{labels[check.ok]:7} {check.name:24} {check.message}")
    if any(check.ok is False for check in checks):
        raise typer.Exit(int(ExitCode.DEPENDENCY))


class _Schema(StrEnum):
    """The files whose schema can be printed."""

    page = "page"
    recording = "recording"
    aligned = "aligned"
    report = "report"
    measure = "measure"
    complete = "complete"
    screen = "screen"
    corrections = "corrections"


def json_schema(
    of: Annotated[
        _Schema,
        typer.Argument(
            help="page: STEM.json of `digitize`; recording: STEM.json where `diagnose` had a recording; "
            "aligned, report, measure, complete, screen: STEM.aligned.json and so on; "
            "corrections: what --corrections reads."
        ),
    ] = _Schema.page,
) -> None:
    """Print the JSON Schema of what a command on pages writes, or reads as corrections."""
    import json

    from pydantic import BaseModel

    from ecgimg.corrections import Corrections
    from ecgimg.schemas.aligned import AlignedRecord
    from ecgimg.schemas.complete import CompleteResult
    from ecgimg.schemas.measure import MeasureResult
    from ecgimg.schemas.page import PageResult
    from ecgimg.schemas.recording import RecordingResult
    from ecgimg.schemas.report import ReportResult
    from ecgimg.schemas.screen import ScreenResult

    models: dict[str, type[BaseModel]] = {
        "aligned": AlignedRecord,
        "page": PageResult,
        "recording": RecordingResult,
        "report": ReportResult,
        "measure": MeasureResult,
        "complete": CompleteResult,
        "screen": ScreenResult,
        "corrections": Corrections,
    }
    typer.echo(json.dumps(models[of].model_json_schema(by_alias=True), indent=2))


@layouts_app.command("list")
def layouts_list() -> None:
    """List the paper formats that come with the package."""
    from ecgimg.layouts import load_layouts

    for layout in load_layouts():
        typer.echo(f"{layout.id:16} {layout.title}")


@layouts_app.command("show")
def layouts_show(name: Annotated[str, typer.Argument(help="A name of `layouts list`, or a YAML file.")]) -> None:
    """Print one paper format as YAML: a start for your own, which `digitize --layout FILE` accepts."""
    import yaml

    from ecgimg.layouts import load_layout

    text = yaml.safe_dump(load_layout(name).model_dump(mode="json"), sort_keys=False, default_flow_style=None)
    sys.stdout.write(text)


@styles_app.command("list")
def styles_list() -> None:
    """List the vendor styles that `synth --style` draws."""
    from ecgimg.synth.page.vendor import load_vendor, vendor_names

    for name in vendor_names():
        typer.echo(f"{name:20} {load_vendor(name).title}")


class _Sex(StrEnum):
    """The sex of a requested patient."""

    F = "F"
    M = "M"


def synth(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the set; an unfinished set goes on there.")],
    pages: Annotated[int, typer.Option("-n", "--pages", min=1, help="Pages.")] = 100,
    layout: Annotated[str, typer.Option(help="NAME, all, or NAME:WEIGHT,...; the preset's own by default.")] = "",
    preset: Annotated[
        str, typer.Option(help="clean, scan, photo, ruin, patchecg, a .yaml, or NAME:WEIGHT,...")
    ] = "photo",
    style: Annotated[
        str, typer.Option(help="vendor (any), a name of `styles list`, own, a .yaml, or NAME:WEIGHT,...")
    ] = "",
    source: p.SignalSource = "sim",
    fold: Annotated[str, typer.Option(help="Folds of PTB-XL, such as 1-8 or 1,3,5.")] = "1-8",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same files.")] = 0,
    jobs: p.Processes = "1",
    engine: Annotated[str, typer.Option(help="ecgimg or ecg-image-kit.")] = "ecgimg",
    aligned: Annotated[
        bool, typer.Option("--aligned", help="An aligned record for each page, and a described data set of them.")
    ] = False,
    text: Annotated[str, typer.Option(help="Of the source generate: what the ECG shall show, in English.")] = "",
    statements: Annotated[str, typer.Option(help="Of generate: codes such as AFIB,CLBBB.")] = "",
    sex: Annotated[_Sex | None, typer.Option(help="Of generate: the patient's sex.")] = None,
    age: Annotated[float | None, typer.Option(help="Of generate: the patient's age, 18 to 95 years.")] = None,
    rate: Annotated[float | None, typer.Option(help="Of generate: the heart rate, 30 to 220 /min.")] = None,
) -> None:
    """Make synthetic pages with their exact truth, and a contact sheet of them."""
    from rich.console import Console
    from rich.progress import Progress

    from ecgimg.aligned.dataset import write_aligned_dataset
    from ecgimg.datamodel.patient import SEXES
    from ecgimg.findings.requests import NOTHING, read_request
    from ecgimg.runs.executors import open_executor
    from ecgimg.synth.dataset import PAGE_TIMEOUT_S, SetPlan, parse_folds, write_dataset

    codes = [code for code in statements.split(",") if code.strip()]
    request = read_request(text, codes, SEXES[sex.value] if sex else None, age, rate)
    if request != NOTHING:
        typer.echo(f"requested: {request}", err=True)
    if request.unknown:
        typer.echo(f"not understood: {'; '.join(request.unknown)}", err=True)
    plan = SetPlan(pages, preset, layout, source, parse_folds(fold), seed, engine, style, request)
    with open_executor(jobs, PAGE_TIMEOUT_S) as executor, Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("pages", total=pages)
        # One process is this one, which need not load the simulator twice.
        write = write_aligned_dataset if aligned else write_dataset
        report = write(
            out,
            plan,
            executor=None if jobs == "1" else executor,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    for name, reason in report.failed:
        typer.echo(f"{name}: {reason}", err=True)
    typer.echo(f"{report.written} pages written, {report.found} were there, {len(report.failed)} left out", err=True)
    typer.echo(report.contact_sheet)
    if report.failed:
        raise typer.Exit(int(ExitCode.SOME_FAILED))
