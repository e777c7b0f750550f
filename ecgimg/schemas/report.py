"""The JSON of a report: findings with both opinions, quality, what was not visible, and where it all came from.

`docs/reference/json.md` lists every field. The schema's name changes its number when a field is renamed, removed or
changes its meaning; new fields may come at any time, so readers should ignore unknown fields.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from ecgimg.errors import Cause, Refusal
from ecgimg.findings.conclusion import Agreement, Compared, View
from ecgimg.findings.opinions import Finding, Joining, Opinion, ReadBy, Screening, Verdict
from ecgimg.findings.own import OwnFinding, OwnTask, Stratum
from ecgimg.findings.protocol import Evidence, RuleStatement, RuleVerdict, Step, Who
from ecgimg.findings.report import ReportContent
from ecgimg.networks.manifest import network_hashes
from ecgimg.options import Language, PageSettings
from ecgimg.recording.quality import page_confidence
from ecgimg.schemas.common import (
    CORRECTED,
    PageLayout,
    PageScale,
    PageSource,
    Part,
    StretchResult,
    describe_corrected,
    describe_recording_file,
    describe_scale,
    describe_source,
    rounded,
    versions,
)
from ecgimg.schemas.measure import MeasurementResult, describe_measurement

SCHEMA: Final = "ecgimg/report/1"
DISCLAIMER = (
    "This is no medical device: it may be wrong, was tested on one data set only, and must not be the basis of "
    "decisions about a patient."
)


class OpinionResult(Part):
    """What one network says of a statement."""

    code: str = Field(description="what the network was asked: the finding's code, or its diagnostic group's")
    probability: float = Field(description="calibrated, 0 to 1")
    threshold: float = Field(description="probability of the best balanced accuracy")


class InfluenceResult(Part):
    """A stretch of a lead that spoke for a finding."""

    lead: str = Field(description="name of the lead")
    start: float = Field(description="seconds of recording time")
    end: float = Field(description="seconds of recording time")
    weight: float = Field(description="fall of the finding's log odds when the stretch is hidden")


class JoiningResult(Part):
    """How the opinions were joined: log odds = offset + sum of weight x log odds of each opinion."""

    offset: float = Field(description="log odds without any opinion")
    signal_weight: float | None = Field(description="of the signal network's opinion, null where it has none")
    image_weight: float | None = Field(description="of the image network's opinion, null where it has none")


class RefusalResult(Part):
    """Why the page could not be digitized, or its signal not be judged."""

    cause: Cause = Field(description="one of the causes of docs/troubleshooting.md")
    details: str = Field(description="the evidence in the words of the step that refused")
    rows: int = Field(description="rows of curves that were found")
    leads: tuple[str, ...] = Field(description="lead names that were found")


class FindingResult(Part):
    """One statement about the page."""

    code: str = Field(description="SCP-ECG code, or PTB-XL's name of the subclass or superclass")
    group: str = Field(description="rhythm, superclass, subclass or form")
    name: str = Field(description="full name")
    verdict: Verdict = Field(description="likely, possible, unlikely or not assessable")
    probability: float = Field(description="of both networks together, calibrated, 0 to 1")
    threshold: float = Field(description="from which on it is possible")
    signal: OpinionResult | None = Field(description="the signal network's opinion, or null")
    image: OpinionResult | None = Field(description="the image network's opinion, or null")
    why: str = Field(description="why it is not assessable, else empty")
    influences: tuple[InfluenceResult, ...] = Field(description="what spoke for it most, strongest first")
    joining: JoiningResult | None = Field(
        default=None, description="how the opinions were joined; null where the only opinion stands as it is"
    )


class EvidenceResult(Part):
    """A measurement that a statement rests on."""

    name: str = Field(description="its name in the table of criteria")
    lead: str = Field(description="its lead, empty for a figure of the page")
    value: float | None = Field(description="in its unit, or null")
    uncertainty: float = Field(description="one standard deviation")
    unit: str = Field(description="unit of both")
    reason: str = Field(description="why there is no value, else empty")


class StatementResult(Part):
    """One criterion of the protocol with its verdict."""

    id: str = Field(description="name of the criterion")
    step: Step = Field(description="step of the protocol")
    statement: str = Field(description="what it states where it is met")
    verdict: RuleVerdict = Field(description="met, not met, indeterminate or not assessable")
    who: Who = Field(description="for whom the limit holds: all, men or women")
    where: str = Field(description="expression over the evidence, in which limit is the threshold")
    limit: float | None = Field(description="threshold, or null")
    unit: str = Field(description="unit of the threshold")
    source: str = Field(description="document that gives the rule")
    evidence: tuple[EvidenceResult, ...] = Field(description="measurements that it rests on")
    leads: tuple[str, ...] = Field(description="leads that decided, or that were asked")
    times: tuple[StretchResult, ...] = Field(description="where the recording shows it")
    why: str = Field(description="why it is not assessable, else empty")


class ComparedResult(Part):
    """A topic on which a rule and a network have an opinion."""

    name: str = Field(description="the rule's statement")
    criterion: str = Field(description="name of the rule's criterion")
    code: str = Field(description="code of the networks' finding")
    rule: View = Field(description="yes, no, open, or empty where it can't be assessed")
    signal: View = Field(description="yes, no, or empty where the signal network has no opinion")
    image: View = Field(description="yes, no, or empty where the image network has no opinion")
    agreement: Agreement = Field(description="agree, contradict, or alone where only one is decided")


class OwnFindingResult(Part):
    """The answer of one of the user's own networks to one of its targets."""

    model: str = Field(description="name of the network")
    sha256: str = Field(description="hash of its file in hexadecimal")
    target: str = Field(description="name of the target")
    title: str = Field(description="what it is, in words")
    task: OwnTask = Field(description="binary, ordinal, regression or survival")
    value: float | None = Field(
        description="probability (binary), expected level (ordinal), value (regression), log hazard (survival), or null"
    )
    unit: str = Field(description="unit of a regression's value")
    threshold: float | None = Field(description="probability of the best balanced accuracy on validation, or null")
    stratum: Stratum = Field(description="low, intermediate or high by the validation's thresholds, or empty")
    stand_in: bool = Field(description="whether the target only stands in for a clinical one")
    reason: str = Field(description="why there is no value, else empty")


class ScreeningResult(Part):
    """What the image network says of the picture as a whole."""

    ecg: float = Field(description="probability that the picture shows a 12-lead ECG")
    is_ecg: bool = Field(description="whether that passes the network's limit")
    readable: float = Field(description="probability that it can be read")
    is_readable: bool = Field(description="whether that passes the network's limit")
    abnormal: float = Field(description="probability that the ECG is not normal")
    is_abnormal: bool = Field(description="whether that reaches its threshold")
    refusal: RefusalResult | None = Field(
        default=None, description="why only the first two probabilities count, null where all do"
    )


class PageReading(Part):
    """How the page was digitized."""

    layout: PageLayout
    paper_speed: PageScale
    gain: PageScale
    seconds: float = Field(description="length of the recording")
    confidence: float = Field(description="the lower of the layout's and the mean of the printed leads' confidence")


class LeadReading(Part):
    """One lead."""

    word: str = Field(description="good, doubtful, not visible, or not read where the page was not digitized")
    confidence: float = Field(description="mean over the samples that are known, 0 to 1")
    interval: tuple[float, float] | None = Field(description="first and last second that is known, or null")
    seconds: float = Field(description="seconds that are known")


class ReportResult(Part):
    """Everything a report tells about a page, but its pictures."""

    schema_: Literal["ecgimg/report/1"] = Field(
        default=SCHEMA, alias="schema", description="name and version of this schema"
    )
    source: PageSource
    settings: PageSettings
    language: Language = Field(default="en", description="language of the report for a reader; the JSON is English")
    read_by: ReadBy = Field(description="signal and image, signal, image, or nothing")
    refusal: str = Field(description="why the signal says nothing, and what to try, else empty")
    refused: RefusalResult | None = Field(default=None, description="its cause and evidence, or null")
    page: PageReading | None = Field(description="how the page was digitized, or null")
    conclusion: str = Field(default="", description="everything in one line")
    compared: tuple[ComparedResult, ...] = Field(
        default=(), description="where rules and networks agree or contradict each other"
    )
    findings: tuple[FindingResult, ...] = Field(
        description="those of the headline in its order, then the others by group and probability"
    )
    own_findings: tuple[OwnFindingResult, ...] = Field(
        default=(), description="answers of the user's own networks (`--model`), in the order given"
    )
    screening: ScreeningResult | None = Field(description="what the image network says of the whole picture")
    agreement: str = Field(description="how far the two networks agree, in a sentence")
    basis: tuple[str, ...] = Field(default=(), description="what each network saw, or why it has no opinion")
    joined_by: str = Field(default="", description="how the opinions become one probability, and what that rests on")
    measurements: tuple[MeasurementResult, ...] = Field(description="figures taken from the signal")
    statements: tuple[StatementResult, ...] = Field(default=(), description="criteria of the protocol, in its order")
    leads: dict[str, LeadReading] = Field(description="the 12 leads by name")
    corrected: tuple[StretchResult, ...] = Field(default=(), description=CORRECTED)
    not_visible: tuple[str, ...] = Field(description="what the page does not show and so leaves open")
    files: tuple[str, ...] = Field(description="names of the files that belong to this report, in its folder")
    warnings: tuple[str, ...] = Field(description="what a reader should know before trusting the report")
    timings: dict[str, float] = Field(description="seconds of each step")
    versions: dict[str, str] = Field(description="of Python, this package and the libraries that touch the picture")
    networks: dict[str, str] = Field(description="first 12 digits of the SHA-256 of each packaged network")
    disclaimer: str = Field(default=DISCLAIMER, description="what this is not")


def describe_report(report: ReportContent, files: tuple[str, ...] = (), language: Language = "en") -> ReportResult:
    """The JSON content of a report; `files` are the names of the files that belong to it, in this language."""
    return ReportResult(
        source=describe_recording_file(report.source) if report.photo is None else describe_source(report.photo),
        settings=report.settings,
        language=language,
        read_by=report.read_by,
        refusal=str(report.refusal or ""),
        refused=_refusal(report.refusal),
        page=_page(report),
        conclusion=report.conclusion,
        compared=tuple(_compared(one) for one in report.compared),
        findings=tuple(describe_finding(finding) for finding in report.findings),
        own_findings=tuple(_own(one) for one in report.own),
        screening=None if report.screening is None else _screening(report.screening),
        agreement=report.agreement,
        basis=report.basis,
        joined_by=report.joined_by,
        measurements=tuple(
            describe_measurement(one) for one in (report.measurements.figures if report.measurements else ())
        ),
        statements=tuple(
            describe_statement(one) for one in (report.interpretation.statements if report.interpretation else ())
        ),
        leads={
            q.lead: LeadReading(
                word=q.word, confidence=rounded(q.confidence), interval=q.interval, seconds=rounded(q.seconds)
            )
            for q in report.leads
        },
        corrected=describe_corrected(report.recording),
        not_visible=report.not_visible,
        files=files,
        warnings=report.warnings,
        timings={step: rounded(seconds) for step, seconds in report.timings},
        versions=versions(),
        networks=network_hashes(),
    )


def _page(report: ReportContent) -> PageReading | None:
    match, recording = report.match, report.recording
    if match is None or recording is None:
        return None
    return PageReading(
        layout=PageLayout(id=match.layout_id, confidence=rounded(match.confidence), evidence=match.evidence),
        paper_speed=describe_scale(match.paper_speed),
        gain=describe_scale(match.gain),
        seconds=rounded(recording.seconds),
        confidence=page_confidence(match, recording),
    )


def describe_finding(finding: Finding) -> FindingResult:
    """A finding for the JSON."""
    return FindingResult(
        code=finding.code,
        group=finding.group,
        name=finding.name,
        verdict=finding.verdict,
        probability=rounded(finding.probability),
        threshold=rounded(finding.threshold),
        signal=_opinion(finding.signal),
        image=_opinion(finding.image),
        why=finding.why,
        influences=tuple(
            InfluenceResult(lead=i.lead, start=rounded(i.start), end=rounded(i.end), weight=rounded(i.weight))
            for i in finding.influences
        ),
        joining=_joining(finding.joining),
    )


def describe_statement(one: RuleStatement) -> StatementResult:
    """A criterion of the protocol for the JSON."""
    return StatementResult(
        id=one.id,
        step=one.step,
        statement=one.statement,
        verdict=one.verdict,
        who=one.who,
        where=one.where,
        limit=one.limit,
        unit=one.unit,
        source=one.source,
        evidence=tuple(_evidence(evidence) for evidence in one.evidence),
        leads=one.leads,
        times=tuple(StretchResult(lead=t.lead, start=rounded(t.start), end=rounded(t.end)) for t in one.times),
        why=one.why,
    )


def _evidence(one: Evidence) -> EvidenceResult:
    return EvidenceResult(
        name=one.name,
        lead=one.lead,
        value=None if one.value is None else rounded(one.value),
        uncertainty=rounded(one.uncertainty),
        unit=one.unit,
        reason=one.reason,
    )


def _compared(one: Compared) -> ComparedResult:
    return ComparedResult(
        name=one.name,
        criterion=one.criterion,
        code=one.code,
        rule=one.rule,
        signal=one.signal,
        image=one.image,
        agreement=one.agreement,
    )


def _joining(joining: Joining | None) -> JoiningResult | None:
    if joining is None:
        return None
    weights = [None if w is None else rounded(w) for w in (joining.signal_weight, joining.image_weight)]
    return JoiningResult(offset=rounded(joining.offset), signal_weight=weights[0], image_weight=weights[1])


def _refusal(refusal: Refusal | None) -> RefusalResult | None:
    if refusal is None:
        return None
    return RefusalResult(cause=refusal.cause, details=refusal.details, rows=refusal.rows, leads=refusal.leads)


def _opinion(opinion: Opinion | None) -> OpinionResult | None:
    if opinion is None:
        return None
    return OpinionResult(
        code=opinion.code, probability=rounded(opinion.probability), threshold=rounded(opinion.threshold)
    )


def _own(one: OwnFinding) -> OwnFindingResult:
    value, threshold = (None if v is None else rounded(v) for v in (one.value, one.threshold))
    return OwnFindingResult(**{**vars(one), "value": value, "threshold": threshold})


def _screening(screening: Screening) -> ScreeningResult:
    return ScreeningResult(
        ecg=rounded(screening.ecg),
        is_ecg=screening.is_ecg,
        readable=rounded(screening.readable),
        is_readable=screening.is_readable,
        abnormal=rounded(screening.abnormal),
        is_abnormal=screening.is_abnormal,
        refusal=_refusal(screening.refusal),
    )
