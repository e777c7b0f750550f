"""A report as one self-contained HTML file: no script, nothing loaded from anywhere.

A pure function of the report's text and its recording. On a phone one column, on a desk several; printed, the first
part and the ECG are one A4 page in landscape, and the details follow.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path

from ecgimg.findings.report import ReportContent
from ecgimg.io.files import write_atomically
from ecgimg.options import Language
from ecgimg.report.build import report_text
from ecgimg.report.columns import in_columns
from ecgimg.report.content import EcgText, Figure, FindingText, Notes, PhotoText, ReportText, Summary, Table
from ecgimg.schemas.report import ReportResult


def report_html(report: ReportContent, result: ReportResult, language: Language = "en") -> str:
    """The whole file; `result` is the report's JSON content."""
    text = report_text(report, result, language)
    css = resources.files("ecgimg.report").joinpath("report.css").read_text(encoding="utf-8")
    first = f"{_summary(text.summary)}{_ecg(text.ecg)}"
    return (
        f'<!doctype html><html lang="{text.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(f"{text.kind} {text.name}")}</title>'
        f"<style>{css}</style></head><body>{_header(text)}<main>"
        f'<div class="sheet">{first}{_disclaimer(text)}</div>'
        f'<div class="sheet details"><h2 class="part">{escape(text.details_title)}</h2>{_facts(text)}'
        f"{_details(text.details)}{_disclaimer(text)}</div></main></body></html>\n"
    )


def write_html(report: ReportContent, result: ReportResult, path: Path, language: Language = "en") -> Path:
    """Writes the report.

    Raises:
        OutputError: the file can't be written.
    """
    return write_atomically(path, report_html(report, result, language).encode())


def _header(text: ReportText) -> str:
    return f'<header><h1><span class="kind">{escape(text.kind)}</span> {escape(text.name)}</h1></header>'


def _facts(text: ReportText) -> str:
    return f'<p class="facts">{"<br>".join(map(escape, text.facts))}</p>'


def _disclaimer(text: ReportText) -> str:
    return f'<p class="disclaimer"><b>{escape(text.disclaimer)}</b> <span>{escape(text.made_by)}</span></p>'


def _summary(part: Summary) -> str:
    findings = "".join(map(_finding, part.findings)) or f"<li>{escape(part.no_finding)}</li>"
    more = f'<p class="more">{escape(part.more)}</p>' if part.more else ""
    figures = "".join(map(_figure, part.figures))
    return (
        f'<section class="conclusion"><h2>{escape(part.title)}</h2><p class="normal">{escape(part.conclusion)}</p>'
        f'<p class="rhythm">{escape(part.rhythm)}</p></section>'
        f"{_refusal(part.refusal)}"
        f'<section class="figures"><h2>{escape(part.figures_title)}</h2><dl>{figures}</dl></section>'
        f'<div class="answers"><section class="findings"><h2>{escape(part.findings_title)}</h2>'
        f"<ul>{findings}</ul>{more}</section>"
        f'<div class="notes">{"".join(map(_notes, part.notes))}</div></div>'
    )


def _refusal(notes: Notes | None) -> str:
    if notes is None:
        return ""
    body = "<br>".join(map(escape, notes.items))
    return f'<section class="refusal"><h2>{escape(notes.title)}</h2><p>{body}</p></section>'


def _figure(figure: Figure) -> str:
    note = f" <small>{escape(figure.note)}</small>" if figure.note else ""
    return f"<div><dt>{escape(figure.name)}</dt><dd>{escape(figure.value)}{note}</dd></div>"


def _finding(finding: FindingText) -> str:
    below = " below" if finding.is_below else ""
    evidence = f'<span class="evidence">{escape(finding.evidence)}</span>' if finding.evidence else ""
    return (
        f'<li class="finding{below}">{_mark(finding)}<span class="name">{escape(finding.name)} '
        f'<span class="tag {finding.kind}">{escape(finding.verdict)}</span></span>'
        f'<span class="percent">{escape(finding.percent)}</span>{_bar(finding)}'
        f'<span class="under">{evidence}<span class="opinions">{escape(finding.opinions)}</span></span></li>'
    )


def _mark(finding: FindingText) -> str:
    """The letter of a finding's evidence on its colour."""
    color = f' style="background:rgb{finding.hue}"' if finding.hue else ""
    return f'<span class="mark"{color}>{finding.letter}</span>'


def _bar(finding: FindingText) -> str:
    """The probability as a bar, and the threshold as a stroke on it; both stand in words beside it."""
    hue = f"--hue:rgb{finding.hue};" if finding.hue else ""
    return (
        f'<span class="bar" style="{hue}" aria-hidden="true"><i style="width:{100 * finding.share:.1f}%"></i>'
        f'<u style="left:{100 * finding.threshold:.1f}%"></u></span>'
    )


def _notes(notes: Notes) -> str:
    items = "".join(f"<li>{escape(item)}</li>" for item in notes.items)
    return f"<section><h2>{escape(notes.title)}</h2><ul>{items}</ul></section>"


def _ecg(text: EcgText | None) -> str:
    """The redrawn ECG in a box that scrolls sideways where the screen is narrower than the paper."""
    if text is None:
        return ""
    marks = "".join(f"<li>{_mark(one)} {escape(one.name)} {escape(one.percent)}</li>" for one in text.legend)
    notes = "".join(f"<li>{escape(note)}</li>" for note in text.notes)
    return (
        f'<section class="ecg"><h2>{escape(text.title)}</h2>'
        f'<div class="ecgbox" tabindex="0" role="region" aria-label="{escape(text.title)}">{text.svg}</div>'
        f'<ul class="legend">{marks}{notes}</ul></section>'
    )


def _photo(photo: PhotoText) -> str:
    picture = ""
    if photo.jpeg is not None:
        data = base64.b64encode(photo.jpeg).decode()
        picture = f'<img alt="{escape(photo.alt)}" src="data:image/jpeg;base64,{data}">'
    return (
        f'<section class="photo"><h2>{escape(photo.title)}</h2><figure>{picture}'
        f"<figcaption>{escape(photo.caption)}</figcaption></figure></section>"
    )


def _details(parts: Sequence[PhotoText | Table | Notes]) -> str:
    """The details in columns of about equal height; a screen or sheet that is too narrow has them one below another."""
    columns = "".join(f"<div>{''.join(map(_part, column))}</div>" for column in in_columns(parts))
    return f'<div class="tables">{columns}</div>'


def _part(part: PhotoText | Table | Notes) -> str:
    if isinstance(part, PhotoText):
        return _photo(part)
    return _table(part) if isinstance(part, Table) else _notes(part)


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col"{_word(k - 1, table)}>{escape(cell)}</th>' for k, cell in enumerate(table.head))
    rows = []
    for row in table.rows:
        small = f"<small>{escape(row.small)}</small>" if row.small else ""
        first = f'<th scope="row">{escape(row.cells[0])}{small}</th>'
        cells = "".join(
            f'<td{_word(k, table)} data-head="{escape(title)}">{escape(cell)}</td>'
            for k, (title, cell) in enumerate(zip(table.head[1:], row.cells[1:], strict=True))
        )
        rows.append(f'<tr class="{row.kind}">{first}{cells}</tr>')
    note = f'<p class="more">{escape(table.note)}</p>' if table.note else ""
    return (
        f'<section class="table"><h2>{escape(table.title)}</h2><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>{note}</section>"
    )


def _word(column: int, table: Table) -> str:
    """The class of a cell after the first that holds words and no figure."""
    return ' class="word"' if column >= table.n_figures else ""
