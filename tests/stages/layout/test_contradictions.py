"""Each contradiction gives a warning that names its leads; right pages give none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from observed_pages import leads_mv, make_trace, observe_ideal

from ecgimg.datamodel.page import LayoutMatch, LeadName, PlacedCell, Scale
from ecgimg.layouts import Layout, layout_ids, load_layout
from ecgimg.stages.layout.contradictions import (
    contradicted,
    contradicted_anew,
    find_contradictions,
    impossible_laws,
    several_ecgs,
    without_other_leads,
)
from ecgimg.stages.layout.match import place_cells
from ecgimg.stages.layout.observations import PageObservations, samples

Placed = tuple[PageObservations, tuple[PlacedCell, ...], Layout]


def placed(name: str, names: Mapping[str, str] | None = None) -> Placed:
    """An ideal page of a format, with some names in place of others, and its cells."""
    layout = load_layout(name)
    page = observe_ideal(layout)
    printed = tuple(replace(one, lead=(names or {}).get(one.lead, one.lead)) for one in page.names)
    page = replace(page, names=printed)
    pitch = layout.column_seconds * 25.0 * page.px_per_mm
    return page, place_cells(page, layout, page.left, pitch, Scale(25.0, "text")), layout


def contradictions(page: PageObservations, cells: tuple[PlacedCell, ...], layout: Layout) -> tuple[str, ...]:
    return find_contradictions(page, cells, layout.seconds * 25.0)


def moved(placed: Placed, source: str, target: str, factor: float = 1.0) -> Placed:
    """The page with the curve of one cell drawn in another one's place too."""
    page, cells, layout = placed
    one, other = (next(c for c in cells if c.lead == lead and not c.is_strip) for lead in (source, target))
    curve = samples(page.lines[one.line], one.x0, one.x1) - one.y0
    line = page.lines[other.line]
    y = line.y.copy()
    y[round(other.x0) : round(other.x0) + len(curve)] = other.y0 + factor * curve
    lines = (*page.lines[: other.line], make_trace(y, line.baseline_y), *page.lines[other.line + 1 :])
    return replace(page, lines=lines), cells, layout


@pytest.mark.parametrize("name", layout_ids())
def test_right_pages_have_none(name: str) -> None:
    page, cells, layout = placed(name)
    assert contradictions(page, cells, layout) == ()
    assert without_other_leads(page, cells) == cells
    assert impossible_laws(page, cells) == ()
    assert several_ecgs(page) <= len(layout.rhythm)


def test_a_contradiction_lowers_the_confidence() -> None:
    _, cells, _ = placed("6x1")
    scale = Scale(25.0, "text")
    match = LayoutMatch("6x1", cells, scale, scale, 0.99, (), 5.0)
    assert contradicted(match) is match
    lowered = contradicted(contradicted(match, "a"), "b", "c")
    assert lowered.contradictions == ("a", "b", "c")
    assert lowered.confidence < 0.8


@pytest.mark.parametrize(("one", "other"), [("V1", "V3"), ("aVL", "aVF"), ("I", "V6")])
def test_two_names_exchanged(one: str, other: str) -> None:
    (warning,) = contradictions(*placed("12x1", {one: other, other: one}))
    assert "stand in each other's place" in warning
    assert {one, other} < set(warning.replace(":", "").split())


def test_a_name_in_the_place_of_another_lead_and_not_in_its_own() -> None:
    found = contradictions(*placed("6x1", {"III": "V1"}))
    assert found == ("lead V1 is printed where the page's format has III; check the page",)


def test_one_misread_name_is_no_contradiction() -> None:
    assert contradictions(*placed("12x1", {"V3": "V5"})) == ()


def test_a_misread_name_is_no_contradiction_where_its_lead_is_named_a_little_off_the_line() -> None:
    page, cells, layout = placed("3x4+1R", {"II": "I"})
    names = tuple(
        replace(one, y=one.y - 3.0 * page.px_per_mm) if one.y == page.names[0].y else one for one in page.names
    )
    assert contradictions(replace(page, names=names), cells, layout) == ()


def test_other_leads_are_left_out_and_named() -> None:
    page, cells, layout = placed("3x4+1R", {"V4": "V4R", "V5": "V5R", "V6": "V6R"})
    (warning,) = contradictions(page, cells, layout)
    assert warning.startswith("the page names V4R, V5R and V6R where a 12-lead ECG has V4, V5 and V6")
    left = {cell.lead for cell in without_other_leads(page, cells)}
    assert left == {cell.lead for cell in cells} - {"V4", "V5", "V6"}


def test_a_chest_lead_in_a_limb_lead_s_place_is_left_out() -> None:
    page, cells, layout = moved(placed("6x2", {"III": "V1"}), "V1", "III")
    assert {cell.lead for cell in cells} - {cell.lead for cell in without_other_leads(page, cells)} == {"III"}
    assert any("V1 where a 12-lead ECG has III" in text for text in contradictions(page, cells, layout))


def test_a_wrong_name_on_a_curve_that_obeys_the_laws_leaves_nothing_out() -> None:
    page, cells, _ = placed("6x2", {"III": "V1"})
    assert without_other_leads(page, cells) == cells


@pytest.mark.parametrize(
    ("named", "left_out"),
    [
        ({"V1": ("V7", 0.7)}, set()),
        ({"V1": ("V7", 0.7), "V2": ("V8", 0.7)}, {"V1", "V2"}),
        ({"V1": ("V7", 0.95), "V2": ("V8", 0.7)}, {"V1", "V2"}),
    ],
)
def test_one_unsure_other_name_leaves_nothing_out(named: dict[str, tuple[str, float]], left_out: set[str]) -> None:
    page, cells, _ = placed("3x4")
    read = [(named.get(n.lead, (n.lead, n.confidence)), n) for n in page.names]
    names = tuple(LeadName(lead, n.x, n.y, confidence) for (lead, confidence), n in read)
    left = {cell.lead for cell in without_other_leads(replace(page, names=names), cells)}
    assert {cell.lead for cell in cells} - left == left_out


def test_limb_leads_that_break_their_laws() -> None:
    page, cells, layout = moved(placed("6x2"), "V1", "III")
    (warning,) = contradictions(page, cells, layout)
    assert warning.startswith("leads I, II, III, aVR, aVL and aVF contradict each other")
    page, cells, layout = moved(placed("3x4"), "II", "aVF")
    (warning,) = contradictions(page, cells, layout)
    assert warning.startswith("leads aVR, aVL and aVF contradict each other")


def test_limb_leads_without_a_relation_are_impossible() -> None:
    found = placed("3x4")
    for lead in ("I", "III", "aVR", "aVL", "aVF"):
        found = moved(found, "II", lead, -1.0 if lead == "I" else 1.0)
    assert impossible_laws(*found[:2]) == ("aVR, aVL and aVF",)


def test_a_strip_of_another_lead() -> None:
    page, cells, layout = placed("3x4+1R")
    strip = cells[-1]
    noise = np.random.default_rng(0).normal(0, 20, len(page.lines[-1].y)).astype(np.float32)
    page = replace(page, lines=(*page.lines[:-1], make_trace(strip.y0 + noise, strip.y0)))
    assert contradictions(page, cells, layout) == ("the rhythm strip II does not repeat lead II; check the page",)


def test_chest_leads_with_the_same_curve() -> None:
    assert contradictions(*moved(placed("6x2"), "V2", "V5")) == ("leads V2 and V5 show the same curve; check the page",)


def test_rows_that_are_too_short() -> None:
    page, cells, layout = placed("3x4+1R")
    short = replace(page, ends=tuple(end - 20.0 * page.px_per_mm for end in page.ends))
    (warning,) = contradictions(short, cells, layout)
    assert warning.startswith("the rows are 20 mm shorter")
    cut_off = replace(short, ends=(float("nan"),) * len(page.ends))
    assert contradictions(cut_off, cells, layout) == ()


def test_columns_that_show_the_same_seconds() -> None:
    page, cells, layout = placed("3x4+1R")
    mv, lines = leads_mv(20.0), list(page.lines)
    for cell in cells:
        if cell.is_strip:
            continue
        seconds = np.arange(round(cell.x1 - cell.x0)) / (25 * page.px_per_mm)
        y = lines[cell.line].y.copy()
        first = round(cell.x0)
        heights = np.interp(seconds, np.arange(len(mv[cell.lead])) / 250, mv[cell.lead])
        y[first : first + len(seconds)] = cell.y0 - 10 * page.px_per_mm * heights
        lines[cell.line] = make_trace(y, cell.y0)
    found = contradictions(replace(page, lines=tuple(lines)), cells, layout)
    assert any("the same seconds" in text for text in found)


def test_names_of_another_ecg() -> None:
    page, cells, layout = placed("3x4+1R")
    beside = tuple(replace(name, x=name.x + 320 * page.px_per_mm) for name in page.names)
    page = replace(page, names=(*page.names, *beside))
    (warning,) = contradictions(page, cells, layout)
    assert warning.startswith("another ECG stands beside this one, with 12 lead names")
    assert several_ecgs(page) == 12


def test_leads_that_the_user_named_are_judged_by_their_curves_and_no_more_by_printed_names() -> None:
    page, cells, layout = placed("3x4+1R", {"V1": "V3", "V3": "V1"})
    match = LayoutMatch("3x4+1R", cells, Scale(25.0, "text"), Scale(10.0, "text"), 0.95, (), layout.seconds)
    disputed = contradicted(match, *contradictions(page, cells, layout))
    assert disputed.confidence < 0.8
    names = {"V1": "V3", "V3": "V1"}
    right = replace(disputed, cells=tuple(replace(c, lead=names.get(c.lead, c.lead), line=c.line + 2) for c in cells))
    settled = contradicted_anew(right, page, 2)
    assert (settled.confidence, settled.contradictions, settled.fit) == (0.95, (), None)
    assert settled.cells == right.cells
    names = {"I": "II", "II": "I"}
    wrong = replace(disputed, cells=tuple(replace(c, lead=names.get(c.lead, c.lead)) for c in cells))
    assert any("contradict each other" in text for text in contradicted_anew(wrong, page, 0).contradictions)
