"""One page of `ecgimg screen`: NAME.screen.json, NAME.screen.png and its thumbnail."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from ecgimg.findings.statements import STATEMENTS, column_name
from ecgimg.options import RunOptions
from ecgimg.pipelines.step_runner import Hook
from ecgimg.runs.file_names import SCREEN_FILES, SCREEN_JSON, SCREEN_OVERLAY, SCREEN_THUMBNAIL, FileSet
from ecgimg.runs.job import Outcome, PageJob, RunKind, Table, Task
from ecgimg.runs.records import Made
from ecgimg.schemas.common import read_json
from ecgimg.schemas.screen import ScreenFindingResult, ScreenResult, describe_screen, network_hash

if TYPE_CHECKING:
    from ecgimg.datamodel.arrays import Pixels
    from ecgimg.pipelines.screen import Screened

CODES = (
    "ABNORMAL", "NORM", "MI", "STTC", "CD", "HYP", "AFIB", "STACH", "SBRAD", "PACE", "CRBBB", "CLBBB", "LVH", "AMI",
    "IMI", "1AVB",
)  # fmt: skip
"""Findings in the summary, in this order."""
COLUMNS = ("is_ecg", "readable", *CODES)
SALIENCY_STEP_PX = 4
"""Photo pixels between two points of the saliency map."""
MAX_NAMED = 3
"""Findings in a line of progress."""


def preload() -> None:
    """Imports what a page needs, in the worker."""
    import ecgimg.pipelines.screen  # noqa: F401


def files(options: RunOptions) -> tuple[FileSet, ...]:
    """The files of a page."""
    return (SCREEN_FILES,)


def make(task: Task, hook: Hook) -> tuple[Made[ScreenResult], ...]:
    """Screens a page; errors as `screen_page`.

    The pipeline is imported in the worker, since the parent does not need it.
    """
    from ecgimg.pipelines.screen import STEPS, screen_page

    start = perf_counter()
    screened = screen_page(task.job.path, task.job.page, hook)
    names = tuple(task.path(suffix).name for suffix in SCREEN_FILES.suffixes)
    seconds = perf_counter() - start
    result = describe_screen(screened.photo, screened.prediction, names, seconds, task.options.page.photo)

    def picture() -> Pixels:
        return _overlay(screened, _shown(result), task)

    def write() -> None:
        from ecgimg.io.png import write_png
        from ecgimg.io.thumbnail import write_thumbnail

        overlay = picture()
        write_png(overlay, task.path(SCREEN_OVERLAY))
        write_thumbnail(overlay, task.path(SCREEN_THUMBNAIL))
        hook(STEPS[-1], None, len(STEPS), len(STEPS))

    return (Made(result, SCREEN_JSON, write, picture=picture),)


def is_current(task: Task, result: ScreenResult) -> bool:
    """Whether a result is of the same network, and shows as much of the photo as is asked for."""
    return (result.network, result.photo) == (network_hash(), task.options.page.photo)


def outcome(job: PageJob, result: ScreenResult) -> Outcome:
    """How a page with this result ended."""
    found = sorted((f for f in result.findings[1:] if f.positive), key=lambda f: -f.probability)
    named = ", ".join(f"{f.code} {f.probability:.0%}" for f in found[:MAX_NAMED])
    cells = [result.is_ecg, result.readable, *(result.probability(code) for code in CODES)]
    return Outcome(
        name=job.name,
        input=job.place,
        page=job.page,
        status="ok",
        seconds=result.seconds,
        message=f"abnormal {result.probability(CODES[0]):.0%}: {named or 'nothing found'}",
        summary_cells=tuple(f"{value:.3f}" for value in cells),
    )


def _columns(result: ScreenResult) -> dict[str, float | str | None]:
    """Probabilities for a store."""
    found = {column_name(one.code, one.group): one.probability for one in result.findings}
    return {"is_ecg": result.is_ecg, "readable": result.readable, **found}


def _overlay(screened: Screened, shown: ScreenFindingResult, task: Task) -> Pixels:
    """The photo with the saliency of one finding."""
    from ecgimg.report.saliency import saliency_image
    from ecgimg.report.stored_photo import stored_photo

    photo, prediction = stored_photo(screened.photo, task.options.page.photo, None), screened.prediction
    saliency = prediction.saliency(shown.code, photo.shape, SALIENCY_STEP_PX)
    title = f"{shown.name} {shown.probability:.0%}"
    return saliency_image(photo, saliency, prediction.corners, title)


def _shown(result: ScreenResult) -> ScreenFindingResult:
    """The finding whose saliency the overlay shows: the most probable positive one, else ABNORMAL."""
    found = [f for f in result.findings if f.positive and f.group != "screening"]
    return max(found or result.findings[:1], key=lambda f: f.probability)


SCREEN = RunKind(
    "screen",
    files,
    partial(read_json, ScreenResult),
    make,
    is_current,
    outcome,
    preload,
    COLUMNS,
    table=Table(("is_ecg", "readable", *(column_name(one.code, one.group) for one in STATEMENTS)), values=_columns),
)
