"""One page of `ecgimg screen`: NAME.screen.png, then NAME.screen.json; done when both are there and agree."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from ecgimg.runs.file_names import SCREEN_JSON, SCREEN_OVERLAY, SCREEN_SUFFIXES
from ecgimg.runs.job import Outcome, RunKind, Task, follow_steps, guarded, is_same_page, use_threads
from ecgimg.runs.plan import Outputs, PageJob
from ecgimg.runs.worker import Tell
from ecgimg.schemas.screen import (
    ScreenFindingResult,
    ScreenResult,
    describe_screen,
    network_hash,
    read_screen,
    write_screen,
)

if TYPE_CHECKING:
    from ecgimg.pipelines.screen import Screened

CODES = (
    "ABNORMAL", "NORM", "MI", "STTC", "CD", "HYP", "AFIB", "STACH", "SBRAD", "PACE", "CRBBB", "CLBBB", "LVH", "AMI",
    "IMI", "1AVB",
)  # fmt: skip
"""Findings in the summary, in this order."""
COLUMNS = ("is_ecg", "readable", *CODES)
HEAT_STEP = 4
"""Photo pixels between two points of the saliency map."""


def preload() -> None:
    """Imports what a page needs, in the worker."""
    import ecgimg.pipelines.screen  # noqa: F401


def screen_task(task: Task, tell: Tell) -> Outcome:
    """Screens a page and writes its files; runs in a worker and never raises."""
    return guarded(task, tell, _screen)


def screened_before(task: Task) -> Outcome | None:
    """The outcome of a page with a result of the same picture and network."""
    before = read_screen(task.out / f"{task.job.name}{SCREEN_JSON}")
    if before is None or not (task.out / f"{task.job.name}{SCREEN_OVERLAY}").is_file():
        return None
    if before.network != network_hash() or not is_same_page(before.source, task.job):
        return None
    return _outcome(task.job, before, before.seconds, skipped=True)


def _screen(task: Task, tell: Tell) -> Outcome:
    """The pipeline is imported here, in the worker: it loads what the parent needs not."""
    from ecgimg.pipelines.screen import STEPS, screen_page

    use_threads(task.options)
    start = perf_counter()
    screened = screen_page(task.job.path, task.job.page, follow_steps(task, tell))
    result = _write(screened, task, start)
    tell(STEPS[-1], len(STEPS), len(STEPS))
    return _outcome(task.job, result, round(perf_counter() - start, 3))


def _write(screened: Screened, task: Task, start: float) -> ScreenResult:
    """The old JSON goes first and the new one comes last, so that old and new never look like one."""
    from ecgimg.io.png import write_png
    from ecgimg.report.saliency import saliency_image

    name, path = task.job.name, task.out / f"{task.job.name}{SCREEN_JSON}"
    if read_screen(path) is not None:
        path.unlink(missing_ok=True)
    photo, sight = screened.photo, screened.sight
    result = describe_screen(photo, sight, tuple(f"{name}{s}" for s in SCREEN_SUFFIXES), perf_counter() - start)
    shown = _shown(result)
    heat = sight.saliency(shown.code, photo.shape, HEAT_STEP)
    title = f"{shown.name} {shown.probability:.0%}"
    write_png(saliency_image(photo, heat, sight.corners, title), task.out / f"{name}{SCREEN_OVERLAY}")
    write_screen(result, path)
    return result


def _shown(result: ScreenResult) -> ScreenFindingResult:
    """The finding whose grounds the overlay shows: the likeliest of those found, else how normal the ECG is."""
    found = [f for f in result.findings if f.positive and f.group != "screening"]
    return max(found or result.findings[:1], key=lambda f: f.probability)


def _outcome(job: PageJob, result: ScreenResult, seconds: float, skipped: bool = False) -> Outcome:
    found = sorted((f for f in result.findings[1:] if f.positive), key=lambda f: -f.probability)
    named = ", ".join(f"{f.code} {f.probability:.0%}" for f in found[:3])
    cells = [result.is_ecg, result.readable, *(result.probability(code) for code in CODES)]
    return Outcome(
        name=job.name,
        input=str(job.path),
        page=job.page,
        status="ok",
        seconds=seconds,
        skipped=skipped,
        message=f"abnormal {result.probability(CODES[0]):.0%}: {named or 'nothing found'}",
        summary_cells=tuple(f"{value:.3f}" for value in cells),
    )


SCREEN = RunKind(Outputs(SCREEN_SUFFIXES, read_screen), screen_task, screened_before, preload, COLUMNS)
