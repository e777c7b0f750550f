"""A client of the web server's HTTP API, and the server as a process; only what the benchmark needs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from ecgimg.errors import WorkerError

ENDED = ("done", "refused", "failed")
TIMEOUT_S = 300.0


@dataclass(frozen=True)
class Server:
    """A running server: its address, its process id, and the folder of its temporary files."""

    address: str
    pid: int
    folder: Path

    def send(self, data: bytes) -> tuple[int, str]:
        """Sends a picture: the status, and the page's id where it was taken."""
        status, body = self.ask("POST", "/api/pages", data)
        return status, json.loads(body)["id"] if status == 202 else ""

    def ended(self, id: str) -> dict[str, Any]:
        """The state of a page once it is read; WorkerError where it never is."""
        status, body = self.ask("GET", f"/api/pages/{id}/events")
        states = [json.loads(line[6:]) for line in body.decode().splitlines() if line.startswith("data: ")]
        if status != 200 or not states or states[-1]["status"] not in ENDED:
            raise WorkerError(f"the events of a page did not end (status {status})", where="bench")
        last: dict[str, Any] = states[-1]
        return last

    def json(self, path: str) -> Any:
        """The JSON at an address; WorkerError where there is none."""
        status, body = self.ask("GET", path)
        if status != 200:
            raise WorkerError(f"{path.rpartition('/')[2]}: the server answered {status}", where="bench")
        return json.loads(body)

    def ask(self, method: str, path: str, data: bytes | None = None) -> tuple[int, bytes]:
        """Status and body of an answer; status 0 where the server closes the connection."""
        try:
            with urlopen(Request(f"{self.address}{path}", data, method=method), timeout=TIMEOUT_S) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            with error:
                return error.code, error.read()
        except (URLError, OSError):
            return 0, b""


@contextmanager
def running(folder: Path, *words: str) -> Iterator[Server]:
    """`ecgimg serve` on a free port, with its temporary files below a folder.

    Raises:
        WorkerError: it does not start.
    """
    run = [sys.executable, "-m", "ecgimg", "serve", "--port", "0", *words]
    with tempfile.TemporaryFile("w+b") as log:
        process = subprocess.Popen(run, stderr=log, env={**os.environ, "TMPDIR": str(folder)})
        try:
            yield Server(_address(log, process), process.pid, folder)
        finally:
            process.terminate()
            process.wait()


def until_ready(server: Server) -> None:
    """Waits until the networks are loaded."""
    while server.ask("GET", "/ready")[0] != 200:
        time.sleep(0.1)


def _address(log: IO[bytes], process: subprocess.Popen[bytes]) -> str:
    start, text = time.perf_counter(), ""
    while process.poll() is None and time.perf_counter() - start < TIMEOUT_S:
        text = os.pread(log.fileno(), 4096, 0).decode()
        match = re.search(r"https?://\S+:\d+", text)
        if match:
            return match[0]
        time.sleep(0.01)
    raise WorkerError(f"ecgimg serve does not start: {text.strip()}", where="bench")
