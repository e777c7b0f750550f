"""Fonts, sizes and places of the PDF of a report, in points."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph

if TYPE_CHECKING:
    from reportlab.lib.colors import Color

PAGE: tuple[float, float] = landscape(A4)
MARGIN = 9 * mm
WIDTH = PAGE[0] - 2 * MARGIN
INK, SOFT, ACCENT, BAD = (HexColor(color) for color in ("#17212b", "#4f5b67", "#0b5560", "#8c2a14"))
LINE = HexColor("#d6dde3")
NORMAL, BOLD = "Helvetica", "Helvetica-Bold"
"""Fonts that every reader of PDF has; they hold the letters of Windows-1252."""


def style(size: float, font: str = NORMAL, color: Color = INK, lead: float = 1.2) -> ParagraphStyle:
    """A style of paragraphs."""
    name = f"{font} {size} {color.hexval()}"
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=size * lead, textColor=color)


BODY, SMALL, NAME = style(7.6), style(6.8, color=SOFT), style(8.4, BOLD)
TITLE = style(8, BOLD, ACCENT)
LARGE, RHYTHM = style(15, BOLD), style(9, BOLD)
ALERT = style(7.8, color=BAD)
CELL, CELL_BOLD, CELL_SOFT = style(6.4, lead=1.14), style(6.4, BOLD, lead=1.14), style(6.4, color=SOFT, lead=1.14)


def paragraph(text: str, of: ParagraphStyle) -> Paragraph:
    """A paragraph of plain text; letters that the fonts do not have become question marks."""
    return Paragraph(escape(text.encode("cp1252", "replace").decode("cp1252")), of)
