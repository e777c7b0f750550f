"""One page of `ecgimg screen`: NAME.screen.png, then NAME.screen.json; done when both are there and agree."""

from __future__ import annotations

from time import perf_counter

from ecgimg.inputs import Outputs, PageJob
from ecgimg.io.screens import ScreenFindingResult, ScreenResult, network_hash, read_screen, write_screen
from ecgimg.page import Kind, Outcome, Task, guarded, is_same_page
from ecgimg.worker import Tell

JSON, OVERLAY = ".screen.json", ".screen.png"
CODES = (
    "ABNORMAL", "NORM", "MI", "STTC", "CD", "HYP", "AFIB", "STACH", "SBRAD", "PACE", "CRBBB", "CLBBB", "LVH", "AMI",
    "IMI", "1AVB",
)  # fmt: skip
"""Findings in the summary, in this order."""
COLUMNS = ("is_ecg", "readable", *CODES)
HEAT_STEP = 4
"""Photo pixels between two points of the saliency map."""
STEPS = ("load", "look", "write")


def screen_task(task: Task, tell: Tell) -> Outcome:
    """Screens a page and writes its files; runs in a worker and never raises."""
    return guarded(task, tell, _screen)


def screened_before(task: Task) -> Outcome | None:
    """The outcome of a page with a result of the same picture and network."""
    before = read_screen(task.out / f"{task.job.name}{JSON}")
    if before is None or not (task.out / f"{task.job.name}{OVERLAY}").is_file():
        return None
    if before.network != network_hash() or not is_same_page(before.source, task.job):
        return None
    return _outcome(task.job, before, before.seconds, skipped=True)


def _screen(task: Task, tell: Tell) -> Outcome:
    """The heavy imports stay here, in the worker."""
    import cv2

    from ecgimg.io.images import read_page
    from ecgimg.io.screens import describe_screen
    from ecgimg.report.figures import write_png
    from ecgimg.report.heat import heat_image
    from ecgimg.stages.screen import check_page, look

    if task.options.jobs > 1:
        cv2.setNumThreads(1)
    start = perf_counter()
    photo = read_page(task.job.path, task.job.page)
    tell(STEPS[0], 1, len(STEPS))
    sight = look(photo)
    check_page(sight.reading)
    tell(STEPS[1], 2, len(STEPS))
    name, path = task.job.name, task.out / f"{task.job.name}{JSON}"
    if read_screen(path) is not None:
        path.unlink(missing_ok=True)
    result = describe_screen(photo, sight, (f"{name}{JSON}", f"{name}{OVERLAY}"), perf_counter() - start)
    shown = _shown(result)
    heat = sight.heat(shown.code, photo.shape, HEAT_STEP)
    title = f"{shown.name} {shown.probability:.0%}"
    write_png(heat_image(photo, heat, sight.corners, title), task.out / f"{name}{OVERLAY}")
    write_screen(result, path)
    tell(STEPS[2], 3, len(STEPS))
    return _outcome(task.job, result, round(perf_counter() - start, 3))


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
        said=f"abnormal {result.probability(CODES[0]):.0%}: {named or 'nothing found'}",
        cells=tuple(f"{value:.3f}" for value in cells),
    )


SCREEN = Kind(Outputs((JSON, OVERLAY), read_screen), screen_task, screened_before, COLUMNS)
