"""Trees answer as scikit-learn's do, in torch and in ONNX."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor

from ecgimg.networks.finetuned import ModelTarget
from ecgimg.networks.runtime import open_network
from ecgimg.train.common.export import deployable, export_onnx
from ecgimg.train.finetune.boost import SUBSAMPLE, BoostedTrees, grown, rounded_down
from ecgimg.train.finetune.fit import TreeSettings
from ecgimg.train.finetune.model import Mean

SETTINGS = TreeSettings(30, 3, 0.1)
TARGETS = (
    ModelTarget("sick", "", "binary", "", 0),
    ModelTarget("level", "", "ordinal", "", 1, 2),
    ModelTarget("value", "", "regression", "", 3, slope=2.0, offset=5.0),
)


def table(count: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """Features with few values, so that splits fall on them, and targets with gaps."""
    rng = np.random.default_rng(0)
    features = np.round(rng.normal(size=(count, 6)), 1).astype(np.float32)
    score = features[:, 0] + features[:, 1] ** 2 + 0.3 * rng.normal(size=count)
    values = np.stack([score > 1, np.digitize(score, [0.5, 1.5]), 5 + 2 * score], axis=1).astype(np.float64)
    values[:10, 0] = np.nan
    return features, values


def test_trees_answer_as_scikit_learn_does() -> None:
    features, values = table()
    known = np.isfinite(values[:, 0])
    options = {
        "n_estimators": 30, "max_depth": 3, "learning_rate": 0.1, "subsample": SUBSAMPLE, "max_features": "sqrt",
        "random_state": 4,
    }  # fmt: skip
    sick = GradientBoostingClassifier(**options).fit(features[known], values[known, 0]).decision_function(features)
    level = GradientBoostingClassifier(**options).fit(features, values[:, 1] > 1).decision_function(features)
    value = GradientBoostingRegressor(**options).fit(features, (values[:, 2] - 5) / 2).predict(features)
    found = grown(features, values, TARGETS, SETTINGS, 4).logits(features)
    np.testing.assert_allclose(found[:, [0, 2, 3]], np.stack([sick, level, value], axis=1), atol=1e-5)


def test_onnx_answers_as_torch_does(tmp_path: Path) -> None:
    features, values = table()
    model = Mean([BoostedTrees(grown(features, values, TARGETS, SETTINGS, seed)) for seed in (0, 1)])
    path = tmp_path / "trees.onnx"
    export_onnx(deployable(model), {"features": torch.from_numpy(features[:2])}, ["logits"], path, {})
    (found,) = open_network(path, 1).run(features=features)
    np.testing.assert_allclose(found, model(torch.from_numpy(features)), atol=1e-5)
    assert found.shape == (len(features), 4)
    assert np.ptp(found, axis=0).min() > 0.5


def test_a_target_of_one_class_has_its_share_alone() -> None:
    features, values = table()
    values[:, 0] = 1
    found = grown(features, values, TARGETS[:1], SETTINGS, 0).logits(features)
    assert found == pytest.approx(np.log(80.5 / 0.5), rel=1e-5)


def test_a_threshold_that_is_rounded_splits_single_numbers_alike() -> None:
    rng = np.random.default_rng(0)
    thresholds = rng.normal(size=1000)
    near = thresholds.astype(np.float32)
    for number in (near, np.nextafter(near, np.float32(9)), np.nextafter(near, np.float32(-9))):
        np.testing.assert_array_equal(number <= rounded_down(thresholds), number.astype(np.float64) <= thresholds)
