"""Scores of completions: exact leads are left out, better is better, and tables have a row for each lead."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.bench.complete.conditions import Condition, conditions, estimated
from ecgimg.bench.complete.report import markdown
from ecgimg.bench.complete.scores import CompleteBench, correlations, score_part
from ecgimg.datamodel.leads import LEADS
from ecgimg.train.common.classifier_metrics import once, patient_draws

BY_NAME = {one.name: one for one in conditions()}


def rows(*leads: str) -> tuple[int, ...]:
    return tuple(LEADS.index(lead) for lead in leads)


def test_leads_that_follow_exactly_are_not_scored() -> None:
    page = BY_NAME["page 3x4+II"]
    assert page.parts[0].rows == page.parts[1].rows == rows("V1", "V2", "V3", "V4", "V5", "V6")
    assert page.parts[2].rows == rows("I", "III", "aVR", "aVL", "aVF", "V4", "V5", "V6")
    assert BY_NAME["I, II, V2 for 10 s"].parts[0].rows == rows("V1", "V3", "V4", "V5", "V6")
    assert len(BY_NAME["II, V1, V5 for 10 s"].parts[0].rows) == 9
    assert estimated(np.ones((12, 5), bool)) == ()


@pytest.fixture(scope="module")
def condition() -> Condition:
    return BY_NAME["I, II, V2 for 10 s"]


def test_the_method_with_smaller_errors_is_better_on_every_lead(condition: Condition) -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 1, (30, 12, 1000))
    made = {name: truth + rng.normal(0, size, truth.shape) for name, size in (("linear", 0.5), ("complete", 0.1))}
    weights = np.concatenate([once(30), patient_draws(np.arange(30) // 2, 50)])
    part = score_part(condition.parts[0], truth, made, weights)
    assert [one.lead for one in part.leads] == ["V1", "V3", "V4", "V5", "V6"]
    assert all(one.is_better for one in part.leads)
    assert part.leads[0].mse == pytest.approx((0.25, 0.01), rel=0.1)
    assert part.leads[0].mae == pytest.approx((0.4, 0.08), rel=0.1)
    assert part.leads[0].mse_gain.low < part.leads[0].mse_gain.value < part.leads[0].mse_gain.high
    other = score_part(condition.parts[0], truth, {"linear": made["complete"], "complete": made["linear"]}, weights)
    assert not any(one.is_better for one in other.leads)
    table = markdown(CompleteBench(9, 30, 15, (part,), ()))
    assert "5 of 5" in table
    assert table.count("\n| V") == 5


def test_a_level_lead_has_no_correlation() -> None:
    found = correlations(np.array([[1.0, 2, 3], [1, 1, 1]]), np.array([[2.0, 4, 6], [1, 2, 3]]))
    assert found[0] == pytest.approx(1)
    assert np.isnan(found[1])
