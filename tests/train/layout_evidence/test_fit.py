"""The fit finds which evidence counts, keeps the sign that each weight may have, and calibrates the decision."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.networks.layout_evidence import FEATURES, LayoutEvidenceModel
from ecgimg.train.layout_evidence.examples import Example
from ecgimg.train.layout_evidence.fit import calibrate, fit, fit_weights

NONE = dict.fromkeys(FEATURES, 0.0)


def made_pages(n: int, seed: int = 0) -> list[list[Example]]:
    """Pages with one right and two wrong formats: names are for the right one, at times for a wrong one too."""
    rng = np.random.default_rng(seed)
    return [
        [
            Example(
                {"sure_right_names": rng.normal(0.9 if k == 0 else 0.3, 0.2), "nameless": float(k == 2)}, k == 0, 1.0
            )
            for k in range(3)
        ]
        for _ in range(n)
    ]


def test_the_fitted_model_decides_other_pages() -> None:
    model = fit(made_pages(200))
    best = [max(page, key=lambda example: model.log_odds(example.features)) for page in made_pages(100, 1)]
    assert np.mean([example.is_right for example in best]) > 0.9
    assert model.weights["sure_right_names"] > 1
    assert model.weights["nameless"] < -0.5


def test_no_weight_has_the_sign_that_it_must_not_have() -> None:
    against = [
        Example({"repeating_strips": float(right), "nameless": float(right)}, not right, 1.0) for right in (0, 1)
    ]
    model = fit_weights(against * 50)
    assert model.weights["repeating_strips"] == 0
    assert model.weights["nameless"] < 0


def test_wrong_formats_that_cost_more_lower_the_odds() -> None:
    examples = [Example({"length_fits": 1.0}, right, 1.0) for right in (True, False)] * 20
    dear = [Example(e.features, e.is_right, 1.0, 1.0 if e.is_right else 4.0) for e in examples]
    assert fit_weights(examples).log_odds({"length_fits": 1.0}) == pytest.approx(0, abs=0.05)
    assert fit_weights(dear).log_odds({"length_fits": 1.0}) == pytest.approx(-np.log(4), abs=0.05)


def test_calibration_makes_the_odds_of_the_best_those_of_a_right_decision() -> None:
    """Three of four pages of the same odds are right."""
    model = LayoutEvidenceModel(NONE | {"length_fits": 1.0}, -5.0)
    pages = [[Example({"length_fits": 1.0}, k % 4 > 0, 1.0), Example({}, False, 1.0)] for k in range(40)]
    assert calibrate(model, pages).confidence({"length_fits": 1.0}) == pytest.approx(0.75, abs=0.01)
