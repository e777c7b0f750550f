"""The details of a report as the story of a PDF document: photo, tables and notes for narrow columns."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from reportlab.lib.units import mm
from reportlab.platypus import Image, KeepTogether, Spacer
from reportlab.platypus import Table as PdfTable

from ecgimg.report.content import Notes, PhotoText, ReportText, Row, Table
from ecgimg.report.pdf_style import ACCENT, BOLD, CELL, CELL_BOLD, CELL_SOFT, INK, LINE, TITLE, paragraph, style

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Flowable

FIGURE_WIDTH, WORD_WIDTH = 13.5 * mm, 17 * mm
MAX_PHOTO = 48 * mm
BELOW = 2.2 * mm
_STYLES = {"on": CELL_BOLD, "off": CELL_SOFT}


def details_story(text: ReportText, width: float) -> list[Flowable]:
    """The details for a column of so many points."""
    story: list[Flowable] = [paragraph(text.details_title, style(11, BOLD, ACCENT))]
    story += [paragraph(fact, CELL) for fact in text.facts]
    story.append(Spacer(1, BELOW))
    for part in text.details:
        story += [*_flowables(part, width), Spacer(1, BELOW)]
    return story


def _flowables(part: PhotoText | Table | Notes, width: float) -> Iterator[Flowable]:
    if isinstance(part, PhotoText):
        yield from _photo(part, width)
    elif isinstance(part, Notes):
        first, *others = (paragraph(item, CELL) for item in part.items)
        yield KeepTogether([paragraph(part.title, TITLE), first])
        yield from others
    else:
        yield paragraph(part.title, TITLE)
        yield _table(part, width)
        if part.note:
            yield paragraph(part.note, CELL_SOFT)


def _photo(photo: PhotoText, width: float) -> Iterator[Flowable]:
    if photo.jpeg is not None:
        picture = Image(io.BytesIO(photo.jpeg))
        factor = min(width / picture.imageWidth, MAX_PHOTO / picture.imageHeight)
        picture.drawWidth, picture.drawHeight = factor * picture.imageWidth, factor * picture.imageHeight
        yield picture
    yield paragraph(photo.caption, CELL_SOFT)


def _table(table: Table, width: float) -> PdfTable:
    n_words = len(table.head) - 1 - table.n_figures
    widths = [FIGURE_WIDTH] * table.n_figures + [WORD_WIDTH] * n_words
    cells = [_cells(Row(table.head), CELL_BOLD, table), *(_row(row, table) for row in table.rows)]
    tight: list[Any] = [
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 1.5),
        ("TOPPADDING", (0, 0), (-1, -1), 0.4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0.6),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
    ]
    return PdfTable(cells, [width - sum(widths), *widths], repeatRows=1, style=tight)


def _row(row: Row, table: Table) -> list[Any]:
    of = _STYLES.get(row.kind, CELL)
    cells = _cells(row, of, table)
    if row.small:
        cells[0] = [cells[0], paragraph(row.small, CELL_SOFT)]
    return cells


def _cells(row: Row, of: ParagraphStyle, table: Table) -> list[Any]:
    right = of.clone(f"{of.name} right", alignment=2)
    return [paragraph(cell, right if 1 <= k <= table.n_figures else of) for k, cell in enumerate(row.cells)]
