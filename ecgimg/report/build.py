"""Makes the text of a report in one language, for its HTML and its PDF."""

from __future__ import annotations

from ecgimg.findings.calipers import calipers
from ecgimg.findings.report import ReportContent
from ecgimg.io.jpeg import encode_jpeg
from ecgimg.options import Language
from ecgimg.report.content import EcgText, PhotoText, ReportText
from ecgimg.report.details import details, page_facts
from ecgimg.report.ecg_svg import ecg_svg, scale_text
from ecgimg.report.evidence import evidence_image, leading
from ecgimg.report.language import Texts
from ecgimg.report.summary import finding_text, summary
from ecgimg.schemas.report import ReportResult
from ecgimg.text import printable

JPEG_QUALITY = 82
ECG_HEIGHT_MM = 116.0
"""Height of the redrawn ECG: with the first part above it, it fills a page of A4."""


def report_text(report: ReportContent, result: ReportResult, language: Language) -> ReportText:
    """The content of a report; `result` is its JSON content."""
    texts = Texts(language)
    return ReportText(
        language=language,
        kind=texts.label("kind"),
        name=printable(report.name),
        facts=page_facts(report, result, texts),
        summary=summary(report, result, texts),
        ecg=_ecg(report, texts),
        details_title=texts.label("details"),
        details=(*_photo(report, texts), *details(report, result, texts)),
        disclaimer=texts.say(result.disclaimer),
        made_by=f"ecgimg {result.versions['ecgimg']}",
    )


def _ecg(report: ReportContent, texts: Texts) -> EcgText | None:
    recording = report.recording
    if recording is None:
        return None
    top, laid = leading(report), calipers(report.measurements)
    notes = [texts.label("ribbons")] if top else []
    notes += [f"{texts.say(scale_text(recording))}.", texts.label("grey")]
    notes += [texts.label("calipers", lead=laid[0].lead)] if laid else []
    notes += [texts.label("user_mark")] if recording.corrected_stretches else []
    notes += [texts.label("generated_mark")] if recording.not_recorded.any() else []
    legend = tuple(finding_text(finding, k, False, texts) for k, finding in enumerate(top))
    svg = ecg_svg(recording, top, ECG_HEIGHT_MM, laid, texts.label("ecg_alt"))
    return EcgText(texts.label("ecg"), svg, legend, tuple(notes))


def _photo(report: ReportContent, texts: Texts) -> tuple[PhotoText, ...]:
    """The photo as it may be stored, with its caption; a note where it may not, nothing where there is none."""
    if report.photo is None:
        return ()
    title, alt, stored = texts.label("photo"), texts.label("photo_alt"), report.settings.photo
    if stored == "none":
        return (PhotoText(title, None, alt, texts.label("photo_none")),)
    parts = [texts.label("photo_given" if report.recording is None else "photo_traces")]
    if report.recording is not None and calipers(report.measurements):
        parts.append(texts.label("photo_calipers"))
    if (
        report.recording is None
        and report.read_by == "image"
        and report.screening
        and report.screening.saliency is not None
    ):
        parts.append(texts.label("photo_saliency"))
    if stored == "redacted":
        parts.append(texts.label("photo_redacted"))
    return (PhotoText(title, encode_jpeg(evidence_image(report), JPEG_QUALITY), alt, " ".join(parts)),)
