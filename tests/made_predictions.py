"""Tables of predictions whose truth is known, drawn for tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ecgimg.train.evaluation.table import Predictions

Row = dict[str, Any]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def binary_rows(count: int, slope: float = 1.0, offset: float = 0.0, seed: int = 0) -> Iterator[Row]:
    """Half validation, half test; log odds N(-1, 1.5), and outcomes whose calibration slope and intercept are known.

    The true log odds are `slope` times the predicted ones plus `offset`.
    """
    rng = np.random.default_rng(seed)
    odds = rng.normal(-1, 1.5, count)
    truth = rng.random(count) < sigmoid(slope * odds + offset)
    for k in range(count):
        split = "validation" if k < count // 2 else "test"
        row = {"id": f"r{k}", "split": split, "target": "stenosis", "task": "binary"}
        yield {**row, "truth": int(truth[k]), "predicted": float(sigmoid(odds[k])), "sex": ("female", "male")[k % 2]}


def survival_rows(count: int, log_ratio: float = 1.0, seed: int = 0) -> Iterator[Row]:
    """Exponential times whose log hazard is `log_ratio` times the predicted N(0, 1); a third is censored or so."""
    rng = np.random.default_rng(seed)
    predicted = rng.normal(size=count)
    time, end = rng.exponential(np.exp(-log_ratio * predicted)), rng.uniform(0.2, 4, count)
    for k in range(count):
        row = {"id": f"r{k}", "split": ("validation", "test")[k % 2], "target": "death", "task": "survival"}
        seen = {"time": float(min(time[k], end[k])), "event": int(time[k] <= end[k])}
        yield {**row, "truth": None, "predicted": float(predicted[k]), **seen}


def regression_rows(count: int, seed: int = 0) -> Iterator[Row]:
    """True values N(5, 1) and predictions of half that spread, off by 0.5, with noise of 0.1."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(5, 1, count)
    predicted = 5.5 + 0.5 * (truth - 5) + rng.normal(0, 0.1, count)
    for k in range(count):
        row = {"id": f"r{k}", "split": "test", "target": "potassium", "task": "regression"}
        yield {**row, "truth": float(truth[k]), "predicted": float(predicted[k]), "age": int(rng.integers(20, 95))}


def ordinal_rows(count: int, seed: int = 0) -> Iterator[Row]:
    """Levels 0 to 3 and expected levels within 0.4 of them, so that the nearest level is always right."""
    rng = np.random.default_rng(seed)
    for k in range(count):
        level = int(rng.integers(4))
        row = {"id": f"r{k}", "split": "test", "target": "grade", "task": "ordinal", "truth": level}
        yield {**row, "predicted": level + float(rng.uniform(-0.4, 0.4))}


def four_targets(count: int = 400) -> Predictions:
    """A table with a target of each task."""
    rows = [*binary_rows(count), *survival_rows(count)]
    for row in (*regression_rows(count), *ordinal_rows(count)):
        rows.append({**row, "id": f"t{row['id']}"})
    by_half = {row["id"]: row["split"] for row in rows if row["target"] == "stenosis"}
    return Predictions.from_rows({**row, "split": by_half.get(row["id"], "test")} for row in rows)
