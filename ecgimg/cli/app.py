"""The command `ecgimg`: the only module that knows typer. Data goes to stdout, words go to stderr.

Every command imports what it needs when it runs, so that `ecgimg --help` and the listings stay instant. A command's
work lives in a module of its own that knows nothing of the command line; here are only its options. Commands raise
`EcgimgError`; `_Edge` turns it into one line and an exit code.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from ecgimg.errors import EcgimgError, ExitCode

if TYPE_CHECKING:
    from ecgimg.options import RunOptions
    from ecgimg.runs.job import RunKind


class _Edge(TyperGroup):
    """The one handler of errors: every command runs below it."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Runs a command; an error becomes one line on stderr and its exit code."""
        try:
            return super().invoke(ctx)
        except EcgimgError as error:
            typer.echo(f"ecgimg: {error}", err=True)
            raise typer.Exit(int(error.exit_code)) from error
        except KeyboardInterrupt as error:
            typer.echo("ecgimg: interrupted; what was finished is kept, run again to go on", err=True)
            raise typer.Exit(int(ExitCode.INTERRUPTED)) from error


app = typer.Typer(
    cls=_Edge,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A photo or scan of a paper ECG in, a 12-lead recording and a report out.",
)
layouts_app = typer.Typer(no_args_is_help=True, help="Paper formats.")
train_app = typer.Typer(no_args_is_help=True, help="Train the networks (needs the extra 'train').")
bench_app = typer.Typer(no_args_is_help=True, help="Measure; prints the tables of the documentation.")
app.add_typer(layouts_app, name="layouts")
app.add_typer(train_app, name="train")
app.add_typer(bench_app, name="bench")


PtbxlOption = Annotated[str, typer.Option(help="ptbxl:DIR, the folder of PTB-XL 1.0.x.")]
StepsOption = Annotated[int, typer.Option(min=1, help="Optimizer steps.")]
HeldOption = Annotated[int, typer.Option(min=1, help="Held-out pages of each recipe.")]
ThreadsOption = Annotated[int, typer.Option(min=1, help="Threads; rendering takes one process more.")]
PackageOption = Annotated[bool, typer.Option(help="Put the result into the package.")]


def main() -> None:
    """Entry point of the command `ecgimg`."""
    app(prog_name="ecgimg")


def _say_version(wanted: bool) -> None:
    if wanted:
        from ecgimg import __version__

        typer.echo(f"ecgimg {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """A photo or scan of a paper ECG in, a 12-lead recording out."""


def _run_pages(
    kind: RunKind, inputs: list[str], out: Path, options: RunOptions, quiet: bool, verbose: bool
) -> NoReturn:
    """Does one kind of work on all pages; the first worker loads what it needs while these are planned."""
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


@app.command()
def digitize(
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Pictures, PDFs, folders (searched recursively), globs.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the results.")],
    layout: Annotated[str | None, typer.Option(help="auto, a name of `layouts list`, or a YAML file. [auto]")] = None,
    paper_speed: Annotated[float | None, typer.Option(help="mm/s, instead of what the page tells.")] = None,
    gain: Annotated[float | None, typer.Option(help="mm/mV, instead of what the page tells.")] = None,
    formats: Annotated[
        list[str] | None, typer.Option("--format", help="wfdb or csv; may be given twice. [wfdb]")
    ] = None,
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", help="Pages at the same time. [1]")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds after which a page is given up. [120]")] = None,
    force: Annotated[bool, typer.Option("--force", help="Do pages again that are done.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Keep a picture of every step.")] = False,
    config: Annotated[Path | None, typer.Option(help="YAML file of options; ECGIMG_... and flags win.")] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Tell only what went wrong.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Tell warnings and tracebacks too.")] = False,
) -> None:
    """Digitize paper ECGs: WFDB or CSV, JSON and an overlay for each page, and summary.csv.

    Exit codes: 0 all done, 2 usage, 3 unreadable input, 4 no ECG found or refused, 5 output, 6 weights or dependency,
    7 worker died or timed out, 8 some pages failed, 9 all failed, 130 interrupted.
    """
    from ecgimg.options import RunOptions
    from ecgimg.runs.digitize import DIGITIZE

    given = {"layout": layout, "paper_speed": paper_speed, "gain": gain, "formats": formats, "jobs": jobs}
    switches = {"force": force or None, "debug": debug or None}
    options = RunOptions.read(config=config, timeout=timeout, **given, **switches)
    _run_pages(DIGITIZE, inputs, out, options, quiet, verbose)


@app.command()
def diagnose(
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Pictures, PDFs, folders (searched recursively), globs.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the reports.")],
    layout: Annotated[str | None, typer.Option(help="auto, a name of `layouts list`, or a YAML file. [auto]")] = None,
    paper_speed: Annotated[float | None, typer.Option(help="mm/s, instead of what the page tells.")] = None,
    gain: Annotated[float | None, typer.Option(help="mm/mV, instead of what the page tells.")] = None,
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", help="Pages at the same time. [1]")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds after which a page is given up. [120]")] = None,
    force: Annotated[bool, typer.Option("--force", help="Do pages again that are done.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Keep a picture of every step.")] = False,
    config: Annotated[Path | None, typer.Option(help="YAML file of options; ECGIMG_... and flags win.")] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Tell only what went wrong.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Tell warnings and tracebacks too.")] = False,
) -> None:
    """Diagnose paper ECGs: a report as HTML and JSON for each page, and summary.csv. This is no medical device.

    A page that can't be digitized gets a report from the image alone, which says so; one that nothing could be read on
    is refused. Exit codes as of `digitize`.
    """
    from ecgimg.options import RunOptions
    from ecgimg.runs.diagnose import DIAGNOSE

    given = {"layout": layout, "paper_speed": paper_speed, "gain": gain, "jobs": jobs, "timeout": timeout}
    options = RunOptions.read(config=config, force=force or None, debug=debug or None, **given)
    _run_pages(DIAGNOSE, inputs, out, options, quiet, verbose)


@app.command("screen")
def screen_command(
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Pictures, PDFs, folders (searched recursively), globs.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the results.")],
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", help="Pages at the same time. [1]")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds after which a page is given up. [120]")] = None,
    force: Annotated[bool, typer.Option("--force", help="Do pages again that are done.")] = False,
    config: Annotated[Path | None, typer.Option(help="YAML file of options; ECGIMG_... and flags win.")] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Tell only what went wrong.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Tell warnings and tracebacks too.")] = False,
) -> None:
    """Screen paper ECGs from the picture alone: JSON and a saliency overlay for each page, and summary.csv.

    Nothing is traced. What is no ECG page, or can't be read, is refused. Exit codes as of `digitize`.
    """
    from ecgimg.options import RunOptions
    from ecgimg.runs.screen import SCREEN

    options = RunOptions.read(config=config, jobs=jobs, timeout=timeout, force=force or None)
    _run_pages(SCREEN, inputs, out, options, quiet, verbose)


@app.command()
def doctor() -> None:
    """Check what digitizing needs: packages, the program tesseract, layouts, networks."""
    from ecgimg.cli.doctor import examine

    checks = examine()
    words = {True: "ok", None: "note", False: "FAILED"}
    for check in checks:
        typer.echo(f"{words[check.ok]:7} {check.name:24} {check.message}")
    if any(check.ok is False for check in checks):
        raise typer.Exit(int(ExitCode.DEPENDENCY))


class _Schema(StrEnum):
    """The files whose schema can be printed."""

    page = "page"
    report = "report"
    screen = "screen"


@app.command("json-schema")
def json_schema(
    of: Annotated[
        _Schema,
        typer.Argument(help="page: STEM.json of `digitize`; report: STEM.report.json; screen: STEM.screen.json."),
    ] = _Schema.page,
) -> None:
    """Print the JSON Schema of what `digitize`, `diagnose` or `screen` writes."""
    import json

    from ecgimg.schemas.page import PageResult
    from ecgimg.schemas.report import ReportResult
    from ecgimg.schemas.screen import ScreenResult

    models: dict[str, type[PageResult | ReportResult | ScreenResult]] = {
        "page": PageResult,
        "report": ReportResult,
        "screen": ScreenResult,
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


@app.command("synth")
def synth_command(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the set; an unfinished set goes on there.")],
    n: Annotated[int, typer.Option("--n", "-n", min=1, help="Pages.")] = 100,
    layout: Annotated[str, typer.Option(help="NAME, all, or NAME:WEIGHT,...; the preset's own by default.")] = "",
    preset: Annotated[
        str, typer.Option(help="clean, scan, photo, ruin, patchecg, a .yaml, or NAME:WEIGHT,...")
    ] = "photo",
    source: Annotated[str, typer.Option(help="Signals: sim, ptbxl:DIR or wfdb:DIR.")] = "sim",
    fold: Annotated[str, typer.Option(help="Folds of PTB-XL, such as 1-8 or 1,3,5.")] = "1-8",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same files.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    engine: Annotated[str, typer.Option(help="ecgimg or ecg-image-kit.")] = "ecgimg",
) -> None:
    """Make synthetic pages with their exact truth, and a contact sheet of them."""
    from rich.console import Console
    from rich.progress import Progress

    from ecgimg.synth.dataset import SetPlan, parse_folds, write_dataset

    plan = SetPlan(n, preset, layout, source, parse_folds(fold), seed, engine)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("pages", total=n)
        report = write_dataset(
            out, plan, jobs=jobs, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    for name, reason in report.failed:
        typer.echo(f"{name}: {reason}", err=True)
    typer.echo(f"{report.written} pages written, {report.found} were there, {len(report.failed)} left out", err=True)
    typer.echo(report.contact_sheet)
    if report.failed:
        raise typer.Exit(int(ExitCode.SOME_FAILED))


@train_app.command("patchecg")
def train_patchecg_command(
    data: PtbxlOption,
    out: Annotated[Path, typer.Option("-o", "--out", help="Checkpoints and the exported network; resumes there.")],
    members: Annotated[int, typer.Option(min=1, max=3, help="Networks whose mean is exported.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="Threads.")] = 2,
    package: PackageOption = False,
) -> None:
    """Train PatchECG and its two baselines on folds 1-8, calibrate on fold 9 and export."""
    import logging

    from ecgimg.datasets.ptbxl import ptbxl_folder
    from ecgimg.train.patchecg import fit as patchecg_fit

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    plan = patchecg_fit.TrainingPlan(members=members)
    path = patchecg_fit.train_patchecg(ptbxl_folder(data), out, plan, threads)
    typer.echo(patchecg_fit.package(path) if package else path)


@train_app.command("trace")
def train_trace_command(
    data: PtbxlOption,
    out: Annotated[Path, typer.Option("-o", "--out", help="Shards, checkpoint and exported network; resumes there.")],
    steps: StepsOption = 8000,
    pages: HeldOption = 24,
    threads: ThreadsOption = 1,
    package: PackageOption = False,
) -> None:
    """Train the trace network on synthetic pages of folds 1-8, calibrate on fold 9 and export."""
    import logging

    from ecgimg.train.trace import fit as trace_fit
    from ecgimg.train.trace import run as trace_run

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    path = trace_run.run(data, out, steps, pages, threads)
    typer.echo(trace_fit.package(path) if package else path)


@train_app.command("landmarks")
def train_landmarks_command(
    data: PtbxlOption,
    out: Annotated[Path, typer.Option("-o", "--out", help="Shards, checkpoints and exported networks; resumes there.")],
    steps: StepsOption = 3200,
    pages: HeldOption = 24,
    threads: ThreadsOption = 1,
    package: PackageOption = False,
) -> None:
    """Train the networks that find rows, starts and pulses, and read lead names and scales, on pages of folds 1-8."""
    import logging

    from ecgimg.train.landmarks import fit as landmarks_fit
    from ecgimg.train.landmarks import run as landmarks_run
    from ecgimg.train.lead_names import fit as names
    from ecgimg.train.printed_scales import fit as scales

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    paths = landmarks_run.run(data, out, steps, pages, threads)
    for part, path in zip((landmarks_fit, names, scales), paths, strict=True):
        typer.echo(part.package(path) if package else path)


@train_app.command("tempo")
def train_tempo_command(
    data: PtbxlOption,
    out: Annotated[Path, typer.Option("-o", "--out", help="Where the fitted model goes.")],
    count: Annotated[int, typer.Option("-n", "--count", min=50, help="Recordings, each drawn at both speeds.")] = 4000,
    package: PackageOption = False,
) -> None:
    """Fit how beats tell the paper speed, on recordings of folds 1-8; says how well it does on fold 9."""
    import logging

    from ecgimg.train.paper_speed import run as tempo

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    path = tempo.run(data, out, count)
    typer.echo(tempo.package(path) if package else path)


@train_app.command("layout-evidence")
def train_layout_evidence_command(
    data: PtbxlOption,
    out: Annotated[Path, typer.Option("-o", "--out", help="Drawn pages and the fitted model; resumes there.")],
    count: Annotated[int, typer.Option("-n", "--count", min=50, help="Pages of folds 1-8.")] = 500,
    package: PackageOption = False,
) -> None:
    """Fit how evidence on a paper format makes one confidence, on pages drawn from folds 1-8; measures it on fold 9."""
    import logging

    from ecgimg.train.layout_evidence import run as layout_evidence

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    path = layout_evidence.run(data, out, count)
    typer.echo(layout_evidence.package(path) if package else path)


@train_app.command("screen")
def train_screen_command(
    data: PtbxlOption,
    out: Annotated[Path, typer.Option("-o", "--out", help="Shards, checkpoint and exported network; resumes there.")],
    compare: Annotated[
        float | None, typer.Option(help="Compare the backbones instead, so many seconds of processor time each.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads.")] = 1,
    package: PackageOption = False,
) -> None:
    """Train the screening network on pages drawn from folds 1-8, calibrate on fold 9 and export."""
    import logging

    from ecgimg.datasets.ptbxl import ptbxl_folder
    from ecgimg.train.screen import fit as screen_fit
    from ecgimg.train.screen import run as screen_run

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    plan = screen_run.ScreenPlan()
    if compare is not None:
        rows = screen_run.run_comparison(ptbxl_folder(data), out, plan, compare, threads)
        typer.echo("\n".join([screen_fit.COMPARED_HEAD, *(row.row() for row in rows)]))
        return
    path = screen_run.run(ptbxl_folder(data), out, plan, threads)
    typer.echo(screen_fit.package(path) if package else path)


@bench_app.command("speed")
def bench_speed_command(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Pages, one process each.")],
    runs: Annotated[int, typer.Option("-n", "--runs", min=1, help="Runs whose median is told.")] = 5,
) -> None:
    """Measure seconds and peak memory of `--help`, of digitizing and of diagnosing a page, each as a whole process."""
    from ecgimg.bench.speed.run import bench_speed

    typer.echo("| command | page | seconds | processor seconds | peak MB |\n|---|---|---|---|---|")
    for row in bench_speed(images, runs):
        typer.echo(
            f"| `{row.command}` | {row.size} | {row.seconds:.2f} | {row.processor_seconds:.2f} | {row.megabytes:.0f} |"
        )


@bench_app.command("digitize")
def bench_digitize_command(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for rows, tables and plots; goes on there.")],
    presets: Annotated[str, typer.Option(help="Recipes of pages, separated by commas.")] = "scan,photo",
    pages: Annotated[int, typer.Option("-n", "--pages", min=1, help="Pages of each recipe.")] = 51,
    source: Annotated[str, typer.Option(help="Signals: sim, ptbxl:DIR or wfdb:DIR.")] = "sim",
    fold: Annotated[int, typer.Option(min=1, max=10, help="The fold of PTB-XL to draw.")] = 9,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Processes.")] = 1,
    index: Annotated[Path | None, typer.Option(help="CSV of real pages, measured in place of drawn ones.")] = None,
    layouts: Annotated[Path | None, typer.Option(help="CSV (image, layout) of true layouts, for --index.")] = None,
) -> None:
    """Digitize drawn or real pages with the whole chain and score them against their truth."""
    from ecgimg.bench.digitize.pages import DrawnPlan
    from ecgimg.bench.digitize.report import markdown, run_drawn, run_index

    def tell(text: str) -> None:
        typer.echo(text, err=True)

    names = [name.strip() for name in presets.split(",")]
    if index is not None:
        bench = run_index(index, layouts, out, jobs, tell)
    else:
        bench = run_drawn(DrawnPlan(source, fold, str(out)), names, pages, jobs, tell)
    typer.echo(markdown(bench), nl=False)


@bench_app.command("chain")
def bench_chain_command(
    data: Annotated[str, typer.Option(help="ptbxl:DIR, the folder of PTB-XL 1.0.x.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for pages, tables and plots; goes on there.")],
    fold: Annotated[int, typer.Option(min=1, max=10, help="The fold to draw.")] = 9,
    pages: Annotated[int, typer.Option("-n", "--pages", min=1, help="Pages of each preset.")] = 1000,
    presets: Annotated[str, typer.Option(help="Recipes of pages, separated by commas.")] = "scan,photo",
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Processes.")] = 1,
    readme: Annotated[Path | None, typer.Option(help="Write the results section of this README too.")] = None,
    package: Annotated[bool, typer.Option(help="Put the combiner fitted on these pages into the package.")] = False,
) -> None:
    """Draw pages of every layout, digitize and diagnose them, and tell what digitizing costs in AUROC."""
    from ecgimg.bench.chain.pages import ChainPlan
    from ecgimg.bench.chain.report import markdown, write_readme
    from ecgimg.bench.chain.run import run_chain
    from ecgimg.datasets.ptbxl import ptbxl_folder

    names = tuple(name.strip() for name in presets.split(","))
    plan = ChainPlan(str(ptbxl_folder(data)), fold, pages, names, str(out))
    bench = run_chain(plan, jobs, lambda text: typer.echo(text, err=True), package)
    typer.echo(markdown(bench), nl=False)
    if readme is not None:
        write_readme(bench, readme)


@bench_app.command("patchecg")
def bench_patchecg_command(
    data: Annotated[str, typer.Option(help="ptbxl:DIR, the folder of PTB-XL 1.0.x.")],
    fold: Annotated[int, typer.Option(min=1, max=10, help="The fold to score.")] = 9,
    layouts: Annotated[str, typer.Option(help="all, or numbers of 0-6 such as 0,3,5.")] = "all",
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for JSON and plots.")] = Path("bench-patchecg"),
    weights: Annotated[Path | None, typer.Option(help="An exported network in place of the packaged one.")] = None,
    trained: Annotated[Path | None, typer.Option(help="Folder of `train patchecg`: scores its baselines too.")] = None,
) -> None:
    """Score PatchECG in every layout, with leads blacked out and on single leads, beside its baselines."""
    from rich.console import Console

    from ecgimg.bench.patchecg.report import tables
    from ecgimg.bench.patchecg.run import run_patchecg
    from ecgimg.datasets.ptbxl import ptbxl_folder

    def tell(condition: str, done: int, total: int) -> None:
        typer.echo(f"{done + 1}/{total} {condition}", err=True)

    bench = run_patchecg(ptbxl_folder(data), fold, layouts, out, weights, trained, tell)
    for table in tables(bench):
        Console(width=None if sys.stdout.isatty() else 240).print(table)


@bench_app.command("screen")
def bench_screen_command(
    data: Annotated[str, typer.Option(help="ptbxl:DIR, the folder of PTB-XL 1.0.x.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for what was read and bench.json; goes on there.")],
    fold: Annotated[int, typer.Option(min=1, max=10, help="The fold to draw.")] = 9,
    pages: Annotated[int, typer.Option("-n", "--pages", min=1, help="Pages of each preset.")] = 1000,
    presets: Annotated[str, typer.Option(help="Recipes of pages, separated by commas.")] = "scan,photo",
    signal: Annotated[bool, typer.Option(help="Digitize each page too and ask PatchECG (seconds a page).")] = False,
    others: Annotated[int, typer.Option(min=1, help="Pictures of each kind that is no ECG.")] = 20,
    index: Annotated[Path | None, typer.Option(help="index.csv of real pages (columns image, labels).")] = None,
    weights: Annotated[Path | None, typer.Option(help="An exported network in place of the packaged one.")] = None,
) -> None:
    """Score the image network on drawn pages, its gate on other pictures, and both on real pages."""
    from ecgimg.bench.screen.report import markdown, run_screen_bench
    from ecgimg.datasets.ptbxl import ptbxl_folder

    names = [name.strip() for name in presets.split(",")]
    folder = ptbxl_folder(data)
    bench = run_screen_bench(folder, fold, names, pages, out, signal, others, index, weights)
    typer.echo(markdown(bench), nl=False)
