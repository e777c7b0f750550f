"""One page or recording of `ecgimg diagnose`: a report as JSON and HTML, and with `--format` files of the recording.

A page whose picture can be read always gets a report. It is ok when a network read it, and refused when neither could;
the report gives the reason.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ecgimg.errors import ExitCode
from ecgimg.findings.headline import headline, in_order
from ecgimg.findings.statements import STATEMENTS, column_name
from ecgimg.io.files import hash_file
from ecgimg.networks.finetuned import MODEL
from ecgimg.networks.manifest import network_hashes
from ecgimg.options import RunOptions
from ecgimg.pipelines.step_runner import Hook
from ecgimg.runs.aligned_files import has_aligned, make_aligned_page, make_aligned_recording
from ecgimg.runs.digitize import DIGITIZE
from ecgimg.runs.digitize import files as recording_set
from ecgimg.runs.file_names import (
    PAGE_JSON,
    REPORT_FILES,
    REPORT_HTML,
    REPORT_JSON,
    REPORT_PDF,
    REPORT_THUMBNAIL,
    FileSet,
)
from ecgimg.runs.job import Outcome, PageJob, RunKind, Table, Task
from ecgimg.runs.measure import COLUMNS as FIGURE_COLUMNS
from ecgimg.runs.measure import figure_columns
from ecgimg.runs.recording_files import has_formats, holds_findings, make_page_files, make_recording_files
from ecgimg.runs.records import Made
from ecgimg.schemas.common import read_json
from ecgimg.schemas.recording import RecordingResult
from ecgimg.schemas.report import FindingResult, ReportResult, describe_report

if TYPE_CHECKING:
    from ecgimg.aligned.record import Interpreted
    from ecgimg.findings.report import ReportContent

COLUMNS = ("read_by", "likely", "possible", "not_assessable", "abnormal", "heart_rate")
TEXTS = ("read_by", "likely", "possible", "not_assessable", "conclusion")
"""Texts of a page in a store."""


def preload() -> None:
    """Imports what a page needs, in the worker."""
    import ecgimg.pipelines.diagnose  # noqa: F401


def files(options: RunOptions) -> tuple[FileSet, ...]:
    """The files of a page; those of the recording only where a format was asked for."""
    return (REPORT_FILES, *(recording_set(options) if options.format else ()))


def make(task: Task, hook: Hook) -> tuple[Made[Any], ...]:
    """Diagnoses a page or a recording; errors as `diagnose_page`.

    The pipeline is imported in the worker, since the parent does not need it.
    """
    from ecgimg.io.thumbnail import write_thumbnail
    from ecgimg.pipelines.diagnose import diagnose_page
    from ecgimg.report.evidence import evidence_image
    from ecgimg.report.html import write_html

    job = task.job
    report = diagnose_page(job.path, job.page, task.options.page, job.name, hook)
    language, is_pdf = task.options.language, task.options.pdf
    pictures = () if report.photo is None else (REPORT_THUMBNAIL,)
    suffixes = (REPORT_JSON, REPORT_HTML, *((REPORT_PDF,) if is_pdf else ()), *pictures)
    result = describe_report(report, tuple(task.path(suffix).name for suffix in suffixes), language)

    def write() -> None:
        write_html(report, result, task.path(REPORT_HTML), language)
        if is_pdf:
            from ecgimg.report.pdf import write_pdf

            write_pdf(report, result, task.path(REPORT_PDF), language)
        if report.photo is not None:
            write_thumbnail(evidence_image(report), task.path(REPORT_THUMBNAIL))

    picture = None if report.photo is None else partial(evidence_image, report)
    return (*_recording(task, report), Made(result, REPORT_JSON, write, report.recording, picture))


def is_current(task: Task, result: ReportResult) -> bool:
    """Whether a report has the same settings and networks, and the recording that was asked for is there."""
    if result.settings != task.options.page.settings or result.language != task.options.language:
        return False
    if task.options.pdf and task.path(REPORT_PDF).name not in result.files:
        return False
    if result.networks != network_hashes() or {one.sha256 for one in result.own_findings} != _own_hashes(task):
        return False
    return not task.options.format or not _has_recording(result) or _is_recording_current(task, result)


def _own_hashes(task: Task) -> set[str]:
    """Hashes of the user's own networks that are asked for."""
    return {hash_file(folder / MODEL) for folder in task.options.model}


def outcome(job: PageJob, result: ReportResult) -> Outcome:
    """How a page with this report ended."""
    is_read = result.read_by != "nothing"
    since = f", since {result.refused.cause.seen}" if result.refused else ""
    return Outcome(
        name=job.name,
        input=job.place,
        page=job.page,
        status="ok" if is_read else "refused",
        seconds=round(sum(result.timings.values()), 3),
        reason=result.refusal,
        layout=result.page.layout.id if result.page else "",
        confidence=result.page.confidence if result.page else None,
        paper_speed=result.page.paper_speed if result.page else None,
        gain=result.page.gain if result.page else None,
        exit_code=ExitCode.OK if is_read else ExitCode.REFUSED,
        warnings=result.warnings,
        details=result.refused.details if result.refused else "",
        message=f"read by {result.read_by}{since}: {result.conclusion}",
        summary_cells=_summary_cells(result),
    )


def _recording(task: Task, report: ReportContent) -> tuple[Made[Any], ...]:
    """The recording of a page or of a file, where a format was asked for."""
    from ecgimg.findings.interpretation import interpret_for_files
    from ecgimg.pipelines.digitize import Digitized

    recording = report.recording
    if not task.options.format or recording is None:
        return ()
    found = interpret_for_files(report.measurements, report.findings)
    ecg = _interpreted(report) if task.options.aligned else None
    if report.photo is None:
        if all(recording.interval(lead) is None for lead in recording.leads):
            return ()
        aligned = () if ecg is None else (make_aligned_recording(task, ecg),)
        return (*aligned, make_recording_files(task, recording, found))
    assert report.sheet is not None
    assert report.match is not None
    made = Digitized(report.photo, report.sheet, report.match, recording, report.timings)
    aligned = () if ecg is None else (make_aligned_page(task, ecg, made),)
    return (*aligned, make_page_files(task, made, found, with_findings=True))


def _interpreted(report: ReportContent) -> Interpreted:
    """What an aligned record takes of a report that has a recording."""
    from ecgimg.aligned.record import Interpreted

    recording, measured, stated = report.recording, report.measurements, report.interpretation
    assert recording is not None
    assert measured is not None
    assert stated is not None
    return Interpreted(recording.seen, measured, stated, report.findings)


def _is_recording_current(task: Task, result: ReportResult) -> bool:
    """Whether the recording of a report has the formats asked for, with the findings where they have a place."""
    if not has_aligned(task, with_findings=bool(result.findings)):
        return False
    if result.source.width is None:
        recording = task.record(partial(read_json, RecordingResult), PAGE_JSON)
        return recording is not None and has_formats(task, recording)
    page = task.record(DIGITIZE.read, PAGE_JSON)
    if page is None or not DIGITIZE.is_current(task, page):
        return False
    return page.with_findings or not holds_findings(task)


def _has_recording(result: ReportResult) -> bool:
    """Whether files of the recording are written where a format is asked for."""
    if result.source.width is None:
        return any(lead.interval is not None for lead in result.leads.values())
    return result.page is not None


def _summary_cells(result: ReportResult) -> tuple[str, ...]:
    """The values of `COLUMNS`."""
    found = in_order(headline(result.findings))
    heart_rate = next((m.value for m in result.measurements if m.name == "heart rate"), None)
    return (
        result.read_by,
        _named([f for f in found if f.verdict == "likely"]),
        _named([f for f in found if f.verdict == "possible"]),
        "; ".join(dict.fromkeys(f.name for f in result.findings if f.verdict == "not assessable")),
        "" if result.screening is None or result.screening.refusal else f"{result.screening.abnormal:.3f}",
        "" if heart_rate is None else f"{heart_rate:g}",
    )


def _columns(result: ReportResult) -> dict[str, float | str | None]:
    """Findings and intervals for a store."""
    found = {column_name(f.code, f.group): f.probability for f in result.findings if f.verdict != "not assessable"}
    cells = dict(zip(COLUMNS, _summary_cells(result), strict=True))
    texts = {name: cells[name] for name in TEXTS[:-1]} | {"conclusion": result.conclusion}
    return {**figure_columns(result.measurements), **found, **texts}


def _named(findings: list[FindingResult]) -> str:
    """Names with their probability in their order; a name that several groups of statements have stands once."""
    probability = {f.name: f.probability for f in reversed(findings)}
    return "; ".join(f"{name} {probability[name]:.2f}" for name in dict.fromkeys(f.name for f in findings))


DIAGNOSE = RunKind(
    command="diagnose",
    files=files,
    read=partial(read_json, ReportResult),
    make=make,
    is_current=is_current,
    outcome=outcome,
    preload=preload,
    columns=COLUMNS,
    takes_recordings=True,
    table=Table(
        (*FIGURE_COLUMNS, *(column_name(one.code, one.group) for one in STATEMENTS)), texts=TEXTS, values=_columns
    ),
)
