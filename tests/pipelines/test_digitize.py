"""The gate's doubt: a picture that does not look like an ECG page is read where its page is proven."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from refused import refused

from ecgimg.datamodel.page import Photo
from ecgimg.errors import Cause, Refusal, RefusedError
from ecgimg.options import PageOptions
from ecgimg.pipelines import digitize as module
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

    def read_sheet(*args: object) -> str:
        if told.refuses:
            raise RefusedError(Cause.UNKNOWN_LAYOUT, "a double", where="layout")
        return "read"

    monkeypatch.setattr(module, "find_page", find_page)
    monkeypatch.setattr(module, "is_proven", lambda page: told.proven)
    monkeypatch.setattr(module, "_read_sheet", read_sheet)
    monkeypatch.setattr(module, "with_what_was_seen", lambda error, page: error)
    return told


def digitize(doubt: Refusal | None) -> object:
    return module.digitize_photo(PHOTO, PageOptions(), "x", StepRunner(None, module.STEPS), doubt)


def test_a_proven_page_is_read_in_spite_of_the_doubt(seen: SimpleNamespace) -> None:
    assert digitize(DOUBT) == "read"
    assert seen.thorough is False
    assert digitize(None) == "read"
    assert seen.thorough is True


def test_a_page_that_is_not_proven_is_refused_for_the_gate_s_reason(seen: SimpleNamespace) -> None:
    seen.proven = False
    with refused(Cause.NOT_AN_ECG, r"0\.030"):
        digitize(DOUBT)


def test_a_refusal_of_a_later_step_gives_the_gate_s_reason_only_where_the_gate_doubts(seen: SimpleNamespace) -> None:
    seen.refuses = True
    with refused(Cause.NOT_AN_ECG):
        digitize(DOUBT)
    with refused(Cause.UNKNOWN_LAYOUT):
        digitize(None)
