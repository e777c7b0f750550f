"""Runs the web application on an address until it is interrupted."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from ecgimg.errors import UsageError
from ecgimg.web.app import create_app
from ecgimg.web.options import ServeOptions, is_loopback

EVERYWHERE = ("0.0.0.0", "::")
"""All addresses of the machine."""
MAX_CONNECTIONS = 200
"""Connections at the same time; more are answered with 503."""
SHUTDOWN_S = 2
"""Time that answers have to end when the server is stopped."""


def serve(options: ServeOptions, say: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM; `say` is called with the address, and with one line for each request.

    Raises:
        UsageError: the address can't be listened on.
        OutputError: there is no place for the temporary folder.
    """
    listener = _listen(options.host, options.port)
    certificate, key = options.certificate or (None, None)
    config = uvicorn.Config(
        create_app(options, say),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    with listener:
        for line in _welcome(options, listener.getsockname()[1]):
            say(line)
        with suppress(KeyboardInterrupt):  # what a user ends a server with
            uvicorn.Server(config).run([listener])


def _welcome(options: ServeOptions, port: int) -> tuple[str, ...]:
    scheme = "https" if options.certificate else "http"
    hosts = (socket.gethostname(), "127.0.0.1") if options.host in EVERYWHERE else (options.host,)
    token = f"?token={options.token}" if options.token else ""
    addresses = [f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}/{token}" for host in hosts]
    lines = [f"ecgimg is at {' and at '.join(addresses)}", "This is no medical device. Stop with Ctrl-C."]
    if not is_loopback(options.host) and not options.certificate:
        lines.append("warning: without --certificate and --key photos cross the network unencrypted, and browsers give "
                     "no camera and no offline page")  # fmt: skip
    return tuple(lines)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        what = f"{host}:{port} can't be listened on ({error.strerror or error})"
        raise UsageError(what, where="serve", remedy="choose another --port or --host") from error
