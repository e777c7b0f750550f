"""Ink beside the traced rows is tried as another row; a reading with it is taken only where it fits as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from inked_pages import curve_of, inked_page
from refused import refused

from ecgimg.datamodel.ink import ExplainedInk, InkStretch
from ecgimg.datamodel.page import LayoutMatch, PlacedCell, Scale, Trace, UprightSheet
from ecgimg.errors import Cause, RefusedError
from ecgimg.pipelines import row_search as module
from ecgimg.pipelines.digitize import STEPS
from ecgimg.pipelines.row_search import RowReading, read_rows, sees_curves
from ecgimg.pipelines.step_runner import StepRunner
from ecgimg.stages.explain.ink import find_ink

ZEROS = (250.0, 450.0, 650.0)
PAGE, CURVES = inked_page(ZEROS)
Reported = list[tuple[str, object]]


def traces_of(zeros: tuple[float, ...], confidence: float = 1.0) -> tuple[Trace, ...]:
    """The true curves of some rows of the page."""
    known = {zero: curve_of(y) for zero, y in zip(ZEROS, CURVES, strict=True)}
    nearest = [min(ZEROS, key=lambda one, zero=zero: abs(one - zero)) for zero in zeros]  # type: ignore[misc]
    return tuple(
        Trace(known[at].y.astype(np.float32), np.full(len(known[at].y), confidence, np.float32), 1.0, zero)
        for at, zero in zip(nearest, zeros, strict=True)
    )


def fitting(confidences: dict[int, float]) -> Callable[[UprightSheet, tuple[Trace, ...]], LayoutMatch]:
    """A layout stage that is so sure of pages with so many rows, and refuses others."""

    def find_layout(page: UprightSheet, traces: tuple[Trace, ...]) -> LayoutMatch:
        assert len(page.baselines) == len(traces)
        if len(traces) not in confidences:
            raise RefusedError(Cause.UNKNOWN_LAYOUT, f"{len(traces)} rows", where="layout")
        cells = (PlacedCell("I", 1, 0, False, 0.0, 5.0, 0.0, 1000.0, 250.0),)
        return LayoutMatch("1x1", cells, Scale(25, "text"), Scale(10, "text"), confidences[len(traces)], (), 5.0)

    return find_layout


def read(
    confidences: dict[int, float], seen: float, monkeypatch: pytest.MonkeyPatch, reported: Reported | None = None
) -> RowReading:
    """The reading of the page whose middle row was not found; the trace network is `seen` sure of what it follows."""

    def trace(page: UprightSheet) -> tuple[Trace, ...]:
        lost = {ZEROS[0]: 1.0, ZEROS[2]: 1.0}
        return tuple(one for zero in page.baselines for one in traces_of((zero,), lost.get(zero, seen)))

    monkeypatch.setattr(module, "trace", trace)
    monkeypatch.setattr(module, "fit_to_ink", lambda page, traces: traces)
    page = replace(PAGE, baselines=(ZEROS[0], ZEROS[2]))
    steps = StepRunner(
        lambda step, artifact, *_: None if reported is None else reported.append((step, artifact)), STEPS
    )
    traces = traces_of(page.baselines)
    ink = find_ink(page, [one.curve for one in traces])
    return read_rows(page, traces, ink, fitting(confidences), steps)


@pytest.mark.parametrize(
    ("confidences", "n_rows"), [({2: 0.8, 3: 0.9}, 3), ({2: 0.8, 3: 0.8}, 3), ({3: 0.7}, 3), ({2: 0.9, 3: 0.8}, 2)]
)
def test_a_lost_row_is_read_where_it_fits_as_well(
    confidences: dict[int, float], n_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = read(confidences, 0.9, monkeypatch)
    assert len(reading.traces) == len(reading.page.baselines) == n_rows
    assert reading.match.confidence == confidences[n_rows]
    if n_rows == 3:
        assert reading.page.baselines[1] == pytest.approx(ZEROS[1], abs=8)


def test_ink_on_which_the_trace_network_sees_no_curve_is_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(read({2: 0.5, 3: 0.9}, 0.2, monkeypatch).traces) == 2


def test_a_page_whose_ink_is_all_traced_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(module, "trace")
    traces = traces_of(ZEROS)
    ink = find_ink(PAGE, [one.curve for one in traces])
    reading = read_rows(PAGE, traces, ink, fitting({3: 0.9}), StepRunner(None, STEPS))
    assert reading.page is PAGE


def test_a_refusal_is_that_of_the_rows_that_were_seen_and_its_ink_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: Reported = []
    with refused(Cause.UNKNOWN_LAYOUT, "2 rows"):
        read({}, 0.9, monkeypatch, reported)
    ((_, ink),) = [(step, artifact) for step, artifact in reported if step == "explain"]
    assert isinstance(ink, ExplainedInk)
    assert ink.share == pytest.approx(2 / 3, abs=0.04)


def test_the_trace_network_sees_curves_and_no_lines() -> None:
    def stretch(y: float) -> InkStretch:
        return InkStretch(80.0, 1100.0, y, 120.0, np.zeros((2, 2), np.float32))

    assert sees_curves(PAGE)((stretch(250.0), stretch(350.0), stretch(650.0))) == (True, False, True)


def test_a_page_with_more_lost_rows_than_an_ecg_may_have_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROW_SEARCH", replace(module.ROW_SEARCH, max_rows=0))
    assert len(read({2: 0.5, 3: 0.9}, 0.9, monkeypatch).traces) == 2
