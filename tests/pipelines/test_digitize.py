"""The gate's doubt: a picture that does not look like an ECG page is read where its page is proven."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from refused import refused

from ecgimg.datamodel.page import Photo, PrintedScales
from ecgimg.errors import Cause, Refusal, RefusedError, UsageError
from ecgimg.options import PageOptions
from ecgimg.pipelines import digitize
from ecgimg.pipelines import traced_page as module
from ecgimg.pipelines.digitize import STEPS, digitize_traced
from ecgimg.pipelines.step_runner import StepRunner

PHOTO = Photo(np.full((30, 40, 3), 220, np.uint8), Path("x.png"))
DOUBT = Refusal(Cause.NOT_AN_ECG, "screen: probability of an ECG page 0.030")


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the steps see; `thorough` is how the page was looked for."""
    told = SimpleNamespace(proven=True, refuses=False, thorough=None)

    def find_page(photo: Photo, steps: StepRunner, thorough: bool) -> object:
        told.thorough = thorough
        return SimpleNamespace(baselines=(1.0, 2.0), names=())

    def read_rows(page: object, *args: object) -> object:
        if told.refuses:
            raise RefusedError(Cause.UNKNOWN_LAYOUT, "a double", where="layout")
        return SimpleNamespace(page=page, traces=(), match=SimpleNamespace(curves_of=lambda traces: ()))

    monkeypatch.setattr(module, "find_page", find_page)
    monkeypatch.setattr(module, "is_proven", lambda page: told.proven)
    monkeypatch.setattr(module, "_traced", lambda page, steps: (page, ()))
    monkeypatch.setattr(module, "read_scales", lambda page: PrintedScales())
    monkeypatch.setattr(module, "find_ink", lambda page, curves: np.zeros((2, 2), bool))
    monkeypatch.setattr(module, "read_rows", read_rows)
    monkeypatch.setattr(module, "parts_by_names", lambda page: None)
    monkeypatch.setattr(module, "_with_parts", lambda page, photo: page)
    monkeypatch.setattr(module, "with_what_was_seen", lambda error, page: error)
    return told


def traced(doubt: Refusal | None, photo: Photo = PHOTO) -> module.TracedPage:
    return module.trace_photo(photo, PageOptions(), StepRunner(None, STEPS), doubt)


def cause(doubt: Refusal | None) -> tuple[Cause | None, str]:
    """Why a page is refused, and the details."""
    page = traced(doubt)
    assert page.placed is None
    assert page.refusal is not None
    return page.refusal.cause, page.refusal.details


def test_a_proven_page_is_read_in_spite_of_the_doubt(seen: SimpleNamespace) -> None:
    assert traced(DOUBT).refusal is None
    assert traced(DOUBT).placed is not None
    assert seen.thorough is False
    assert traced(None).placed is not None
    assert seen.thorough is True


def test_a_page_that_is_not_proven_is_refused_for_the_gate_s_reason(seen: SimpleNamespace) -> None:
    seen.proven = False
    assert cause(DOUBT) == (Cause.NOT_AN_ECG, "screen: probability of an ECG page 0.030")


def test_a_refusal_of_a_later_step_gives_the_gate_s_reason_only_where_the_gate_doubts(seen: SimpleNamespace) -> None:
    seen.refuses = True
    assert cause(DOUBT)[0] is Cause.NOT_AN_ECG
    assert cause(None) == (Cause.UNKNOWN_LAYOUT, "layout: a double")


def test_a_traced_page_that_is_refused_can_not_be_digitized() -> None:
    page = module.TracedPage(PHOTO, PageOptions(), refusal=Refusal(Cause.NO_GRID, "straighten: none"))
    with refused(Cause.NO_GRID, "none"):
        digitize_traced(page, PageOptions(), "x", StepRunner(None, STEPS))


PARTS = ((0, 0, 40, 12), (0, 12, 40, 30))
REST = Refusal(Cause.SEVERAL_ECGS, "a double")


@pytest.fixture
def two_ecgs(seen: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A photo of two ECGs; the double stands for where one is proven, and where one can be read."""
    told = SimpleNamespace(proven=PARTS, readable=PARTS, read=[])

    def read_sheet(empty: module.TracedPage, upright: object, *args: object) -> module.TracedPage:
        told.read.append(upright)
        return empty if upright in told.readable else replace(empty, refusal=REST)

    monkeypatch.setattr(module, "parts_by_names", lambda page: PARTS)
    monkeypatch.setattr(module, "ecg_in", lambda photo, box, steps: box if box in told.proven else None)
    monkeypatch.setattr(module, "_read_sheet", read_sheet)
    return told


def test_of_two_ecgs_the_first_is_the_page_and_the_other_the_next(two_ecgs: SimpleNamespace) -> None:
    first = traced(None)
    assert (first.refusal, first.parts, first.photo.ecgs) == (None, PARTS, 2)
    second = traced(None, replace(PHOTO, page=2))
    assert (second.refusal, second.parts, second.photo.ecgs) == (None, PARTS[::-1], 2)
    assert two_ecgs.read == [PARTS[0], PARTS[0], PARTS[1]]


def test_the_first_of_two_ecgs_is_one_that_can_be_read(two_ecgs: SimpleNamespace) -> None:
    two_ecgs.readable = PARTS[1:]
    assert (traced(None).refusal, traced(None).parts) == (None, PARTS[::-1])
    second = traced(None, replace(PHOTO, page=2))
    assert (second.refusal, second.parts) == (REST, PARTS)


def test_an_ecg_beyond_the_sheet_is_read_apart_from_it(
    two_ecgs: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "parts_by_names", lambda page: None)
    monkeypatch.setattr(module, "_with_parts", lambda page, photo: replace(page, parts=PARTS[::-1]))
    page = traced(None)
    assert (page.refusal, page.parts, page.photo.ecgs) == (None, PARTS, 2)
    assert two_ecgs.read[-1] == PARTS[0]


def test_names_that_stand_twice_are_no_second_ecg_where_none_is_proven(two_ecgs: SimpleNamespace) -> None:
    two_ecgs.proven = PARTS[:1]
    assert traced(None).parts is None
    with pytest.raises(UsageError, match="has no page 2"):
        traced(None, replace(PHOTO, page=2))


def test_a_page_of_two_ecgs_names_the_other_one() -> None:
    page = module.TracedPage(replace(PHOTO, page=2, pages=3, ecgs=2), PageOptions(), parts=PARTS)
    (note,) = digitize._notes(page)
    assert note == "another ECG is in this picture, within x 0 to 40, y 12 to 30: it is page 5"
