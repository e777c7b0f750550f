"""The first part of a report on a page of its PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reportlab.lib.colors import Color
from reportlab.lib.units import mm

from ecgimg.report.content import Figure, FindingText, Notes, ReportText
from ecgimg.report.pdf_style import (
    ACCENT,
    ALERT,
    BODY,
    BOLD,
    INK,
    LARGE,
    LINE,
    MARGIN,
    NAME,
    PAGE,
    RHYTHM,
    SMALL,
    SOFT,
    TITLE,
    WIDTH,
    paragraph,
    style,
)  # fmt: skip

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfgen.canvas import Canvas

FIGURE_WIDTH, FIGURE_HEIGHT = 26 * mm, 10.5 * mm
MARK = 2.2 * mm
"""Radius of the disc behind the letter of a finding."""
INDENT = 6 * mm


class Pen:
    """Puts paragraphs one below another into a column, from (x, y) down; `y` is where the next one begins."""

    def __init__(self, canvas: Canvas, x: float, y: float, width: float) -> None:
        self.canvas, self.x, self.y, self.width = canvas, x, y, width

    def put(self, text: str, of: ParagraphStyle, indent: float = 0.0, right: float = 0.0) -> None:
        """A paragraph; `indent` and `right` narrow it."""
        part = paragraph(text, of)
        _, height = part.wrap(self.width - indent - right, PAGE[1])
        part.drawOn(self.canvas, self.x + indent, self.y - height)
        self.y -= height

    def put_notes(self, notes: Notes) -> None:
        """A titled list."""
        self.put(notes.title, TITLE)
        for item in notes.items:
            self.put(item, BODY)
        self.y -= 1 * mm

    def put_finding(self, finding: FindingText) -> None:
        """A finding: its letter, name, verdict and probability, a bar with its threshold, and its evidence."""
        left = self.x + (INDENT if finding.is_below else 0)
        self._mark(finding, left + MARK, self.y - 1.6 * mm)
        indent = left - self.x + INDENT
        self.canvas.setFont(BOLD, 8.4)
        self.canvas.setFillColor(INK)
        self.canvas.drawRightString(self.x + self.width, self.y - 8, finding.percent)
        self.put(f"{finding.name} \u00b7 {finding.verdict}", NAME, indent, 12 * mm)
        self._bar(finding, self.x + indent, self.width - indent)
        self.put(" \u00b7 ".join(filter(None, (finding.evidence, finding.opinions))), SMALL, indent)
        self.y -= 0.8 * mm

    def put_marks(self, findings: Sequence[FindingText]) -> None:
        """A line of letters with their findings."""
        x = self.x
        for finding in findings:
            self._mark(finding, x + MARK, self.y - MARK)
            words = f"{finding.name} {finding.percent}"
            self.canvas.setFont(SMALL.fontName, SMALL.fontSize)
            self.canvas.setFillColor(SOFT)
            self.canvas.drawString(x + 3 * MARK, self.y - MARK - 2, words)
            x += 3 * MARK + self.canvas.stringWidth(words, SMALL.fontName, SMALL.fontSize) + 5 * mm
        self.y -= 2 * MARK + 0.5 * mm if findings else 0

    def _mark(self, finding: FindingText, x: float, y: float) -> None:
        """The letter of a finding's evidence on its colour; a grey dot where it has none."""
        canvas = self.canvas
        canvas.setFillColor(Color(*(part / 255 for part in finding.hue)) if finding.hue else SOFT)
        canvas.circle(x, y, MARK if finding.letter else MARK / 2.5, stroke=0, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.setFont(BOLD, 8.5)
        canvas.drawCentredString(x, y - 3, finding.letter)

    def _bar(self, finding: FindingText, x: float, width: float) -> None:
        y, height, canvas = self.y - 1.6 * mm, 0.9 * mm, self.canvas
        canvas.setFillColor(LINE)
        canvas.rect(x, y, width, height, stroke=0, fill=1)
        canvas.setFillColor(Color(*(part / 255 for part in finding.hue)) if finding.hue else SOFT)
        canvas.rect(x, y, width * finding.share, height, stroke=0, fill=1)
        canvas.setFillColor(INK)
        canvas.rect(x + width * finding.threshold, y - 0.5 * mm, 0.35 * mm, height + 1 * mm, stroke=0, fill=1)
        self.y -= 2.1 * mm


def draw_summary(canvas: Canvas, text: ReportText) -> float:
    """Draws the first part at the top of a page; returns the y below it in points."""
    part = text.summary
    canvas.bookmarkPage("summary")
    wide = WIDTH - len(part.figures) * FIGURE_WIDTH
    pen = Pen(canvas, MARGIN, PAGE[1] - MARGIN, wide)
    pen.put(f"{text.kind} \u00b7 {text.name}", style(8, BOLD, ACCENT))
    _figures(canvas, part.figures, pen.y)
    pen.put(part.conclusion, LARGE)
    pen.put(part.rhythm, RHYTHM)
    top = min(pen.y, pen.y if not part.figures else PAGE[1] - MARGIN - 4 * mm - FIGURE_HEIGHT) - 2 * mm
    if part.refusal is not None:
        alert = Pen(canvas, MARGIN, top, WIDTH)
        alert.put(part.refusal.title, style(8.4, BOLD, ALERT.textColor))
        alert.put(" ".join(part.refusal.items), ALERT)
        top = alert.y - 1.5 * mm
    half = (WIDTH - 6 * mm) / 2
    left = Pen(canvas, MARGIN, top, half)
    left.put(part.findings_title, TITLE)
    for finding in part.findings:
        left.put_finding(finding)
    for line in (*(() if part.findings else (part.no_finding,)), *((part.more,) if part.more else ())):
        left.put(line, SMALL)
    right = Pen(canvas, MARGIN + half + 6 * mm, top, half)
    for notes in part.notes:
        right.put_notes(notes)
    return float(min(left.y, right.y) - 1.5 * mm)


def _figures(canvas: Canvas, figures: Sequence[Figure], y: float) -> None:
    """The figures in boxes, at the right."""
    for k, figure in enumerate(figures):
        x = MARGIN + WIDTH - (len(figures) - k) * FIGURE_WIDTH
        canvas.setStrokeColor(LINE)
        canvas.roundRect(x + 1 * mm, y - FIGURE_HEIGHT, FIGURE_WIDTH - 1 * mm, FIGURE_HEIGHT, 1 * mm, fill=0)
        pen = Pen(canvas, x + 2 * mm, y - 0.5 * mm, FIGURE_WIDTH - 2.5 * mm)
        pen.put(figure.name, style(6.2, color=SOFT, lead=1.1))
        pen.put(figure.value, style(9.5, BOLD, lead=1.1))
        pen.put(figure.note, style(6.2, color=SOFT, lead=1.1))
