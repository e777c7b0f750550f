"""Each piece of evidence makes the right features and sentences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from observed_pages import make_trace, observe_ideal

from ecgimg.datamodel.page import Scale
from ecgimg.layouts import load_layout
from ecgimg.networks.layout_evidence import FEATURES
from ecgimg.stages.layout.evidence import (
    Evidence,
    beyond_evidence,
    halves_evidence,
    halves_likeness,
    law_evidence,
    length_evidence,
    name_evidence,
    nameless_evidence,
    score_layout,
    stray_evidence,
    stray_kind,
    strip_evidence,
    sum_features,
)
from ecgimg.stages.layout.limb_lead_laws import LawResidual
from ecgimg.stages.layout.match import place_cells
from ecgimg.stages.layout.names import NameCounts
from ecgimg.stages.layout.strips import StripLikeness

LAYOUT = load_layout("3x4+1R")
PAGE = observe_ideal(LAYOUT)
CELLS = place_cells(PAGE, LAYOUT, PAGE.left, 62.5 * PAGE.px_per_mm, Scale(25.0, "text"))


def test_the_right_format_has_all_evidence_for_it() -> None:
    cells, evidence = score_layout(PAGE, LAYOUT, CELLS, 250.0)
    features = sum_features(evidence)
    assert features.keys() <= FEATURES.keys()
    assert features["length_fits"] == features["repeating_strips"] == 1
    assert features["sure_right_names"] == pytest.approx(13 / 12)
    assert features["unusual_strips"] == features["missing_columns"] == features["sure_wrong_names"] == 0
    assert features["log_law_residual"] == pytest.approx(np.log(0.1))
    assert "nameless" not in features
    assert cells == CELLS
    texts = [one.text for one in evidence]
    assert texts[:3] == [
        "250 mm long", "13 of 13 lead names read, 0 against", "strip II repeats its cell (r = 1.00)",
    ]  # fmt: skip


def test_another_length_is_no_evidence() -> None:
    assert length_evidence(PAGE, 250.0)[0].features == {"length_fits": 1.0}
    assert length_evidence(PAGE, 270.0) == ()


def test_a_page_without_names_says_nothing_about_them() -> None:
    assert name_evidence(replace(PAGE, names=()), NameCounts(13), NameCounts(13)) == ()


def test_names_are_shares() -> None:
    identified = NameCounts(6, sure_right=3, unsure_wrong=1, missing_columns=2, sure_idle=1)
    (one,) = name_evidence(PAGE, NameCounts(6, sure_right=3, sure_wrong=1), identified)
    assert one.text == "3 of 6 lead names read, 1 against"
    assert one.features["sure_right_names"] == pytest.approx(1 / 2)
    assert one.features["unsure_wrong_names"] == one.features["sure_idle_names"] == pytest.approx(1 / 6)
    assert one.features["missing_columns"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("r", "feature"),
    [(0.99, "repeating_strips"), (0.8, "similar_strips"), (0.2, "unlike_strips"), (None, "incomparable_strips")],
)
def test_strips_by_likeness(r: float | None, feature: str) -> None:
    usual, unusual = (strip_evidence(LAYOUT, (StripLikeness(lead, r),))[0] for lead in ("II", "V1"))
    assert usual.features == {feature: 1.0, "unusual_strips": 0.0}
    assert unusual.features == {feature: 1.0, "unusual_strips": 1.0}


def test_names_strips_or_laws_prove_the_leads() -> None:
    none, read = NameCounts(13), NameCounts(13, unsure_right=1)
    like, unlike = (StripLikeness("II", 0.9),), (StripLikeness("II", 0.5),)
    assert nameless_evidence(LAYOUT, CELLS, none, unlike, None)[0].features == {"nameless": 1.0}
    assert nameless_evidence(LAYOUT, CELLS, none, (), None) != ()
    assert nameless_evidence(LAYOUT, CELLS, read, unlike, None) == ()
    assert nameless_evidence(LAYOUT, CELLS, none, like, None) == ()
    assert nameless_evidence(LAYOUT, CELLS, none, (*like, *unlike), None) != ()


@pytest.mark.parametrize(("layout", "proved"), [("12x1", 0.04), ("6x1", 0.04), ("6x1-cabrera", 0.009)])
def test_laws_prove_limb_leads_of_one_column(layout: str, proved: float) -> None:
    form = load_layout(layout)
    page = observe_ideal(form)
    cells = place_cells(page, form, page.left, 250.0 * page.px_per_mm, Scale(25.0, "text"))
    none = NameCounts(len(cells))
    assert nameless_evidence(form, cells, none, (), LawResidual(proved, True)) == ()
    assert nameless_evidence(form, cells, none, (), LawResidual(1.3 * proved, True)) != ()
    assert nameless_evidence(form, cells, none, (), LawResidual(proved, False)) != ()


def test_halves_are_judged_by_the_number_of_columns() -> None:
    one, several = load_layout("12x1"), load_layout("6x2")
    assert halves_evidence(one, 0.95)[0].features == {"alike_halves_of_one_column": 1.0}
    assert halves_evidence(one, 0.3)[0].features == {"alike_halves_of_one_column": -1.0}
    assert halves_evidence(several, 0.96)[0].features == {"alike_halves_of_columns": 1.0}
    assert halves_evidence(several, 0.5)[0].features == {"alike_halves_of_columns": -1.0}
    assert halves_evidence(several, None) == ()


@pytest.mark.parametrize(("layout", "low", "high"), [("12x1", 0.99, 1.01), ("6x2", -1.0, 0.9)])
def test_halves_of_one_lead_are_alike(layout: str, low: float, high: float) -> None:
    form = load_layout(layout)
    page = observe_ideal(form)
    pitch = form.column_seconds * 25.0 * page.px_per_mm
    likeness = halves_likeness(page, place_cells(page, form, page.left, pitch, Scale(25.0, "text")))
    assert likeness is not None
    assert low < likeness < high


def test_unseen_halves_have_no_likeness() -> None:
    blank = tuple(make_trace(np.full_like(line.y, np.nan), line.baseline_y) for line in PAGE.lines)
    assert halves_likeness(replace(PAGE, lines=blank), CELLS) is None


def test_the_law_s_feature_falls_to_a_floor() -> None:
    values = [law_evidence(LawResidual(share, True))[0].features["log_law_residual"] for share in (0, 0.05, 0.5, 1, 2)]
    assert values == pytest.approx([np.log(0.1), np.log(0.1), 0, np.log(2), np.log(2)])
    assert law_evidence(LawResidual(0.123, False))[0].text == "Einthoven's law leaves 12 %"
    assert law_evidence(None) == ()


def test_what_goes_on_beyond_the_column() -> None:
    features = [beyond_evidence(residual)[0].features["laws_beyond_column"] for residual in (0, 0.01, 0.03, 0.2, 0.5)]
    assert features[:2] == [1, 1]
    assert 0.5 < features[2] < 1
    assert features[3:] == [0, 0]
    assert [bool(beyond_evidence(residual)[0].text) for residual in (0.03, 0.05)] == [True, False]
    assert beyond_evidence(None) == ()


def test_stray_rows_by_kind() -> None:
    q, curve = PAGE.px_per_mm, PAGE.lines[3]
    known = np.isfinite(curve.y)
    slope = np.where(known, 100 + 0.01 * np.arange(len(known)), np.nan)
    text = np.where(np.arange(len(known)) < PAGE.left + 60 * q, curve.y, np.nan)
    assert stray_kind(PAGE, curve) == "stray_curves"
    assert stray_kind(PAGE, make_trace(slope, 100.0)) == "stray_straight_lines"
    assert stray_kind(PAGE, make_trace(text, 100.0)) == "stray_texts"
    assert stray_kind(PAGE, make_trace(np.full_like(curve.y, np.nan), 100.0)) == "stray_texts"
    (both,) = stray_evidence(PAGE, (curve, curve))
    assert both == Evidence({"stray_curves": 2.0}, "2 rows left over")
    assert stray_evidence(PAGE, ()) == ()


def test_features_of_one_name_are_added() -> None:
    assert sum_features([Evidence({"a": 1.0}), Evidence({"a": 2.0, "b": 0.5}), Evidence()]) == {"a": 3.0, "b": 0.5}
