"""Limits of the web server: what one request, one client and all of them together may ask for."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.constants import constant


@dataclass(frozen=True)
class WebConstants:
    """Limits that protect the server, and sizes of what it sends."""

    max_upload_bytes: int = constant(
        40_000_000, unit="bytes", why="a phone's photo has 3 to 12 MB, a PDF of scans rarely more than 40"
    )
    max_pixels: int = constant(
        60_000_000,
        unit="count",
        why="phones make 12 to 50 million pixels; larger pictures take memory and read no better",
    )
    max_pages: int = constant(50, unit="count", why="pages that a document may have; a page asks for one of them")
    max_upload_s: float = constant(120.0, unit="s", why="10 MB at 1 Mbit/s take 80 s; a client that stalls gives way")
    max_waiting: int = constant(
        40, unit="count", why="pages at work or waiting; at 4 s each on 2 cores 80 s of waiting"
    )
    max_kept: int = constant(60, unit="count", why="pages that are kept at once, of 40 to 80 MB of disk each")
    client_waiting: int = constant(8, unit="count", why="pages of one client at work or waiting, so that others get on")
    client_requests_per_minute: int = constant(
        600, unit="count", why="a page with all downloads and corrections makes less than a hundred"
    )
    photo_side_px: int = constant(2400, unit="px", why="longest side of the photo that the browser gets, 0.1 mm of A4")
    photo_quality: int = constant(80, unit="percent", why="quality of that JPEG: print and curves are sharp at 0.7 MB")
    drawn_rate: float = constant(250.0, unit="Hz", why="samples a second that the browser draws: 0.1 mm of paper each")
    keep_alive_s: float = constant(15.0, unit="s", why="silence of an event stream after which proxies would cut it")
    sweep_s: float = constant(5.0, unit="s", why="how often pages whose time is over are looked for")


WEB = WebConstants()
