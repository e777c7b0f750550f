"""One page of `ecgimg diagnose`: NAME.report.html, then NAME.report.json; done when both are there and agree.

A page whose picture can be read always gets a report. It counts as ok when a network read it, as refused when neither
could, and the report says why.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from ecgimg.errors import ExitCode
from ecgimg.networks.manifest import list_weights
from ecgimg.runs.file_names import DIAGNOSE_SUFFIXES, REPORT_HTML, REPORT_JSON
from ecgimg.runs.job import Outcome, RunKind, Task, follow_steps, guarded, is_same_page, use_threads
from ecgimg.runs.plan import Outputs, PageJob
from ecgimg.runs.worker import Tell
from ecgimg.schemas.report import FindingResult, ReportResult, describe_report, read_report, write_report

if TYPE_CHECKING:
    from ecgimg.findings.report import ReportContent

COLUMNS = ("read_by", "likely", "possible", "not_assessable", "abnormal", "heart_rate")
MIN_LISTED = 0.05
"""Possible findings under this are left out of the summary."""


def preload() -> None:
    """Imports what a page needs, in the worker."""
    import ecgimg.pipelines.diagnose  # noqa: F401


def diagnose_task(task: Task, tell: Tell) -> Outcome:
    """Diagnoses a page and writes its report; runs in a worker and never raises."""
    return guarded(task, tell, _diagnose)


def diagnosed_before(task: Task) -> Outcome | None:
    """The outcome of a page with a report of the same picture, settings and networks."""
    before = read_report(task.out / f"{task.job.name}{REPORT_JSON}")
    if before is None or not (task.out / f"{task.job.name}{REPORT_HTML}").is_file():
        return None
    if before.settings != task.options.page.settings or not is_same_page(before.source, task.job):
        return None
    if before.networks != {weight.name: weight.sha256[:12] for weight in list_weights()}:
        return None
    return _outcome(task.job, before, round(sum(before.timings.values()), 3), skipped=True)


def _diagnose(task: Task, tell: Tell) -> Outcome:
    """The pipeline is imported here, in the worker: it loads what the parent needs not."""
    from ecgimg.pipelines.diagnose import diagnose_page

    use_threads(task.options)
    start = perf_counter()
    job, hook = task.job, follow_steps(task, tell)
    report = diagnose_page(job.path, job.page, task.options.page, job.name, hook)
    return _outcome(job, _write(report, task), round(perf_counter() - start, 3))


def _write(report: ReportContent, task: Task) -> ReportResult:
    """The old JSON goes first and the new one comes last, so that old and new never look like one."""
    from ecgimg.report.html import write_html

    result = describe_report(report)
    path = task.out / f"{task.job.name}{REPORT_JSON}"
    if read_report(path) is not None:
        path.unlink(missing_ok=True)
    write_html(report, result, task.out / f"{task.job.name}{REPORT_HTML}")
    write_report(result, path)
    return result


def _outcome(job: PageJob, result: ReportResult, seconds: float, skipped: bool = False) -> Outcome:
    read = result.read_by != "nothing"
    found = sorted(result.findings, key=lambda f: -f.probability)
    likely = [f for f in found if f.verdict == "likely"]
    possible = [f for f in found if f.verdict == "possible" and f.probability >= MIN_LISTED]
    rate = next((m.value for m in result.measurements if m.name == "heart rate"), None)
    cells = (
        result.read_by,
        _codes(likely),
        _codes(possible),
        "; ".join(f.code for f in found if f.verdict == "not assessable"),
        "" if result.screening is None else f"{result.screening.abnormal:.3f}",
        "" if rate is None else f"{rate:g}",
    )
    named = [f"{f.name} {f.probability:.0%}" for f in likely if f.group != "superclass"][:3]
    return Outcome(
        name=job.name,
        input=str(job.path),
        page=job.page,
        status="ok" if read else "refused",
        seconds=seconds,
        reason=result.refusal,
        layout=result.page.layout.id if result.page else "",
        confidence=result.page.confidence if result.page else None,
        exit_code=ExitCode.OK if read else ExitCode.REFUSED,
        warnings=result.warnings,
        skipped=skipped,
        message=f"read by {result.read_by}: {', '.join(named) or 'nothing likely'}",
        summary_cells=cells,
    )


def _codes(findings: list[FindingResult]) -> str:
    return "; ".join(f"{f.code} {f.probability:.2f}" for f in findings)


DIAGNOSE = RunKind(Outputs(DIAGNOSE_SUFFIXES, read_report), diagnose_task, diagnosed_before, preload, COLUMNS)
