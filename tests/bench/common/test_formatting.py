"""Cells of tables and values of JSON files."""

from __future__ import annotations

import math

import numpy as np

from ecgimg.bench.common.formatting import (
    DASH,
    difference_or_dash,
    number,
    percent,
    plain,
    range_or_dash,
    score_or_dash,
    signed,
    table_row,
)
from ecgimg.train.common.classifier_metrics import Interval

NAN = float("nan")
UNKNOWN = Interval(NAN, NAN, NAN)
SCORE = Interval(0.91234, 0.8, 0.95)


def test_figures_that_are_not_known_are_dashes() -> None:
    assert number(NAN, "{:.1f}") == percent(NAN) == score_or_dash(UNKNOWN) == difference_or_dash(UNKNOWN) == DASH
    assert range_or_dash(UNKNOWN, "{:.0f}") == DASH


def test_figures_with_their_intervals() -> None:
    assert (number(2.04, "{:.1f} ms"), percent(0.125)) == ("2.0 ms", "12.5%")
    assert signed(SCORE) == difference_or_dash(SCORE) == "+0.912 (+0.800 to +0.950)"
    assert range_or_dash(SCORE, "{:.0%}") == "91% (80% to 95%)"
    assert score_or_dash(SCORE) == "0.912 (0.800-0.950)"
    assert table_row(["a", "b"]) == "| a | b |"


def test_values_for_json() -> None:
    value = {1: (0.1234567, NAN, math.inf), "text": "abc", "count": 3, "numpy": np.float64(0.5)}
    assert plain(value) == {"1": [0.12346, None, None], "text": "abc", "count": 3, "numpy": 0.5}
    assert plain(value, None)["1"][0] == 0.1234567
