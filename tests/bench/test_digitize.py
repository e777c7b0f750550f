"""The digitizer's benchmark."""

from __future__ import annotations

import json

import pytest

from ecgimg.bench.digitize import PageScore, as_json, bench_digitize, summarise
from ecgimg.errors import UsageError
from ecgimg.synth.signals import Simulated


def page(number: int, snr: float, found: str | None = "3x4") -> PageScore:
    return PageScore("scan", number, "3x4", found, 0.9, snr, True, True)


def test_slices_tell_means_shares_and_an_interval() -> None:
    whole, layout = summarise([page(0, 1000.0), page(1, 10.0), page(2, 0.0, None), page(3, 100.0, "6x2")])
    assert (whole.name, layout.name) == ("scan", "scan, 3x4")
    assert whole.pages == 4
    assert whole.mean_db == pytest.approx(24.43, abs=0.01)
    assert whole.low_db < whole.mean_db < whole.high_db
    assert (whole.refused, whole.failed) == (0.25, 0.25)
    assert whole.wrong_layout == pytest.approx(1 / 3)
    assert whole.row().count("|") == 9


def test_drawn_pages_go_through_the_whole_chain() -> None:
    told: list[PageScore] = []
    scores = bench_digitize(["clean"], 2, Simulated(3), told.append)
    assert tuple(told) == scores
    assert all(score.found is not None or score.reason for score in scores)
    assert any(score.found == score.layout and score.db > 5 for score in scores)
    assert len(json.loads(json.dumps(as_json(scores)))["pages"]) == 2


def test_an_unknown_preset_is_told() -> None:
    with pytest.raises(UsageError, match="nonsense"):
        bench_digitize(["nonsense"], 1, Simulated(3), print)
