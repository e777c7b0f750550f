"""The first part of a report: conclusion, figures, leading findings with their evidence, quality, what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from ecgimg.datamodel.leads import LEADS
from ecgimg.findings.headline import in_order
from ecgimg.findings.opinions import CONTRADICTION, Finding, Joining
from ecgimg.findings.own import OwnFinding
from ecgimg.findings.report import ReportContent
from ecgimg.findings.statements import ABNORMAL
from ecgimg.report.content import Figure, FindingText, Notes, Summary
from ecgimg.report.evidence import HUES, LETTERS, leading
from ecgimg.report.language import Texts
from ecgimg.schemas.measure import MeasurementResult
from ecgimg.schemas.report import ReportResult

MAX_SHOWN = 5
"""Findings in the first part; all are in the table of the details."""
MAX_STRETCHES = 2
"""Stretches of evidence of a finding, the strongest; the drawing has them all."""
FIGURES = ("heart rate", "PR interval", "QRS duration", "QT interval", "QTc Fridericia", "QRS axis")
"""Measurements in the first part; all are in the table of the details."""
_UNITS = {"degrees": "\u00b0"}
DASH = "\u2013"


def summary(report: ReportContent, result: ReportResult, texts: Texts) -> Summary:
    """The first part of a report."""
    parts = report.conclusion_parts
    found = [one for one in finding_texts(report, texts) if one.name != texts.say(parts.normal)]
    more = len(found) - MAX_SHOWN
    return Summary(
        title=texts.label("conclusion"),
        figures_title=texts.label("figures"),
        conclusion=_conclusion(report, texts),
        rhythm=_rhythm(report, texts),
        refusal=_refusal(report, texts),
        figures=tuple(figure(one, texts) for one in result.measurements if one.name in FIGURES),
        findings_title=texts.label("findings"),
        findings=tuple(found[:MAX_SHOWN]),
        no_finding=texts.label("none_likely" if report.findings else "none_read"),
        more=texts.label("more_findings", count=str(more)) if more > 0 else "",
        notes=tuple(one for one in _notes(report, result, texts) if one.items),
    )


def finding_texts(report: ReportContent, texts: Texts) -> list[FindingText]:
    """The findings of the headline in its order."""
    letters = {id(finding): k for k, finding in enumerate(leading(report))}
    below = {id(finding) for entry in report.headline for finding in entry.statements}
    return [finding_text(one, letters.get(id(one)), id(one) in below, texts) for one in in_order(report.headline)]


def finding_text(finding: Finding, letter: int | None, is_below: bool, texts: Texts) -> FindingText:
    """One finding; `letter` is the place of its evidence among the leading ones."""
    stretches = ", ".join(
        f"{i.lead} {texts.number(i.start, 1)}{DASH}{texts.number(i.end, 1)} s"
        for i in finding.influences[:MAX_STRETCHES]
    )
    return FindingText(
        name=texts.say(finding.name),
        verdict=texts.say(finding.verdict),
        kind=finding.verdict.split()[0],
        percent=texts.percent(finding.probability),
        share=finding.probability,
        threshold=finding.threshold,
        evidence=texts.label("seen_in", stretches=stretches) if stretches else "",
        opinions=_opinions(finding, texts),
        letter="" if letter is None else LETTERS[letter],
        hue=None if letter is None else HUES[letter],
        is_below=is_below,
    )


def figure(one: MeasurementResult, texts: Texts) -> Figure:
    """A measurement with its uncertainty, or with the reason why there is none."""
    if one.value is None:
        return Figure(texts.say(one.name), DASH, texts.say(one.reason))
    unit = _UNITS.get(one.unit, f" {texts.say(one.unit)}")
    note = (
        "" if one.uncertainty is None else f"\u00b1 {texts.number(one.uncertainty, 0 if one.uncertainty >= 1 else 1)}"
    )
    return Figure(texts.say(one.name), f"{texts.number(one.value)}{unit}", note)


def _conclusion(report: ReportContent, texts: Texts) -> str:
    """Normal or not, with the probability where the networks decided it; else the leading finding."""
    first = next((f.name for f in in_order(report.headline)), "no finding")
    normal = report.conclusion_parts.normal or first
    decided = next((f for f in report.positive if f.code == ABNORMAL), None)
    return f"{texts.say(normal)}{f' ({texts.percent(decided.probability)})' if decided else ''}"


def _opinions(finding: Finding, texts: Texts) -> str:
    weights = finding.joining or Joining(0.0, None, None)
    opinions = []
    if finding.signal:
        weight = _weight(weights.signal_weight, texts)
        opinions.append(f"{texts.label('signal')} {texts.percent(finding.signal.probability)}{weight}")
    if finding.image:
        of = "" if finding.own_image else f" {texts.label('for_any', code=finding.image.code)}"
        weight = _weight(weights.image_weight, texts)
        opinions.append(f"{texts.label('image')} {texts.percent(finding.image.probability)}{of}{weight}")
    return " \u00b7 ".join(opinions)


def _weight(weight: float | None, texts: Texts) -> str:
    return "" if weight is None else f" ({texts.label('weight')} {texts.number(weight, 2)})"


def _rhythm(report: ReportContent, texts: Texts) -> str:
    """Rhythm, rate and axis by the rules; that nothing was measured where it was not."""
    parts = report.conclusion_parts
    if not parts.rhythm:
        return texts.label("rhythm_unknown")
    rate = f" {parts.rate}/min" if parts.rate else ""
    name = texts.say(parts.rhythm).partition(" (")[0]  # why is in the table of the rules
    return f"{texts.label('rhythm')}: {name}{rate} \u00b7 {texts.say(parts.axis)}"


def _refusal(report: ReportContent, texts: Texts) -> Notes | None:
    if report.refusal is None:
        return None
    cause = report.refusal.cause
    seen = f"{texts.sentence(cause.seen)} {texts.sentence(cause.remedy)}"
    rest = {"image": texts.label("image_alone"), "nothing": texts.label("no_findings")}.get(report.read_by, "")
    title = texts.label("not_judged" if report.recording is not None else "not_read")
    return Notes(title, tuple(filter(None, (seen, rest))))


def _notes(report: ReportContent, result: ReportResult, texts: Texts) -> Iterator[Notes]:
    yield Notes(texts.label("own_models"), tuple(_own(one, texts) for one in report.own))
    yield Notes(texts.label("rules"), _rules(report, result, texts))
    yield Notes(texts.label("quality"), tuple(_quality(report, result, texts)))
    yield Notes(texts.label("missing"), _missing(report, texts))
    yield Notes(texts.label("corrected"), corrected(report, result, texts))


def _own(one: OwnFinding, texts: Texts) -> str:
    """The answer of a network of the user's, with its name."""
    name = f"{one.model}{texts.label('stand_in') if one.stand_in else ''}: {one.title}"
    if one.value is None:
        return f"{name}: {DASH} ({texts.say(one.reason)})"
    if one.task == "binary":
        stratum = f" ({texts.label(f'stratum_{one.stratum}')})" if one.stratum else ""
        return f"{name}: {texts.percent(one.value)}{stratum}"
    unit = {"survival": texts.label("log_hazard"), "ordinal": texts.label("expected_level")}.get(one.task, one.unit)
    return f"{name}: {texts.number(one.value, 1 if one.task == 'regression' else 2)} {unit}".rstrip()


def _rules(report: ReportContent, result: ReportResult, texts: Texts) -> tuple[str, ...]:
    """What the rules state, and where they and the networks contradict each other."""
    parts = report.conclusion_parts
    stated = (", ".join(texts.say(one) for one in parts.rules),) if parts.rules else ()
    against = [texts.say(one.name) for one in result.compared if one.agreement == "contradict"]
    return (*stated, *((texts.label("contradicted", names=", ".join(against)),) if against else ()))


def _quality(report: ReportContent, result: ReportResult, texts: Texts) -> Iterator[str]:
    seen = sum(lead in LEADS and reading.interval is not None for lead, reading in result.leads.items())
    confidence = DASH if result.page is None else texts.number(result.page.confidence, 2)
    doubtful = [q.lead for q in report.leads if q.word == "doubtful"]
    words = texts.label("quality_line", confidence=confidence, leads=str(seen))
    yield f"{words}{texts.label('doubtful_leads', leads=', '.join(doubtful)) if doubtful else ''}"
    if result.page is not None:
        scales = ((result.page.paper_speed, "mm/s"), (result.page.gain, "mm/mV"))
        assumed = [f"{texts.significant(scale.value, 3)} {unit}" for scale, unit in scales if scale.assumed]
        if assumed:
            yield texts.label("assumed", scales=", ".join(assumed))


def _missing(report: ReportContent, texts: Texts) -> tuple[str, ...]:
    """What can't be judged, and why."""
    contradicted = [f for f in report.findings if f.verdict == "not assessable" and f.why.startswith(CONTRADICTION)]
    once = {f.name: f for f in reversed(contradicted)}.values()
    items = [f"{texts.say(f.name)}: {texts.say(f.why)}." for f in once]
    items += [texts.say(text) for text in report.not_visible]
    if report.conclusion_parts.open:
        items.append(texts.label("open_rules", names=", ".join(texts.say(one) for one in report.conclusion_parts.open)))
    return tuple(items) or (texts.label("all_visible"),)


def corrected(report: ReportContent, result: ReportResult, texts: Texts) -> tuple[str, ...]:
    """What the user changed, and which stretches are the user's."""
    given = report.settings.corrections
    changes = tuple(texts.say(one.summary) for one in given.changes) if given else ()
    places = ", ".join(
        f"{one.lead} {texts.number(one.start, 2)}{DASH}{texts.number(one.end, 2)} s" for one in result.corrected
    )
    marked = (texts.label("corrected_stretches", places=places),) if places else ()
    return (*changes, *marked)
