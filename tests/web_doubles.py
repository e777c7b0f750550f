"""A web server whose readings are made up in milliseconds, in threads of the test's own process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import made_reports
import numpy as np
import pytest
import uvicorn
from PIL import Image

from ecgimg.findings.report import ReportContent
from ecgimg.io.sources import read_source
from ecgimg.options import PageOptions
from ecgimg.pipelines.traced_page import TracedPage
from ecgimg.web import app as web_app
from ecgimg.web.limits import WEB, WebConstants
from ecgimg.web.options import ServeOptions
from ecgimg.web.work import warm

STEPS = ("load", "screen", "straighten", "landmarks", "trace", "layout", "assemble", "combine")


def picture(size: tuple[int, int] = (600, 400), kind: str = "PNG") -> bytes:
    """A blank page as a file."""
    data = BytesIO()
    Image.fromarray(np.full((size[1], size[0], 3), 250, np.uint8)).save(data, kind)
    return data.getvalue()


class Threads:
    """In place of a pool of processes; the networks are not loaded."""

    def __init__(self, count: int, timeout: float, max_memory: float | None = None) -> None:
        self._pool = ThreadPoolExecutor(count)

    def submit(self, work: Callable[[Any, Any], Any], job: Any, tell: Any = lambda *step: None) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(None)
        return done if work is warm else self._pool.submit(work, job, tell)

    def cancel(self, futures: Any = None) -> None:
        for future in futures or ():
            future.cancel()

    def close(self) -> None:
        self._pool.shutdown()


@dataclass
class Readings:
    """Makes up readings: of a page 600 pixels wide with atrial fibrillation, of another width a refusal.

    A page has `ecgs` ECGs. `may_go_on` holds every reading while it is not set. `pause_s` is the time of each step.
    """

    folder: Path
    pause_s: float = 0.0
    ecgs: int = 1
    may_go_on: threading.Event = field(default_factory=threading.Event)

    def trace_page(self, source: Any, page: int, options: PageOptions, hook: Any) -> TracedPage:
        photo = replace(read_source(source, 1 if self.ecgs > 1 else page), page=page, ecgs=self.ecgs)
        for k, step in enumerate(STEPS, 1):
            time.sleep(self.pause_s)
            hook(step, None, k, len(STEPS))
        assert self.may_go_on.wait(20)
        return TracedPage(photo, options)

    def diagnose_page(self, page: TracedPage, number: int, options: PageOptions, name: str, hook: Any) -> ReportContent:
        if options.corrections is not None:
            options.corrections.require_page(page.photo)
        made = made_reports.report(self.folder, read=page.photo.shape[1] == 600)
        settings = options.settings
        if page.photo.shape[1] != 600:
            return replace(made, photo=page.photo, settings=settings, findings=(), read_by="nothing", screening=None)
        return replace(made, photo=page.photo, settings=settings)


@pytest.fixture
def readings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Readings:
    """Readings are made up from now on."""
    made = Readings(tmp_path)
    made.may_go_on.set()
    monkeypatch.setattr("ecgimg.pipelines.diagnose.trace_page", made.trace_page)
    monkeypatch.setattr("ecgimg.pipelines.diagnose.diagnose_page", made.diagnose_page)
    monkeypatch.setattr(web_app, "WorkerPool", Threads)
    return made


@contextmanager
def running(options: ServeOptions, limits: WebConstants = WEB) -> Iterator[str]:
    """A server on a free port, in a thread; its address."""
    config = uvicorn.Config(web_app.create_app(options, limits=limits), port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
