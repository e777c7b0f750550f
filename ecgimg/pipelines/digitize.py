"""The pipeline from a photo to a recording: load -> gate -> straighten -> landmarks -> trace -> layout -> assemble.

Where a PDF draws the curves as lines, their own points are taken instead (`ecgimg.pipelines.vector_page`).

The image network is used in two places, both measured. Its gate refuses what is no ECG page before anything is traced
("gate"). Where the grid of the whole photo shows no ECG, it locates the ECG ("ecg_box", see
`ecgimg.pipelines.page_search`). It never sees the traces.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ecgimg.corrections import Corrections
from ecgimg.datamodel.ink import ExplainedInk
from ecgimg.datamodel.page import Curve, LayoutMatch, Photo, Sheet
from ecgimg.errors import Cause, Refusal, RefusedError
from ecgimg.io.sources import PageInput, read_source
from ecgimg.options import PageOptions
from ecgimg.pipelines.row_search import sees_curves
from ecgimg.pipelines.step_runner import Hook, StepRunner
from ecgimg.pipelines.traced_page import (
    PlacedCurves,
    TracedPage,
    TracedRows,
    layout_options,
    named_by_user,
    place,
    trace_photo,
)
from ecgimg.recording.recording import Recording
from ecgimg.stages.assemble.assemble import assemble
from ecgimg.stages.correct.curves import correct_curves
from ecgimg.stages.correct.leads import correct_leads
from ecgimg.stages.explain.explain import doubted_curves, explain_cells
from ecgimg.stages.explain.warnings import ink_warnings
from ecgimg.stages.layout.contradictions import contradicted
from ecgimg.stages.screen import gate_doubt
from ecgimg.stages.straighten.polarity import dark_on_bright

TRACING_STEPS = ("straighten", "landmarks", "trace", "layout", "explain", "assemble")
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


def digitize_page(
    source: PageInput | TracedPage, page: int, options: PageOptions, name: str, hook: Hook | None = None
) -> Digitized:
    """Digitizes one page of a picture or document, or goes on with a page that was traced; `name` is the recording's.

    Raises:
        UnreadableInputError: the file can't be read.
        RefusedError: no ECG that can be digitized without guessing was found.
        UsageError: there is no such page or layout.
    """
    steps = StepRunner(hook, STEPS)
    if isinstance(source, TracedPage):
        return digitize_traced(source, options, name, steps)
    photo = steps.run("load", lambda: read_source(source, page))
    doubt = steps.run("gate", lambda: gate_doubt(dark_on_bright(photo)))
    return digitize_photo(photo, options, name, steps, doubt)


def digitize_photo(
    photo: Photo, options: PageOptions, name: str, steps: StepRunner, doubt: Refusal | None = None
) -> Digitized:
    """All steps after loading and the gate; `doubt` is the gate's, see `trace_photo`.

    Raises:
        RefusedError: no ECG that can be digitized without guessing was found.
        UsageError: there is no such layout.
    """
    return digitize_traced(trace_photo(photo, options.uncorrected, steps, doubt), options, name, steps)


def digitize_traced(page: TracedPage, options: PageOptions, name: str, steps: StepRunner) -> Digitized:
    """The recording of a page that was traced, with the corrections of the options.

    Raises:
        RefusedError: the page is refused, or the layout, speed or gain of the corrections does not fit it.
        UsageError: the corrections are of another page, or of what it does not have.
    """
    placed = _placed(page, options, steps)
    if page.rows is None or placed is None:
        raise RefusedError.of(_refusal(page))
    upright = page.rows.upright
    match, curves = placed.match, placed.curves
    if options.corrections is not None:
        match = correct_leads(match, options.corrections, upright.sheet)
        if options.corrections.lead_changes:
            match = named_by_user(page.rows, placed, match)
        curves = correct_curves(curves, match, options.corrections, upright)
    explained = _explain(page.rows, match, curves, steps)
    match, curves = contradicted(match, *ink_warnings(explained)), doubted_curves(curves, explained)
    recording = steps.run("assemble", lambda: assemble(upright.sheet, curves, match, name))
    warnings = (*recording.warnings, *_notes(page), *_corrected(options.corrections))
    assert recording.geometry is not None
    geometry = replace(recording.geometry, ink=explained)
    recording = replace(recording, source_sha256=page.photo.sha256, warnings=warnings, geometry=geometry)
    return Digitized(page.photo, upright.sheet, match, recording, steps.timings)


def _explain(rows: TracedRows, match: LayoutMatch, curves: tuple[Curve, ...], steps: StepRunner) -> ExplainedInk:
    """How much of a page's curves is in these cells."""
    upright = rows.upright
    return steps.run("explain", lambda: explain_cells(upright, rows.ink, match.cells, curves, sees_curves(upright)))


def _placed(page: TracedPage, options: PageOptions, steps: StepRunner) -> PlacedCurves | None:
    """The layout of a page, found again where the user corrected it or its scales; None where the page has no rows."""
    corrected = options.corrections
    if corrected is not None:
        corrected.require_page(page.photo)
    if page.rows is None or corrected is None or (corrected.layout, corrected.speed, corrected.gain) == (None,) * 3:
        return page.placed
    rows = page.rows
    placed = steps.time("layout", lambda: place(page, rows, layout_options(options)))
    steps.report("layout", placed.match)
    return placed


def _refusal(page: TracedPage) -> Refusal:
    assert page.refusal is not None, "a page without a layout has a refusal"
    return page.refusal


def _notes(page: TracedPage) -> tuple[str, ...]:
    """Warnings on how the picture looks."""
    notes = ["the picture is white on black and was read in reversed colours"] if page.is_reversed else []
    if page.doubt is not None and page.doubt.cause is Cause.NOT_AN_ECG:
        notes.append("the image network takes the picture for something else; rows and lead names prove an ECG page")
    if page.parts is not None:
        (x0, y0, x1, y1), other = page.parts[1], page.photo.other_page
        notes.append(f"another ECG is in this picture, within x {x0} to {x1}, y {y0} to {y1}: it is page {other}")
    return tuple(notes)


def _corrected(corrections: Corrections | None) -> tuple[str, ...]:
    """A warning that names the changes of a user."""
    changes = () if corrections is None else corrections.changes
    return (f"corrected by the user: {', '.join(one.summary for one in changes)}",) if changes else ()
