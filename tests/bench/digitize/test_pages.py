"""Drawn pages through the whole chain, and what a plan may be."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from made_benches import GOOD, PEAKS, digitized_page
from typer.testing import CliRunner

from ecgimg.bench.digitize.pages import DrawnPlan, bench_drawn, page_score
from ecgimg.cli.app import app
from ecgimg.errors import UsageError


@pytest.mark.slow
def test_drawn_pages_go_through_the_whole_chain_and_are_stored(tmp_path: Path) -> None:
    options = ["bench", "digitize", "-o", str(tmp_path / "out"), "--preset", "clean", "-n", "2"]
    done = CliRunner().invoke(app, options)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("| pages of | pages |")
    rows = (tmp_path / "out/pages.jsonl").read_text().splitlines()
    scores = [page_score(json.loads(row)) for row in rows]
    assert [score.layout for score in scores] == ["12x1", "12x1-cabrera"]
    assert all(score.found is not None or score.reason for score in scores)
    assert any(score.right_layout and score.db > 5 for score in scores)

    plan = DrawnPlan("sim", 9, str(tmp_path / "out"))
    again = bench_drawn(plan, ("clean",), 2, 1, lambda *step: pytest.fail("nothing is left to do"))
    assert [(row.page, row.snr) for row in again] == [(row.page, row.snr) for row in scores]
    with pytest.raises(UsageError, match="another benchmark"):
        bench_drawn(replace(plan, fold=8), ("clean",), 2, 1, lambda *step: None)


def test_an_unknown_preset_or_source_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nonsense"):
        bench_drawn(DrawnPlan("sim", 9, str(tmp_path)), ("nonsense",), 1, 1, lambda *step: None)
    with pytest.raises(UsageError, match="signal source"):
        bench_drawn(DrawnPlan("nothing", 9, str(tmp_path)), ("clean",), 1, 1, lambda *step: None)


def test_a_row_comes_back_from_json_as_it_was() -> None:
    page = replace(digitized_page(3, 20.0), agreement=replace(GOOD, risk=(1, 2), squares=(0.5, 0.25), peaks=PEAKS))
    assert page_score(json.loads(json.dumps(asdict(page)))) == page
    assert page_score(json.loads(json.dumps(asdict(digitized_page(4, None, None))))) == digitized_page(4, None, None)


def test_a_refused_page_is_an_empty_output() -> None:
    refused = digitized_page(0, None, None)
    assert (refused.snr, refused.db, refused.right_layout, refused.wrong_scale) == (0, -30, None, False)
    assert np.isnan(replace(refused, has_truth=False).db)
