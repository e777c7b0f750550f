"""The pipeline from a photo to a report: load -> screen -> digitize -> diagnose -> measure -> combine.

The image network sees the photo as it came, the signal network sees the digitized recording and nothing else, so that
their opinions are independent. A page that can't be digitized gets a report from the image alone, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ecgimg.datamodel.page import Photo
from ecgimg.errors import RefusedError
from ecgimg.findings.opinions import Diagnosis, Screening
from ecgimg.findings.report import ReportContent
from ecgimg.io.images import read_page
from ecgimg.options import PageOptions
from ecgimg.pipelines.digitize import TRACING_STEPS, Digitized, digitize_photo
from ecgimg.pipelines.step_runner import Hook, StepRunner
from ecgimg.recording.quality import lead_qualities, page_confidence
from ecgimg.stages.combine import agreement, combine, not_visible, read_by
from ecgimg.stages.diagnose import diagnose as signal_opinion
from ecgimg.stages.measure import measure
from ecgimg.stages.screen import screen as image_opinion

STEPS = ("load", "screen", *TRACING_STEPS, "diagnose", "measure", "combine")


def diagnose_page(path: Path, page: int, options: PageOptions, name: str, hook: Hook | None = None) -> ReportContent:
    """The report of one page of a picture or document; `name` becomes the report's.

    Raises:
        UnreadableInputError: the file can't be read.
        DependencyError: the weights of a network are missing or damaged.
        UsageError: there is no such page or layout.
    """
    steps = StepRunner(hook, STEPS)
    photo = steps.run("load", lambda: read_page(path, page))
    screening = steps.run("screen", lambda: image_opinion(photo))
    read = _digitize(photo, options, name, steps)
    made = read.made
    quality = page_confidence(made.match, made.recording) if made else 0.0
    diagnosis = None if made is None else steps.run("diagnose", lambda: signal_opinion(made.recording, quality))
    measured = () if made is None else steps.run("measure", lambda: measure(made.recording))
    leads = lead_qualities(made.recording if made else None)
    findings = steps.run("combine", lambda: combine(diagnosis, screening, leads, quality))
    return ReportContent(
        photo=photo,
        name=name,
        settings=options.settings,
        read_by=read_by(diagnosis, screening),
        findings=findings,
        leads=leads,
        measurements=measured,
        not_visible=not_visible(leads, findings),
        agreement=agreement(findings),
        warnings=_warnings(made, diagnosis, screening),
        recording=made.recording if made else None,
        sheet=made.sheet if made else None,
        match=made.match if made else None,
        diagnosis=diagnosis,
        screening=screening,
        refusal=read.refusal or (diagnosis.refusal if diagnosis else ""),
        timings=steps.timings,
    )


@dataclass(frozen=True, eq=False)
class _Read:
    """A digitized page, or why there is none."""

    made: Digitized | None
    refusal: str = ""


def _digitize(photo: Photo, options: PageOptions, name: str, steps: StepRunner) -> _Read:
    try:
        return _Read(digitize_photo(photo, options, name, steps))
    except RefusedError as error:
        return _Read(None, str(error))


def _warnings(made: Digitized | None, diagnosis: Diagnosis | None, screening: Screening) -> tuple[str, ...]:
    texts = [*(made.recording.warnings if made else ()), *(diagnosis.warnings if diagnosis else ())]
    if not screening.is_ecg:
        texts.append("the image network does not take this picture for a 12-lead ECG")
    elif not screening.is_readable:
        texts.append("the image network takes this picture for too poor to be read")
    return tuple(dict.fromkeys(texts))
