"""The benchmark of runs over many pages, on few."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.bench.scale.double import draw_pages
from ecgimg.bench.scale.kills import Killed, run_with_kills
from ecgimg.bench.scale.program import main
from ecgimg.bench.scale.report import markdown
from ecgimg.bench.scale.run import ScaleBench, ScalePlan
from ecgimg.io.files import hash_file
from ecgimg.runs.store.read import StoredPages, recording_of

pytest.importorskip("pyarrow")


def test_no_two_pages_are_alike_and_those_that_are_there_stay(tmp_path: Path) -> None:
    paths = sorted(draw_pages(tmp_path, 300).rglob("*.png"))
    assert len({hash_file(path) for path in paths}) == 300
    times = [path.stat().st_mtime_ns for path in paths]
    draw_pages(tmp_path, 301)
    assert [path.stat().st_mtime_ns for path in paths] == times


def test_plan_run_and_resume(tmp_path: Path) -> None:
    pages = str(draw_pages(tmp_path / "pages", 20))
    assert main(["plan", pages])["pages"] == 20
    found = main(["run", pages, str(tmp_path / "store"), "1", "0", "50"])
    assert (found["pages"], found["late"]) == (20, 18)
    draw_pages(tmp_path / "pages", 22)
    resumed = main(["resume", pages, str(tmp_path / "store")])
    assert (resumed["pages"], resumed["new"]) == (20, 1)
    rows = list(StoredPages(str(tmp_path / "store")).rows())
    recordings = [recording_of(row) for row in rows]
    assert len({float(np.nanmax(one.signals)) for one in recordings if one is not None}) == 20


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["2", pytest.param("local:2", marks=pytest.mark.xdist_group("dask"))])
def test_after_kills_every_page_has_one_row_as_undisturbed(tmp_path: Path, workers: str) -> None:
    if workers != "2":
        pytest.importorskip("distributed")
    pages = draw_pages(tmp_path / "pages", 20)
    main(["run", str(pages), str(tmp_path / "undisturbed"), "1", "0", "50"])
    words = ["0.2", "50"]
    found = run_with_kills(pages, tmp_path / "store", tmp_path / "undisturbed", workers, 4, words)
    assert (found.pages, found.rows, found.names, found.same) == (20, 20, 20, 20)
    assert found.kills > 0


def test_the_report_has_every_floor() -> None:
    figures = {"seconds": 10.0, "pages": 200.0, "late": 180.0, "cpu_s": 0.9, "mb": 120.0, "early_mb": 119.0}
    killed = Killed("4", 50, 9, 12, 200, 200, 200, 200)
    cluster = {**figures, "seconds": 11.0}
    real = {**figures, "seconds": 95.0, "late_read_s": 180.0, "tree_mb": 1900.0}
    bench = ScaleBench(ScalePlan(Path("x"), page_s=0.2), figures, figures, figures, cluster, real, (killed,))
    text = markdown(bench)
    assert "| plan 100,000 pages | 10.0 s (0.9 s of the processor), 120 MB | 60 s, 500 MB |" in text
    assert "= 0.91 | 0.9 |" in text
    assert "22 ms, 1.0 % of 2.3 s" in text
    assert "| a run's own time a page, 200 real pages, 2 workers | 56 ms, 5.6 % of 1.0 s | 5 % |" in text
    assert "| 1900 MB | 2,500 MB |" in text
    assert "200 rows, 200 names, 200 as undisturbed | 200 each" in text
