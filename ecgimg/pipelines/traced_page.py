"""A page as it is before any correction, and how it is read: straighten -> landmarks -> trace -> layout.

A `TracedPage` can be kept, in memory or pickled, and read on from as often as a user corrects the page: corrections act
on its layout and its curves, and nothing before them is done again.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from ecgimg.datamodel.arrays import Bools
from ecgimg.datamodel.page import Curve, LayoutMatch, Photo, PrintedScales, Sheet, Trace, UprightSheet
from ecgimg.errors import Cause, Refusal, RefusedError, UsageError
from ecgimg.findings.opinions import Screening
from ecgimg.layouts import load_layout, load_layouts
from ecgimg.options import AUTO_LAYOUT, PageOptions
from ecgimg.pipelines.another_ecg import Parts, ecg_in, parts_by_grid, parts_by_names
from ecgimg.pipelines.page_search import find_page, is_proven
from ecgimg.pipelines.refusals import with_what_was_seen
from ecgimg.pipelines.row_search import read_rows
from ecgimg.pipelines.step_runner import StepRunner
from ecgimg.pipelines.vector_page import read_vector
from ecgimg.stages.explain.ink import find_ink
from ecgimg.stages.ink_fit import fit_to_ink
from ecgimg.stages.landmarks.constants import LANDMARKS
from ecgimg.stages.landmarks.find import landmarks_as_it_lies, turn_sheet
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.contradictions import contradicted, contradicted_anew
from ecgimg.stages.layout.direction import reversed_margin
from ecgimg.stages.layout.match import find_layout
from ecgimg.stages.layout.observations import observe
from ecgimg.stages.layout.scales import LayoutOptions
from ecgimg.stages.printed_scales import read_scales
from ecgimg.stages.straighten.polarity import dark_on_bright
from ecgimg.stages.trace import trace
from ecgimg.stages.vector.cells import cut_cells
from ecgimg.stages.vector.page import DrawnPage


@dataclass(frozen=True, eq=False)
class TracedRows:
    """The rows of curves on a sheet, its printed scales, its ink [h, w], and what a PDF draws on it, where it does."""

    upright: UprightSheet
    traces: tuple[Trace, ...]
    scales: PrintedScales
    ink: Bools
    drawn: DrawnPage | None = None


@dataclass(frozen=True, eq=False)
class PlacedCurves:
    """The layout of traced rows, the curve of each of its cells, and what in the photo speaks against it."""

    match: LayoutMatch
    curves: tuple[Curve, ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class TracedPage:
    """A page up to its layout, without any correction; it can be pickled.

    `rows` and `placed` are None where the page was refused before, and `refusal` is the reason. `options` are those
    that it was read with. `doubt` is what the gate of the image network has against the photo, `screening` are its
    opinions, None where it was not asked for them. `is_reversed` is whether the photo is white on black. `parts` of a
    photo that shows two ECGs are the part that was read and the other one.
    """

    photo: Photo
    options: PageOptions
    doubt: Refusal | None = None
    screening: Screening | None = None
    is_reversed: bool = False
    rows: TracedRows | None = None
    placed: PlacedCurves | None = None
    refusal: Refusal | None = None
    parts: Parts | None = None


def trace_photo(
    photo: Photo,
    options: PageOptions,
    steps: StepRunner,
    doubt: Refusal | None = None,
    screening: Screening | None = None,
) -> TracedPage:
    """The steps from straightening to the layout; a page that is refused is no error.

    The gate's `doubt` refuses the page, unless its rows, lead names and layout prove that it is one: an ECG in a letter
    or a chat does not look like the pages that the image network was trained on.

    Raises:
        UsageError: there is no such layout, or no second ECG where the photo is asked for it.
    """
    seen, wanted = dark_on_bright(photo), layout_options(options)
    empty = TracedPage(photo, options, doubt, screening, seen is not photo)
    page = _read_photo(empty, seen, wanted, steps)
    if photo.ecg > 1:
        page = _read_other(empty, page.parts, seen, wanted, steps)
    return page if page.parts is None else replace(page, photo=replace(photo, ecgs=len(page.parts)))


def _read_photo(empty: TracedPage, seen: Photo, wanted: LayoutOptions, steps: StepRunner) -> TracedPage:
    """The ECG of a photo; of two the upper or left one that can be read, with both parts."""
    exact = read_vector(empty.photo, wanted, steps)
    if exact is not None:
        ink = steps.time("explain", lambda: find_ink(exact.upright, exact.curves))
        rows = TracedRows(exact.upright, exact.drawn.traces, exact.scales, ink, exact.drawn)
        page = replace(empty, rows=rows, placed=_doubted(empty, PlacedCurves(exact.match, exact.curves)))
        return _with_parts(page, seen)
    try:
        upright = find_page(seen, steps, thorough=empty.doubt is None)
    except RefusedError as error:
        return replace(empty, refusal=_doubted_refusal(empty.doubt, error.refusal))
    if empty.doubt is not None and not is_proven(upright):
        return replace(empty, refusal=empty.doubt)
    named = parts_by_names(upright)
    first = None if named is None else _read_part(empty, named, seen, wanted, steps)
    if first is not None:
        return first
    whole = _with_parts(_read_sheet(empty, upright, wanted, steps), seen)
    # Rows of the other ECG may reach into the sheet: the part alone is clearer.
    first = None if whole.parts is None else _read_part(empty, whole.parts, seen, wanted, steps)
    return first or whole


def _read_part(
    empty: TracedPage, parts: Parts, seen: Photo, wanted: LayoutOptions, steps: StepRunner
) -> TracedPage | None:
    """The ECG in the upper or left of two parts, or in the other where that can't be read; None where an ECG is not
    proven in both, or none is read.
    """
    first, second = sorted(parts)
    found = [ecg_in(seen, box, steps) for box in (first, second)]
    for upright, turned in zip(found, ((first, second), (second, first)), strict=True):
        if upright is not None and None not in found:
            page = _read_sheet(replace(empty, parts=turned), upright, wanted, steps)
            if page.refusal is None:
                return page
    return None


def _with_parts(page: TracedPage, seen: Photo) -> TracedPage:
    """The page with the part of the photo beyond it that shows another ECG, where there is one."""
    if page.rows is None or page.placed is None:
        return page
    return replace(page, parts=parts_by_grid(seen, page.rows.upright.sheet, page.placed.match.cells))


def _read_other(
    empty: TracedPage, parts: Parts | None, seen: Photo, wanted: LayoutOptions, steps: StepRunner
) -> TracedPage:
    """The ECG in the other part of a photo.

    Raises:
        UsageError: the photo shows one ECG.
    """
    photo = empty.photo
    if parts is None:
        raise UsageError(f"{photo.source} has no page {photo.page}: no second ECG is seen on its page", where="load")
    upright = ecg_in(seen, parts[1], steps)
    turned = replace(empty, parts=parts[::-1])
    if upright is None:
        return replace(turned, refusal=Refusal(Cause.SEVERAL_ECGS, "straighten: the other ECG is not seen well"))
    return _read_sheet(turned, upright, wanted, steps)


def layout_options(options: PageOptions) -> LayoutOptions:
    """What the user knows of a page's layout: the options, or what the user corrected of them."""
    corrected = options.corrections
    given = None if corrected is None else corrected.layout
    name = given or options.layout
    layouts = load_layouts() if name == AUTO_LAYOUT else (load_layout(name),)
    speed = None if corrected is None else corrected.speed
    gain = None if corrected is None else corrected.gain
    return LayoutOptions(layouts, speed or options.paper_speed, gain or options.gain)


def place(page: TracedPage, rows: TracedRows, wanted: LayoutOptions) -> PlacedCurves:
    """The layout of traced rows.

    Raises:
        RefusedError: no format fits.
    """
    match = find_layout(rows.upright, rows.traces, rows.scales, wanted)
    curves = match.curves_of(rows.traces)
    if rows.drawn is not None:
        match, curves = cut_cells(match, rows.drawn)
    return _doubted(page, PlacedCurves(match, curves))


def named_by_user(rows: TracedRows, placed: PlacedCurves, match: LayoutMatch) -> LayoutMatch:
    """A layout whose leads the user named, with what on the page and in its photo still speaks against it."""
    seen, first = observe(rows.upright, rows.traces, rows.scales)
    return contradicted(contradicted_anew(match, seen, first), *placed.doubts)


def _doubted(page: TracedPage, placed: PlacedCurves) -> PlacedCurves:
    """A layout with what in the photo speaks against it."""
    if page.doubt is None or page.doubt.cause is not Cause.TOO_BLURRED:
        return placed
    doubts = (f"the image network has a doubt: {page.doubt.cause.seen}",)
    return PlacedCurves(contradicted(placed.match, *doubts), placed.curves, doubts)


def _read_sheet(empty: TracedPage, upright: UprightSheet, wanted: LayoutOptions, steps: StepRunner) -> TracedPage:
    """The page from tracing on; where no layout fits, it has its rows and the refusal."""
    with ThreadPoolExecutor(1) as beside:  # tesseract is a program of its own and reads while the curves are traced
        scales: Future[PrintedScales] = beside.submit(read_scales, upright)
        page, traces = _traced(upright, steps)
        if page is not upright:
            scales = beside.submit(read_scales, page)
        printed = steps.time("layout", scales.result)
    ink = steps.time("explain", lambda: find_ink(page, [one.curve for one in traces]))
    rows = TracedRows(page, traces, printed, ink)
    try:
        read = read_rows(page, traces, ink, lambda tried, lines: find_layout(tried, lines, printed, wanted), steps)
    except RefusedError as error:
        refusal = with_what_was_seen(error, upright).refusal
        return replace(empty, rows=rows, refusal=_doubted_refusal(empty.doubt, refusal))
    rows = replace(rows, upright=read.page, traces=read.traces)
    placed = PlacedCurves(read.match, read.match.curves_of(read.traces))
    return replace(empty, rows=rows, placed=_doubted(empty, placed))


def _doubted_refusal(doubt: Refusal | None, seen: Refusal) -> Refusal:
    """A refusal; of a page that the gate doubts it has the gate's reason, with the rows and names that were seen."""
    return seen if doubt is None else replace(doubt, rows=seen.rows, leads=seen.leads)


def _traced(upright: UprightSheet, steps: StepRunner) -> tuple[UprightSheet, tuple[Trace, ...]]:
    """The curves of a sheet; it is turned first where few marks show that it stands upright, and its beats that it does
    not.
    """
    traces = steps.time("trace", lambda: trace(upright))
    if upright.n_identified_marks < LANDMARKS.enough_marks and _is_reversed(upright.sheet, traces):
        upright = steps.time("landmarks", lambda: landmarks_as_it_lies(turn_sheet(upright.sheet, 2)))
        traces = steps.time("trace", lambda: trace(upright))
    return upright, steps.time("trace", lambda: fit_to_ink(upright, traces))


def _is_reversed(sheet: Sheet, traces: tuple[Trace, ...]) -> bool:
    """Whether the beats run backwards. Of two ways in doubt, that in which the photo lies is the right one."""
    lies_upright = abs(sheet.rotation) < 90
    return reversed_margin(traces, sheet.px_per_mm) > (C.reversed_margin if lies_upright else -C.reversed_margin)
