"""`bench digitize` on rows of an earlier run: scored and written, and no page is drawn again."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from made_benches import digitized_page

from ecgimg.bench.digitize import run
from ecgimg.bench.digitize.pages import SEED, DrawnPlan, OnProgress, PageScore, networks
from ecgimg.errors import UsageError


def test_stored_rows_are_scored_and_written(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps({"source": "sim", "fold": 9, "seed": SEED, "networks": networks()}))
    rows = [digitized_page(0, 100.0), digitized_page(1, None, None)]
    (tmp_path / "pages.jsonl").write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows))
    bench = run.run_drawn(DrawnPlan("sim", 9, str(tmp_path)), ["scan"], 2, 1, lambda text: pytest.fail(text))
    assert (bench.groups[0].pages, bench.groups[0].refused) == (2, 0.5)
    assert (tmp_path / "digitize.md").read_text().startswith("| pages of | pages |")
    assert (tmp_path / "digitize.json").is_file()


def test_each_page_is_one_line_of_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = (digitized_page(0, 100.0), digitized_page(1, None, None))

    def index(index: Path, layouts: None, out: Path, processes: int, on_progress: OnProgress) -> tuple[PageScore, ...]:
        for done, page in enumerate(pages, 1):
            on_progress(page, done, len(pages))
        return pages

    monkeypatch.setattr(run, "bench_index", index)
    lines: list[str] = []
    run.run_index(Path("index.csv"), None, tmp_path, 1, lines.append)
    assert lines == ["1/2 scan-0 3x4: 3x4, confidence 0.95, 20.0 dB", "2/2 scan-1 3x4: refused: "]
    monkeypatch.setattr(run, "bench_index", lambda *given: ())
    with pytest.raises(UsageError, match="no pages"):
        run.run_index(Path("index.csv"), None, tmp_path, 1, lines.append)
