"""Verdicts of expressions, and what an expression may not hold."""

from __future__ import annotations

import pytest
from made_measurements import measured

from ecgimg.findings.measurements import Missing, Shape
from ecgimg.findings.protocol import RuleVerdict
from ecgimg.stages.interpret.expression import Above, Evaluator
from ecgimg.stages.interpret.grammar import parse
from ecgimg.stages.interpret.quantities import Quantities

MET, NOT_MET = RuleVerdict.MET, RuleVerdict.NOT_MET
INDETERMINATE, NOT_ASSESSABLE = RuleVerdict.INDETERMINATE, RuleVerdict.NOT_ASSESSABLE


def verdict(text: str, deviations: float = 1.0, **figures: float | Missing) -> RuleVerdict:
    evaluator = Evaluator(Quantities(measured(**figures)), {"above": Above(MET)}, 200.0, deviations)
    return evaluator.verdict(parse(text, frozenset({"above"})))


@pytest.mark.parametrize(
    ("pr", "expected"),
    [(220.0, MET), (180.0, NOT_MET), (204.0, INDETERMINATE), (196.0, INDETERMINATE), (Missing.NO_P, NOT_ASSESSABLE)],
)
def test_a_limit_inside_the_uncertainty_leaves_a_comparison_open(pr: float | Missing, expected: RuleVerdict) -> None:
    assert verdict("pr > limit", PR_interval=pr) is expected


def test_without_deviations_the_values_alone_decide() -> None:
    assert verdict("pr > limit", 0.0, PR_interval=204.0) is MET


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pr > limit and qrs < 100", NOT_ASSESSABLE),
        ("pr > limit and qrs > 100", NOT_MET),
        ("pr > limit or qrs < 100", MET),
        ("pr > limit or qrs > 100", NOT_ASSESSABLE),
        ("not pr > limit", NOT_ASSESSABLE),
        ("above and not qrs > 100", MET),
        ("-30 <= qrs_axis <= 90", MET),
    ],
)
def test_what_is_missing_decides_only_where_the_rest_does_not(text: str, expected: RuleVerdict) -> None:
    assert verdict(text, PR_interval=Missing.NO_P) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at_least(2, [V1, V2], s > 0.5)", MET),
        ("at_least(3, chest, s > 0.5)", NOT_MET),
        ("contiguous(2, chest, s > 0.5)", MET),
        ("contiguous(2, [V1, V3, V2], s > 0.5)", NOT_MET),
        ("V1.s + largest([V5, V6], r) > 1.5", MET),
        ("at_least(1, chest, lead in [V3] and s > 0.5)", NOT_MET),
    ],
)
def test_leads_are_counted(text: str, expected: RuleVerdict) -> None:
    assert verdict(text) is expected


def test_a_sum_has_the_uncertainty_of_both_terms() -> None:
    quantities = Quantities(measured({"V1": Shape(s=-1.0)}))
    number = Evaluator(quantities, {}).number(parse("V1.s + V5.r", frozenset()))
    assert number.value == pytest.approx(1.8)
    assert number.deviation == pytest.approx(0.02 * 2**0.5, rel=0.05)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')", "V1.real > 1", "r.V1 > 1", "V1.r.s > 1", "pr in [V1]", "lead in pr", "lead in [pr]",
        "lead > 1", "1 < lead + pr", "lead > [V1]", "pr.real > 1", "pr > '1'", "exec(1)", "qrs > hidden",
        "lambda: 1", "pr > 1 if qrs else 2", "at_least(2, chest)", "[pr for pr in qrs]", "pr >",
        "pr > 1 and " * 100 + "pr > 1",
    ],
)  # fmt: skip
def test_nothing_but_measurements_is_parsed(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(text)
