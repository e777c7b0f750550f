"""Pages on which every row shows one lead from end to end: strips, monitors' and handhelds' prints.

No format lists them, since they have any leads, any length and any number of rows. They are taken where no format fits,
and where the page shows that no row changes its lead: its beats are alike to the end, and no name or start stands in
its middle. Rows that beat together are leads of the same time, others are one strip in several lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ecgimg.datamodel.leads import UNNAMED_LEAD
from ecgimg.datamodel.page import LeadName, PlacedCell, Scale
from ecgimg.layouts import Layout
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.limb_lead_laws import law_residual
from ecgimg.stages.layout.observations import PageObservations
from ecgimg.stages.layout.row_beats import RowBeats, row_beats, row_range, synchrony


@dataclass(frozen=True)
class SingleLeads:
    """The leads of a page's rows, each with how surely its name was read; `continued` where they are one strip.

    `confidence` is the lowest of these probabilities and of the likeness of a row's thirds.
    """

    leads: tuple[str, ...]
    continued: bool
    confidence: float
    evidence: tuple[str, ...]

    @property
    def layout_id(self) -> str:
        """Name of the format: the number of rows, and what they are."""
        return f"{len(self.leads)}x1-{'continued' if self.continued else 'strips'}"

    def layout(self, seconds: float) -> Layout:
        """The format of the page; `seconds` is the length of a row."""
        rows = tuple((lead,) for lead in self.leads)
        return Layout(
            id=self.layout_id, title="one lead a row", rows=rows, column_seconds=seconds, continued=self.continued
        )


def read_single_leads(page: PageObservations) -> SingleLeads | None:
    """The leads of a page that shows one in each row; None where a row may show several, or can't be judged."""
    rows = [row_beats(page, row) for row in range(len(page.lines))]
    likeness = [one.likeness for one in rows]
    known = [one for one in likeness if one is not None]
    if len(known) < len(rows) or min(known) < C.min_row_likeness or _shows_columns(page):
        return None
    names = [_name_of_row(page, row) for row in range(len(rows))]
    read = [name.lead for name in names if name is not None]
    together = _together(rows)
    if len(rows) > 1 and together is None and len(read) < len(rows):
        return None
    continued = together is False and len(set(read)) <= 1
    if not continued and (len(set(read)) < len(read) or len(rows) - len(read) > C.max_unnamed_rows):
        return None
    leads = ((read or [UNNAMED_LEAD])[0],) * len(rows) if continued else _unique(names)
    sure = [C.unnamed_confidence if name is None else name.confidence for name in names]
    confidence = min(*known, max(sure) if continued else min(sure))
    evidence = (
        f"the rows beat alike to their ends (r = {min(known):.2f})",
        f"{len(read)} of {len(rows)} rows have a lead name",
        *(() if together is None else ("the rows beat together" if together else "the rows do not beat together",)),
    )
    return SingleLeads(leads, continued, confidence, evidence)


def place_single_leads(page: PageObservations, leads: SingleLeads, speed: Scale) -> tuple[PlacedCell, ...] | None:
    """The cells of such a page; rows of the same time begin together. None where limb leads contradict each other."""
    ranges = np.array([row_range(page, row) for row in range(len(page.lines))])
    begin = float(np.median(ranges[:, 0]))
    end = float(np.median(ranges[:, 1]))
    seconds = (end - begin) / page.px_per_mm / speed.value
    cells = tuple(
        PlacedCell(c.lead, c.sign, c.row, False, c.start, c.seconds, begin, end, page.lines[c.row].baseline_y)
        for c in leads.layout(seconds).cells
    )
    law = law_residual(page, cells)
    return None if law is not None and law.share > C.usual_law_residual else cells


def _shows_columns(page: PageObservations) -> bool:
    """Whether a sure name, or a start on most rows at one place, stands in the middle of the rows."""
    rows = [row_range(page, row) for row in range(len(page.lines))]
    left = float(np.median([begin for begin, _ in rows])) + C.label_right_mm * page.px_per_mm
    right = float(np.median([end for _, end in rows])) - C.row_end_mm * page.px_per_mm
    if any(left < name.x < right and name.confidence >= C.sure_name for name in page.names):
        return True
    starts = np.array([x for x, _ in page.starts if left < x < right])
    near = np.abs(starts[:, None] - starts[None]) < C.name_line_mm * page.px_per_mm
    return bool((near.sum(axis=1) > max(C.max_false_starts, len(rows) / 2)).any())


def _name_of_row(page: PageObservations, row: int) -> LeadName | None:
    """The surest name that stands at the beginning of a row, nearer to it than to any other."""
    begin, _ = row_range(page, row)
    low, high = begin - C.label_left_mm * page.px_per_mm, begin + C.label_right_mm * page.px_per_mm
    baselines = np.array([line.baseline_y for line in page.lines])
    found = [
        name
        for name in page.names
        if low < name.x < high
        and abs(name.y - baselines[row]) < C.label_reach_mm * page.px_per_mm
        and int(np.abs(name.y + C.usual_label_mm * page.px_per_mm - baselines).argmin()) == row
    ]
    return max(found, key=lambda name: name.confidence, default=None)


def _together(rows: Sequence[RowBeats]) -> bool | None:
    """Whether the rows beat together; None where they do so in part, or there is only one."""
    shares = [synchrony(one, other) for one, other in pairwise(rows)]
    known = [share for share in shares if share is not None]
    if len(known) < max(len(shares), 1):
        return None
    if min(known) > C.min_synchrony:
        return True
    return False if max(known) < C.max_asynchrony else None


def _unique(names: Sequence[LeadName | None]) -> tuple[str, ...]:
    """A lead for each row; rows without a name are numbered."""
    leads, unnamed = [], 0
    for name in names:
        if name is None:
            unnamed += 1
            leads.append(UNNAMED_LEAD if unnamed == 1 else f"{UNNAMED_LEAD} {unnamed}")
        else:
            leads.append(name.lead)
    return tuple(leads)
