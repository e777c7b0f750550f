"""The web application: the API, the page's own files, and workers that load behind the first answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse

from ecgimg.errors import WorkerError
from ecgimg.runs.worker import WorkerPool
from ecgimg.web.api import api
from ecgimg.web.folder import temporary_folder
from ecgimg.web.guard import Guard
from ecgimg.web.limits import WEB, WebConstants
from ecgimg.web.options import ServeOptions
from ecgimg.web.pages import Pages
from ecgimg.web.work import warm

STATIC = Path(str(resources.files("ecgimg.web"))) / "static"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
NO_TELEMETRY: Any = dict.fromkeys(("tracing", "metrics", "logs", "operation_spans", "auto_configure"), False)
"""FastAPI from 0.16x on has telemetry of its own; its spans have addresses with ids, and variables can export them."""
_DESCRIPTION = """Photos of paper ECGs in, recordings and reports out. This is no medical device.

Pages are kept for a while only. An id is a secret: who has it can see the page."""


def create_app(
    options: ServeOptions, log: Callable[[str], None] = lambda line: None, limits: WebConstants = WEB
) -> FastAPI:
    """The application; its workers and its temporary folder live from its start to its end."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with temporary_folder(options.folder) as folder:
            pool = WorkerPool(options.jobs, options.timeout, options.max_memory)
            app.state.pages = Pages(folder, pool, options.jobs, options.keep_minutes, limits)
            app.state.is_ready = _load(pool, options.jobs)
            sweeper = asyncio.create_task(_sweep(app.state.pages, limits.sweep_s))
            try:
                yield
            finally:
                sweeper.cancel()
                await asyncio.to_thread(pool.close)

    app = FastAPI(
        title="ecgimg",
        description=_DESCRIPTION,
        version=metadata.version("ecgimg"),
        lifespan=lifespan,
        docs_url=None,  # its page loads from elsewhere
        redoc_url=None,
        telemetry=NO_TELEMETRY,
    )
    app.state.options = options
    app.include_router(api)
    app.add_exception_handler(RequestValidationError, _in_a_sentence)
    app.add_api_route("/{name:path}", _static, include_in_schema=False, response_model=None)
    app.add_middleware(Guard, token=options.token, names=options.names, log=log, limits=limits)
    return app


async def _static(request: Request) -> FileResponse | JSONResponse:
    """A file of the page. Names are looked up in the list of files, so that none leads elsewhere."""
    path = _files().get(request.path_params["name"] or "index.html")
    if path is None:
        return JSONResponse({"detail": "there is nothing at this address"}, 404)
    return FileResponse(path, media_type=TYPES[path.suffix], headers={"cache-control": "no-cache"})


def _files() -> dict[str, Path]:
    return {path.name: path for path in STATIC.iterdir() if path.suffix in TYPES}


def _load(pool: WorkerPool, jobs: int) -> Callable[[], bool]:
    """Has every worker load what it needs; returns whether all have."""
    loading: list[Future[None]] = []
    with suppress(WorkerError):  # the first page gives the reason
        loading = [pool.submit(warm, k) for k in range(jobs)]
    return lambda: bool(loading) and all(one.done() and not one.exception() for one in loading)


async def _sweep(pages: Pages, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        pages.sweep()


async def _in_a_sentence(request: Request, error: Exception) -> JSONResponse:
    """What is wrong with a request, as one sentence; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:])
    return JSONResponse({"detail": f"{place}: {first['msg']}" if place else str(first["msg"])}, 422)
