"""Lead names as evidence on a paper format placed on a page: read, contradicted, missing, idle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.leads import LEADS, OTHER_LEADS
from ecgimg.datamodel.page import LeadName, PlacedCell
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.observations import PageObservations


@dataclass(frozen=True)
class NameCounts:
    """Lead names on a page, compared with the cells of a format.

    `sure_right` and `unsure_right` cells have their lead's name, `sure_wrong` and `unsure_wrong` ones have others
    only; cells beside which the name of a lead beyond the twelve stands are not counted. Cells without a name are
    `missing_in_columns` where some name of their column is read, each by the share of the page's names that are; else
    they are in `missing_columns`, each by the share in the column in which most are read. Names that no cell uses are
    idle.
    """

    cells: int
    sure_right: int = 0
    unsure_right: int = 0
    sure_wrong: int = 0
    unsure_wrong: int = 0
    missing_in_columns: float = 0.0
    missing_columns: float = 0.0
    sure_idle: int = 0
    unsure_idle: int = 0

    @property
    def right(self) -> int:
        """Cells that have their lead's name."""
        return self.sure_right + self.unsure_right

    @property
    def wrong(self) -> int:
        """Cells that have other leads' names only."""
        return self.sure_wrong + self.unsure_wrong

    @property
    def share_of_one(self) -> float:
        """What one name counts: 1/12 on a usual page, more on a page of fewer cells, all of which prove as much."""
        return 1 / min(self.cells, C.usual_names) if self.right or self.wrong else 1 / C.usual_names


def count_names(page: PageObservations, cells: tuple[PlacedCell, ...], shift_px: float) -> NameCounts:
    """Compares the names on a page, which stand `shift_px` below their baselines, with those of the cells."""
    columns: dict[float, list[tuple[bool, bool]]] = {}
    right, wrong = [], []
    others = other_leads(page, cells, shift_px)
    for cell in cells:
        if cell in others:
            continue
        near = names_near(page, cell, shift_px)
        columns.setdefault(cell.x0, []).append((cell.lead in near, bool(near)))
        if cell.lead in near:
            right.append(near[cell.lead] >= C.sure_name)
        elif near:
            wrong.append(max(near.values()) >= C.sure_name)
    names = [name for name in page.names if name.lead in LEADS]
    sure = sum(name.confidence >= C.sure_name for name in names)
    n_cells = max(len(cells) - len(others), 1)
    in_columns, in_empty_columns = _missing([*columns.values()], len(right) / n_cells)
    used, sure_used = len(right) + len(wrong), sum(right) + sum(wrong)
    return NameCounts(
        cells=n_cells,
        sure_right=sum(right),
        unsure_right=len(right) - sum(right),
        sure_wrong=sum(wrong),
        unsure_wrong=len(wrong) - sum(wrong),
        missing_in_columns=in_columns,
        missing_columns=in_empty_columns,
        sure_idle=max(sure - sure_used, 0),
        unsure_idle=max(len(names) - sure - (used - sure_used), 0),
    )


def _missing(columns: list[list[tuple[bool, bool]]], share_read: float) -> tuple[float, float]:
    """Weighted cells without a name in columns with names that are read, and in columns without; each column is a list
    of (its lead's name is read, some name is read).
    """
    best = max((sum(right for right, _ in column) / len(column) for column in columns), default=0.0)
    read = [any(right for right, _ in column) for column in columns]
    missing = [sum(not seen for _, seen in column) for column in columns]
    return (
        share_read * sum(n for n, is_read in zip(missing, read, strict=True) if is_read),
        best * sum(n for n, is_read in zip(missing, read, strict=True) if not is_read),
    )


def names_near(page: PageObservations, cell: PlacedCell, shift_px: float) -> dict[str, float]:
    """Leads whose names stand beside a cell's start, `shift_px` below its baseline: lead -> confidence."""
    near = C.name_line_mm * page.px_per_mm
    found = [name for name in page.names if _beside(page, name, cell) and abs(name.y - cell.y0 - shift_px) < near]
    return {name.lead: name.confidence for name in sorted(found, key=lambda name: name.confidence)}


def other_leads(page: PageObservations, cells: Iterable[PlacedCell], shift_px: float) -> dict[PlacedCell, str]:
    """Cells beside which a lead beyond the twelve is named, and that lead; none where one unsure name is all."""
    found: dict[PlacedCell, str] = {}
    is_sure = False
    for cell in cells:
        near = names_near(page, cell, shift_px)
        best = max(near, key=lambda lead: near[lead], default="")
        if best in OTHER_LEADS and best != cell.lead:
            found[cell] = best
            is_sure |= near[best] >= C.sure_name
    return found if is_sure or len(found) > 1 else {}


def is_placed(page: PageObservations, name: LeadName, cells: Iterable[PlacedCell], shift_px: float) -> bool:
    """Whether a name stands beside some cell, at the height of its names or about there."""
    reach = C.label_reach_mm * page.px_per_mm
    return any(_beside(page, name, cell) and abs(name.y - cell.y0 - shift_px) < reach for cell in cells)


def name_shift(page: PageObservations, cells: tuple[PlacedCell, ...]) -> float:
    """Distance in sheet pixels by which names stand below their baselines: one on all of a page, that of most names."""
    reach = C.label_reach_mm * page.px_per_mm
    shifts = np.array(
        [
            name.y - cell.y0
            for cell in cells
            for name in page.names
            if name.lead == cell.lead and _beside(page, name, cell) and abs(name.y - cell.y0) < reach
        ]
    )
    if not shifts.size:
        return 0.0
    agree = np.abs(shifts[:, None] - shifts[None]) < C.name_line_mm * page.px_per_mm
    return float(np.median(shifts[agree[agree.sum(axis=1).argmax()]]))


def _beside(page: PageObservations, name: LeadName, cell: PlacedCell) -> bool:
    """Whether a name stands where a cell's may, along the direction of the rows."""
    return -C.label_left_mm * page.px_per_mm < name.x - cell.x0 < C.label_right_mm * page.px_per_mm
