"""What a run finds, and what it calls the pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ecgimg.errors import UnreadableInputError
from ecgimg.recording.recording import Recording
from ecgimg.runs.diagnose import DIAGNOSE
from ecgimg.runs.digitize import DIGITIZE
from ecgimg.runs.plan import find_files, plan_jobs


def draw(path: Path, shade: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), (shade, 0, 0)).save(path)
    return path


def names(inputs: list[str], out: Path) -> list[str]:
    return [job.name for job in plan_jobs(inputs, out, DIGITIZE).jobs]


def test_folders_are_searched_without_what_this_tool_wrote(tmp_path: Path) -> None:
    kept = [draw(tmp_path / "in/a.png"), draw(tmp_path / "in/sub/deep/b.PNG")]
    for name in ("in/a.overlay.png", "in/a.debug/1-load.png", "in/.hidden.png", "in/out/c.png"):
        draw(tmp_path / name)
    (tmp_path / "in/notes.txt").write_text("x")
    assert find_files([str(tmp_path / "in")], tmp_path / "in/out") == kept


def test_globs_and_doubles(tmp_path: Path) -> None:
    a, b = draw(tmp_path / "a.png"), draw(tmp_path / "sub/b.png")
    assert find_files([str(tmp_path / "**/*.png"), str(a)], tmp_path / "out") == [a, b]


def test_a_file_with_brackets_in_its_name_is_no_glob(tmp_path: Path) -> None:
    path = draw(tmp_path / "ecg [1].png")
    assert find_files([str(path)], tmp_path / "out") == [path]


def test_nothing_found(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="no picture or PDF"):
        find_files([str(tmp_path)], tmp_path / "out")


def test_pages_of_a_document(tmp_path: Path) -> None:
    page = Image.new("RGB", (8, 8))
    page.save(tmp_path / "doc.tiff", save_all=True, append_images=[page, page])
    assert names([str(tmp_path / "doc.tiff")], tmp_path / "out") == ["doc", "doc-p2", "doc-p3"]


def test_the_same_stem_twice(tmp_path: Path) -> None:
    inputs = [str(draw(tmp_path / name, k)) for k, name in enumerate(("a/x.png", "b/x.png", "b/X.jpg"))]
    plan = plan_jobs(inputs, tmp_path / "out", DIGITIZE)
    found = [job.name for job in plan.jobs]
    assert found[0] == "x"
    assert len({name.casefold() for name in found}) == 3
    assert all(name.casefold().startswith("x-") for name in found[1:])
    assert len(plan.warnings) == 2
    assert "b/x.png" in plan.warnings[0]
    assert "same stem" in plan.warnings[0]
    assert names(inputs, tmp_path / "out") == found


def test_a_page_of_a_document_against_a_file_of_that_name(tmp_path: Path) -> None:
    page = Image.new("RGB", (8, 8))
    page.save(tmp_path / "x.tiff", save_all=True, append_images=[page])
    draw(tmp_path / "x-p2.png", 9)
    found = names([str(tmp_path / "x.tiff"), str(tmp_path / "x-p2.png")], tmp_path / "out")
    assert found[:2] == ["x", "x-p2"]
    assert found[2].startswith("x-p2-")


@pytest.mark.parametrize("suffix", [".hea", ".csv", ".json", ".overlay.png"])
def test_files_of_others_are_not_overwritten(tmp_path: Path, suffix: str) -> None:
    path = draw(tmp_path / "x.png")
    (tmp_path / f"x{suffix}").write_text("somebody's work")
    plan = plan_jobs([str(path)], tmp_path, DIGITIZE)
    assert plan.jobs[0].name.startswith("x-")
    assert "x is taken" in plan.warnings[0]


def test_an_input_that_is_called_like_an_output(tmp_path: Path) -> None:
    inputs = [str(draw(tmp_path / "x.png")), str(draw(tmp_path / "x.overlay.png"))]
    assert names(inputs, tmp_path)[0].startswith("x-")


def test_a_bad_file_is_a_job_with_its_error(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_text("text")
    jobs = plan_jobs([str(tmp_path / "bad.jpg"), str(draw(tmp_path / "good.png"))], tmp_path / "out", DIGITIZE).jobs
    assert [job.error is None for job in jobs] == [False, True]


def test_recordings_are_inputs_of_a_diagnosis_and_no_pages(tmp_path: Path) -> None:
    recording = Recording(np.zeros((12, 500), np.float32), 500.0)
    recording.to_wfdb(tmp_path, "a")
    recording.to_csv(tmp_path / "b.csv")
    draw(tmp_path / "c.png")
    out = tmp_path / "out"
    found = plan_jobs([str(tmp_path), str(tmp_path / "b.csv"), str(tmp_path / "a.dat")], out, DIAGNOSE)
    assert [(job.path.name, job.error) for job in found.jobs] == [("a.hea", None), ("c.png", None), ("b.csv", None)]
    (job,) = plan_jobs([str(tmp_path / "a")], out, DIGITIZE).jobs
    assert job.path.name == "a.hea"
    assert "is a recording and no page; ecgimg diagnose takes recordings" in str(job.error)
    assert [path.name for path in find_files([str(tmp_path)], out)] == ["c.png"]
