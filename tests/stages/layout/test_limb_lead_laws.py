"""What Einthoven's and Goldberger's laws leave where leads stand right, and where they don't."""

from __future__ import annotations

import pytest
from observed_pages import observe_ideal

from ecgimg.datamodel.page import Scale
from ecgimg.layouts import load_layout
from ecgimg.stages.layout.limb_lead_laws import PART_LAWS, WHOLE_LAWS, law_residual, residual_beyond
from ecgimg.stages.layout.match import place_cells


def placed(shown: str, read: str | None = None) -> tuple:
    """A page of one format, read as another."""
    page, layout = observe_ideal(load_layout(shown)), load_layout(read or shown)
    pitch = layout.column_seconds * 25.0 * page.px_per_mm
    return page, place_cells(page, layout, page.left, pitch, Scale(25.0, "text"))


@pytest.mark.parametrize("law", [*WHOLE_LAWS, *PART_LAWS])
def test_the_laws_hold_for_any_heart(law: dict[str, float]) -> None:
    one, two = 0.7, 1.1
    leads = {"I": one, "II": two, "III": two - one, "aVR": -(one + two) / 2}
    leads |= {"aVL": one - two / 2, "aVF": two - one / 2}
    assert sum(factor * leads[lead] for lead, factor in law.items()) == pytest.approx(0)


@pytest.mark.parametrize(
    ("layout", "whole"), [("6x1", True), ("12x1-cabrera", True), ("6x2-cabrera", True), ("3x4", False)]
)
def test_right_leads_leave_nothing(layout: str, whole: bool) -> None:
    law = law_residual(*placed(layout))
    assert law is not None
    assert law.share < 0.01
    assert law.is_whole == whole


@pytest.mark.parametrize(("shown", "read"), [("6x1-precordial", "6x1"), ("6x1", "6x1-cabrera"), ("3x4-cabrera", "3x4")])
def test_wrong_leads_leave_much(shown: str, read: str) -> None:
    law = law_residual(*placed(shown, read))
    assert law is not None
    assert law.share > 0.1


def test_precordial_leads_have_no_law() -> None:
    assert law_residual(*placed("6x1-precordial")) is None


def test_limb_leads_go_on_beyond_their_column() -> None:
    beyond = residual_beyond(*placed("6x1", "6x2"))
    assert beyond is not None
    assert beyond < 0.01
    other = residual_beyond(*placed("6x2"))
    assert other is not None
    assert other > 0.1
    assert residual_beyond(*placed("6x1")) is None
