"""The pipeline from a photo to a report: load -> screen -> digitize -> diagnose -> measure -> interpret ->
combine.

The image network sees the photo as it came, the signal network sees the digitized recording and nothing else, so that
their opinions are independent. A page that can't be digitized gets a report from the image alone, with the reason,
where its rows or lead names show that it may be a page of 12 leads.

A recording that comes without a page gets a report from the signal alone: load -> diagnose -> measure -> combine.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from ecgimg.datamodel.constants import constant
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import LayoutMatch
from ecgimg.errors import Cause, Refusal, RefusedError, UsageError
from ecgimg.findings.basis import basis
from ecgimg.findings.opinions import Diagnosis, Screening
from ecgimg.findings.report import ReportContent
from ecgimg.io.sources import PageInput, read_source
from ecgimg.options import PageOptions
from ecgimg.pipelines.digitize import TRACING_STEPS, Digitized, digitize_traced
from ecgimg.pipelines.step_runner import Hook, StepRunner
from ecgimg.pipelines.traced_page import TracedPage, trace_photo
from ecgimg.recording.kinds import is_recording
from ecgimg.recording.quality import lead_qualities, page_confidence
from ecgimg.recording.read import read_recording
from ecgimg.recording.recording import Recording
from ecgimg.stages.combine import agreement, combine, joining_sentence, not_visible, read_by
from ecgimg.stages.diagnose import diagnose as signal_opinion
from ecgimg.stages.diagnose import recording_quality
from ecgimg.stages.interpret.interpret import interpret
from ecgimg.stages.measure.measure import measure
from ecgimg.stages.own_models import own_findings
from ecgimg.stages.screen import screen as image_opinion
from ecgimg.stages.straighten.polarity import dark_on_bright


@dataclass(frozen=True)
class WholePageConstants:
    """What a picture must show so that the opinion of the image network counts."""

    min_rows: int = constant(3, unit="count", why="no layout that the network was trained on has fewer rows of curves")
    min_leads: int = constant(6, unit="count", why="no layout that the network was trained on has fewer leads")


WHOLE_PAGE = WholePageConstants()
_NO_WHOLE_PAGE = (Cause.STRIP, Cause.MIRRORED, Cause.CUT_OFF)
RECORDING_STEPS = ("load", "diagnose", "measure", "interpret", "combine")
STEPS = ("load", "screen", *TRACING_STEPS, "diagnose", "measure", "interpret", "combine")


def trace_page(source: PageInput, page: int, options: PageOptions, hook: Hook | None = None) -> TracedPage:
    """One page of a picture or document up to its layout, with the opinions of the image network: all that corrections
    do not change. A page that is refused is no error.

    Raises:
        UnreadableInputError: the file can't be read.
        DependencyError: the weights of a network are missing or damaged.
        UsageError: there is no such page or layout.
    """
    return _trace(source, page, options, StepRunner(hook, STEPS))


def diagnose_page(
    source: PageInput | TracedPage, page: int, options: PageOptions, name: str, hook: Hook | None = None
) -> ReportContent:
    """The report of one page of a picture or document, of a page that was traced, or of a recording in a file.

    `name` becomes the report's.

    Raises:
        UnreadableInputError: the file can't be read.
        DependencyError: the weights of a network, or the package that reads a recording, are missing or damaged.
        UsageError: there is no such page or layout.
    """
    if isinstance(source, str | os.PathLike) and is_recording(Path(source)):
        return _diagnose_file(Path(source), page, options, name, hook)
    steps = StepRunner(hook, STEPS)
    traced = source if isinstance(source, TracedPage) else _trace(source, page, options, steps)
    photo, seen = traced.photo, _screening(traced, steps)
    read = _digitize(traced, options, name, steps)
    made, screening = read.made, _of_one_page(seen, read, traced)
    quality = page_confidence(made.match, made.recording) if made else 0.0
    recording, match = (made.recording, made.match) if made else (None, None)
    content = _from_signal(recording, quality, screening, match, options, name, steps)
    return replace(
        content,
        own=own_findings(options.models, _used(recording, options), photo),
        photo=photo,
        sheet=made.sheet if made else None,
        refusal=content.refusal if made else _refusal(screening, read.refusal),
    )


def diagnose_recording(recording: Recording, options: PageOptions, hook: Hook | None = None) -> ReportContent:
    """The report of a recording that has no page; errors of the networks as `diagnose_page`."""
    return _diagnose_recording(recording, None, options, recording.name, StepRunner(hook, RECORDING_STEPS))


def _diagnose_file(path: Path, page: int, options: PageOptions, name: str, hook: Hook | None) -> ReportContent:
    if page != 1:
        raise UsageError(f"{path} is a recording and has no page {page}", where="load", remedy="choose page 1")
    steps = StepRunner(hook, RECORDING_STEPS)
    recording = steps.run("load", lambda: read_recording(path))
    return _diagnose_recording(recording, path, options, name, steps)


def _diagnose_recording(
    recording: Recording, source: Path | None, options: PageOptions, name: str, steps: StepRunner
) -> ReportContent:
    content = _from_signal(recording, recording_quality(recording), None, None, options, name, steps)
    return replace(content, source=source, own=own_findings(options.models, _used(recording, options), None))


def _from_signal(
    recording: Recording | None,
    quality: float,
    screening: Screening | None,
    match: LayoutMatch | None,
    options: PageOptions,
    name: str,
    steps: StepRunner,
) -> ReportContent:
    """What the recording and the image network's opinions give, of a page or without one; either may be missing."""
    used = _used(recording, options)
    asked = options.use_generated
    diagnosis = measured = stated = None
    if used is not None:
        diagnosis = steps.run("diagnose", lambda: signal_opinion(used, quality, use_generated=asked))
        measured = steps.run("measure", lambda: measure(used, use_generated=asked))
    if measured is not None:
        stated = steps.run("interpret", lambda: interpret(measured, options.sex, options.age))
    leads = lead_qualities(None if recording is None else recording.seen)
    findings = steps.run("combine", lambda: combine(diagnosis, screening, leads, quality))
    readers = read_by(diagnosis, screening)
    return ReportContent(
        photo=None,
        name=name,
        settings=options.settings,
        read_by=readers,
        findings=findings,
        leads=leads,
        measurements=measured,
        interpretation=stated,
        not_visible=not_visible(leads, findings),
        agreement=agreement(findings),
        warnings=(*_generated(recording, asked), *_warnings(recording, diagnosis, screening)),
        recording=recording,
        match=match,
        diagnosis=diagnosis,
        screening=screening,
        refusal=diagnosis.refusal if diagnosis else None,
        basis=basis(diagnosis, screening, match, leads),
        joined_by=joining_sentence(readers),
        timings=steps.timings,
    )


@dataclass(frozen=True, eq=False)
class _Read:
    """A digitized page, or why there is none."""

    made: Digitized | None
    refusal: Refusal | None = None


def _trace(source: PageInput, page: int, options: PageOptions, steps: StepRunner) -> TracedPage:
    photo = steps.run("load", lambda: read_source(source, page))
    seen = steps.run("screen", lambda: image_opinion(dark_on_bright(photo)))
    return trace_photo(photo, options.uncorrected, steps, seen.refusal, seen)


def _screening(page: TracedPage, steps: StepRunner) -> Screening:
    """The opinions of the image network; it is asked where a page was traced without."""
    return page.screening or steps.run("screen", lambda: image_opinion(dark_on_bright(page.photo)))


def _digitize(page: TracedPage, options: PageOptions, name: str, steps: StepRunner) -> _Read:
    try:
        return _Read(digitize_traced(page, options, name, steps))
    except RefusedError as error:
        return _Read(None, error.refusal)


def _of_one_page(screening: Screening, read: _Read, traced: TracedPage) -> Screening:
    """The image network's opinions; none where the picture can't be a page of 12 leads, or of half of them, or shows
    two ECGs.

    The network was trained on whole pages, and answers to a strip as if it saw all leads.
    """
    is_one = traced.parts is None
    if screening.refusal is not None or (is_one and _may_be_whole_page(read)):
        return screening
    refusal = read.refusal or Refusal(Cause.STRIP, "layout: the page has fewer leads than any the network was made for")
    if not is_one:
        refusal = Refusal(Cause.SEVERAL_ECGS, "screen: the picture shows two ECGs")
    return replace(screening, opinions=(), saliency=None, refusal=refusal)


def _may_be_whole_page(read: _Read) -> bool:
    """By the leads of the layout, or where none was found, by the rows of curves and the lead names that were seen."""
    if read.made is not None:
        return len({cell.lead for cell in read.made.match.cells} & {*LEADS}) >= WHOLE_PAGE.min_leads
    seen = read.refusal
    if seen is None or seen.cause in _NO_WHOLE_PAGE:
        return False
    return seen.rows >= WHOLE_PAGE.min_rows or len(seen.leads) >= WHOLE_PAGE.min_leads


def _refusal(screening: Screening, refusal: Refusal | None) -> Refusal | None:
    """Why a page was not digitized: what the gate of `digitize` refuses comes first, as it does there."""
    return screening.refusal or refusal


def _used(recording: Recording | None, options: PageOptions) -> Recording | None:
    """What of a recording counts: generated samples only where the user asks for them."""
    return recording if recording is None or options.use_generated else recording.seen


def _generated(recording: Recording | None, use_generated: bool) -> tuple[str, ...]:
    """The warning on samples that were generated; none where there are none."""
    if recording is None or not recording.not_recorded.any():
        return ()
    seconds = recording.not_recorded.sum() / recording.fs
    if use_generated:
        rest = "findings and measurements rest on them too, as was asked for, though they regress to the mean"
    else:
        rest = "no finding and no measurement rests on them"
    return (f"{seconds:.1f} lead seconds were generated and not recorded: {rest}",)


def _warnings(
    recording: Recording | None, diagnosis: Diagnosis | None, screening: Screening | None
) -> tuple[str, ...]:  # fmt: skip
    texts = [*(recording.warnings if recording else ()), *(diagnosis.warnings if diagnosis else ())]
    if recording is not None and screening is not None and screening.refusal is not None:
        texts.append(f"the image network has no opinion: {screening.refusal.cause.seen}")
    return tuple(dict.fromkeys(texts))
