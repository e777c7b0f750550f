"""Which placed formats are right and complete, and what is done to names."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from observed_pages import make_trace, observe_ideal

from ecgimg.layouts import load_layout, load_layouts
from ecgimg.train.layout_evidence.examples import (
    AS_SEEN,
    DROPPED,
    OTHER_STRIPS,
    REORDERED,
    SWAPPED,
    PageVariant,
    candidates,
    is_complete,
    is_right,
    page_variants,
    reversed_precordials,
    true_rows,
    variant_examples,
    with_strips,
)
from ecgimg.train.layout_evidence.pages import ObservedPage, TrueStretch

ALL = load_layouts()


def observed(name: str) -> ObservedPage:
    """A perfect page and its truth."""
    layout = load_layout(name)
    page = observe_ideal(layout, px_per_mm=4.0)
    stretches = []
    for cell in (*layout.cells, *layout.strips):
        x0 = page.left + cell.column * layout.column_seconds * 100.0
        y0 = page.lines[cell.row].baseline_y
        stretches.append(TrueStretch(cell.lead, cell.sign, x0, x0 + cell.seconds * 100.0, y0))
    return ObservedPage(3, "scan", name, tuple(stretches), page)


def as_seen(page: ObservedPage) -> PageVariant:
    return next(iter(page_variants(page)))


@pytest.mark.parametrize(("name", "rivals"), [("3x4+1R", {"3x4"}), ("6x1-cabrera", set()), ("12x1", set())])
def test_only_the_true_format_and_its_parts_are_right(name: str, rivals: set[str]) -> None:
    seen = as_seen(observed(name))
    placed = candidates(seen, ALL)
    assert {one.layout.id for one in placed if is_right(one, seen)} == {name} | rivals
    assert {one.layout.id for one in placed if is_right(one, seen) and is_complete(one, seen)} == {name}


def test_a_format_that_is_shifted_by_a_column_is_wrong() -> None:
    page = observed("3x4")
    seen = as_seen(page)
    right = next(one for one in candidates(seen, ALL) if one.layout.id == "3x4")
    shifted = replace(right, cells=tuple(replace(c, x0=c.x0 + 250, x1=c.x1 + 250) for c in right.cells))
    assert is_right(right, seen)
    assert not is_right(shifted, seen)
    assert not is_right(replace(right, cells=()), seen)


def test_a_row_without_true_stretches_may_be_left_over() -> None:
    seen = as_seen(observed("3x4"))
    page = seen.observations
    text = make_trace(np.full_like(page.lines[0].y, 10.0), 10.0)
    nan = float("nan")
    more = replace(page, lines=(text, *page.lines), begins=(nan, *page.begins), ends=(nan, *page.ends))
    framed = replace(seen, observations=more)
    assert true_rows(framed) == {1, 2, 3}
    placed = [one for one in candidates(framed, ALL) if is_right(one, framed)]
    assert {one.layout.id for one in placed if is_complete(one, framed)} == {"3x4"}


def test_the_variants_of_a_page() -> None:
    page = observed("3x4+1R")
    variants = {variant.kind: variant for variant in page_variants(page)}
    assert variants.keys() == {AS_SEEN, DROPPED, REORDERED, SWAPPED, OTHER_STRIPS}
    seen = page.observations
    assert seen is not None
    assert set(variants[DROPPED].observations.names) <= set(seen.names)
    for kind, changed in ((REORDERED, range(2, 7)), (SWAPPED, range(2, 4))):
        names = zip(seen.names, variants[kind].observations.names, strict=True)
        leads = {one.lead for one, other in names if one.lead != other.lead}
        assert len(leads) in changed
        truth = zip(page.stretches, variants[kind].stretches, strict=True)
        assert {one.lead for one, other in truth if one.lead != other.lead} == leads
    assert list(page_variants(replace(page, observations=None))) == []


def test_no_format_is_right_where_v6_stands_first() -> None:
    page = observed("12x1")
    turned = reversed_precordials(page)
    assert not any(is_right(one, turned) for one in candidates(turned, ALL))


def test_the_true_format_is_right_with_another_strip_than_its_own() -> None:
    page = observed("3x4+1R")
    seen = page.observations
    assert seen is not None
    variant = PageVariant(OTHER_STRIPS, seen, page.stretches, ("V5", "V1", "V2"))
    right = [one for one in candidates(variant, ALL) if is_right(one, variant) and is_complete(one, variant)]
    assert [one.layout.id for one in right] == ["3x4+1R"]
    assert right[0].layout.rhythm == ("V5",)
    assert right[0].features is not None
    assert right[0].features["unusual_strips"] == 1
    assert with_strips(load_layout("3x4"), ("V5",)).rhythm == ()


def test_examples_are_weighted_and_exchanged_names_only_measured() -> None:
    variants = {variant.kind: variant for variant in page_variants(observed("3x4"))}
    seen = list(variant_examples(variants[AS_SEEN], ALL))
    assert Counter(example.is_right for example in seen)[True] == 1
    assert list(variant_examples(variants[SWAPPED], ALL)) == []
    dropped = list(variant_examples(variants[DROPPED], ALL))
    assert {example.cost for example in dropped if not example.is_right} == {3.0}
