"""The commands of `ecgimg train`: one a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ecgimg.cli import parameters as p

train_app = typer.Typer(no_args_is_help=True, help="Train the networks (needs the extra 'train').")


def log_progress() -> None:
    """Trainers log what they do; a command shows it on stderr with the time."""
    import logging

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")


@train_app.command("patchecg")
def train_patchecg(
    data: p.PtbxlData,
    out: Annotated[Path, typer.Option("-o", "--out", help="Checkpoints and the exported network; resumes there.")],
    members: Annotated[int, typer.Option(min=1, max=3, help="Networks whose mean is exported.")] = 1,
    threads: p.Threads = 2,
    package: p.Package = False,
) -> None:
    """Train PatchECG and its two baselines on folds 1-8, calibrate on fold 9 and export."""
    from ecgimg.datasets.ptbxl import ptbxl_folder
    from ecgimg.train.patchecg import fit, run

    log_progress()
    path = run.run(ptbxl_folder(data), out, fit.TrainingPlan(members=members), threads)
    typer.echo(fit.package(path) if package else path)


@train_app.command("trace")
def train_trace(
    data: p.PtbxlData,
    out: p.RunFolder,
    steps: p.Steps = 8000,
    pages: p.HeldPages = 24,
    threads: p.RenderingThreads = 1,
    package: p.Package = False,
) -> None:
    """Train the trace network on synthetic pages of folds 1-8, calibrate on fold 9 and export."""
    from ecgimg.train.trace import fit, run

    log_progress()
    path = run.run(data, out, steps, pages, threads)
    typer.echo(fit.package(path) if package else path)


@train_app.command("landmarks")
def train_landmarks(
    data: p.PtbxlData,
    out: Annotated[Path, typer.Option("-o", "--out", help="Shards, checkpoints and exported networks; resumes there.")],
    steps: p.Steps = 3200,
    pages: p.HeldPages = 24,
    drawn: Annotated[int, typer.Option(min=0, help="Training pages; 0 draws as long as the training runs.")] = 0,
    from_weights: Annotated[bool, typer.Option(help="Start from the landmark network in the package.")] = False,
    texts: Annotated[bool, typer.Option(help="Train the reader of printed scales too.")] = True,
    threads: p.RenderingThreads = 1,
    package: p.Package = False,
) -> None:
    """Train the networks that find rows, starts, names and pulses, and read printed scales, on pages of folds 1-8."""
    from ecgimg.train.landmarks import fit, run
    from ecgimg.train.printed_scales import fit as printed_scales_fit

    log_progress()
    paths = run.run(data, out, run.Training(steps, pages, drawn, from_weights, texts), threads)
    for part, path in zip((fit, printed_scales_fit), paths, strict=False):
        typer.echo(part.package(path) if package else path)


@train_app.command("lead-names")
def train_lead_names(
    data: p.PtbxlData,
    out: p.RunFolder,
    shards: Annotated[int, typer.Option(min=1, help="Shards of training names, of 64 pages each.")] = 30,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of 60 steps.")] = 45,
    pages: p.HeldPages = 24,
    from_weights: Annotated[bool, typer.Option(help="Start from the network of lead names in the package.")] = False,
    threads: p.Threads = 1,
    package: p.Package = False,
) -> None:
    """Train the network that reads lead names, of the twelve leads and of others, on pages of folds 1-8."""
    from ecgimg.train.lead_names import fit, run

    log_progress()
    path = run.run(data, out, run.Training(shards, epochs, pages, from_weights), threads)
    typer.echo(fit.package(path) if package else path)


@train_app.command("tempo")
def train_paper_speed(
    data: p.PtbxlData,
    out: Annotated[Path, typer.Option("-o", "--out", help="Where the fitted model goes.")],
    count: Annotated[int, typer.Option("-n", "--count", min=50, help="Recordings, each drawn at both speeds.")] = 4000,
    package: p.Package = False,
) -> None:
    """Fit how beats tell the paper speed, on recordings of folds 1-8; says how well it does on fold 9."""
    from ecgimg.train.paper_speed import fit, run

    log_progress()
    path = run.run(data, out, count)
    typer.echo(fit.package(path) if package else path)


@train_app.command("combiner")
def train_combiner(
    data: p.PtbxlData,
    rows: Annotated[list[Path], typer.Option(help="pages.jsonl of an `ecgimg bench chain`; may be given again.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Where the fitted model goes.")],
    package: p.Package = False,
) -> None:
    """Fit how the opinions of the signal and the image network combine, on pages that `ecgimg bench chain` wrote."""
    from ecgimg.datasets.ptbxl import ptbxl_folder
    from ecgimg.train.combiner import fit, run

    log_progress()
    path = run.run(ptbxl_folder(data), rows, out)
    typer.echo(fit.package(path) if package else path)


@train_app.command("layout-evidence")
def train_layout_evidence(
    data: p.PtbxlData,
    out: Annotated[Path, typer.Option("-o", "--out", help="Drawn pages and the fitted model; resumes there.")],
    pages: Annotated[int, typer.Option("-n", "--pages", min=50, help="Pages of folds 1-8.")] = 500,
    package: p.Package = False,
) -> None:
    """Fit how evidence on a paper format makes one confidence, on pages drawn from folds 1-8; measures it on fold 9."""
    from ecgimg.train.layout_evidence import run

    log_progress()
    path = run.run(data, out, pages)
    typer.echo(run.package(path) if package else path)


@train_app.command("delineation")
def train_delineation(
    ludb: Annotated[str, typer.Option(help="ludb:DIR, the folder of LUDB 1.0.1.")],
    data: p.PtbxlData,
    out: Annotated[Path, typer.Option("-o", "--out", help="Checkpoints and exported networks; resumes there.")],
    threads: p.Threads = 1,
    package: p.Package = False,
) -> None:
    """Train the delineation network on LUDB, once without each of five folds and once on all, and export."""
    from ecgimg.datasets.ludb import ludb_folder
    from ecgimg.datasets.ptbxl import ptbxl_folder
    from ecgimg.train.delineation import fit, run

    log_progress()
    path = run.run(ludb_folder(ludb), ptbxl_folder(data), out, threads=threads)
    typer.echo(fit.package(path) if package else path)


@train_app.command("completion")
def train_completion(
    data: p.PtbxlData,
    out: Annotated[Path, typer.Option("-o", "--out", help="Signals, checkpoint, map and network; resumes there.")],
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of 100 steps.")] = 20,
    threads: p.Threads = 1,
    package: p.Package = False,
) -> None:
    """Fit the linear map that completes recordings and train the network of its residual, on folds 1-8."""
    from ecgimg.datasets.ptbxl import ptbxl_folder
    from ecgimg.train.completion import fit, run

    log_progress()
    for path in run.run(ptbxl_folder(data), out, fit.CompletionPlan(epochs), threads):
        typer.echo(fit.package(path) if package else path)


@train_app.command("generation")
def train_generation(
    data: p.PtbxlData,
    out: Annotated[Path, typer.Option("-o", "--out", help="Signals, checkpoint and exported network; resumes there.")],
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of 240 steps.")] = 100,
    threads: p.Threads = 1,
    package: p.Package = False,
) -> None:
    """Train the generator of 12-lead signals on folds 1-8, and export."""
    from ecgimg.datasets.ptbxl import ptbxl_folder
    from ecgimg.train.generation import fit, run

    log_progress()
    path = run.run(ptbxl_folder(data), out, fit.TrainingPlan(epochs), threads)
    typer.echo(fit.package(path) if package else path)


@train_app.command("screen")
def train_screen(
    data: p.PtbxlData,
    out: p.RunFolder,
    compare: Annotated[
        float | None, typer.Option(help="Compare the backbones instead, so many seconds of processor time each.")
    ] = None,
    threads: p.Threads = 1,
    package: p.Package = False,
) -> None:
    """Train the screening network on pages drawn from folds 1-8, calibrate on fold 9 and export."""
    from ecgimg.datasets.ptbxl import ptbxl_folder
    from ecgimg.train.screen import fit, run

    log_progress()
    plan = run.ScreenPlan()
    if compare is not None:
        rows = run.run_comparison(ptbxl_folder(data), out, plan, compare, threads)
        typer.echo("\n".join([fit.COMPARED_HEAD, *(row.row() for row in rows)]))
        return
    path = run.run(ptbxl_folder(data), out, plan, threads)
    typer.echo(fit.package(path) if package else path)
