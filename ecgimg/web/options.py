"""What a user of `ecgimg serve` can set."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from ecgimg.errors import UsageError
from ecgimg.options import PhotoStored

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class ServeOptions:
    """Options of a server; checked when they are made.

    Args:
        host: address to listen on.
        port: 1 to 65535, or 0 for any that is free.
        token: what clients must give; needed on every address but those of this machine itself.
        names: names of this server beside its addresses, as browsers write them.
        keep_minutes: how long a page is kept after it was last read.
        jobs: pages that are read at the same time.
        timeout: seconds after which a page is given up.
        max_memory: gigabytes that a page at work may use.
        photo: what of the photo is shown and stored, for all pages.
        certificate: PEM files of a certificate and its key, for HTTPS; None for HTTP.
        folder: where the temporary folder is made; the system's own place by default.

    Raises:
        UsageError: a value that can't be.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str = ""
    names: tuple[str, ...] = ()
    keep_minutes: float = 30.0
    jobs: int = 1
    timeout: float = 120.0
    max_memory: float | None = 4.0
    photo: PhotoStored = "whole"
    certificate: tuple[Path, Path] | None = None
    folder: Path | None = None

    def __post_init__(self) -> None:
        _require(0 <= self.port <= 65535, f"{self.port} is no port", "choose one from 1024 to 65535")
        _require(self.keep_minutes > 0, "pages are kept for more than 0 minutes", "give --keep-minutes 30")
        _require(self.jobs >= 1, f"{self.jobs} pages can't be read at a time", "give --jobs 1 or more")
        _require(
            bool(self.token) or self.is_local, f"{self.host} needs a token", "give --token, or listen on 127.0.0.1"
        )
        _require(self.token.isascii() and self.token == "".join(self.token.split()), "a token is ASCII without spaces",
                 "leave out --token, and one is made")  # fmt: skip
        for path in self.certificate or ():
            _require(path.is_file(), f"{path} is no file", "give the PEM files of a certificate and its key")

    @property
    def is_local(self) -> bool:
        """Whether only programs of this machine can reach the server."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether an address or name is this machine's own."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK_NAMES


def new_token() -> str:
    """A token that can't be guessed."""
    return secrets.token_urlsafe(18)


def _require(holds: bool, what: str, remedy: str) -> None:
    if not holds:
        raise UsageError(what, where="serve", remedy=remedy)
