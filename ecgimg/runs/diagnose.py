"""One page of `ecgimg diagnose`: the recording's files where asked for, NAME.report.html, then NAME.report.json.

A page whose picture can be read always gets a report. It is ok when a network read it, and refused when neither could;
the report gives the reason.
"""

from __future__ import annotations

from functools import partial

from ecgimg.errors import ExitCode
from ecgimg.findings.headline import headline, headline_text, in_order
from ecgimg.networks.manifest import list_weights
from ecgimg.pipelines.step_runner import Hook
from ecgimg.runs.file_names import DIAGNOSE_SUFFIXES, REPORT, REPORT_HTML, REPORT_JSON
from ecgimg.runs.job import Outcome, PageJob, RunKind, Task
from ecgimg.runs.recording_files import recording_files, write_recording_files
from ecgimg.schemas.common import read_json, write_json
from ecgimg.schemas.report import FindingResult, ReportResult, describe_report

COLUMNS = ("read_by", "likely", "possible", "not_assessable", "abnormal", "heart_rate")
MAX_NAMED = 3
"""Entries of the headline in a line of progress."""


def preload() -> None:
    """Imports what a page needs, in the worker."""
    import ecgimg.pipelines.diagnose  # noqa: F401


def make(task: Task, hook: Hook) -> ReportResult:
    """Diagnoses a page and writes its report; errors as `diagnose_page`.

    The old JSON is removed first and the new one comes last, so that old and new files never mix. The pipeline is
    imported in the worker, since the parent does not need it.
    """
    from ecgimg.findings.interpretation import interpret_for_files
    from ecgimg.pipelines.diagnose import diagnose_page
    from ecgimg.report.html import write_html

    job, path = task.job, task.path(REPORT_JSON)
    report = diagnose_page(job.path, job.page, task.options.page, job.name, hook)
    files = recording_files(task, _formats(task), REPORT) if report.recording is not None else ()
    result = describe_report(report, task.options.export, files)
    _remove_older(task)
    if report.recording is not None:
        found = interpret_for_files(report.measurements, report.findings)
        write_recording_files(report.recording, found, task, _formats(task), REPORT)
    write_html(report, result, task.path(REPORT_HTML))
    write_json(result, path)
    return result


def _remove_older(task: Task) -> None:
    """Removes the JSON of an older report and the files that it lists."""
    before = read_json(ReportResult, task.path(REPORT_JSON))
    if before is not None:
        task.path(REPORT_JSON).unlink(missing_ok=True)
        own = {task.path(suffix).name for suffix in DIAGNOSE_SUFFIXES}
        for name in own & {*before.files}:
            (task.out / name).unlink(missing_ok=True)


def _formats(task: Task) -> tuple[str, ...]:
    return task.options.formats or ()


def is_current(task: Task, result: ReportResult) -> bool:
    """Whether a report has the same settings, formats and networks, and its files are there."""
    if result.settings != task.options.page.settings or not task.path(REPORT_HTML).is_file():
        return False
    has_recording = any(lead.interval is not None for lead in result.leads.values())
    wanted = recording_files(task, _formats(task), REPORT) if has_recording else ()
    if not {*wanted} <= {*result.files} or (wanted and result.export != task.options.export):
        return False
    if not all((task.out / name).is_file() for name in result.files):
        return False
    return result.networks == {weight.name: weight.sha256[:12] for weight in list_weights()}


def outcome(job: PageJob, result: ReportResult) -> Outcome:
    """How a page with this report ended."""
    is_read = result.read_by != "nothing"
    since = f", since {result.refused.cause.seen}" if result.refused else ""
    return Outcome(
        name=job.name,
        input=str(job.path),
        page=job.page,
        status="ok" if is_read else "refused",
        seconds=round(sum(result.timings.values()), 3),
        reason=result.refusal,
        layout=result.page.layout.id if result.page else "",
        confidence=result.page.confidence if result.page else None,
        exit_code=ExitCode.OK if is_read else ExitCode.REFUSED,
        warnings=result.warnings,
        details=result.refused.details if result.refused else "",
        message=f"read by {result.read_by}{since}: {headline_text(headline(result.findings), MAX_NAMED)}",
        summary_cells=_summary_cells(result),
    )


def _summary_cells(result: ReportResult) -> tuple[str, ...]:
    """The values of `COLUMNS`."""
    found = in_order(headline(result.findings))
    heart_rate = next((m.value for m in result.measurements if m.name == "heart rate"), None)
    return (
        result.read_by,
        _codes([f for f in found if f.verdict == "likely"]),
        _codes([f for f in found if f.verdict == "possible"]),
        "; ".join(dict.fromkeys(f.code for f in result.findings if f.verdict == "not assessable")),
        "" if result.screening is None or result.screening.refusal else f"{result.screening.abnormal:.3f}",
        "" if heart_rate is None else f"{heart_rate:g}",
    )


def _codes(findings: list[FindingResult]) -> str:
    return "; ".join(f"{f.code} {f.probability:.2f}" for f in findings)


DIAGNOSE = RunKind(
    DIAGNOSE_SUFFIXES, partial(read_json, ReportResult), make, is_current, outcome, preload, COLUMNS, True
)
