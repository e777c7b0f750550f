"""Finds the page in a photo: straightening and landmarks, in a loop.

A photo can be straightened in several ways. Each is tried where the one before shows no ECG: by the grid of the whole
photo, by other squares of it that fit columns or pulses, by the grid where the image network sees an ECG, by the
grid followed from tile to tile, and by the paper's edges. The landmarks that are found on a sheet decide whether it is
the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from ecgimg.datamodel.constants import constant
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import Photo, PrintedScales, Sheet, UprightSheet
from ecgimg.errors import Cause, Refusal, RefusedError
from ecgimg.networks.paper_speed import USUAL
from ecgimg.pipelines.refusals import with_what_was_seen
from ecgimg.pipelines.step_runner import StepRunner
from ecgimg.stages.landmarks.find import find_landmarks
from ecgimg.stages.printed_scales import read_scales
from ecgimg.stages.screen import locate_ecg
from ecgimg.stages.straighten.by_grid import by_grid, by_grid_in_box, by_known_grid, by_warped_grid
from ecgimg.stages.straighten.by_paper_edges import by_paper_edges, level_paper_corners, longest_side


@dataclass(frozen=True)
class PageSearchConstants:
    """How a page is proven, and which sizes are tried where no grid gives the size."""

    min_marks: int = constant(5, unit="count", why="lead names and pulses that prove that the page was seen")
    tried_lengths_mm: tuple[float, ...] = constant(
        (150.0, 185.0, 225.0, 270.0, 320.0), unit="mm", why="longer sides of a page that are tried without a grid"
    )
    max_correction: float = constant(
        1.5,
        unit="factor",
        why="a page differs from a tried length by less: a false pulse would make a sheet of any size",
    )
    usual_correction: float = constant(
        1.35,
        unit="factor",
        why="pulses or columns that differ more from their size speak of other squares, or of scales not printed",
        measured="heights of 10.2 to 13.4 mm on 12 real pages, of 5.2 and 19.1 mm on pages with false squares",
    )
    column_s: float = constant(2.5, unit="s", why="of each of four columns of leads")
    min_columns: int = constant(3, unit="count", why="columns with lead names, from which their distance is told")
    column_scatter: float = constant(0.1, unit="share", why="of a column's width, by which its names may be beside it")
    min_in_columns: float = constant(
        0.7, unit="share", why="of the lead names that stand in their columns; more are misread"
    )
    usual_gain: float = constant(10.0, unit="mm/mV", why="height of a pulse of 1 mV where the page prints no gain")


PAGE_SEARCH = PageSearchConstants()


def find_page(photo: Photo, steps: StepRunner, thorough: bool = True) -> UprightSheet:
    """The straightened, upright page of a photo with its landmarks.

    The first sheet with rows of curves, and names or pulses that prove them, is taken; else the first with rows, else
    the first. The steps "straighten" and "landmarks" are measured over all ways that were tried, "ecg_box" where the
    image network was asked for the place of the ECG.

    Args:
        photo: the picture, dark on bright.
        steps: runs and measures the steps.
        thorough: whether all ways are tried; else only those by the grid.

    Raises:
        RefusedError: no way of straightening gave a sheet.
    """
    found: list[_Found] = []
    refusals: list[Refusal] = []
    for straighten in _ways(photo, steps, found, thorough):
        try:
            sheet = steps.time("straighten", straighten)
        except RefusedError as error:
            refusals.append(error.refusal)
            continue
        if sheet is not None:
            found.append(_Found(steps.time("landmarks", partial(find_landmarks, sheet))))
            if found[-1].is_proven and found[-1].has_usual_size:
                break
    if not found:
        raise _all_refused(refusals)
    proven = [one for one in found if one.is_proven]
    usual = [one for one in proven if one.has_usual_size]
    chosen = next((one for one in [*usual, *proven, *found] if one.page.baselines), found[0]).page
    steps.report("straighten", chosen.sheet)
    steps.report("landmarks", chosen)
    return chosen


@dataclass(frozen=True)
class _Found:
    """A page that a way of straightening gave."""

    page: UprightSheet

    @cached_property
    def is_proven(self) -> bool:
        """Whether rows, lead names and pulses prove it."""
        return is_proven(self.page)

    @cached_property
    def correction(self) -> float:
        """The factor by which it must grow for its columns and pulses to be as large as usual; 1 without any.

        Printed scales are read only where these are not as large as on most pages.
        """
        usual = size_correction(self.page, PrintedScales())
        return (usual if _is_near_one(usual) else size_correction(self.page, read_scales(self.page))) or 1.0

    @property
    def has_usual_size(self) -> bool:
        """Whether it needs about no correction."""
        return _is_near_one(self.correction)


def _ways(
    photo: Photo, steps: StepRunner, found: Sequence[_Found], thorough: bool
) -> Iterator[Callable[[], Sheet | None]]:
    """The ways to straighten a photo, in the order in which they are tried; `found` are the pages that came of them.

    A page of another size than its pulses or columns tell is followed by one with the squares that these tell.
    """
    for straighten in _own_ways(photo, steps, thorough):
        before = len(found)
        yield straighten
        if len(found) > before and not found[-1].has_usual_size:
            yield partial(by_known_grid, photo, _mm_px(found[-1].page.sheet) / found[-1].correction)


def _own_ways(photo: Photo, steps: StepRunner, thorough: bool) -> Iterator[Callable[[], Sheet | None]]:
    """The ways that don't rest on what another one found."""
    yield lambda: by_grid(photo)
    box = steps.time("ecg_box", lambda: locate_ecg(photo))
    yield lambda: by_grid_in_box(photo, box)
    yield lambda: by_warped_grid(photo)
    if thorough:
        yield lambda: _by_paper_edges(photo)


def _all_refused(refusals: Sequence[Refusal]) -> RefusedError:
    """The first refusal, with the rows and lead names of the one that saw most; no grid where no way saw one."""
    if not refusals:
        return RefusedError(Cause.NO_GRID, "no way of straightening found a sheet", where="straighten")
    seen = max(refusals, key=lambda one: (one.rows, len(one.leads)))
    return RefusedError.of(replace(refusals[0], rows=seen.rows, leads=seen.leads))


def is_proven(page: UprightSheet) -> bool:
    """Whether a sheet has rows of curves, and enough lead names and pulses that prove them."""
    return bool(page.baselines) and page.n_identified_marks >= PAGE_SEARCH.min_marks


def size_correction(page: UprightSheet, printed: PrintedScales) -> float | None:
    """The factor by which a sheet must grow for its columns and pulses to be as large as usual; None without any.

    Columns are wide and tell it more exactly; where they contradict the pulses, the speed may be another one.
    """
    by_pulses, by_columns = _correction_by_pulses(page, printed), _correction_by_columns(page, printed)
    if by_pulses is None or by_columns is None:
        return by_pulses or by_columns
    return by_columns if _is_near_one(by_columns / by_pulses) else by_pulses


def _correction_by_pulses(page: UprightSheet, printed: PrintedScales) -> float | None:
    """The factor by which pulses become as high as the gain."""
    if not page.pulses:
        return None
    height = float(np.median([pulse.height for pulse in page.pulses])) / page.sheet.px_per_mm
    return (printed.gain or PAGE_SEARCH.usual_gain) / height


def _correction_by_columns(page: UprightSheet, printed: PrintedScales) -> float | None:
    """The factor by which four columns of three leads, of 2.5 s each, become as wide as the speed; None for others.

    Their width is the median slope between names (Theil 1950, Sen 1968), of which some may be misread.
    """
    names = [name for name in page.names if name.lead in LEADS]
    column = np.array([LEADS.index(name.lead) // 3 for name in names])
    x = np.array([name.x for name in names])
    if len(np.unique(column)) < PAGE_SEARCH.min_columns:
        return None
    one, other = np.nonzero(column[:, None] > column)
    width = float(np.median((x[one] - x[other]) / (column[one] - column[other])))
    beside = x - width * column
    fits = np.abs(beside - np.median(beside)) < PAGE_SEARCH.column_scatter * width
    if fits.mean() < PAGE_SEARCH.min_in_columns:
        return None
    return PAGE_SEARCH.column_s * (printed.speed or USUAL) * page.sheet.px_per_mm / width


def _is_near_one(correction: float | None) -> bool:
    """Whether a sheet needs no other size, or nothing tells which."""
    return correction is None or abs(float(np.log(correction))) < float(np.log(PAGE_SEARCH.usual_correction))


def _mm_px(sheet: Sheet) -> float:
    """Pixels of the photo that a millimetre in the middle of a sheet is long along its rows.

    Where squares were mistaken the sheet's two axes may differ; columns are along its rows.
    """
    nodes = sheet.map.nodes
    row = nodes[len(nodes) // 2]
    node_mm = sheet.map.step / sheet.px_per_mm
    return float(np.linalg.norm(row[-1] - row[0])) / ((len(row) - 1) * node_mm)


def _by_paper_edges(photo: Photo) -> Sheet:
    """The page of a photo without a grid, at the size at which its pulses are as high as its gain.

    Without pulses it is the size at which four columns of names are as wide as usual.

    Raises:
        RefusedError: its lead names and calibration pulses, which give its scale, are not seen.
    """
    corners = level_paper_corners(photo.pixels)
    side = longest_side(corners, photo.shape)
    tried = [
        _SizeTrial(length / side, find_landmarks(by_paper_edges(photo, corners, length / side)))
        for length in PAGE_SEARCH.tried_lengths_mm
    ]
    plausible = [one for one in tried if one.is_plausible]
    if not plausible:
        best_page = max((one.page for one in tried), key=lambda page: (page.n_identified_marks, len(page.baselines)))
        raise with_what_was_seen(RefusedError(Cause.NO_GRID, "no grid, names or pulses", where="straighten"), best_page)
    best = min(plausible, key=lambda one: abs(np.log(one.correction)))
    return by_paper_edges(photo, corners, best.mm_per_px * best.correction)


@dataclass(frozen=True)
class _SizeTrial:
    """A size that was tried, and the page with its landmarks at that size."""

    mm_per_px: float
    page: UprightSheet

    @property
    def is_plausible(self) -> bool:
        """Whether names and pulses prove the page, and show about this size."""
        seen = self.page.n_identified_marks >= PAGE_SEARCH.min_marks
        return seen and 1 / PAGE_SEARCH.max_correction < self.correction < PAGE_SEARCH.max_correction

    @cached_property
    def correction(self) -> float:
        """The factor by which the size must grow for its pulses or columns; infinite where there are none."""
        return size_correction(self.page, read_scales(self.page)) or np.inf
