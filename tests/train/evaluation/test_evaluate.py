"""Evaluations of drawn tables: their scores are the known ones, and small or one-sided tables have reasons."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import made_predictions as made
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.train.evaluation.checklist import TO_FILL
from ecgimg.train.evaluation.decision import useful_range
from ecgimg.train.evaluation.evaluate import evaluate
from ecgimg.train.evaluation.result import Score, TargetEvaluation
from ecgimg.train.evaluation.settings import EvaluationSettings, parse_cuts, parse_range
from ecgimg.train.evaluation.table import Predictions, Split

QUICK = EvaluationSettings(draws=40)


def only(rows: Iterable[dict[str, Any]], settings: EvaluationSettings = QUICK) -> TargetEvaluation:
    """The evaluation of a table of one target."""
    (one,) = evaluate(Predictions.from_rows(rows), settings).targets
    return one


def assert_near(score: Score, truth: float, reach: float) -> None:
    """A score is near the truth, and its interval holds it."""
    assert score.interval is not None, score.reason
    assert score.interval.low < truth < score.interval.high
    assert abs(score.interval.value - truth) < reach


@pytest.fixture(scope="module")
def calibrated() -> TargetEvaluation:
    return only(made.binary_rows(6000))


def test_right_probabilities_are_calibrated(calibrated: TargetEvaluation) -> None:
    assert_near(calibrated.score("calibration_slope"), 1, 0.1)
    assert_near(calibrated.score("calibration_intercept"), 0, 0.12)
    assert_near(calibrated.score("observed_to_expected"), 1, 0.07)
    assert calibrated.score("calibration_error").interval.value < 0.03
    assert [group.n for group in calibrated.calibration] == [300] * 10
    within = [g.observed.low < g.predicted < g.observed.high for g in calibrated.calibration]
    assert sum(within) >= 8


@pytest.mark.slow
def test_the_slope_and_intercept_of_extreme_and_shifted_probabilities_are_found() -> None:
    one = only(made.binary_rows(6000, slope=0.5))
    assert_near(one.score("calibration_slope"), 0.5, 0.06)
    shifted = only(made.binary_rows(6000, offset=0.8))
    assert_near(shifted.score("calibration_intercept"), 0.8, 0.12)
    assert shifted.score("observed_to_expected").interval.low > 1


def test_auroc_is_that_of_scikit_learn_with_ties_and_of_theory(calibrated: TargetEvaluation) -> None:
    rows = [{**row, "predicted": round(row["predicted"], 1)} for row in made.binary_rows(600)]
    test = [row for row in rows if row["split"] == "test"]
    expected = roc_auc_score([row["truth"] for row in test], [row["predicted"] for row in test])
    assert only(rows).score("auroc").interval.value == pytest.approx(expected, abs=1e-12)
    grid = np.random.default_rng(9).normal(-1, 1.5, 20000)
    risk = made.sigmoid(grid)
    order = np.argsort(grid)
    others = np.cumsum((1 - risk)[order])
    theory = float((risk[order] * others).sum() / (risk.sum() * (1 - risk).sum()))
    assert_near(calibrated.score("auroc"), theory, 0.02)


def test_thresholds_are_frozen_on_validation_and_hold_on_test(calibrated: TargetEvaluation) -> None:
    rows = list(made.binary_rows(6000))
    rng = np.random.default_rng(1)
    other_test = [{**row, "predicted": float(rng.random())} if row["split"] == "test" else row for row in rows]
    assert only(other_test).thresholds == calibrated.thresholds
    sensitivity, specificity = (calibrated.operating_points[k] for k in (0, 2))
    assert sensitivity.sensitivity.interval.value == pytest.approx(0.95, abs=0.02)
    assert specificity.specificity.interval.value == pytest.approx(0.90, abs=0.02)


def test_strata_have_the_observed_risk_and_likelihood_ratio(calibrated: TargetEvaluation) -> None:
    assert [stratum.name for stratum in calibrated.strata] == ["low", "intermediate", "high"]
    assert sum(stratum.n for stratum in calibrated.strata) == 3000
    prior = calibrated.counts.events / (3000 - calibrated.counts.events)
    for stratum in calibrated.strata:
        odds = stratum.risk.value / (1 - stratum.risk.value)
        assert stratum.likelihood_ratio.value == pytest.approx(odds / prior)
        assert stratum.likelihood_ratio.low < stratum.likelihood_ratio.value < stratum.likelihood_ratio.high
    low, _, high = calibrated.strata
    assert low.risk.high < 0.1 < 0.5 < high.risk.low


def test_presets_that_one_threshold_meets_make_two_strata() -> None:
    rows = [{**row, "predicted": 0.2 + 0.6 * row["truth"] + 0.001 * k / 400} for k, row in enumerate(
        made.binary_rows(400))]  # fmt: skip
    one = only(rows)
    assert one.thresholds.rule_in == one.thresholds.rule_out
    assert [(stratum.name, stratum.risk.value) for stratum in one.strata] == [("low", 0), ("high", 1)]
    assert one.strata[0].risk.high > 0
    assert one.strata[1].likelihood_ratio is None
    assert one.operating_points[0].sensitivity.interval.low < 1


def test_the_decision_curve_is_the_formula(calibrated: TargetEvaluation) -> None:
    test = [row for row in made.binary_rows(6000) if row["split"] == "test"]
    truth = np.array([row["truth"] for row in test])
    predicted = np.array([row["predicted"] for row in test])
    for point in calibrated.decision[::7]:
        t, share = point.threshold, truth.mean()
        positive = predicted >= t
        expected = (positive & (truth == 1)).mean() - (positive & (truth == 0)).mean() * t / (1 - t)
        assert point.model.value == pytest.approx(expected)
        assert point.model.low <= point.model.value <= point.model.high
        assert point.treat_all == pytest.approx(share - (1 - share) * t / (1 - t))
        assert point.gain.value == pytest.approx(expected - max(point.treat_all, 0))
    assert useful_range(calibrated.decision)[1] == pytest.approx(0.5)


def test_a_prevalence_weights_the_decision_curve_as_sampling_would() -> None:
    rows = list(made.binary_rows(2000))
    prevalence = sum(row["truth"] for row in rows if row["split"] == "test") / 1000
    whole = only(rows).decision[10]
    halved = [row for k, row in enumerate(rows) if row["truth"] == 1 or k % 2]
    again = only(halved, replace(QUICK, prevalence=prevalence)).decision[10]
    assert again.treat_all == pytest.approx(whole.treat_all)
    assert again.model.value == pytest.approx(whole.model.value, abs=0.01)
    assert only(halved).decision[10].model.value > whole.model.value + 0.05


def test_a_useless_model_is_of_no_use() -> None:
    rng = np.random.default_rng(2)
    rows = [{**row, "predicted": float(rng.random())} for row in made.binary_rows(2000)]
    one = only(rows, replace(QUICK, draws=200))
    assert_near(one.score("auroc"), 0.5, 0.06)
    assert useful_range(one.decision) is None


def test_intervals_draw_patients_and_not_records() -> None:
    rows = list(made.binary_rows(600))
    copies = [{**row, "id": f"{row['id']}-{k}", "patient": row["id"]} for row in rows for k in range(5)]
    once, often = only(rows), only(copies)
    for first, second in (
        (once.score("auroc").interval, often.score("auroc").interval),
        (once.strata[0].risk, often.strata[0].risk),
        (once.strata[0].likelihood_ratio, often.strata[0].likelihood_ratio),
    ):
        assert second.value == pytest.approx(first.value)
        assert second.high - second.low == pytest.approx(first.high - first.low, rel=0.05)
    assert (often.counts.records, often.counts.patients) == (1500, 300)


def test_net_reclassification_against_a_baseline() -> None:
    rng = np.random.default_rng(3)
    rows = [{**row, "baseline": float(rng.random())} for row in made.binary_rows(2000)]
    compared = only(rows).reclassification
    scores = {score.name: score.interval for score in compared.scores}
    assert scores["auroc_gain"].low > 0.2
    assert scores["strata_nri"].low > 0
    assert scores["nri"].value == pytest.approx(scores["nri_events"].value + scores["nri_others"].value)
    assert sum(map(sum, compared.events)) + sum(map(sum, compared.others)) == 1000
    same = only([{**row, "baseline": row["predicted"]} for row in rows]).reclassification
    assert {score.interval.value for score in same.scores} == {0}
    assert only([{**row, "baseline": None if k == 1500 else 0.5} for k, row in enumerate(rows)]).notes == (
        "No net reclassification: 1 records have no baseline.",
    )


def test_survival_has_the_known_hazard_and_the_curves_part() -> None:
    one = only(made.survival_rows(2000, log_ratio=1.0))
    assert_near(one.score("calibration_slope"), 1, 0.12)
    assert one.score("c_index").interval.low > 0.65
    curves = one.survival.curves
    assert [curve.stratum for curve in curves] == ["low", "intermediate", "high"]
    ratios = [curve.hazard_ratio for curve in curves]
    assert ratios[0] is None
    assert 1 < ratios[1].low < ratios[1].value < ratios[2].low
    assert one.survival.p < 1e-6
    assert all(np.diff(curve.survival).max() <= 0 for curve in curves)
    useless = only(made.survival_rows(600, log_ratio=0.0))
    assert useless.survival.p > 0.01
    assert_near(useless.score("calibration_slope"), 0, 0.2)


def test_regression_and_ordinal_scores_are_the_known_ones() -> None:
    one = only(made.regression_rows(1000))
    assert_near(one.score("mean_error"), 0.5, 0.05)
    assert one.score("pearson").interval.value == pytest.approx(0.5 / np.hypot(0.5, 0.1), abs=0.01)
    assert one.score("calibration_slope").interval.value == pytest.approx(0.5 / (0.25 + 0.01), rel=0.02)
    assert {group.value for group in one.subgroups} == {"18 to below 40", "40 to below 65", "65 to below 80", "80 and above"}  # fmt: skip  # noqa: E501
    graded = only(made.ordinal_rows(200))
    assert graded.score("weighted_kappa").interval.value == 1
    assert graded.score("exact").interval.value == 1


def test_missing_truths_are_left_out_and_counted() -> None:
    rows = [{**row, "truth": None if k % 10 == 0 else row["truth"]} for k, row in enumerate(made.binary_rows(1000))]
    one = only(rows)
    assert (one.counts.rows, one.counts.left_out, one.counts.records) == (500, 50, 450)
    assert one.score("auroc").n == 450


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (list(made.binary_rows(2)), "events"),
        ([{**row, "truth": 0} for row in made.binary_rows(200)], "0 events and 100 others; at least 10 of each"),
        ([{**row, "truth": None} for row in made.binary_rows(200)], "0 events and 0 others"),
        (list(made.survival_rows(6)), "at least 10 are needed"),
        (list(made.regression_rows(1)), "1 records; at least 10 are needed"),
    ],
)
def test_too_few_cases_are_a_reason_and_no_number(rows: list[dict[str, Any]], reason: str) -> None:
    one = only(rows)
    assert one.scores
    assert all(score.interval is None and reason in score.reason for score in one.scores)
    assert one.notes
    assert (one.strata, one.decision, one.subgroups) == ((), (), ())


def test_small_subgroups_and_small_validation_are_reasons() -> None:
    rows = [{**row, "sex": "female" if k < 505 else "male"} for k, row in enumerate(made.binary_rows(1000))]
    few = {group.value: group.scores[0] for group in only(rows).subgroups}
    assert few["female"].interval is None
    assert few["female"].n == 5
    assert few["male"].interval is not None
    tests = [row for row in made.binary_rows(1000) if row["split"] == "test" or row["id"] in ("r1", "r2")]
    assert only(tests).thresholds is None
    assert any(note.startswith("No strata: validation has") for note in only(tests).notes)


def test_without_validation_or_without_test_there_are_no_strata() -> None:
    rows = list(made.binary_rows(400))
    for split, words in ((Split.TEST, "no validation rows"), (Split.VALIDATION, "without test rows")):
        table = Predictions.from_rows(row for row in rows if row["split"] == split)
        found = evaluate(table, QUICK)
        (one,) = found.targets
        assert one.strata == ()
        assert words in " ".join(one.notes)
        assert one.split == split
        assert any("no test rows" in warning for warning in found.warnings) == (split == Split.VALIDATION)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_one_prediction_for_all_is_no_crash(value: float) -> None:
    one = only([{**row, "predicted": value} for row in made.binary_rows(400)])
    assert one.score("auroc").interval.value == 0.5
    assert one.score("calibration_slope").interval is None
    assert len(one.calibration) == 1
    json.loads(evaluate(Predictions.from_rows(made.binary_rows(200)), QUICK).to_json())


def test_numeric_columns_need_bounds_and_bounds_need_numbers() -> None:
    rows = [{**row, "rate": k} for k, row in enumerate(made.binary_rows(400))]
    assert any("--cut rate:A,B" in note for note in only(rows).notes)
    cut = only(rows, replace(QUICK, cuts=parse_cuts(["rate:300"])))
    assert [g.value for g in cut.subgroups if g.column == "rate"] == ["below 300", "300 and above"]
    with pytest.raises(UnreadableInputError, match="row 201, column age: 'old' is no number"):
        only([{**row, "age": "old"} for row in rows])


def test_the_checklist_is_filled_as_far_as_known() -> None:
    table = Predictions.from_rows(made.binary_rows(200))
    items = evaluate(table, QUICK, {"Ethics": "Waived.", "1": "A model of stenosis."}).checklist
    assert len(items) == 27
    texts = {item.number: item.text for item in items}
    assert (texts[17], texts[1], texts[2]) == ("Waived.", "A model of stenosis.", TO_FILL)
    assert "stenosis 0 of 100" in texts[11]
    for wrong in ("28", "Ethic"):
        with pytest.raises(UsageError, match="no item of the checklist"):
            evaluate(table, QUICK, {wrong: "x"})


@pytest.mark.parametrize(
    "wrong",
    [{"sensitivity": 1.0}, {"prevalence": 0.0}, {"draws": 3}, {"decision_to": 1.0}, {"cuts": (("age", (5.0, 1.0)),)}],
)
def test_settings_that_can_not_be_are_errors(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="can't be"):
        EvaluationSettings(**wrong)


@pytest.mark.parametrize("text", ["0.1", "a-b", "0.1-0.2-0.3"])
def test_a_range_of_another_form_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match="--thresholds"):
        parse_range(text)
    with pytest.raises(UsageError, match="--cut"):
        parse_cuts([text])


@pytest.mark.slow
def test_no_torch_is_loaded() -> None:
    code = "import sys, ecgimg.train.evaluation.write, ecgimg.train.evaluation.evaluate; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
