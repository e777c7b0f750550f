"""The command `ecgimg`: the only module that knows typer. Data goes to stdout, words go to stderr.

Every command imports what it needs when it runs, so that `ecgimg --help` and the listings stay instant. A command's
work lives in a module of its own that knows nothing of the command line; here are only its options. Commands raise
`EcgimgError`; `_Edge` turns it into one line and an exit code.
"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ecgimg.errors import EcgimgError, ExitCode


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
    help="A photo or scan of a paper ECG in, a 12-lead recording out.",
)
layouts_app = typer.Typer(no_args_is_help=True, help="Paper formats.")
train_app = typer.Typer(no_args_is_help=True, help="Train the networks (needs the extra 'train').")
bench_app = typer.Typer(no_args_is_help=True, help="Measure; prints the tables of the documentation.")
app.add_typer(layouts_app, name="layouts")
app.add_typer(train_app, name="train")
app.add_typer(bench_app, name="bench")


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
