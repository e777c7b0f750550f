"""A report as a PDF: the first part and the ECG true to scale on one page of A4, the details on the next.

It shows the same text as the HTML. The ECG is drawn as lines.
"""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ecgimg.errors import missing_package
from ecgimg.findings.report import ReportContent
from ecgimg.io.files import write_atomically
from ecgimg.options import Language
from ecgimg.report.build import ECG_HEIGHT_MM, report_text
from ecgimg.schemas.report import ReportResult

try:
    from reportlab.lib.units import mm
    from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageBreak, PageTemplate, Spacer

    from ecgimg.report.pdf_details import details_story
    from ecgimg.report.pdf_ecg import draw_ecg
    from ecgimg.report.pdf_style import MARGIN, PAGE, SMALL, WIDTH
    from ecgimg.report.pdf_summary import Pen, draw_summary
except ImportError as error:
    raise missing_package("writing PDF", "reportlab", "pdf", where="report") from error

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from ecgimg.report.content import ReportText

COLUMNS = 3
GAP = 4 * mm
FOOT = 7 * mm
LEGEND_MM = 9.0
"""Height of the legend below the ECG."""


def report_pdf(report: ReportContent, result: ReportResult, language: Language = "en") -> bytes:
    """The whole file; `result` is the report's JSON content."""
    text = report_text(report, result, language)
    file = io.BytesIO()
    document = BaseDocTemplate(
        file, pagesize=PAGE, title=f"{text.kind} {text.name}", creator=text.made_by, lang=text.language, invariant=1
    )
    document.addPageTemplates(
        [
            PageTemplate("first", [_frame(0, 1)], onPage=partial(_first_page, text=text)),
            PageTemplate("details", [_frame(k, COLUMNS) for k in range(COLUMNS)], onPage=partial(_foot, text=text)),
        ]
    )
    document.build([Spacer(1, 1), NextPageTemplate("details"), PageBreak(), *details_story(text, _width(COLUMNS))])
    return file.getvalue()


def write_pdf(report: ReportContent, result: ReportResult, path: Path, language: Language = "en") -> Path:
    """Writes the report.

    Raises:
        OutputError: the file can't be written.
    """
    return write_atomically(path, report_pdf(report, result, language))


def _width(columns: int) -> float:
    return float((WIDTH - (columns - 1) * GAP) / columns)


def _frame(column: int, columns: int) -> Frame:
    left = MARGIN + column * (_width(columns) + GAP)
    height = PAGE[1] - MARGIN - FOOT - 3 * mm
    return Frame(left, FOOT + 3 * mm, _width(columns), height, 0, 0, 0, 0)


def _first_page(canvas: Canvas, document: object, text: ReportText) -> None:
    """The first part, and the ECG below it; where there is no room for it, on a page of its own."""
    bottom = draw_summary(canvas, text)
    if text.ecg is not None:
        needed = (ECG_HEIGHT_MM + LEGEND_MM) * mm + FOOT
        if bottom < needed:
            _foot(canvas, document, text)
            canvas.showPage()
            bottom = PAGE[1] - MARGIN
        top_mm = (PAGE[1] - bottom) / mm
        draw_ecg(canvas, text.ecg.svg, MARGIN / mm, top_mm)
        pen = Pen(canvas, MARGIN, bottom - (ECG_HEIGHT_MM + 1) * mm, WIDTH)
        pen.put_marks(text.ecg.legend)
        pen.put(" ".join(text.ecg.notes), SMALL)
    _foot(canvas, document, text)


def _foot(canvas: Canvas, document: object, text: ReportText) -> None:
    Pen(canvas, MARGIN, FOOT, WIDTH).put(f"{text.disclaimer} {text.made_by} \u00b7 {canvas.getPageNumber()}", SMALL)
