"""The command `serve`: the web page for phones and desks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ecgimg.cli import parameters as p

Host = Annotated[str, typer.Option(help="Address to listen on; every other than 127.0.0.1 needs a token.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes any that is free.")]
Token = Annotated[str | None, typer.Option(help="What clients must give. [made and printed where one is needed]")]
Names = Annotated[list[str] | None, typer.Option("--name", help="Name of this server in browsers; several times.")]
KeepMinutes = Annotated[float, typer.Option(help="Minutes until a page and all its files are deleted.")]
PagesAtOnce = Annotated[int | None, typer.Option("-j", "--jobs", help="Pages at the same time. [one for two cores]")]
Certificate = Annotated[Path | None, typer.Option(help="PEM file of a certificate, for HTTPS; with --key.")]
Key = Annotated[Path | None, typer.Option(help="PEM file of the certificate's key.")]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    token: Token = None,
    name: Names = None,
    keep_minutes: KeepMinutes = 30.0,
    jobs: PagesAtOnce = None,
    timeout: p.Timeout = None,
    max_memory: p.MaxMemory = None,
    no_photo: p.NoPhoto = False,
    redact: p.Redact = False,
    certificate: Certificate = None,
    key: Key = None,
) -> None:
    """Serve the web page: photograph, read, correct and download, from a phone or a desk. This is no medical device.

    Nothing is kept: pages are in a temporary folder and are deleted after a while, or when the user says so. Needs the
    extra `web`.
    """
    from ecgimg.threads import worker_count
    from ecgimg.web.options import ServeOptions, is_loopback, new_token
    from ecgimg.web.serve import serve as run

    if (certificate is None) != (key is None):
        raise typer.BadParameter("--certificate and --key belong together")
    options = ServeOptions(
        host=host,
        port=port,
        token=token or ("" if is_loopback(host) else new_token()),
        names=tuple(name or ()),
        keep_minutes=keep_minutes,
        jobs=jobs or max(1, worker_count() // 2),
        timeout=timeout or 120.0,
        max_memory=max_memory or 4.0,
        photo="none" if no_photo else "redacted" if redact else "whole",
        certificate=None if certificate is None or key is None else (certificate, key),
    )
    run(options, lambda line: typer.echo(line, err=True))
