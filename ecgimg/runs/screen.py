"""One page of `ecgimg screen`: NAME.screen.png, then NAME.screen.json; done when both are there and agree."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from ecgimg.pipelines.step_runner import Hook
from ecgimg.runs.file_names import SCREEN_JSON, SCREEN_OVERLAY, SCREEN_SUFFIXES
from ecgimg.runs.job import Outcome, PageJob, RunKind, Task
from ecgimg.schemas.common import read_json, write_json
from ecgimg.schemas.screen import ScreenFindingResult, ScreenResult, describe_screen, network_hash

if TYPE_CHECKING:
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


def make(task: Task, hook: Hook) -> ScreenResult:
    """Screens a page and writes its files; errors as `screen_page`.

    The old JSON is removed first and the new one comes last, so that old and new files never mix. The pipeline is
    imported in the worker, since the parent does not need it.
    """
    from ecgimg.pipelines.screen import STEPS, screen_page

    start = perf_counter()
    screened = screen_page(task.job.path, task.job.page, hook)
    path = task.path(SCREEN_JSON)
    if read_json(ScreenResult, path) is not None:
        path.unlink(missing_ok=True)
    files = tuple(task.path(suffix).name for suffix in SCREEN_SUFFIXES)
    result = describe_screen(
        screened.photo, screened.prediction, files, perf_counter() - start, task.options.page.photo
    )
    _write_overlay(screened, _shown(result), task)
    write_json(result, path)
    hook(STEPS[-1], None, len(STEPS), len(STEPS))
    return result


def is_current(task: Task, result: ScreenResult) -> bool:
    """Whether a result is of the same network, its overlay is there and shows as much of the photo as is asked for."""
    is_same = (result.network, result.photo) == (network_hash(), task.options.page.photo)
    return task.path(SCREEN_OVERLAY).is_file() and is_same


def outcome(job: PageJob, result: ScreenResult) -> Outcome:
    """How a page with this result ended."""
    found = sorted((f for f in result.findings[1:] if f.positive), key=lambda f: -f.probability)
    named = ", ".join(f"{f.code} {f.probability:.0%}" for f in found[:MAX_NAMED])
    cells = [result.is_ecg, result.readable, *(result.probability(code) for code in CODES)]
    return Outcome(
        name=job.name,
        input=str(job.path),
        page=job.page,
        status="ok",
        seconds=result.seconds,
        message=f"abnormal {result.probability(CODES[0]):.0%}: {named or 'nothing found'}",
        summary_cells=tuple(f"{value:.3f}" for value in cells),
    )


def _write_overlay(screened: Screened, shown: ScreenFindingResult, task: Task) -> None:
    """The photo with the saliency of one finding."""
    from ecgimg.io.png import write_png
    from ecgimg.report.saliency import saliency_image
    from ecgimg.report.stored_photo import stored_photo

    photo, prediction = stored_photo(screened.photo, task.options.page.photo, None), screened.prediction
    saliency = prediction.saliency(shown.code, photo.shape, SALIENCY_STEP_PX)
    title = f"{shown.name} {shown.probability:.0%}"
    write_png(saliency_image(photo, saliency, prediction.corners, title), task.path(SCREEN_OVERLAY))


def _shown(result: ScreenResult) -> ScreenFindingResult:
    """The finding whose saliency the overlay shows: the most probable positive one, else ABNORMAL."""
    found = [f for f in result.findings if f.positive and f.group != "screening"]
    return max(found or result.findings[:1], key=lambda f: f.probability)


SCREEN = RunKind(SCREEN_SUFFIXES, partial(read_json, ScreenResult), make, is_current, outcome, preload, COLUMNS)
