"""The pages that the server keeps: their state, the queue before the workers, and the time at which they are deleted.

All methods are called in the event loop's thread; what the pool reports from its own threads is passed there.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic

from ecgimg.corrections import Corrections
from ecgimg.errors import WorkerError
from ecgimg.options import Language, PageOptions
from ecgimg.runs.worker import WorkerPool
from ecgimg.schemas.web import PageStatus, WebPage
from ecgimg.web.folder import remove
from ecgimg.web.limits import WEB, WebConstants
from ecgimg.web.work import FileWish, Read, Reading, make_file, read

LIVE: tuple[PageStatus, ...] = ("waiting", "reading")


class BusyError(Exception):
    """There is no room for a page now; the text is a sentence for the client."""


@dataclass(eq=False)
class Page:
    """A page and its state; `result` and `applied` are status and options of the last reading that has ended."""

    id: str
    folder: Path
    client: str
    number: int
    options: PageOptions
    deadline: float
    result: PageStatus = "failed"
    applied: PageOptions | None = None
    status: PageStatus = "waiting"
    step: str = ""
    done: int = 0
    total: int = 0
    revision: int = 0
    problem: str = ""
    files: tuple[str, ...] = ()
    future: Future[Read] | None = None
    made: dict[tuple[str, Language], asyncio.Task[Path | None]] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def out(self) -> Path:
        """The folder of the last reading that has ended."""
        return self.folder / str(self.revision)

    @property
    def is_live(self) -> bool:
        """Whether a worker has it or will have it."""
        return self.status in LIVE

    def notify(self) -> None:
        """Wakes everybody who waits for a change."""
        self.changed.set()
        self.changed = asyncio.Event()


class Pages:
    """The pages of one server.

    Args:
        folder: where each page gets a folder of its own.
        pool: reads them.
        jobs: workers of the pool.
        keep_minutes: how long a page is kept after it was read.
        limits: of the queue.
    """

    def __init__(
        self, folder: Path, pool: WorkerPool, jobs: int, keep_minutes: float, limits: WebConstants = WEB
    ) -> None:
        self._folder = folder
        self._pool = pool
        self._jobs = jobs
        self._keep_s = 60 * keep_minutes
        self.limits = limits
        self._pages: dict[str, Page] = {}
        self._loop = asyncio.get_running_loop()

    def require_room(self, client: str) -> None:
        """Raises BusyError where the server, or this client's share of it, is full."""
        live = [page for page in self._pages.values() if page.is_live]
        if len(live) >= self.limits.max_waiting:
            raise BusyError(f"{len(live)} pages are waiting already; try again in a minute")
        if sum(page.client == client for page in live) >= self.limits.client_waiting:
            raise BusyError("you have as many pages waiting as one client may have; wait until one is read")
        if len(self._pages) >= self.limits.max_kept:
            raise BusyError("the server keeps as many pages as it can; delete some, or try again in some minutes")

    def new(self, client: str, number: int, options: PageOptions) -> Page:
        """A page with a folder for its upload, which counts as waiting from now on.

        Args:
            client: who sends it.
            number: page of the document.
            options: how it is read.

        Raises:
            BusyError: as `require_room`.
        """
        self.require_room(client)
        name = secrets.token_urlsafe(24)
        folder = self._folder / name
        folder.mkdir(mode=0o700)
        page = self._pages[name] = Page(name, folder, client, number, options, monotonic() + self._keep_s)
        return page

    def read(self, page: Page) -> None:
        """Has a page read whose upload is complete."""
        self._submit(page)

    def correct(self, page: Page, corrections: Corrections) -> None:
        """Has a page that was read once read on with corrections."""
        self.require_room(page.client)
        page.options = page.options.model_copy(update={"corrections": corrections})
        self._submit(page)

    def get(self, id: str) -> Page | None:
        """The page of an id; None where there is none, or no more."""
        return self._pages.get(id)

    def state(self, page: Page) -> WebPage:
        """The state of a page for its client."""
        until = datetime.now(UTC) + timedelta(seconds=max(0.0, page.deadline - monotonic()))
        return WebPage(
            id=page.id,
            status=page.status,
            ahead=self._ahead(page),
            step=page.step,
            done=page.done,
            total=page.total,
            revision=page.revision,
            problem=page.problem,
            files=page.files,
            kept_until=until.isoformat(timespec="seconds"),
        )

    async def follow(self, page: Page) -> AsyncIterator[WebPage | None]:
        """The states of a page as they change, until it is read or gone; None after a long silence."""
        while True:
            event = page.changed
            yield self.state(page)
            if not page.is_live or self.get(page.id) is not page:
                return
            while True:
                try:
                    await asyncio.wait_for(event.wait(), self.limits.keep_alive_s)
                    break
                except TimeoutError:
                    yield None

    async def file(self, page: Page, name: str, language: Language) -> Path | None:
        """A file of a page, made by a worker where it is not there yet; None where that fails."""
        path = page.out / language / name
        if path.is_file():
            return path
        if (name, language) not in page.made:
            page.made[name, language] = asyncio.create_task(self._make(page, name, language))
        return await asyncio.shield(page.made[name, language])

    def delete(self, page: Page) -> None:
        """Forgets a page, ends its reading, and removes all its files."""
        self._pages.pop(page.id, None)
        if page.future is not None and not page.future.done():
            self._pool.cancel([page.future])
        remove(page.folder)
        page.notify()

    def sweep(self) -> None:
        """Deletes the pages whose time is over."""
        for page in [page for page in self._pages.values() if monotonic() > page.deadline and not page.is_live]:
            self.delete(page)

    def _submit(self, page: Page) -> None:
        page.status, page.step, page.done = "waiting", "", 0
        job = Reading(
            page.folder,
            page.folder / str(page.revision + 1),
            page.number,
            page.options,
            self.limits.max_pixels,
            self.limits.max_pages,
        )
        page.future = self._pool.submit(read, job, partial(self._from_pool, self._step, page))
        page.future.add_done_callback(partial(self._from_pool, self._end, page))
        page.notify()

    def _from_pool(self, take: object, page: Page, *what: object) -> None:
        """Passes a report from a thread of the pool to the event loop."""
        self._loop.call_soon_threadsafe(take, page, *what)  # type: ignore[arg-type]

    def _step(self, page: Page, step: str, done: int, total: int) -> None:
        page.status, page.step, page.done, page.total = "reading", step, done, total
        page.notify()

    def _end(self, page: Page, future: Future[Read]) -> None:
        """A reading has ended: the page has a new revision, or a reason why not."""
        answer = _answer(future)
        page.problem = answer.problem
        page.deadline = monotonic() + self._keep_s
        if answer.status == "failed":
            remove(page.folder / str(page.revision + 1))
            page.options = page.applied or page.options  # what could not be applied is forgotten
        else:
            old, page.revision, page.result, page.made = page.out, page.revision + 1, answer.status, {}
            page.files, page.applied = answer.files, page.options
            if page.revision > 1:
                remove(old)
        page.status = page.result
        if self.get(page.id) is not page:
            remove(page.folder)
        page.notify()

    async def _make(self, page: Page, name: str, language: Language) -> Path | None:
        wish = FileWish(page.folder, page.out, name, language)
        try:
            answer = await asyncio.wrap_future(self._pool.submit(make_file, wish))
        except WorkerError:
            return None
        path = wish.out / language / name
        return path if answer.status == "done" and path.is_file() else None

    def _ahead(self, page: Page) -> int:
        """Pages that will be read before this one gets a worker."""
        if page.status != "waiting":
            return 0
        live = [one for one in self._pages.values() if one.is_live]
        return max(0, live.index(page) + 1 - self._jobs) if page in live else 0


def _answer(future: Future[Read]) -> Read:
    if future.cancelled():
        return Read("failed", "the page was deleted")
    error = future.exception()
    if error is None:
        return future.result()
    what = error.what if isinstance(error, WorkerError) else f"unexpected {type(error).__name__}"
    return Read("failed", f"the page could not be read: {what}")
