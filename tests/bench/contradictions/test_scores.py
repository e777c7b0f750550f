"""Answers are counted by kind, and stand in a table."""

from __future__ import annotations

import pytest

from ecgimg.bench.contradictions.report import markdown
from ecgimg.bench.contradictions.scores import Answer, score_kinds

ANSWERS = (
    Answer("names", 0, None, reason="no layout"),
    Answer("names", 1, 0.6, ("a",)),
    Answer("names", 2, 0.9, ("a",)),
    Answer("names", 3, 0.8),
    Answer("right", 0, 0.7),
)


def test_answers_are_counted_with_intervals() -> None:
    names, right = score_kinds(ANSWERS)
    assert (names.kind, names.pages) == ("names", 4)
    assert (names.silent.value, names.warned.value, names.refused.value) == (0.25, 0.5, 0.25)
    assert (right.silent.value, right.warned.value, right.refused.value) == (0, 0, 0)
    # Wilson's interval of 2 in 4, by its formula with z = 1.96
    assert (names.warned.low, names.warned.high) == pytest.approx((0.1500, 0.8500), abs=1e-3)


def test_the_table_has_a_line_for_each_kind() -> None:
    lines = markdown(score_kinds(ANSWERS)).splitlines()
    assert lines[2].startswith("| names | 4 | 25% (")
    assert lines[3].startswith("| right | 1 | 0% (")
