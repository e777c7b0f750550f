"""The rows, names and pulses of a PDF page on its sheet: Sheet, VectorPage -> DrawnPage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.leads import LEADS, OTHER_LEADS, parse_printed_lead
from ecgimg.datamodel.page import LeadName, Pulse, Sheet, Trace, UprightSheet
from ecgimg.datamodel.vector_page import VectorPage
from ecgimg.networks.contrast import contrast_planes
from ecgimg.stages.vector.constants import VECTOR
from ecgimg.stages.vector.curves import find_curves, find_pulses, joined, to_sheet
from ecgimg.stages.vector.rows import DrawnRow, find_rows


@dataclass(frozen=True, eq=False)
class DrawnPage:
    """What a PDF draws on a sheet: the rows of its curves, and what its text and lines name and calibrate."""

    sheet: Sheet
    rows: tuple[DrawnRow, ...]
    names: tuple[LeadName, ...]
    pulses: tuple[Pulse, ...]

    @property
    def traces(self) -> tuple[Trace, ...]:
        """One trace for each row."""
        return tuple(row.trace(self.sheet.pixels.shape[1]) for row in self.rows)

    @property
    def upright(self) -> UprightSheet:
        """The sheet with these landmarks."""
        return UprightSheet(
            sheet=self.sheet,
            planes=contrast_planes(self.sheet.pixels, self.sheet.grid_box),
            baselines=tuple(row.baseline for row in self.rows),
            starts=tuple((float(curve.x[0]), row.baseline) for row in self.rows for curve in row.curves),
            names=self.names,
            pulses=self.pulses,
        )


def read_drawn_page(sheet: Sheet, page: VectorPage) -> DrawnPage | None:
    """The rows, names and pulses of a page; None where it draws no curve, or more leads are named beside no curve.

    A scan may have such text, and a line drawn over it.
    """
    lines = tuple(joined((to_sheet(line, sheet) for line in page.lines), VECTOR.joined_mm * sheet.px_per_mm))
    curves = find_curves(lines, sheet.px_per_mm)
    if not curves:
        return None
    pulses = find_pulses(lines, sheet.px_per_mm)
    rows = find_rows(curves, pulses, sheet.px_per_mm)
    named = _names(page, sheet)
    names = tuple(name for name in named if _is_beside(name, rows, sheet.px_per_mm))
    if len(names) < len(named) - len(names):
        return None
    return DrawnPage(sheet, rows, names, tuple(row.pulse.pulse for row in rows if row.pulse is not None))


def _names(page: VectorPage, sheet: Sheet) -> tuple[LeadName, ...]:
    """The words that name leads, in sheet pixels."""
    places = to_sheet(np.array([(word.x, word.y) for word in page.words]).reshape(-1, 2), sheet)
    named = [(_lead(word.text), place) for word, place in zip(page.words, places.tolist(), strict=True)]
    return tuple(LeadName(lead, x, y, 1.0) for lead, (x, y) in named if lead is not None)


def _is_beside(name: LeadName, rows: tuple[DrawnRow, ...], px_per_mm: float) -> bool:
    """Whether a name stands on a row, above or below it."""
    return min(abs(name.y - row.baseline) for row in rows) < VECTOR.name_row_mm * px_per_mm


def _lead(word: str) -> str | None:
    """The lead that a word names, as "aVR", "AVR:" or "-aVR"; None where it names none."""
    name = word.rstrip(":")
    if name[:1].islower() and not name.startswith("aV"):
        return None
    try:
        lead, _ = parse_printed_lead(name)
    except ValueError:
        return None
    return lead if lead in (*LEADS, *OTHER_LEADS) else None
