"""`ecgimg bench web`: seconds of reading and correcting, many clients at once, hostile and mutated uploads."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median
from threading import Lock
from typing import Any

import cv2
import numpy as np

from ecgimg.bench.speed.memory import PeakMemory
from ecgimg.bench.web.client import Server, running, until_ready
from ecgimg.bench.web.scores import Hostile, Load, WebRow
from ecgimg.errors import WorkerError
from ecgimg.io.images import read_page

PHOTO_PIXELS = 12_000_000
BUSY = 429
WAIT_S = 5.0
"""A client that is asked to come again waits so long: all clients of the benchmark share one address."""


def bench_seconds(image: Path, runs: int) -> tuple[WebRow, ...]:
    """Start, reading of a photo of 12 megapixels, and corrections of it; medians of `runs`.

    Raises:
        WorkerError: the server does not start, or does not read the page.
    """
    photo = enlarged(image)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        with running(Path(folder)) as server:
            up = time.perf_counter() - start
            until_ready(server)
            ready = time.perf_counter() - start
            reads = [_timed(partial(_read, server, photo)) for _ in range(runs)]
            id = _read(server, photo)
            rename = {"kind": "exchange", "leads": ["V1", "V2"]}
            names = [_timed(partial(_correct, server, id, [rename] if k % 2 == 0 else [])) for k in range(runs)]
            line = _redrawn(server, id)
            curves = [_timed(partial(_correct, server, id, [line] if k % 2 == 0 else [])) for k in range(runs)]
    return (
        WebRow("start to the first answer", 1, up, "s", "2"),
        WebRow("start to the networks being loaded", 1, ready, "s"),
        WebRow(f"photo of {PHOTO_PIXELS / 1e6:.0f} megapixels to its result", runs, median(reads), "s", "6"),
        WebRow("two leads exchanged, or that undone", runs, median(names), "s", "1"),
        WebRow("a stretch redrawn along the ink, or that undone", runs, median(curves), "s", "3"),
    )


def bench_clients(image: Path, clients: int, seconds: float) -> tuple[WebRow, ...]:
    """Clients that send, read and delete pages as fast as they can; each has a picture of its own size."""
    load, lock = Load(), Lock()
    pixels = read_page(image).pixels
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server:
        until_ready(server)
        peak = PeakMemory(server.pid)
        deadline = time.perf_counter() + seconds
        with ThreadPoolExecutor(clients) as pool:
            for one in [pool.submit(_client, server, pixels, k, deadline, load, lock) for k in range(clients)]:
                one.result()
        megabytes = peak.stop()
        left = sum(path.is_file() for path in Path(folder).rglob("*"))
    return load.rows(clients, seconds, megabytes, left)


def bench_hostile(image: Path, folder: Path | None, mutated: int) -> tuple[WebRow, ...]:
    """Uploads the files of a folder and so many damaged copies of an image, one after the other."""
    rows: list[WebRow] = []
    sets: list[tuple[str, Iterator[bytes]]] = [(f"{mutated} mutated photos", _mutated(image.read_bytes(), mutated))]
    if folder is not None:
        sets.insert(0, ("hostile files", (path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())))
    with tempfile.TemporaryDirectory() as place, running(Path(place), "--timeout", "60", "--max-memory", "2") as server:
        for what, uploads in sets:
            hostile = Hostile()
            for data in uploads:
                hostile.add(*_upload(server, data))
            alive = server.ask("GET", "/health")[0] == 200
            outside = [one for one in Path(place).iterdir() if not one.name.startswith(("ecgimg-web-", "tess_"))]
            rows += hostile.rows(what, alive, len(outside))
    return tuple(rows)


def _upload(server: Server, data: bytes) -> tuple[int, str]:
    status, id = server.send(data)
    if status != 202:
        return status, ""
    state = server.ended(id)
    server.ask("DELETE", f"/api/pages/{id}")
    return status, state["status"]


def _client(server: Server, pixels: Any, number: int, deadline: float, load: Load, lock: Lock) -> None:
    """One client: its picture has a border of its own width, by which it knows its pages."""
    own = cv2.copyMakeBorder(pixels, 0, 0, 0, number, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    data = _jpeg(own)
    while time.perf_counter() < deadline:
        status, id = server.send(data)
        if status == BUSY:
            with lock:
                load.busy += 1
            time.sleep(WAIT_S)
            continue
        why, width = f"answer {status}", 0
        if status == 202:
            state = server.ended(id)
            why = "" if state["status"] == "done" else state["problem"]
            width = 0 if why else server.json(f"/api/pages/{id}/drawing")["width"]
            server.ask("DELETE", f"/api/pages/{id}")
        with lock:
            load.read += not why
            load.lost.update([why] if why else [])
            load.foreign += not why and width != own.shape[1]


def _mutated(data: bytes, count: int) -> Iterator[bytes]:
    """Copies with bytes changed in the head or anywhere, some cut short or with a part doubled."""
    rng = random.Random(0)
    for _ in range(count):
        copy = bytearray(data)
        reach = min(len(copy), rng.choice((64, 1024, len(copy), len(copy))))
        for _ in range(rng.choice((1, 4, 32, 256))):
            copy[rng.randrange(reach)] = rng.randrange(256)
        kind = rng.randrange(4)
        if kind == 1:
            del copy[rng.randrange(len(copy)) :]
        elif kind == 2:
            at = rng.randrange(len(copy))
            copy[at:at] = copy[rng.randrange(len(copy)) :][: rng.randrange(4096)]
        yield bytes(copy)


def _read(server: Server, data: bytes) -> str:
    status, id = server.send(data)
    if status != 202:
        raise WorkerError(f"the server answered {status} to a photo", where="bench")
    state = server.ended(id)
    if state["status"] != "done":
        raise WorkerError(f"the page was not read: {state['problem']}", where="bench")
    return id


def _correct(server: Server, id: str, changes: Sequence[dict[str, Any]]) -> None:
    content = server.json(f"/api/pages/{id}/corrections")
    content["changes"] = [{"id": f"c{k}", "time": "2026-01-31T12:00:00Z", **one} for k, one in enumerate(changes)]
    status, _ = server.ask("POST", f"/api/pages/{id}/corrections", json.dumps(content).encode())
    state = server.ended(id) if status == 202 else {"problem": f"the server answered {status}"}
    if state["problem"]:
        raise WorkerError(f"a correction was not applied: {state['problem']}", where="bench")


def _redrawn(server: Server, id: str) -> dict[str, Any]:
    """A tenth of the first curve, redrawn where it is."""
    curve = server.json(f"/api/pages/{id}/drawing")["curves"][0]
    points = [[x, y] for x, y in zip(curve["x"], curve["y"], strict=True) if x is not None and y is not None]
    part = points[len(points) // 4 :][: max(2, len(points) // 10)]
    return {"kind": "redraw", "row": curve["row"], "points": part, "snap": True}


def enlarged(image: Path) -> bytes:
    """An image as a JPEG of 12 megapixels."""
    pixels = read_page(image).pixels
    factor = (PHOTO_PIXELS / (pixels.shape[0] * pixels.shape[1])) ** 0.5
    return _jpeg(np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)))


def _jpeg(pixels: Any) -> bytes:
    return bytes(cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 92])[1])


def _timed(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
