"""How the benchmarks write figures: cells of Markdown tables and values of JSON files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ecgimg.train.common.classifier_metrics import Interval

DASH = "&ndash;"
"""The cell of a figure that is not known."""
SIGNED = "{:+.3f}"
"""The form of a difference."""
DECIMALS = 5
"""Decimals of a figure in a JSON file."""


def table_row(cells: Sequence[str]) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def number(value: float, form: str) -> str:
    """A figure in a form such as `{:.1f} ms`; a dash where it is NaN."""
    return DASH if np.isnan(value) else form.format(value)


def percent(value: float) -> str:
    """A share in percent with one decimal; a dash where it is NaN."""
    return number(value, "{:.1%}")


def with_range(score: Interval, form: str) -> str:
    """A score with the bounds of its interval, as `value (low to high)`."""
    return f"{form.format(score.value)} ({form.format(score.low)} to {form.format(score.high)})"


def signed(score: Interval) -> str:
    """A difference with the bounds of its interval."""
    return with_range(score, SIGNED)


def range_or_dash(score: Interval, form: str) -> str:
    """A score with the bounds of its interval; a dash where it is NaN."""
    return DASH if np.isnan(score.value) else with_range(score, form)


def difference_or_dash(score: Interval) -> str:
    """A difference with the bounds of its interval; a dash where it is NaN."""
    return range_or_dash(score, SIGNED)


def score_or_dash(score: Interval) -> str:
    """A score as `value (low-high)`; a dash where it is NaN."""
    return DASH if np.isnan(score.value) else str(score)


def plain(value: Any, decimals: int | None = DECIMALS) -> Any:
    """A value for a JSON file: tuples become lists, NaN becomes null, figures are rounded; None rounds nothing."""
    if isinstance(value, Mapping):
        return {str(name): plain(content, decimals) for name, content in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(content, decimals) for content in value]
    if not isinstance(value, float):
        return value
    if not np.isfinite(value):
        return None
    return value if decimals is None else round(value, decimals)
