"""The details of a report: all findings, statements, measurements and leads, and how it was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ecgimg.findings.headline import in_order
from ecgimg.findings.opinions import Finding
from ecgimg.findings.protocol import RuleVerdict
from ecgimg.findings.report import ReportContent
from ecgimg.findings.statements import GROUPS
from ecgimg.report.content import Notes, Row, Table
from ecgimg.report.language import Texts
from ecgimg.report.summary import DASH, figure
from ecgimg.schemas.report import ComparedResult, ReportResult, StatementResult
from ecgimg.text import printable

MAX_EVIDENCE = 4
"""Measurements of a statement in its table."""
MIN_SHARE = 0.01
"""Less probable statements that are unlikely have no row; the JSON has them."""
_RESTS = ("screening", "rhythm", "superclass", "subclass", "form")


def details(report: ReportContent, result: ReportResult, texts: Texts) -> tuple[Table | Notes, ...]:
    """Tables and notes in the order of the report; what has no row is left out."""
    found = in_order(report.headline)
    rest = [finding for finding in report.findings if not any(finding is one for one in found)]
    tables = [_findings(texts.label("findings"), found, texts)]
    for group in _RESTS:
        title = texts.label("not_stated", group=texts.say(GROUPS[group]))
        tables.append(_findings(title, [f for f in rest if f.group == group], texts))
    tables += [_statements(result, texts), _measurements(result, texts), _leads(result, texts)]
    notes = [
        Notes(texts.label("compared"), tuple(_compared(result, texts))),
        Notes(texts.label("basis"), tuple(texts.say(text) for text in (*report.basis, report.joined_by) if text)),
        Notes(texts.label("warnings"), tuple(texts.sentence(warning) for warning in result.warnings)),
        Notes(texts.label("how_to_read"), (texts.label("explanation"), texts.say(result.agreement))),
        Notes(texts.label("how_made"), tuple(_provenance(report, result, texts))),
    ]
    return (*(one for one in tables if one.rows or one.note), *(one for one in notes if one.items))


def page_facts(report: ReportContent, result: ReportResult, texts: Texts) -> tuple[str, ...]:
    """The file, and the layout and scales of its page."""
    source = result.source
    page, ecg = (source.page - 1) % source.pages + 1, (source.page - 1) // source.pages + 1
    of = texts.label("page_of", page=str(page), pages=str(source.pages)) if source.pages > 1 else ""
    which = texts.label("ecg_of", ecg=str(ecg), ecgs=str(source.ecgs)) if source.ecgs > 1 else ""
    size = f"{source.width} x {source.height} px" if report.photo is not None else ""
    facts = [", ".join(filter(None, (printable(Path(source.file).name or report.name), of, which, size)))]
    if result.page is not None:
        scales = " \u00b7 ".join(
            f"{texts.significant(scale.value, 3)} {unit} ({texts.label(f'scale_{scale.source}')})"
            for scale, unit in ((result.page.paper_speed, "mm/s"), (result.page.gain, "mm/mV"))
        )
        facts.append(f"{texts.label('layout')} {result.page.layout.id} \u00b7 {scales}")
    if report.photo is None and report.recording is not None:
        seconds, rate = texts.number(report.recording.seconds, 1), texts.significant(report.recording.fs, 5)
        facts.append(texts.label("recording_of", seconds=seconds, rate=rate))
    return tuple(facts)


def _findings(title: str, findings: Sequence[Finding], texts: Texts) -> Table:
    """Findings as a table; the improbable ones are only counted, unless something about them is open."""
    head = tuple(texts.label(key) for key in ("statement", "together", "threshold", "signal", "image"))
    shown = [one for one in findings if one.verdict != "unlikely" or one.probability >= MIN_SHARE]
    left = len(findings) - len(shown)
    note = texts.label("improbable", count=str(left), share=texts.percent(MIN_SHARE)) if left else ""
    return Table(title, head, tuple(_finding_row(one, texts) for one in shown), n_figures=4, note=note)


def _finding_row(finding: Finding, texts: Texts) -> Row:
    is_stated = finding.verdict in ("likely", "possible")
    opinions = (finding.signal, finding.own_image)
    cells = (
        texts.say(finding.name),
        texts.percent(finding.probability),
        texts.percent(finding.threshold),
        *(texts.percent(one.probability) if one else DASH for one in opinions),
    )
    if finding.verdict == "unlikely":
        return Row(cells, "off")
    words = ": ".join(filter(None, (texts.say(finding.verdict), texts.say(finding.why))))
    return Row(cells, "on" if is_stated else "", words)


def _statements(result: ReportResult, texts: Texts) -> Table:
    """The criteria that are met or open, with what they rest on; those that are not met are in the JSON."""
    shown = [one for one in result.statements if one.verdict is not RuleVerdict.NOT_MET]
    rows = tuple(_statement_row(one, texts) for one in shown)
    head = (texts.label("criterion"), texts.label("verdict"))
    left = len(result.statements) - len(shown)
    note = texts.label("not_met", count=str(left)) if left else ""
    return Table(texts.label("statements"), head, rows, n_figures=0, note=note)


def _statement_row(one: StatementResult, texts: Texts) -> Row:
    name = f"{texts.say(one.statement)}{_who(one, texts)}"
    rests_on = _reasons(one, texts) or _evidence(one, texts)
    kind = "on" if one.verdict is RuleVerdict.MET else ""
    return Row((name, texts.say(one.verdict.value)), kind, f"{rests_on} ({texts.say(one.source)})".strip())


def _who(one: StatementResult, texts: Texts) -> str:
    return "" if one.who == "all" else f" ({texts.label(f'limit_{one.who}')})"


def _reasons(one: StatementResult, texts: Texts) -> str:
    """Why a criterion can't be assessed: what is missing, each with its reason."""
    pairs = [part.partition(": ") for part in one.why.split("; ")] if one.why else []
    return "; ".join(f"{name}: {texts.say(reason)}" if reason else texts.say(name) for name, _, reason in pairs)


def _evidence(one: StatementResult, texts: Texts) -> str:
    """The first measurements of a statement, with their uncertainty."""
    known = [e for e in one.evidence if e.value is not None]
    measured = ", ".join(
        f"{' '.join(filter(None, (e.name, e.lead)))} {texts.significant(e.value or 0.0, 3)} "
        f"\u00b1 {texts.significant(e.uncertainty, 2)} {texts.say(e.unit)}".rstrip()
        for e in known[:MAX_EVIDENCE]
    )
    unit = texts.say(one.unit)
    limit = "" if one.limit is None else f"{texts.label('limit')} {texts.significant(one.limit, 6)} {unit}".rstrip()
    return "; ".join(filter(None, (limit, measured + (", ..." if len(known) > MAX_EVIDENCE else ""))))


def _measurements(result: ReportResult, texts: Texts) -> Table:
    rows = []
    for one in result.measurements:
        shown = figure(one, texts)
        uncertain = "" if one.uncertainty is None else texts.number(one.uncertainty, 1)
        rows.append(Row((shown.name, shown.value, uncertain or shown.note)))
    head = tuple(texts.label(key) for key in ("measured", "value", "deviation"))
    return Table(texts.label("measurements"), head, tuple(rows), n_figures=1)


def _leads(result: ReportResult, texts: Texts) -> Table:
    rows = []
    for lead, reading in result.leads.items() if result.page is not None else ():
        interval = reading.interval
        when = f"{texts.number(interval[0], 1)}{DASH}{texts.number(interval[1], 1)} s" if interval else DASH
        user = sum(one.end - one.start for one in result.corrected if one.lead == lead)
        by_user = f"{texts.number(user, 2)} s" if user else DASH
        confidence = texts.number(reading.confidence, 2) if interval else DASH
        rows.append(Row((lead, confidence, when, texts.say(reading.word), by_user)))
    head = tuple(texts.label(key) for key in ("lead", "confidence", "time", "quality", "by_user"))
    return Table(texts.label("leads"), head, tuple(rows), n_figures=1)


def _compared(result: ReportResult, texts: Texts) -> Iterator[str]:
    """Where the rules and the networks contradict each other, and on how much they agree."""
    for one in result.compared:
        if one.agreement == "contradict":
            yield texts.label("contradiction", name=texts.say(one.name), views=_views(one, texts))
    agreed = ", ".join(texts.say(one.name) for one in result.compared if one.agreement == "agree")
    if agreed:
        yield texts.label("agreed", names=agreed)


def _views(one: ComparedResult, texts: Texts) -> str:
    views = {"rule": one.rule, "signal": one.signal, "image": one.image}
    return ", ".join(f"{texts.label(name)}: {texts.say(view)}" for name, view in views.items() if view)


def _provenance(report: ReportContent, result: ReportResult, texts: Texts) -> Iterator[str]:
    if report.refusal and report.refusal.details:
        yield f"{texts.label('refused')}: {report.refusal.details}"
    if report.photo is not None:
        yield texts.label(f"photo_{report.settings.photo}")
    if result.source.sha256:
        yield f"SHA-256 {result.source.sha256}"
    networks = ", ".join(f"{name} {sha}" for name, sha in result.networks.items())
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    steps = ", ".join(f"{step} {texts.number(value, 2)}" for step, value in result.timings.items())
    yield f"{texts.label('networks')}: {networks}"
    yield f"{texts.label('versions')}: {versions}"
    yield f"{texts.label('seconds')}: {texts.number(sum(result.timings.values()), 1)} ({steps})"
