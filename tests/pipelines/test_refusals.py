"""What was seen of a refused page: rows, names, and whether it is mirrored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_pages import flat

from ecgimg.datamodel.page import LeadName, UprightSheet
from ecgimg.errors import Cause, RefusedError
from ecgimg.pipelines import refusals
from ecgimg.pipelines.refusals import is_mirrored, with_what_was_seen
from ecgimg.stages.landmarks.find import find_landmarks
from ecgimg.synth.page.style import PageStyle


@pytest.mark.slow
def test_a_mirrored_page_is_seen_and_an_upright_one_is_not() -> None:
    _, page = flat("3x4+1R", PageStyle(px_per_mm=8.0))
    turned = replace(page.sheet, pixels=np.ascontiguousarray(page.sheet.pixels[:, ::-1]))
    mirrored = find_landmarks(turned)
    assert is_mirrored(mirrored)
    assert not is_mirrored(page)


def named(page: UprightSheet, leads: tuple[str, ...]) -> UprightSheet:
    return replace(page, names=tuple(LeadName(lead, 10.0, 10.0, 0.9) for lead in leads))


def test_a_refusal_gets_rows_and_names(monkeypatch: pytest.MonkeyPatch) -> None:
    _, page = flat("3x4+1R", PageStyle(px_per_mm=8.0))
    monkeypatch.setattr(refusals, "find_landmarks", lambda sheet: named(page, ("I", "II", "III", "V1", "V2", "V3")))
    strip = RefusedError(Cause.STRIP, "1 row", where="layout")
    seen = with_what_was_seen(strip, named(page, ("II", "II", "I"))).refusal
    assert (seen.cause, seen.details, seen.rows, seen.leads) == (Cause.STRIP, "layout: 1 row", 4, ("I", "II"))
    unknown = RefusedError(Cause.UNKNOWN_LAYOUT)
    assert with_what_was_seen(unknown, named(page, ("II",))).refusal.cause is Cause.MIRRORED
    five = named(page, ("I", "II", "III", "V1", "V2"))
    assert with_what_was_seen(unknown, five).refusal.cause is Cause.UNKNOWN_LAYOUT
