"""Real pages by an index: layouts, truths of every rate, and the shared tool's score."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import REPOSITORY, PlainPage
from typer.testing import CliRunner

from ecgimg.bench.common.signal_metrics import to_db
from ecgimg.bench.digitize.real_pages import bench_index, index_page, printed, read_index, read_truth
from ecgimg.cli.app import app
from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.options import RunOptions
from ecgimg.pipelines.digitize import digitize_page
from ecgimg.recording.recording import Recording

HEAD = ("image", "kind", "layout", "truth", "truth_fs", "note")
LAYOUTS = REPOSITORY / "tests/data/no_truth_layouts.csv"


def write_index(path: Path, *rows: tuple[str, ...]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEAD, *(row + ("",) * (len(HEAD) - len(row)) for row in rows)])
    return path


def write_truth(path: Path, mv: np.ndarray) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([[lead.upper() for lead in LEADS], *mv.T.tolist()])


@pytest.mark.slow
def test_pages_with_and_without_truth(tmp_path: Path, plain_png: Path, plain_page: PlainPage) -> None:
    write_truth(tmp_path / "truth.csv", plain_page.truth)
    image = str(plain_png)
    index = write_index(
        tmp_path / "index.csv", (image, "print", "3x4+1R", "truth.csv", "500"), (image, "unknown", "6x2")
    )
    scores = bench_index(index, None, tmp_path / "out", 1, lambda *step: None)
    with_truth, without = scores
    assert with_truth.found == without.found == "3x4+1R"
    assert with_truth.db > 15
    assert with_truth.slices == ("full-rate truth",)
    assert with_truth.agreement is not None
    assert abs(with_truth.agreement.gain - 1) < 0.05
    assert (without.has_truth, without.right_layout) == (False, False)
    rows = (tmp_path / "out/pages.jsonl").read_text()
    again = CliRunner().invoke(app, ["bench", "digitize", "--index", str(index), "-o", str(tmp_path / "out")])
    assert again.exit_code == 0, again.output
    assert (tmp_path / "out/pages.jsonl").read_text() == rows
    assert f"| print | 1 | 0.0% | 0.0% | {with_truth.db:.1f} (" in again.stdout
    assert "| unknown | 1 (0 with truth) | 0.0% | 100.0% | &ndash; |" in again.stdout

    better = tmp_path / "layouts.csv"
    better.write_text(f"image,layout\n{plain_png.name},other: a page for this test\n")
    corrected = bench_index(index, better, tmp_path / "out", 1, lambda *step: None)
    assert [row.right_layout for row in corrected] == [False, False]
    assert not any(row.has_truth for row in corrected)


def test_truths_of_every_rate_become_500_hz(tmp_path: Path) -> None:
    time = np.arange(10_000) / 1000
    fine = np.stack([np.sin(2 * np.pi * time + k) for k in range(12)]).astype(np.float32)
    write_truth(tmp_path / "fine.csv", fine)
    write_truth(tmp_path / "slow.csv", fine[:, ::10])
    gaps = fine[:, ::2].copy()
    gaps[0, 1250:] = np.nan
    Recording(gaps, 500.0).to_wfdb(tmp_path, "gaps")
    for truth in (read_truth(tmp_path / "fine.csv", None), read_truth(tmp_path / "slow.csv", 100.0)):
        assert truth.shape == (12, 5000)
        assert np.abs(truth - fine[:, ::2])[:, 100:-100].max() < 0.01
    wfdb = read_truth(tmp_path / "gaps", None)
    assert np.isnan(wfdb[0, 1250:]).all()
    assert np.isfinite(wfdb[0, :1250]).all()


def test_only_what_a_layout_prints_is_compared() -> None:
    full = np.ones((12, 5000), np.float32)
    shown = np.isfinite(printed(full, "3x4+1R")).sum(axis=1)
    assert shown.tolist() == [5000 if lead == "II" else 1250 for lead in LEADS]
    assert np.isfinite(printed(full, "6x2")).sum(axis=1).tolist() == [2500] * 12
    full[3, 100:] = np.nan
    full[4, 100:] = np.nan
    assert np.array_equal(printed(full, "6x2"), full, equal_nan=True)


def test_a_wrong_index_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no layout '5x5'"):
        read_index(write_index(tmp_path / "a.csv", ("x.png", "k", "5x5")), None, tmp_path)
    (tmp_path / "b.csv").write_text("image,kind\nx.png,k\n")
    for name, match in (("b.csv", "lacks"), ("none.csv", "none.csv")):
        with pytest.raises(UnreadableInputError, match=match):
            read_index(tmp_path / name, None, tmp_path)


def test_an_index_without_truths_may_name_pictures_from_the_folder_above(tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"")
    (folder / "pages.csv").write_text("image,kind,layout\nvendor/a.png,vendor scan,3x4+1R\n")
    (job,) = read_index(folder / "pages.csv", None, tmp_path)
    assert (job.image, job.truth, job.fs) == (str(folder / "a.png"), "", None)


def test_a_missing_picture_is_a_refusal_with_its_reason(tmp_path: Path) -> None:
    (job,) = read_index(write_index(tmp_path / "index.csv", ("none.png", "k", "6x2")), None, tmp_path)
    score = index_page(job, lambda *step: None)
    assert score.found is None
    assert score.reason


def test_every_layout_that_was_written_down_is_one(shared: Path) -> None:
    rows = read_index(shared / "data/paper/index.csv", LAYOUTS, Path())
    layouts = {Path(job.image).name: job.layout for job in rows if "no-truth" in job.image}
    assert len(layouts) == 30
    assert all(layouts.values())


@pytest.mark.slow
def test_the_score_is_the_shared_tool_s(shared: Path, tmp_path: Path) -> None:
    names = {"photos/01067.jpg", "photos/03424.jpg"}
    with (shared / "data/paper/index.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["image"] in names]
    index = tmp_path / "index.csv"
    with index.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        folder = shared / "data/paper"
        writer.writerows(
            row | {"image": str(folder / row["image"]), "truth": str(folder / row["truth"])} for row in rows
        )
    scores = []
    for job in read_index(index, None, tmp_path):
        digitize_page(Path(job.image), 1, RunOptions.read().page, "x").recording.to_wfdb(tmp_path, Path(job.image).stem)
        scores.append(index_page(job, lambda *step: None))
    command = [sys.executable, str(shared / "tools/score.py"), str(tmp_path), str(index)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    theirs = [float(line.split()[1]) for line in lines[:-1]]
    assert [score.db for score in scores] == pytest.approx(theirs, abs=0.1)  # the tool prints one decimal a page
    mean = to_db(float(np.mean([score.snr for score in scores])))
    assert mean == pytest.approx(json.loads(lines[-1])["mean_db"], abs=0.05)
