"""The pipeline from a photo to a recording: load -> gate -> straighten -> landmarks -> trace -> layout -> assemble.

Where a PDF draws the curves as lines, their own points are taken instead (`ecgimg.pipelines.vector_page`).

The image network is used in two places, both measured. Its gate refuses what is no ECG page before anything is traced
("gate"). Where the grid of the whole photo shows no ECG, it locates the ECG ("ecg_box", see
`ecgimg.pipelines.page_search`). It never sees the traces.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ecgimg.datamodel.page import Curve, LayoutMatch, Photo, Sheet, Trace, UprightSheet
from ecgimg.errors import Cause, Refusal, RefusedError
from ecgimg.io.sources import PageInput, read_source
from ecgimg.layouts import load_layout, load_layouts
from ecgimg.options import AUTO_LAYOUT, PageOptions
from ecgimg.pipelines.another_ecg import shows_another_ecg
from ecgimg.pipelines.page_search import find_page, is_proven
from ecgimg.pipelines.refusals import with_what_was_seen
from ecgimg.pipelines.step_runner import Hook, StepRunner
from ecgimg.pipelines.vector_page import read_vector
from ecgimg.recording.recording import Recording
from ecgimg.stages.assemble.assemble import assemble
from ecgimg.stages.ink_fit import fit_to_ink
from ecgimg.stages.landmarks.constants import LANDMARKS
from ecgimg.stages.landmarks.find import landmarks_as_it_lies, turn_sheet
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.contradictions import contradicted
from ecgimg.stages.layout.direction import reversed_margin
from ecgimg.stages.layout.match import find_layout
from ecgimg.stages.layout.scales import LayoutOptions
from ecgimg.stages.printed_scales import read_scales
from ecgimg.stages.screen import gate_doubt
from ecgimg.stages.straighten.polarity import dark_on_bright
from ecgimg.stages.trace import trace

TRACING_STEPS = ("straighten", "landmarks", "trace", "layout", "assemble")
"""The steps after loading and the gate."""
STEPS = ("load", "gate", *TRACING_STEPS)


@dataclass(frozen=True, eq=False)
class Digitized:
    """A page and everything that was made of it; `timings` are (step, seconds) in order."""

    photo: Photo
    sheet: Sheet
    match: LayoutMatch
    recording: Recording
    timings: tuple[tuple[str, float], ...]


def digitize_page(source: PageInput, page: int, options: PageOptions, name: str, hook: Hook | None = None) -> Digitized:
    """Digitizes one page of a picture or document; `name` becomes the recording's.

    Raises:
        UnreadableInputError: the file can't be read.
        RefusedError: no ECG that can be digitized without guessing was found.
        UsageError: there is no such page or layout.
    """
    steps = StepRunner(hook, STEPS)
    photo = steps.run("load", lambda: read_source(source, page))
    doubt = steps.run("gate", lambda: gate_doubt(dark_on_bright(photo)))
    return digitize_photo(photo, options, name, steps, doubt)


def digitize_photo(
    photo: Photo, options: PageOptions, name: str, steps: StepRunner, doubt: Refusal | None = None
) -> Digitized:
    """All steps after loading and the gate.

    The gate's `doubt` refuses the page, unless its rows, lead names and layout prove that it is one: an ECG in a letter
    or a chat does not look like the pages that the image network was trained on.

    Raises:
        RefusedError: no ECG that can be digitized without guessing was found.
        UsageError: there is no such layout.
    """
    layouts = load_layouts() if options.layout == AUTO_LAYOUT else (load_layout(options.layout),)
    wanted = LayoutOptions(layouts, options.paper_speed, options.gain)
    seen = dark_on_bright(photo)
    exact = read_vector(photo, wanted, steps)
    if exact is not None:
        return _assemble(photo, seen, exact.upright, exact.match, exact.curves, name, steps, doubt)
    with _in_doubt(doubt):
        upright = find_page(seen, steps, thorough=doubt is None)
        if doubt is not None and not is_proven(upright):
            raise RefusedError.of(doubt)
        try:
            return _read_sheet(photo, seen, upright, wanted, name, steps, doubt)
        except RefusedError as error:
            raise with_what_was_seen(error, upright) from error


@contextmanager
def _in_doubt(doubt: Refusal | None) -> Iterator[None]:
    """A page that the gate doubts is refused for the gate's reason, with the rows and names that were seen."""
    try:
        yield
    except RefusedError as error:
        if doubt is None:
            raise
        seen = error.refusal
        raise RefusedError.of(replace(doubt, rows=seen.rows, leads=seen.leads)) from error


def _read_sheet(
    photo: Photo,
    seen: Photo,
    upright: UprightSheet,
    wanted: LayoutOptions,
    name: str,
    steps: StepRunner,
    doubt: Refusal | None,
) -> Digitized:
    """The steps from tracing on; `seen` is the photo, dark on bright. Errors as `digitize_photo`."""
    with ThreadPoolExecutor(1) as beside:  # tesseract is a program of its own and reads while the curves are traced
        scales = beside.submit(read_scales, upright)
        page, traces = _traced(upright, steps)
        if page is not upright:
            scales = beside.submit(read_scales, page)
        match = steps.run("layout", lambda: find_layout(page, traces, scales.result(), wanted))
    return _assemble(photo, seen, page, match, match.curves_of(traces), name, steps, doubt)


def _assemble(
    photo: Photo,
    seen: Photo,
    page: UprightSheet,
    match: LayoutMatch,
    curves: tuple[Curve, ...],
    name: str,
    steps: StepRunner,
    doubt: Refusal | None,
) -> Digitized:
    """The last step, from the curve of each cell of a page."""
    if shows_another_ecg(photo, page.sheet, match.cells):
        match = contradicted(match, "another ECG is in this picture and was not read; give each its own picture")
    if doubt is not None and doubt.cause is Cause.TOO_BLURRED:
        match = contradicted(match, f"the image network has a doubt: {doubt.cause.seen}")
    recording = steps.run("assemble", lambda: assemble(page.sheet, curves, match, name))
    notes = _notes(seen is not photo, doubt)
    recording = replace(recording, source_sha256=photo.sha256, warnings=(*recording.warnings, *notes))
    return Digitized(photo, page.sheet, match, recording, steps.timings)


def _traced(upright: UprightSheet, steps: StepRunner) -> tuple[UprightSheet, tuple[Trace, ...]]:
    """The curves of a sheet; it is turned first where few marks show that it stands upright, and its beats that it does
    not.
    """
    traces = steps.time("trace", lambda: trace(upright))
    if upright.n_identified_marks < LANDMARKS.enough_marks and _is_reversed(upright.sheet, traces):
        upright = steps.time("landmarks", lambda: landmarks_as_it_lies(turn_sheet(upright.sheet, 2)))
        traces = steps.time("trace", lambda: trace(upright))
    traces = steps.time("trace", lambda: fit_to_ink(upright, traces))
    steps.report("trace", traces)
    return upright, traces


def _is_reversed(sheet: Sheet, traces: tuple[Trace, ...]) -> bool:
    """Whether the beats run backwards. Of two ways in doubt, that in which the photo lies is the right one."""
    lies_upright = abs(sheet.rotation) < 90
    return reversed_margin(traces, sheet.px_per_mm) > (C.reversed_margin if lies_upright else -C.reversed_margin)


def _notes(is_reversed: bool, doubt: Refusal | None) -> tuple[str, ...]:
    """Warnings on how the picture looks."""
    notes = ["the picture is white on black and was read in reversed colours"] if is_reversed else []
    if doubt is not None and doubt.cause is Cause.NOT_AN_ECG:
        notes.append("the image network takes the picture for something else; rows and lead names prove an ECG page")
    return tuple(notes)
