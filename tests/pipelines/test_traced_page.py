"""A page that was traced is read on from, with the result of a full reading with the same corrections."""

from __future__ import annotations

import pickle
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_corrections import corrections

import ecgimg
from ecgimg.corrections import CorrectedPage, Corrections
from ecgimg.errors import Cause, RefusedError, UsageError
from ecgimg.pipelines.traced_page import TracedPage
from ecgimg.recording.recording import Recording

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("traced page")]


@pytest.fixture(scope="session")
def traced(plain_png: Path) -> TracedPage:
    return ecgimg.trace(plain_png)


def of(page: TracedPage, *changes: dict[str, Any]) -> Corrections:
    return corrections(*changes, page=CorrectedPage.of(page.photo).model_dump())


def same(one: Recording, other: Recording) -> bool:
    names = [field.name for field in fields(Recording) if isinstance(getattr(one, field.name), np.ndarray)]
    arrays = all(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in names)
    rest = [field.name for field in fields(Recording) if field.name not in (*names, "geometry")]
    return arrays and all(getattr(one, name) == getattr(other, name) for name in rest)


def test_reading_on_is_reading_in_full(traced: TracedPage, plain_png: Path) -> None:
    before = ecgimg.digitize(traced)
    assert before.geometry is not None
    (cell, points) = before.geometry.curves[0]
    drawn = points[len(points) // 3 : len(points) // 2 : 8] + np.float32([0, 12])
    made = of(
        traced,
        {"kind": "exchange", "leads": ["V1", "V2"]},
        {"kind": "gain", "mm_per_mv": 5},
        {"kind": "redraw", "row": cell.line + 1, "points": drawn.tolist()},
    )
    on, full = ecgimg.digitize(traced, corrections=made), ecgimg.digitize(plain_png, corrections=made)
    assert same(on, full)
    assert not same(on, before)
    assert {lead for lead, _, _ in on.corrected_stretches} == {cell.lead}
    np.testing.assert_array_equal(on.lead("V1"), 2 * before.lead("V2"))
    assert on.warnings[-1].endswith("leads V1 and V2 exchanged, 5 mm/mV, a stretch of row 1 redrawn")
    kept = pickle.loads(pickle.dumps(traced))
    assert same(ecgimg.digitize(kept, corrections=made), full)


def test_no_change_changes_nothing(traced: TracedPage, plain_png: Path) -> None:
    assert same(ecgimg.digitize(traced, corrections=of(traced)), ecgimg.digitize(plain_png))


def test_a_report_goes_on_without_looking_again(traced: TracedPage) -> None:
    steps: list[str] = []
    made = of(traced, {"kind": "rename", "lead": "V1", "to": "V7"})
    report = ecgimg.diagnose(traced, corrections=made, hook=lambda step, *rest: steps.append(step))
    assert steps == ["explain", "assemble", "diagnose", "measure", "interpret", "combine"]
    assert report.screening is traced.screening
    result = report.result()
    assert result.settings.corrections == made
    assert "corrected by the user: lead V1 renamed V7" in result.warnings


def test_what_does_not_fit_is_refused_and_the_page_stays(traced: TracedPage) -> None:
    with pytest.raises(RefusedError) as caught:
        ecgimg.digitize(traced, corrections=of(traced, {"kind": "layout", "layout": "12x1"}))
    assert caught.value.refusal.cause is Cause.GIVEN_LAYOUT
    with pytest.raises(UsageError, match=r"the corrections are of another page than plain\.png"):
        ecgimg.digitize(traced, corrections=corrections())
    layout = ecgimg.digitize(traced, corrections=of(traced, {"kind": "layout", "layout": "3x4+1R"}))
    assert layout.layout_id == "3x4+1R"
