"""The HTTP API: a picture is sent, its page is followed and corrected, its files are taken, and it is deleted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.requests import ClientDisconnect

from ecgimg.corrections import MAX_BYTES, CorrectedPage, Corrections, parse_corrections
from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import UsageError
from ecgimg.layouts import GAINS, PAPER_SPEEDS, layout_ids
from ecgimg.options import Language, PageOptions
from ecgimg.schemas.report import ReportResult
from ecgimg.schemas.web import Choices, PageDrawing, WebPage
from ecgimg.web.files import FILES
from ecgimg.web.limits import WEB
from ecgimg.web.pages import BusyError, Page, Pages
from ecgimg.web.work import DRAWING, PHOTO, REPORT, UPLOAD

api = APIRouter()
_PROBLEM: dict[str, Any] = {"description": "the reason in `detail`, one sentence"}
_PAGE_PROBLEMS: dict[int | str, dict[str, Any]] = {404: {"description": "no such page, or no more"}, 429: _PROBLEM}


def pages_of(request: Request) -> Pages:
    """The pages of the server."""
    pages: Pages = request.app.state.pages
    return pages


def page_of(id: str, request: Request) -> Page:
    """The page of an address; 404 where there is none."""
    page = pages_of(request).get(id)
    if page is None:
        raise HTTPException(404, "there is no such page, or no more: it was deleted, or the server was started again")
    return page


ThePage = Annotated[Page, Depends(page_of)]


@api.post("/api/pages", status_code=202, responses={413: _PROBLEM, 422: _PROBLEM, 429: _PROBLEM}, tags=["pages"])
async def send_page(
    request: Request,
    page: Annotated[int, Query(ge=1, description="page of a document, or second ECG of a picture")] = 1,
    layout: Annotated[str, Query(max_length=40, description="auto, or a name of `ecgimg layouts list`")] = "auto",
    paper_speed: Annotated[float | None, Query(description="mm/s, instead of what the page shows")] = None,
    gain: Annotated[float | None, Query(description="mm/mV, instead of what the page shows")] = None,
    sex: Annotated[str | None, Query(pattern="^(male|female)$", description="for limits of statements")] = None,
    age: Annotated[int | None, Query(ge=0, le=130, description="years, for limits of statements")] = None,
    redact: Annotated[bool, Query(description="show and store only the surroundings of the traces")] = False,
) -> WebPage:
    """Takes a picture or document (the body, of any kind that `ecgimg diagnose` reads) and has it read.

    The file's name is not sent. The answer comes at once; follow `events` until the status is not waiting or reading.
    """
    pages, client = pages_of(request), (request.client.host if request.client else "")
    photo = request.app.state.options.photo
    options = _options(layout, paper_speed, gain, "redacted" if redact and photo == "whole" else photo, sex, age)
    try:
        new = pages.new(client, page, options)
    except BusyError as error:
        raise HTTPException(429, str(error), {"retry-after": "30"}) from error
    try:
        await _take_upload(request, new.folder / UPLOAD, pages.limits.max_upload_bytes)
    except BaseException:  # a client that goes away cancels the request
        pages.delete(new)
        raise
    pages.read(new)
    return pages.state(new)


@api.get("/api/pages/{id}", responses=_PAGE_PROBLEMS, tags=["pages"])
async def page_state(page: ThePage, request: Request) -> WebPage:
    """The state of a page."""
    return pages_of(request).state(page)


@api.get("/api/pages/{id}/events", responses=_PAGE_PROBLEMS, tags=["pages"])
async def page_events(page: ThePage, request: Request) -> StreamingResponse:
    """The states of a page as server-sent events, until it is read; each has the JSON of `GET /api/pages/{id}`."""
    return StreamingResponse(_events(page, pages_of(request)), media_type="text/event-stream")


@api.get("/api/pages/{id}/report", response_model=ReportResult, responses=_PAGE_PROBLEMS, tags=["results"])
async def page_report(page: ThePage) -> FileResponse:
    """The report, as `ecgimg diagnose` writes it to STEM.report.json."""
    return FileResponse(_result(page, REPORT), media_type="application/json")


@api.get("/api/pages/{id}/drawing", response_model=PageDrawing, responses=_PAGE_PROBLEMS, tags=["results"])
async def page_drawing(page: ThePage) -> FileResponse:
    """The curves on the photo, and the samples of the leads."""
    return FileResponse(_result(page, DRAWING), media_type="application/json")


@api.get("/api/pages/{id}/photo", responses=_PAGE_PROBLEMS, response_class=FileResponse, tags=["results"])
async def page_photo(page: ThePage) -> FileResponse:
    """The photo as it may be shown, a JPEG of at most 2400 pixels."""
    return FileResponse(_result(page, PHOTO), media_type="image/jpeg")


@api.get("/api/pages/{id}/files/{name}", responses=_PAGE_PROBLEMS, response_class=FileResponse, tags=["results"])
async def page_file(page: ThePage, name: str, request: Request, language: Language = "en") -> FileResponse:
    """A file of the page, one of its `files`; it is made when it is asked for. Reports have a language."""
    if name not in page.files:
        raise HTTPException(404, f"the page has no such file; it has {', '.join(page.files) or 'none'}")
    path = await pages_of(request).file(page, name, language)
    if path is None:
        raise HTTPException(503, "the file could not be made; try again")
    return FileResponse(path, media_type=FILES[name].media_type, filename=name)


@api.get("/api/pages/{id}/corrections", responses=_PAGE_PROBLEMS, tags=["corrections"])
async def page_corrections(page: ThePage) -> Corrections:
    """What was corrected on a page; without changes where nothing was."""
    done = page.applied
    if done is not None and done.corrections is not None:
        return done.corrections
    source = ReportResult.model_validate_json(_result(page, REPORT).read_bytes()).source
    return Corrections(page=CorrectedPage.model_validate(source, from_attributes=True))


@api.post(
    "/api/pages/{id}/corrections",
    status_code=202,
    responses={**_PAGE_PROBLEMS, 409: _PROBLEM, 413: _PROBLEM, 422: _PROBLEM},
    openapi_extra={
        "requestBody": {"content": {"application/json": {"schema": Corrections.model_json_schema(by_alias=True)}}}
    },
    tags=["corrections"],
)
async def correct_page(page: ThePage, request: Request) -> WebPage:
    """Takes all changes of a page, oldest first, and has it read on from the first step that they touch.

    They take the place of those that were sent before; what is left out is undone. Where they can't be applied,
    `problem` has the reason and the page stays as it was.
    """
    pages = pages_of(request)
    if page.is_live:
        raise HTTPException(409, "the page is being read; wait until that has ended")
    _result(page, REPORT)
    try:
        pages.correct(page, parse_corrections(await _body(request, MAX_BYTES)))
    except UsageError as error:
        raise HTTPException(422, error.what) from error
    except BusyError as error:
        raise HTTPException(429, str(error), {"retry-after": "30"}) from error
    return pages.state(page)


@api.get("/api/choices", tags=["corrections"])
async def choices() -> Choices:
    """What corrections can choose from."""
    return Choices(layouts=layout_ids(), speeds=PAPER_SPEEDS, gains=GAINS, leads=LEADS)


@api.delete("/api/pages/{id}", status_code=204, responses=_PAGE_PROBLEMS, tags=["pages"])
async def delete_page(page: ThePage, request: Request) -> Response:
    """Deletes a page with all its files, at once."""
    pages_of(request).delete(page)
    return Response(status_code=204)


@api.get("/health", tags=["server"])
async def health() -> dict[str, str]:
    """Whether the server answers."""
    return {"status": "ok"}


@api.get("/ready", responses={503: _PROBLEM}, tags=["server"])
async def ready(request: Request) -> dict[str, str]:
    """Whether the workers have loaded the networks; a page that is sent earlier waits for them."""
    if not request.app.state.is_ready():
        raise HTTPException(503, "the workers are loading the networks")
    return {"status": "ready"}


async def _take_upload(request: Request, path: Path, max_bytes: int) -> None:
    """Writes a request's body into a file, with limits of bytes and time."""
    too_large = HTTPException(413, f"the file has more than {max_bytes // 1_000_000} MB; save it smaller")
    if int(request.headers.get("content-length") or 0) > max_bytes:
        raise too_large
    size = 0
    try:
        async with asyncio.timeout(request.app.state.pages.limits.max_upload_s):
            with path.open("xb") as file:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > max_bytes:
                        raise too_large
                    file.write(chunk)
    except TimeoutError as error:
        raise HTTPException(408, "the file came too slowly; try again in a better network") from error
    except ClientDisconnect as error:
        raise HTTPException(400, "the file did not come whole") from error
    if not size:
        raise HTTPException(422, "there is no file in the request; send the picture as its body")


async def _body(request: Request, max_bytes: int) -> bytes:
    data = bytearray()
    try:
        async with asyncio.timeout(WEB.max_upload_s):
            async for chunk in request.stream():
                data += chunk
                if len(data) > max_bytes:
                    raise HTTPException(413, f"corrections have at most {max_bytes // 1_000_000} MB")
    except TimeoutError as error:
        raise HTTPException(408, "the corrections came too slowly; try again") from error
    except ClientDisconnect as error:
        raise HTTPException(400, "the corrections did not come whole") from error
    return bytes(data)


def _options(
    layout: str, paper_speed: float | None, gain: float | None, photo: str, sex: str | None, age: int | None
) -> PageOptions:
    if "/" in layout or "\\" in layout or layout.endswith((".yaml", ".yml")):
        raise HTTPException(422, "layout: give auto or a name of `ecgimg layouts list`, no file")
    try:
        return PageOptions.of(layout, paper_speed, gain, photo, sex, age)  # type: ignore[arg-type]
    except UsageError as error:
        raise HTTPException(422, error.what) from error


def _result(page: Page, name: str) -> Path:
    if page.revision == 0:
        raise HTTPException(404, "the page is not read yet" if page.is_live else page.problem)
    return page.out / name


async def _events(page: Page, pages: Pages) -> AsyncIterator[str]:
    async for state in pages.follow(page):
        yield ": still here\n\n" if state is None else f"data: {state.model_dump_json(by_alias=True)}\n\n"
