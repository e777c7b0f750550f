"""The report of a page as one self-contained HTML file: A4 landscape, no script, nothing loaded from anywhere.

A pure function of the report: summary and photo, the redrawn ECG in true size, all figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from pathlib import Path

from ecgimg.datamodel.leads import LEADS
from ecgimg.findings.calipers import calipers
from ecgimg.findings.headline import in_order
from ecgimg.findings.opinions import CONTRADICTION, Finding, Influence, Joining
from ecgimg.findings.protocol import RuleVerdict
from ecgimg.findings.report import ReportContent
from ecgimg.findings.statements import GROUPS
from ecgimg.io.files import write_atomically
from ecgimg.options import PhotoStored
from ecgimg.report.ecg_svg import ecg_svg, scale_text
from ecgimg.report.evidence import HUES, LETTERS, evidence_image, jpeg_uri, leading
from ecgimg.schemas.measure import MeasurementResult
from ecgimg.schemas.report import ComparedResult, ReportResult, StatementResult
from ecgimg.text import printable

MAX_SHOWN = 7
"""Findings on the first page; the others are in the table only."""
SUMMARY_FIGURES = ("heart rate", "PR interval", "QRS duration", "QT interval", "QTc Fridericia", "QRS axis")
"""Measurements on the first page; all are in the table on the last."""
_UNITS = {"degrees": "\u00b0"}
MAX_EVIDENCE = 4
"""Measurements of a statement in its table."""
ECG_HEIGHT_MM = 158.0
"""Height of the redrawn ECG on its page."""


def report_html(report: ReportContent, result: ReportResult) -> str:
    """The whole file; `result` is the report's JSON content."""
    pages = [_summary_page(report, result)]
    if report.recording is not None:
        pages.append(_ecg_page(report, result))
    pages.append(_figures_page(report, result))
    count = len(pages)
    sheets = "".join(
        f'<section class="page">{_header(report, result)}{body}{_footer(result, k, count)}</section>'
        for k, body in enumerate(pages, 1)
    )
    css = resources.files("ecgimg.report").joinpath("report.css").read_text(encoding="utf-8")
    title = escape(printable(f"ECG report {report.name}"))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{css}</style></head>'
        f"<body>{sheets}</body></html>\n"
    )


def write_html(report: ReportContent, result: ReportResult, path: Path) -> Path:
    """Writes the report.

    Raises:
        OutputError: the file can't be written.
    """
    return write_atomically(path, report_html(report, result).encode())


def _header(report: ReportContent, result: ReportResult) -> str:
    source = result.source
    size = f", {source.width} x {source.height} pixels" if report.photo is not None else ""
    facts = [f"{escape(printable(Path(source.file).name or report.name))}{size}"]
    if source.pages > 1:
        facts[0] += f", page {source.page} of {source.pages}"
    if result.page is not None:
        page = result.page
        scales = " and ".join(
            f"{scale.value:g} {unit} ({'assumed' if scale.assumed else f'from {_FROM[scale.source]}'})"
            for scale, unit in ((page.paper_speed, "mm/s"), (page.gain, "mm/mV"))
        )
        facts.append(f"layout {escape(page.layout.id)} &middot; {scales}")
    if report.photo is None and report.recording is not None:
        facts.append(f"recording of {report.recording.seconds:.1f} s at {report.recording.fs:g} Hz, no photo")
    if source.sha256:
        facts.append(f"SHA-256 {source.sha256[:16]}")
    return (
        f'<header><div><div class="kind">ECG report</div><h1>{escape(printable(report.name))}</h1></div>'
        f'<div class="facts">{"<br>".join(facts)}</div></header>'
    )


_FROM = {
    "text": "the print",
    "pulse": "the pulse",
    "signal": "the traces",
    "beats": "the beats",
    "given": "the user",
    "assumed": "habit",
}


def _footer(result: ReportResult, page: int, pages: int) -> str:
    return (
        f"<footer><b>{escape(result.disclaimer)}</b>"
        f"<span>ecgimg {escape(result.versions['ecgimg'])} &middot; {page} / {pages}</span></footer>"
    )


def _summary_page(report: ReportContent, result: ReportResult) -> str:
    boxes = f'<div class="row">{_screening_box(result)}{_measurement_box(result)}{_trust_box(result)}</div>'
    top = f'<p class="conclusion">{_sentence(result.conclusion)}</p>'
    left = f'<div class="left">{_photo(report)}{boxes}{_open_box(report)}</div>'
    boxes = f"{_refusal_box(report)}{_findings_box(report)}{_compared_box(result)}{_basis_box(report)}"
    right = f'<div class="right">{boxes}</div>'
    return f'{top}<div class="columns">{left}{right}</div>'


def _photo(report: ReportContent) -> str:
    """The photo as it may be stored, with its caption; a note where it may not, nothing where there is none."""
    if report.photo is None:
        return ""
    if report.settings.photo == "none":
        return f'<p class="note">{_STORED["none"]}</p>'
    parts = ["The photo as it was given."]
    if report.recording is not None:
        parts = ["The photo around the traces, and the traces as read. In colour, with letters: evidence for findings."]
        parts += ["In black: calipers of the intervals."] if calipers(report.measurements) else []
    elif report.read_by == "image" and report.screening is not None and report.screening.saliency is not None:
        parts.append("In colour: where the image network looks for what is not normal.")
    if report.settings.photo == "redacted":
        parts.append(_STORED["redacted"])
    picture = f'<img alt="photo of the ECG" src="{jpeg_uri(evidence_image(report))}">'
    return f"<figure>{picture}<figcaption>{' '.join(parts)}</figcaption></figure>"


_STORED: dict[PhotoStored, str] = {
    "whole": "The photo is stored in this report, with all that is printed around the traces.",
    "redacted": "Of the photo only the surroundings of the traces are stored; the rest has no detail.",
    "none": "No pixel of the photo is stored in this report.",
}


def _refusal_box(report: ReportContent) -> str:
    if not report.refusal:
        return ""
    rest = {
        "image": "The findings rest on the image network alone, which sees the picture and no signal.",
        "nothing": "There are no findings.",
    }.get(report.read_by, "")
    head = "The signal could not be judged" if report.recording is not None else "The leads could not be read"
    return f'<div class="box refusal"><b>{head}</b>{_sentence(str(report.refusal))}<br>{rest}</div>'


def _findings_box(report: ReportContent) -> str:
    letters = {id(finding): k for k, finding in enumerate(leading(report))}
    below = {id(finding) for entry in report.headline for finding in entry.statements}
    found = in_order(report.headline)
    more = len(found[MAX_SHOWN:])
    if not report.findings:
        body = '<p class="note">No finding: neither network could read this page.</p>'
    elif not found:
        body = '<p class="note">No statement is likely or possible.</p>'
    else:
        body = "".join(_finding(f, letters.get(id(f)), id(f) in below) for f in found[:MAX_SHOWN])
    note = f'<p class="note">{more} more: see the last page.</p>' if more else ""
    return f'<div class="box"><h2>Findings</h2>{body}{note}</div>'


def _finding(finding: Finding, letter: int | None, is_below: bool) -> str:
    hue = f"rgb{HUES[letter]}" if letter is not None else "#6b7784"
    mark = f'<div class="mark" style="background:{hue}">{LETTERS[letter] if letter is not None else ""}</div>'
    driven = f"<br>Driven by {_stretches(finding.influences)}" if finding.influences else ""
    return (
        f'<div class="finding{" below" * is_below}">{mark}'
        f'<div class="name">{escape(finding.name)} {_tag(finding)}</div>'
        f'<div class="value">{_percent(finding.probability)}</div>'
        f'<div class="bar" style="--hue:{hue}"><i style="width:{100 * finding.probability:.1f}%"></i>'
        f'<u style="left:{100 * finding.threshold:.1f}%"></u></div>'
        f'<div class="under">{escape(finding.code)} &middot; threshold {_percent(finding.threshold)} &middot; '
        f"{_opinions(finding)}{driven}</div></div>"
    )


def _opinions(finding: Finding) -> str:
    weights = finding.joining or Joining(0.0, None, None)
    opinions = []
    if finding.signal:
        opinions.append(f"signal {_percent(finding.signal.probability)}{_weight(weights.signal_weight)}")
    if finding.image:
        of = "" if finding.own_image else f" for any {escape(finding.image.code)}"
        opinions.append(f"image {_percent(finding.image.probability)}{of}{_weight(weights.image_weight)}")
    return " &middot; ".join(opinions)


def _weight(weight: float | None) -> str:
    return "" if weight is None else f" (weight {weight:.2f})"


def _stretches(influences: Iterable[Influence]) -> str:
    return ", ".join(f"{escape(i.lead)} {i.start:.1f}&ndash;{i.end:.1f} s" for i in influences)


def _tag(finding: Finding) -> str:
    return f'<span class="tag {finding.verdict.split()[0]}">{finding.verdict}</span>'


def _open_box(report: ReportContent) -> str:
    contradicted = [f for f in report.findings if f.verdict == "not assessable" and f.why.startswith(CONTRADICTION)]
    once = {f.name: f for f in reversed(contradicted)}.values()
    items = [f"{escape(f.name)}: <b>not assessable</b>, {escape(f.why)}." for f in once]
    items += [escape(text) for text in report.not_visible]
    if not items:
        items = ["All 12 leads are visible for at least 5 s."]
    return f'<div class="box"><h2>Left open</h2>{_list(items)}</div>'


def _compared_box(result: ReportResult) -> str:
    """Where the rules and the networks contradict each other, and on how much they agree."""
    if not result.compared:
        return ""
    agreed = ", ".join(escape(one.name) for one in result.compared if one.agreement == "agree")
    items = [f"<b>Contradiction</b>: {escape(one.name)} ({_views(one)})" for one in result.compared
             if one.agreement == "contradict"]  # fmt: skip
    items += [f"Agreed: {agreed}"] if agreed else []
    return f'<div class="box"><h2>Rules and networks</h2>{_list(items)}</div>' if items else ""


def _views(one: ComparedResult) -> str:
    views = {"rule": one.rule, "signal": one.signal, "image": one.image}
    return ", ".join(f"{name} {view}" for name, view in views.items() if view)


def _statements(result: ReportResult) -> str:
    """The criteria that are met or open, with what they rest on; those that are not met are in the JSON."""
    shown = [one for one in result.statements if one.verdict is not RuleVerdict.NOT_MET]
    if not shown:
        return ""
    rows = "".join(
        f"<tr><td>{escape(one.statement)}{_who(one)}</td><td>{one.verdict.value}</td>"
        f"<td>{escape(one.why) or _evidence(one)}</td><td>{escape(one.source)}</td></tr>"
        for one in shown
    )
    count = len(result.statements) - len(shown)
    head = "<tr><th>criterion</th><th>verdict</th><th>rests on, or why not</th><th>source</th></tr>"
    note = f'<p class="small">{count} criteria are not met; the JSON has their evidence.</p>'
    return f'<h2 class="next">Statements by rule</h2><table>{head}{rows}</table>{note}'


def _who(one: StatementResult) -> str:
    return "" if one.who == "all" else f" (limit for {one.who})"


def _evidence(one: StatementResult) -> str:
    """The first measurements of a statement, with their uncertainty."""
    known = [e for e in one.evidence if e.value is not None]
    texts = [
        f"{e.name} {e.lead} {e.value:.3g} &plusmn; {e.uncertainty:.2g} {escape(e.unit)}" for e in known[:MAX_EVIDENCE]
    ]
    limit = "" if one.limit is None else f"limit {one.limit:g} {escape(one.unit)}; "
    return limit + ", ".join(texts) + (", ..." if len(known) > MAX_EVIDENCE else "")


def _basis_box(report: ReportContent) -> str:
    items = [escape(text) for text in (*report.basis, report.joined_by) if text]
    return f'<div class="box"><h2>What the opinions rest on</h2>{_list(items)}</div>' if items else ""


def _sentence(text: str) -> str:
    """An escaped sentence with a capital letter and a full stop."""
    return escape(f"{text[:1].upper()}{text[1:]}.")


def _screening_box(result: ReportResult) -> str:
    screening = result.screening
    if screening is None:
        body = '<p class="note">The image network was not asked.</p>'
    else:
        rows = (
            ("shows an ECG", screening.ecg),
            ("can be read", screening.readable),
            *((("is not normal", screening.abnormal),) if screening.refusal is None else ()),
        )
        body = f"<dl>{''.join(f'<dt>{name}</dt><dd>{_percent(value)}</dd>' for name, value in rows)}</dl>"
    return f'<div class="box"><h2>Image at a glance</h2>{body}</div>'


def _measurement_box(result: ReportResult) -> str:
    shown = [m for m in result.measurements if m.name in SUMMARY_FIGURES]
    body = "".join(f"<dt>{escape(m.name)}</dt><dd>{_figure(m)}</dd>" for m in shown)
    reasons = dict.fromkeys(f"{m.name}: {m.reason}" for m in shown if m.reason)
    note = escape("; ".join(reasons)) if shown else "No signal to measure."
    return f'<div class="box"><h2>Intervals</h2><dl>{body}</dl><div class="note">{note}</div></div>'


def _measurements(result: ReportResult) -> str:
    """All figures with their uncertainty, or with the reason why there is none."""
    if not result.measurements:
        return ""
    rows = "".join(
        f"<tr><td>{escape(one.name)}</td><td>{_figure(one)}</td><td>{_uncertainty(one)}</td></tr>"
        for one in result.measurements
    )
    head = "<tr><th>measured</th><th>value</th><th>standard deviation, or why there is none</th></tr>"
    return f'<h2 class="next">Measurements</h2><table>{head}{rows}</table>'


def _figure(one: MeasurementResult) -> str:
    return "&ndash;" if one.value is None else f"{one.value:.0f} {escape(_UNITS.get(one.unit, one.unit))}"


def _uncertainty(one: MeasurementResult) -> str:
    return escape(one.reason) if one.uncertainty is None else f"{one.uncertainty:.1f}"


def _trust_box(result: ReportResult) -> str:
    seen = [lead for lead, reading in result.leads.items() if lead in LEADS and reading.interval is not None]
    quality = "&ndash;" if result.page is None else f"{result.page.confidence:.2f}"
    body = f"<dl><dt>confidence</dt><dd>{quality}</dd><dt>leads read</dt><dd>{len(seen)} of 12</dd></dl>"
    return f'<div class="box"><h2>Trust</h2>{body}<div class="note">{escape(result.agreement)}</div></div>'


def _ecg_page(report: ReportContent, result: ReportResult) -> str:
    assert report.recording is not None
    top = leading(report)
    marks = "".join(
        f'<span><span class="mark" style="background:rgb{hue}">{letter}</span>'
        f"{escape(f.name)} {_percent(f.probability)}</span>"
        for letter, f, hue in zip(LETTERS, top, HUES, strict=False)
    )
    note = (
        "Ribbons under a trace: the darker, the more the finding's odds fall when this stretch is hidden."
        if top
        else ""
    )
    laid = calipers(report.measurements)
    drawing = ecg_svg(report.recording, top, ECG_HEIGHT_MM, laid)
    measured = f"Calipers: intervals of the page on a beat of lead {escape(laid[0].lead)}." if laid else ""
    scale = f"<span>{scale_text(report.recording)}. Grey: doubtful.</span>"
    legend = f"{marks}<span>{note}</span><span>{measured}</span>{scale}"
    return f'<div class="ecgbox">{drawing}</div><div class="legend">{legend}</div>'


def _figures_page(report: ReportContent, result: ReportResult) -> str:
    found = in_order(report.headline)
    rest = [finding for finding in report.findings if not any(finding is one for one in found)]
    by_group = {group: [f for f in rest if f.group == group] for group in GROUPS}
    titles = {group: f"{title}, not stated" for group, title in GROUPS.items()}
    left = _table("Findings", found) + _table(titles["subclass"], by_group["subclass"])
    others = ("form", "rhythm", "superclass", "screening")
    right = "".join(_table(titles[group], by_group[group]) for group in others)
    right += _measurements(result) + _leads(result) + _explanation() + _provenance(report, result)
    return f'<div class="tables"><div>{left}{_statements(result)}</div><div>{right}</div></div>'


def _table(title: str, findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    rows = "".join(_table_row(finding) for finding in findings)
    head = "<tr><th>statement</th><th>together</th><th>threshold</th><th>signal</th><th>image</th><th></th></tr>"
    return f'<h2 class="next">{escape(title)}</h2><table>{head}{rows}</table>'


def _table_row(finding: Finding) -> str:
    kind = "on" if finding.verdict in ("likely", "possible") else "off" if finding.verdict == "unlikely" else ""
    cells = [_percent(finding.probability), _percent(finding.threshold)]
    cells.append(_percent(finding.signal.probability) if finding.signal else "&ndash;")
    cells.append(_percent(finding.own_image.probability) if finding.own_image else "&ndash;")
    why = f'<div class="small">{escape(finding.why)}</div>' if finding.why else ""
    values = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr class="{kind}"><td>{escape(finding.name)}{why}</td>{values}<td>{_tag(finding)}</td></tr>'


def _leads(result: ReportResult) -> str:
    cards = []
    for lead, reading in result.leads.items():
        when = f"{reading.interval[0]:.1f}&ndash;{reading.interval[1]:.1f} s" if reading.interval else "&ndash;"
        word = reading.word.split()[0]
        confidence = f"{reading.confidence:.2f}" if reading.interval else ""
        tag = f'<span class="tag {word}">{escape(reading.word)}</span>'
        cards.append(f"<div><b>{escape(lead)}</b>{confidence}<br>{when}<br>{tag}</div>")
    if result.page is None:
        return ""
    return f'<h2 class="next">Leads and their confidence</h2><div class="leads">{"".join(cards)}</div>'


def _explanation() -> str:
    return (
        '<p class="small">Probabilities are calibrated on PTB-XL. Together: both networks joined by a small calibrated '
        "model. The threshold is the probability of the best balanced accuracy, which is low for rare statements. "
        "Likely: at least 50 % and the threshold; possible: at least 10 % and the threshold; not assessable: too "
        "little is visible, or the two networks contradict each other strongly. Order: likely, contradictory, "
        "possible; then infarction, ischemia, atrial fibrillation and flutter before others, normal last; then by "
        "probability.</p>"
    )


def _provenance(report: ReportContent, result: ReportResult) -> str:
    seconds = sum(result.timings.values())
    steps = ", ".join(f"{step} {value:.2f}" for step, value in result.timings.items())
    networks = ", ".join(f"{name} {sha}" for name, sha in result.networks.items())
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    lines = [f"Refused: {report.refusal.details}"] if report.refusal and report.refusal.details else []
    lines += [
        _STORED[report.settings.photo],
        f"Networks: {networks}",
        f"Versions: {versions}",
        f"Seconds: {seconds:.1f} ({steps})",
    ]
    made = f'<h2 class="next">How it was made</h2><p class="small">{"<br>".join(escape(line) for line in lines)}</p>'
    warned = f'<h2 class="next">Warnings</h2>{_list([escape(w) for w in result.warnings])}' if result.warnings else ""
    return warned + made


def _list(items: Sequence[str]) -> str:
    return f'<ul class="plain">{"".join(f"<li>{item}</li>" for item in items)}</ul>'


def _percent(value: float) -> str:
    if value < 0.0005:
        return "&lt; 0.1 %"
    return f"{100 * value:.0f} %" if value >= 0.1 else f"{100 * value:.1f} %"
