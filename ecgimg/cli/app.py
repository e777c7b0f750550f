"""The command `ecgimg`: its commands, the one handler of errors, and `main`. Only this room imports typer.

Data goes to stdout, messages go to stderr. Every command imports what it needs when it runs, so that `ecgimg --help`
and the listings stay instant. The commands stand in `pages`, `stores`, `tools`, `record`, `train` and `bench`; they
hold options and no work of their own. They raise `EcgimgError`, and `_Edge` turns it into one line and an exit code.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ecgimg.cli import pages, stores, tools
from ecgimg.cli.bench import bench_app
from ecgimg.cli.evaluate import evaluate
from ecgimg.cli.finetune import finetune
from ecgimg.cli.record import record_app
from ecgimg.cli.serve import serve
from ecgimg.cli.train import train_app
from ecgimg.errors import EcgimgError, ExitCode, missing_module


class _Edge(TyperGroup):
    """The one handler of errors: every command runs below it."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Runs a command; an error becomes one line on stderr and its exit code."""
        try:
            return super().invoke(ctx)
        except EcgimgError as error:
            typer.echo(f"ecgimg: {error}", err=True)
            raise typer.Exit(int(error.exit_code)) from error
        except ModuleNotFoundError as error:
            lacking = missing_module(error)
            typer.echo(f"ecgimg: {lacking}", err=True)
            raise typer.Exit(int(lacking.exit_code)) from error
        except KeyboardInterrupt as error:
            typer.echo("ecgimg: interrupted; what was finished is kept, run again to go on", err=True)
            raise typer.Exit(int(ExitCode.INTERRUPTED)) from error


app = typer.Typer(
    cls=_Edge,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A photo or scan of a paper ECG in, a 12-lead recording and a report out.",
)
app.add_typer(tools.layouts_app, name="layouts")
app.add_typer(tools.styles_app, name="styles")
app.add_typer(record_app, name="record")
app.add_typer(train_app, name="train")
app.add_typer(bench_app, name="bench")
app.command()(pages.digitize)
app.command()(pages.diagnose)
app.command()(pages.measure)
app.command()(pages.complete)
app.command()(pages.screen)
app.command()(stores.export)
app.command()(stores.summary)
app.command()(serve)
app.command()(evaluate)
app.command()(finetune)
app.command()(tools.doctor)
app.command("json-schema")(tools.json_schema)
app.command()(tools.synth)


def main() -> None:
    """Entry point of the command `ecgimg`."""
    interrupt = _Interrupt()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:  # as under nohup
            signal.signal(getattr(signal, name), interrupt)
    try:
        app(prog_name="ecgimg")
    except KeyboardInterrupt:  # before a command has begun
        sys.exit(int(ExitCode.INTERRUPTED))


class _Interrupt:
    """Ends a command as Ctrl-C does; later signals do not disturb how it ends."""

    def __init__(self) -> None:
        self._has_come = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if not self._has_come:
            self._has_come = True
            raise KeyboardInterrupt


def _print_version(wanted: bool) -> None:
    if wanted:
        from ecgimg import __version__

        typer.echo(f"ecgimg {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("-V", "--version", callback=_print_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None:
    """A photo or scan of a paper ECG in, a 12-lead recording out."""
