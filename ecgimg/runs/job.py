"""One page of a run, whatever is done with it: the job, its outcome, and the kinds of runs."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any, Generic, Literal, TypeVar

from ecgimg.errors import EcgimgError, ExitCode, RefusedError, UnreadableInputError, is_out_of_memory
from ecgimg.io.files import hash_or_nothing, path_text
from ecgimg.io.remote import fetch
from ecgimg.jobs import Tell
from ecgimg.options import RunOptions
from ecgimg.pipelines.step_runner import Hook
from ecgimg.runs.file_names import DEBUG, FileSet, file_name
from ecgimg.runs.records import Content, Made, clear_outdated, store
from ecgimg.schemas.common import PageScale, PageSource
from ecgimg.threads import use_one_opencv_thread

Status = Literal["ok", "refused", "failed"]
Kept = TypeVar("Kept")


@dataclass(frozen=True)
class PageJob:
    """One page to work on; `name` is the name of its output files.

    `error` is set where the file can't be read at all, which is found without decoding it. `uri` is where the file is
    when it is not on this machine; `path` is then the place of its copy. The file has `pages`. `note` is a warning
    about the name.
    """

    path: Path
    page: int
    name: str
    error: EcgimgError | None = None
    uri: str = ""
    pages: int = 1
    note: str = ""

    @property
    def place(self) -> str:
        """Where the file is, as text."""
        return self.uri or path_text(self.path)


@dataclass(frozen=True)
class Task:
    """A page, the folder of its results, and the options of its run."""

    job: PageJob
    out: Path
    options: RunOptions

    def path(self, suffix: str) -> Path:
        """The output file of this page with a suffix."""
        return self.out / file_name(self.job.name, suffix)

    def record(self, read: Callable[[Path], Content | None], suffix: str) -> Content | None:
        """A record of this very page of which all files are there; None where there is none."""
        content = read(self.path(suffix))
        if content is None or not _is_same_page(content.source, self.job):
            return None
        return content if all((self.out / name).is_file() for name in content.files) else None


@dataclass(frozen=True)
class Outcome:
    """How a page ended: a row of summary.csv.

    `reason` is one line on why there is no result; `details` is the evidence for a refusal, or the traceback of an
    unexpected error. `skipped` means that the page had been done before. `message` is the line of progress of a page
    that is ok. `summary_cells` are the values of the columns that its kind of run adds to the summary. `records` are
    the suffixes of the records that the page has now. `ecgs` is how many ECGs are on the page.
    """

    name: str
    input: str
    page: int
    status: Status
    seconds: float
    reason: str = ""
    layout: str = ""
    confidence: float | None = None
    paper_speed: PageScale | None = None
    gain: PageScale | None = None
    exit_code: ExitCode = ExitCode.OK
    warnings: tuple[str, ...] = ()
    details: str = ""
    skipped: bool = False
    message: str = ""
    summary_cells: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    ecgs: int = 1


def _no_columns(record: Content) -> dict[str, float | str | None]:
    return {}


@dataclass(frozen=True)
class Table(Generic[Content]):
    """The columns that a kind of run adds to a store: their names, and their values from a record.

    Numbers may be missing (None); findings are probabilities, intervals are in the unit of the JSON.
    """

    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    values: Callable[[Content], dict[str, float | str | None]] = _no_columns


@dataclass(frozen=True)
class RunKind(Generic[Content]):
    """A kind of run: the files of a page, how they are made, and how a page that is done is recognised.

    The functions are functions of a module, since workers import them by name.

    Args:
        command: its name on the command line.
        files: the sets of files that are written for a page with some options; the kind's own set comes first.
        read: the record in a file, None where there is no record of this kind.
        make: makes a page, without writing; called in a worker as make(task, hook), may raise. The kind's own record
            comes last.
        is_current: whether a record has the settings of a task.
        outcome: the outcome of a page from its record, with the seconds in the record.
        preload: imports everything that `make` needs.
        columns: what is added to the summary, in the order of `Outcome.summary_cells`.
        takes_recordings: whether files of recordings are inputs too.
        table: what is added to a store.
    """

    command: str
    files: Callable[[RunOptions], tuple[FileSet, ...]]
    read: Callable[[Path], Content | None]
    make: Callable[[Task, Hook], tuple[Made[Any], ...]]
    is_current: Callable[[Task, Content], bool]
    outcome: Callable[[PageJob, Content], Outcome]
    preload: Callable[[], None]
    columns: tuple[str, ...] = ()
    takes_recordings: bool = False
    table: Table[Content] = Table()

    def before(self, task: Task) -> Outcome | None:
        """The outcome of a page that was done before with the same settings, else None."""
        sets = self.files(task.options)
        content = task.record(self.read, sets[0].record)
        if content is None or not self.is_current(task, content):
            return None
        there = tuple(one.record for one in sets if task.path(one.record).is_file())
        return replace(self.outcome(task.job, content), skipped=True, records=there, ecgs=content.source.ecgs)

    def work(self, task: Task, tell: Tell) -> Outcome:
        """Does a page and writes its files; called in a worker."""
        return self.attempt(task, tell, store_files)[0]

    def attempt(
        self, task: Task, tell: Tell, keep: Callable[[Task, tuple[Made[Any], ...]], Kept]
    ) -> tuple[Outcome, Kept | None]:
        """Does a page; called in a worker. Whatever is raised becomes the page's failure.

        Args:
            task: the page.
            tell: called with each step.
            keep: keeps what was made; its answer is passed on.
        """
        start = perf_counter()
        last_step = ["the start"]

        def follow(step: str, done: int, total: int) -> None:
            last_step[0] = step
            tell(step, done, total)

        try:
            self.preload()
            _use_threads(task.options)
            start = perf_counter()
            with _file_here(task.job):
                made = tuple(_placed(one, task.job) for one in self.make(task, follow_steps(task, follow)))
                kept = keep(task, made)
            record, records = made[-1].record, tuple(one.suffix for one in made)
            outcome = replace(self.outcome(task.job, record), records=records, ecgs=record.source.ecgs)
            return replace(outcome, seconds=round(perf_counter() - start, 3)), kept
        except EcgimgError as error:
            return failed(task.job, error, perf_counter() - start), None
        except Exception as error:  # a bug, or a library's: this page fails, with its traceback for --verbose
            where = f"{task.job.place}, after {last_step[0]}"
            if is_out_of_memory(error):
                return failed(task.job, _no_memory(task, where), perf_counter() - start), None
            wrapped = EcgimgError(f"unexpected {type(error).__name__}: {' '.join(str(error).split())}", where=where)
            return failed(task.job, wrapped, perf_counter() - start, traceback.format_exc()), None


def store_files(task: Task, made: tuple[Made[Any], ...]) -> None:
    """Writes the files of a page."""
    for one in made:
        store(one, task.path(one.suffix))


@contextmanager
def _file_here(job: PageJob) -> Iterator[None]:
    """The file of a page is on this machine; the copy of one that is elsewhere goes with its only page."""
    if job.uri:
        fetch(job.uri, job.path)
    yield
    if job.uri and job.pages == 1:
        job.path.unlink(missing_ok=True)


def _placed(made: Made[Any], job: PageJob) -> Made[Any]:
    """What was made of a page, with the place that its file has and not that of its copy."""
    if not job.uri:
        return made
    source = made.record.source.model_copy(update={"file": job.uri})
    return replace(made, record=made.record.model_copy(update={"source": source}))


def without_outdated(outcome: Outcome, task: Task, kind: RunKind[Any]) -> Outcome:
    """Removes what earlier runs left of records that the page has no more; a warning names it."""
    lost = [task.path(one.record) for one in kind.files(task.options) if one.record not in outcome.records]
    sha256 = hash_or_nothing(task.job.path) if lost else ""
    texts = [clear_outdated(path, sha256, outcome.status == "refused") for path in lost]
    return replace(outcome, warnings=(*outcome.warnings, *filter(None, texts)))


def ended_early(task: Task, kind: RunKind[Any]) -> Outcome | None:
    """The outcome of a page that needs no work: it can't be read, or it was done before with the same settings."""
    if task.job.error is not None:
        return failed(task.job, task.job.error, 0.0)
    return None if task.options.force else kind.before(task)


def failed(job: PageJob, error: EcgimgError, seconds: float, details: str = "") -> Outcome:
    """The outcome of a page that gave no result."""
    return Outcome(
        name=job.name,
        input=job.place,
        page=job.page,
        status="refused" if isinstance(error, RefusedError) else "failed",
        seconds=seconds,
        reason=str(error),
        exit_code=error.exit_code,
        details=details or (error.refusal.details if isinstance(error, RefusedError) else ""),
    )


def _no_memory(task: Task, where: str) -> EcgimgError:
    what = f"the page needs more than {task.options.max_memory:g} GB of memory"
    return UnreadableInputError(what, where=where, remedy="save the picture smaller, or raise --max-memory")


def follow_steps(task: Task, tell: Tell) -> Hook:
    """A pipeline's hook that reports each step, and with `--debug` draws what the step made."""
    draw = _debug_writer(task) if task.options.debug else None

    def hook(step: str, artifact: object, done: int, total: int) -> None:
        tell(step, done, total)
        if draw is not None:
            draw(f"{done}-{step}", artifact)

    return hook


def _debug_writer(task: Task) -> Callable[[str, object], None]:
    """Writes NAME.png with a picture of an artifact into the page's debug folder, where there is something to see."""
    from ecgimg.io.png import write_png
    from ecgimg.report.debug_images import DebugImages

    images = DebugImages()

    def draw(name: str, artifact: object) -> None:
        image = images.draw(artifact)
        if image is not None:
            write_png(image, task.path(DEBUG) / f"{name}.png")

    return draw


def _use_threads(options: RunOptions) -> None:
    """One OpenCV thread a worker where several share the machine."""
    if (options.jobs or 1) > 1:
        use_one_opencv_thread()


def _is_same_page(source: PageSource, job: PageJob) -> bool:
    """Whether a record was made of this very page. A file elsewhere is known by its URI, since it is not fetched."""
    if job.uri:
        return source.page == job.page and source.file == job.uri
    return source.page == job.page and source.sha256 == hash_or_nothing(job.path)
