"""Other names for leads, and other starts of columns: LayoutMatch, changes -> LayoutMatch."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np

from ecgimg.corrections import Corrections, Exchange, LeadChange, MoveColumn, Rename
from ecgimg.datamodel.leads import parse_printed_lead
from ecgimg.datamodel.page import LayoutMatch, PlacedCell, Sheet
from ecgimg.errors import UsageError


def correct_leads(match: LayoutMatch, corrections: Corrections, sheet: Sheet) -> LayoutMatch:
    """A layout with the leads, columns and single gains that the user corrected.

    Raises:
        UsageError: a change is of a lead, row or column that the page does not have.
    """
    for change in corrections.lead_changes:
        match = replace(match, cells=_changed(match, change, sheet))
        _require_one_of_each(match, change)
    gains = corrections.lead_gains
    unknown = sorted({*gains} - {cell.lead for cell in match.cells})
    if unknown:
        raise _no_such("gain", f"lead {unknown[0]}", match)
    return replace(match, lead_gains=tuple(gains.items()))


def _changed(match: LayoutMatch, change: LeadChange, sheet: Sheet) -> tuple[PlacedCell, ...]:
    if isinstance(change, Rename):
        return _renamed(match, change)
    if isinstance(change, Exchange):
        return _exchanged(match, change)
    return _moved(match, change, sheet)


def _renamed(match: LayoutMatch, change: Rename) -> tuple[PlacedCell, ...]:
    lead, sign = parse_printed_lead(change.to)

    def is_meant(cell: PlacedCell) -> bool:
        return cell.lead == change.lead and change.row in (None, cell.line + 1)

    if not any(map(is_meant, match.cells)):
        where = f"lead {change.lead}" if change.row is None else f"lead {change.lead} in row {change.row}"
        raise _no_such(change.id, where, match)
    return tuple(replace(cell, lead=lead, sign=sign) if is_meant(cell) else cell for cell in match.cells)


def _exchanged(match: LayoutMatch, change: Exchange) -> tuple[PlacedCell, ...]:
    printed = {cell.lead: (cell.lead, cell.sign) for cell in match.cells}
    one, other = change.leads
    for lead in change.leads:
        if lead not in printed:
            raise _no_such(change.id, f"lead {lead}", match)
    printed[one], printed[other] = printed[other], printed[one]
    named = [(cell, *printed[cell.lead]) for cell in match.cells]
    return tuple(replace(cell, lead=lead, sign=sign) for cell, lead, sign in named)


def _moved(match: LayoutMatch, change: MoveColumn, sheet: Sheet) -> tuple[PlacedCell, ...]:
    x = float(sheet.map.to_sheet(np.array(change.at, np.float64))[0])
    px_per_second = match.paper_speed.value * sheet.px_per_mm
    cells = dict(enumerate(match.cells))
    rows = {cell.line for cell in match.cells if change.row in (None, cell.line + 1)}
    in_order = [sorted((k for k in cells if cells[k].line == row), key=lambda k: cells[k].x0) for row in sorted(rows)]
    long_enough = [places for places in in_order if len(places) >= change.column]
    if not long_enough:
        where = f"column {change.column}" if change.row is None else f"column {change.column} in row {change.row}"
        raise _no_such(change.id, where, match)
    for places in long_enough:
        at = change.column - 1
        start = cells[places[at - 1]].x0 if at else -np.inf
        end = cells[places[at + 1]].x0 if at + 1 < len(places) else sheet.pixels.shape[1]
        if not start < x < end:
            what = f"change {change.id}: column {change.column} would begin beyond its neighbour"
            raise UsageError(what, where="corrections", remedy="move the neighbour first, or give a nearer place")
        moved = cells[places[at]]
        cells[places[at]] = replace(moved, x0=x, x1=min(x + moved.seconds * px_per_second, end))
        if at:
            before = cells[places[at - 1]]
            cells[places[at - 1]] = replace(before, x1=min(before.x0 + before.seconds * px_per_second, x))
    return tuple(cells.values())


def _require_one_of_each(match: LayoutMatch, change: LeadChange) -> None:
    """Refuses two columns, or two strips, that show the same lead at the same time."""
    for one, other in combinations(match.cells, 2):
        overlap = min(one.start + one.seconds, other.start + other.seconds) - max(one.start, other.start)
        if one.lead == other.lead and one.is_strip == other.is_strip and overlap > 0:
            what = f"change {change.id}: lead {one.lead} would stand in row {one.line + 1} and in row {other.line + 1}"
            raise UsageError(what, where="corrections", remedy="exchange the two leads, or rename the other one too")


def _no_such(change: str, what: str, match: LayoutMatch) -> UsageError:
    leads = ", ".join(dict.fromkeys(cell.lead for cell in match.cells))
    remedy = f"the page has {len({cell.line for cell in match.cells})} rows with {leads}"
    return UsageError(f"change {change}: the page has no {what}", where="corrections", remedy=remedy)
