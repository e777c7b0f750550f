"""The commands of `ecgimg bench`: one a capability. Tables go to stdout, progress to stderr."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ecgimg.cli import parameters as p

bench_app = typer.Typer(no_args_is_help=True, help="Measure; prints the tables of the documentation.")


@bench_app.command("speed")
def bench_speed(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Pages, one process each.")],
    runs: Annotated[int, typer.Option("-n", "--runs", min=1, help="Runs whose median is told.")] = 5,
) -> None:
    """Measure seconds and peak memory of `--help`, of digitizing and of diagnosing a page, each as a whole process."""
    from ecgimg.bench.speed import run
    from ecgimg.bench.speed.report import HEAD, table_line

    typer.echo(HEAD)
    for row in run.bench_speed(images, runs):
        typer.echo(table_line(row))


@bench_app.command("web")
def bench_web(
    image: Annotated[Path, typer.Argument(help="A page; it is sent as a photo of 12 megapixels.")],
    runs: Annotated[int, typer.Option("-n", "--runs", min=1, help="Runs whose median is told.")] = 5,
    clients: Annotated[int, typer.Option(min=0, help="Clients at the same time; 0 leaves them out.")] = 20,
    seconds: Annotated[float, typer.Option(min=1, help="How long they send pages.")] = 60,
    hostile: Annotated[Path | None, typer.Option(help="Folder of files that were made to break something.")] = None,
    mutated: Annotated[int, typer.Option(min=0, help="Damaged copies of the page that are sent.")] = 0,
) -> None:
    """Measure `ecgimg serve`: seconds of reading and correcting, many clients at once, hostile uploads."""
    from ecgimg.bench.web import run
    from ecgimg.bench.web.browser import bench_browser
    from ecgimg.bench.web.report import HEAD, table_line

    typer.echo(HEAD)
    for row in run.bench_seconds(image, runs):
        typer.echo(table_line(row))
    for row in bench_browser(run.enlarged(image), runs):
        typer.echo(table_line(row))
    for row in run.bench_clients(image, clients, seconds) if clients else ():
        typer.echo(table_line(row))
    for row in run.bench_hostile(image, hostile, mutated) if hostile or mutated else ():
        typer.echo(table_line(row))


@bench_app.command("digitize")
def bench_digitize(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for rows, tables and plots; goes on there.")],
    preset: p.Presets = "scan,photo",
    pages: Annotated[int, typer.Option("-n", "--pages", min=1, help="Pages of each recipe.")] = 51,
    source: p.SignalSource = "sim",
    fold: Annotated[int, typer.Option(min=1, max=10, help="The fold of PTB-XL to draw.")] = 9,
    jobs: p.Processes = "1",
    index: Annotated[Path | None, typer.Option(help="CSV of real pages, measured in place of drawn ones.")] = None,
    layouts: Annotated[Path | None, typer.Option(help="CSV (image, layout) of true layouts, for --index.")] = None,
) -> None:
    """Digitize drawn or real pages with the whole chain and score them against their truth."""
    from ecgimg.bench.digitize.pages import DrawnPlan
    from ecgimg.bench.digitize.report import markdown
    from ecgimg.bench.digitize.run import run_drawn, run_index

    if index is not None:
        bench = run_index(index, layouts, out, jobs, _print_progress)
    else:
        plan = DrawnPlan(source, fold, str(out))
        bench = run_drawn(plan, _names(preset), pages, jobs, _print_progress)
    typer.echo(markdown(bench), nl=False)


@bench_app.command("contradictions")
def bench_contradictions(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the rows; goes on there.")],
    source: p.SignalSource = "sim",
    fold: p.DrawnFold = 9,
    jobs: p.Processes = "1",
) -> None:
    """Digitize pages that contradict themselves: names exchanged, curves shuffled, leads beyond the twelve."""
    from ecgimg.bench.contradictions.report import markdown
    from ecgimg.bench.contradictions.run import run
    from ecgimg.bench.contradictions.scores import score_kinds

    answers = run(source, fold, out, jobs, _print_progress)
    typer.echo(markdown(score_kinds(answers)), nl=False)


@bench_app.command("chain")
def bench_chain(
    data: p.PtbxlData,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for pages, tables and plots; goes on there.")],
    fold: p.DrawnFold = 9,
    pages: p.PagesOfPreset = 1000,
    preset: p.Presets = "scan,photo",
    jobs: p.Processes = "1",
    readme: Annotated[Path | None, typer.Option(help="Write the results section of this README too.")] = None,
) -> None:
    """Draw pages of every layout, digitize and diagnose them, and tell what digitizing costs in AUROC."""
    from ecgimg.bench.chain.pages import ChainPlan
    from ecgimg.bench.chain.report import markdown, write_readme
    from ecgimg.bench.chain.run import run_chain
    from ecgimg.datasets.ptbxl import ptbxl_folder

    plan = ChainPlan(str(ptbxl_folder(data)), fold, pages, tuple(_names(preset)), str(out))
    bench = run_chain(plan, jobs, _print_progress)
    typer.echo(markdown(bench), nl=False)
    if readme is not None:
        write_readme(bench, readme)


@bench_app.command("patchecg")
def bench_patchecg(
    data: p.PtbxlData,
    fold: Annotated[int, typer.Option(min=1, max=10, help="The fold to score.")] = 9,
    layouts: Annotated[str, typer.Option(help="all, or numbers of 0-6 such as 0,3,5.")] = "all",
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for JSON and plots.")] = Path("bench-patchecg"),
    weights: p.Weights = None,
    trained: Annotated[Path | None, typer.Option(help="Folder of `train patchecg`: scores its baselines too.")] = None,
) -> None:
    """Score PatchECG in every layout, with leads blacked out and on single leads, beside its baselines."""
    from rich.console import Console

    from ecgimg.bench.patchecg.report import tables
    from ecgimg.bench.patchecg.run import run_patchecg
    from ecgimg.datasets.ptbxl import ptbxl_folder

    def print_condition(condition: str, done: int, total: int) -> None:
        typer.echo(f"{done + 1}/{total} {condition}", err=True)

    bench = run_patchecg(ptbxl_folder(data), fold, layouts, out, weights, trained, print_condition)
    for table in tables(bench):
        Console(width=None if sys.stdout.isatty() else 240).print(table)


@bench_app.command("measure")
def bench_measure(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for rows and tables; goes on there.")],
    ludb: Annotated[str, typer.Option(help="ludb:DIR, the folder of LUDB 1.0.1.")] = "",
    networks: Annotated[Path | None, typer.Option(help="Folder of `train delineation`: networks by fold.")] = None,
    data: Annotated[str, typer.Option(help="ptbxl:DIR, the folder of PTB-XL 1.0.x.")] = "",
    plus: Annotated[Path | None, typer.Option(help="Folder of PTB-XL+, whose features are compared.")] = None,
    fold: Annotated[int, typer.Option(min=1, max=10, help="The fold of PTB-XL.")] = 9,
    per_fold: Annotated[int, typer.Option(min=1, help="Records of each fold of LUDB.")] = 40,
    ludb_pages: Annotated[int, typer.Option(min=0, help="Records of LUDB that are drawn.")] = 30,
    others: Annotated[int, typer.Option(min=1, help="Records of PTB-XL without the codes, at random.")] = 600,
    pages: Annotated[
        int,
        typer.Option(
            "-n", "--pages", min=0, help="Records of PTB-XL that are drawn: with a code, and as many without."
        ),
    ] = 92,
    preset: p.Presets = "photo",
    tools: Annotated[bool, typer.Option(help="Measure NeuroKit2 and ecgdeli beside it.")] = True,
    readings: p.Readings = None,
    draw: p.Draw = True,
    jobs: p.Processes = "1",
) -> None:
    """Score waves and intervals on LUDB, clean and on paper, and PR and QTc against PTB-XL's diagnoses."""
    from ecgimg.bench.measure.report import markdown
    from ecgimg.bench.measure.run import MeasurePlan, run_measure

    presets = tuple(_names(preset))
    plan = MeasurePlan(
        out, ludb, networks, data, plus, fold, per_fold, ludb_pages, pages, others, presets, tools, readings, draw
    )
    typer.echo(markdown(run_measure(plan, jobs, _print_progress)), nl=False)


@bench_app.command("generate")
def bench_generate(
    data: p.PtbxlData,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for tables and the signals of folds 1-8.")],
    fold: Annotated[int, typer.Option(min=1, max=10, help="The fold of PTB-XL whose records are compared.")] = 9,
    records: Annotated[int, typer.Option("-n", "--records", min=20, help="Recordings that are generated.")] = 300,
    texts: Annotated[int, typer.Option(min=10, help="Recordings that are asked for by a sentence too.")] = 100,
    weights: p.Weights = None,
) -> None:
    """Generate recordings for the descriptions of real records, and score them beside these."""
    from ecgimg.bench.generate.report import markdown
    from ecgimg.bench.generate.run import GeneratePlan, run_generate
    from ecgimg.datasets.ptbxl import ptbxl_folder

    plan = GeneratePlan(ptbxl_folder(data), out, fold, records, texts, weights)
    typer.echo(markdown(run_generate(plan, _print_progress)), nl=False)


@bench_app.command("interpret")
def bench_interpret(
    data: p.PtbxlData,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for rows and tables; goes on there.")],
    items: Annotated[Path | None, typer.Option(help="items.jsonl.xz of ECG-Reasoning-Benchmark.")] = None,
    chains: Annotated[int, typer.Option(min=0, help="Items that are answered; 0 for all.")] = 0,
    fold: Annotated[int, typer.Option(min=1, max=10, help="The fold of PTB-XL.")] = 9,
    records: Annotated[int, typer.Option(min=0, help="Records whose statements are scored; 0 for none.")] = 300,
    pages: Annotated[int, typer.Option("-n", "--pages", min=0, help="Records that are drawn, at random.")] = 60,
    preset: p.Presets = "photo",
    readings: p.Readings = None,
    draw: p.Draw = True,
    jobs: p.Processes = "1",
) -> None:
    """Score statements against PTB-XL's codes and on paper, and answer the chains of ECG-Reasoning-Benchmark."""
    from ecgimg.bench.interpret.report import markdown
    from ecgimg.bench.interpret.run import InterpretPlan, run_interpret

    plan = InterpretPlan(out, data, items, chains, fold, records, pages, tuple(_names(preset)), readings, draw)
    typer.echo(markdown(run_interpret(plan, jobs, _print_progress)), nl=False)


@bench_app.command("complete")
def bench_complete(
    data: p.PtbxlData,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for completed records and JSON; goes on there.")],
    fold: p.DrawnFold = 9,
    records: Annotated[int, typer.Option("-n", "--records", min=0, help="Records, evenly spread; 0 for all.")] = 0,
) -> None:
    """Score generated leads against recorded ones, beside a linear map, and PatchECG on gaps and completed leads."""
    from ecgimg.bench.complete.report import markdown
    from ecgimg.bench.complete.run import run_complete
    from ecgimg.datasets.ptbxl import ptbxl_folder

    typer.echo(markdown(run_complete(ptbxl_folder(data), fold, out, records, _print_progress)), nl=False)


@bench_app.command("screen")
def bench_screen(
    data: p.PtbxlData,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for what was read and bench.json; goes on there.")],
    fold: p.DrawnFold = 9,
    pages: p.PagesOfPreset = 1000,
    preset: p.Presets = "scan,photo",
    signal: Annotated[bool, typer.Option(help="Digitize each page too and ask PatchECG (seconds a page).")] = False,
    others: Annotated[int, typer.Option(min=1, help="Pictures of each kind that is no ECG.")] = 20,
    index: Annotated[Path | None, typer.Option(help="index.csv of real pages (columns image, labels).")] = None,
    weights: p.Weights = None,
) -> None:
    """Score the image network on drawn pages, its gate on other pictures, and both on real pages."""
    from ecgimg.bench.screen.report import markdown
    from ecgimg.bench.screen.run import run_screen_bench
    from ecgimg.datasets.ptbxl import ptbxl_folder

    bench = run_screen_bench(ptbxl_folder(data), fold, _names(preset), pages, out, signal, others, index, weights)
    typer.echo(markdown(bench), nl=False)


@bench_app.command("scale")
def bench_scale(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for made pages and stores.")],
    pages: Annotated[
        int, typer.Option("-n", "--pages", min=10, help="Pages that are planned, and done but one.")
    ] = 100_000,
    read: Annotated[int, typer.Option(min=10, help="Pages that are made up by workers.")] = 200,
    seconds: Annotated[float, typer.Option(min=0, help="Seconds that such a page takes.")] = 0.5,
    workers: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Workers.")] = 4,
    kills: Annotated[int, typer.Option(min=0, help="Kills of local workers, and as many of a cluster's.")] = 50,
    real: Annotated[Path | None, typer.Option(help="Folder of pages that two workers digitize.")] = None,
) -> None:
    """Measure what a run over very many pages costs beside the reading, and what is left of one whose processes die."""
    from ecgimg.bench.scale.report import markdown
    from ecgimg.bench.scale.run import ScalePlan, run_scale

    plan = ScalePlan(out, pages, read, seconds, workers, kills, real)
    typer.echo(markdown(run_scale(plan, _print_progress)), nl=False)


@bench_app.command("waveforms")
def bench_waveforms(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for simulated waveforms and JSON; used again.")],
    recordings: Annotated[int, typer.Option("-n", "--recordings", min=50, help="Simulated recordings.")] = 800,
    targets: Annotated[str, typer.Option(help="Numbers of known targets, each of 8 or more.")] = "20,40,100",
    seeds: Annotated[int, typer.Option(min=1, help="Trainings of each way.")] = 5,
    drawn_by: Annotated[int, typer.Option(min=0, help="Seed of the simulation.")] = 16,
) -> None:
    """Measure what learning without targets is worth where few are known, on simulated pulses and spirograms."""
    from ecgimg.bench.waveforms.report import markdown
    from ecgimg.bench.waveforms.run import WaveformPlan, labels_of, run_waveforms

    plan = WaveformPlan(out, recordings, labels_of(targets), seeds, drawn_by)
    typer.echo(markdown(run_waveforms(plan, _print_progress)), nl=False)


def _print_progress(text: str) -> None:
    typer.echo(text, err=True)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]
