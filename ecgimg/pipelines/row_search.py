"""Reads the rows of a sheet, and again where ink is left that may be rows that the landmark network did not see.

The trace network decides which of these rows are curves, and the layout whether they belong to the page: a reading with
more rows is taken where it fits a format at least as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.arrays import Bools
from ecgimg.datamodel.constants import constant
from ecgimg.datamodel.ink import ExplainedInk, InkStretch
from ecgimg.datamodel.page import LayoutMatch, Trace, UprightSheet
from ecgimg.errors import RefusedError
from ecgimg.pipelines.step_runner import StepRunner
from ecgimg.stages.explain.explain import Sees, explain_rows
from ecgimg.stages.ink_fit import fit_to_ink
from ecgimg.stages.trace import trace

FindLayout = Callable[[UprightSheet, tuple[Trace, ...]], LayoutMatch]
"""The layout of a sheet with its traces; raises RefusedError where there is none."""


@dataclass(frozen=True)
class RowSearchConstants:
    """Which ink is tried as another row."""

    min_seen: float = constant(
        0.6,
        unit="share",
        why="of a stretch of ink on which the trace network must see a curve: it sees none in frames and grids",
        measured="11 rows that were withheld 0.93 to 1, scribble 0.7 to 0.84, lines of grids 0, average beats 0.53",
    )
    sure_confidence: float = constant(0.5, unit="probability", why="points of a trace from which it is seen")
    max_rows: int = constant(4, unit="count", why="more rows that nobody saw are no ECG's: a letter, a table, scribble")


ROW_SEARCH = RowSearchConstants()


@dataclass(frozen=True, eq=False)
class RowReading:
    """A sheet whose rows were read: its traces and its layout."""

    page: UprightSheet
    traces: tuple[Trace, ...]
    match: LayoutMatch


def read_rows(
    page: UprightSheet, traces: tuple[Trace, ...], ink: Bools, find_layout: FindLayout, steps: StepRunner
) -> RowReading:
    """The reading of a sheet's rows, with those that only its ink [h, w] shows where they fit.

    Raises:
        RefusedError: no layout fits, with and without these rows.
    """
    curves = [one.curve for one in traces]
    explained = steps.time("explain", lambda: explain_rows(page, ink, curves, sees_curves(page)))
    more = steps.time("trace", lambda: _with_lost_rows(page, explained))
    attempts = [(page, traces)] if more is None else [more, (page, traces)]
    answers = [_attempt(tried, lines, find_layout, steps) for tried, lines in attempts]
    readings = [answer for answer in answers if isinstance(answer, RowReading)]
    best = max(readings, key=lambda one: one.match.confidence, default=None)
    steps.report("trace", traces if best is None else best.traces)
    if best is None:
        steps.report("explain", explained)
        raise next(error for error in reversed(answers) if isinstance(error, RefusedError))
    steps.report("layout", best.match)
    return best


def _attempt(
    page: UprightSheet, traces: tuple[Trace, ...], find_layout: FindLayout, steps: StepRunner
) -> RowReading | RefusedError:
    """The reading of a sheet with these rows, or its refusal."""
    try:
        return RowReading(page, traces, steps.time("layout", lambda: find_layout(page, traces)))
    except RefusedError as error:
        return error


def sees_curves(page: UprightSheet) -> Sees:
    """Whether the trace network follows curves over most of some stretches of a sheet's ink."""

    def sees(stretches: tuple[InkStretch, ...]) -> tuple[bool, ...]:
        lines = trace(replace(page, baselines=tuple(one.y for one in stretches)))
        return tuple(map(_is_followed, lines, stretches))

    return sees


def _with_lost_rows(page: UprightSheet, explained: ExplainedInk) -> tuple[UprightSheet, tuple[Trace, ...]] | None:
    """The sheet and its traces with the rows of its unexplained ink; None where there are none."""
    lost = [one.y for one in explained.unexplained]
    if not 0 < len(lost) <= ROW_SEARCH.max_rows:
        return None
    more = replace(page, baselines=tuple(sorted((*page.baselines, *lost))))
    return more, fit_to_ink(more, trace(more))


def _is_followed(line: Trace, ink: InkStretch) -> bool:
    x = np.arange(len(line.y)) * line.step
    inside = line.confidence[(x >= ink.x0) & (x <= ink.x1)] > ROW_SEARCH.sure_confidence
    return bool(inside.mean() >= ROW_SEARCH.min_seen)
