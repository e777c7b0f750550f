"""What a run finds, and what it calls the pages."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import doubles
import numpy as np
import pytest
from PIL import Image

import ecgimg
from ecgimg.errors import UnreadableInputError
from ecgimg.io.files import hash_file, write_atomically
from ecgimg.recording.recording import Recording
from ecgimg.runs.file_names import FILE_SETS, FOLDER_FILES, RECORDING_FILES, FileSet
from ecgimg.runs.inputs import Input, Sources, find_inputs
from ecgimg.runs.job import PageJob
from ecgimg.runs.page_counts import PageCounter
from ecgimg.runs.plan import CountPages, FolderNames, PlaceNames, plan_pages

FILES = (RECORDING_FILES,)
COUNT = PageCounter(doubles.Inline(), 1000, takes_recordings=True)


@dataclass(frozen=True)
class Plan:
    jobs: tuple[PageJob, ...]
    warnings: tuple[str, ...]


def find_files(inputs: list[str], out: Path, takes_recordings: bool = False) -> tuple[list[Path], list[str]]:
    found, warnings = find_inputs(
        Sources(tuple(inputs), lambda: out / "copies", takes_recordings=takes_recordings), out
    )
    return [one.path for one in found], warnings


def plan_jobs(
    inputs: list[str],
    out: Path,
    files: tuple[FileSet, ...],
    count: CountPages = doubles.count_inline,
    takes_recordings: bool = False,
) -> Plan:
    """The pages of a run into a folder, and the warnings about its inputs and their names."""
    found, warnings = find_inputs(
        Sources(tuple(inputs), lambda: out / "copies", takes_recordings=takes_recordings), out
    )
    jobs = tuple(plan_pages(found, FolderNames(out, files, found), count))
    return Plan(jobs, (*warnings, *(job.note for job in jobs if job.note)))


def draw(path: Path, shade: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), (shade, 0, 0)).save(path)
    return path


def names(inputs: list[str], out: Path) -> list[str]:
    return [job.name for job in plan_jobs(inputs, out, FILES).jobs]


def test_folders_are_searched_without_what_this_tool_wrote(tmp_path: Path) -> None:
    kept = [draw(tmp_path / "in/a.png"), draw(tmp_path / "in/sub/deep/b.PNG")]
    for name in (
        "in/a.overlay.png",
        "in/a.report.thumb.jpg",
        "in/a.screen.png",
        "in/a.debug/1-load.png",
        "in/.hidden.png",
        "in/out/c.png",
    ):
        draw(tmp_path / name)
    (tmp_path / "in/notes.txt").write_text("x")
    assert find_files([str(tmp_path / "in")], tmp_path / "in/out") == (kept, [])


def test_globs_and_doubles(tmp_path: Path) -> None:
    a, b = draw(tmp_path / "a.png"), draw(tmp_path / "sub/b.png")
    assert find_files([str(tmp_path / "**/*.png"), str(a)], tmp_path / "out") == ([a, b], [])


def test_a_file_with_brackets_in_its_name_is_no_glob(tmp_path: Path) -> None:
    path = draw(tmp_path / "ecg [1].png")
    assert find_files([str(path)], tmp_path / "out") == ([path], [])


def test_nothing_found(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="no picture or PDF"):
        find_files([str(tmp_path)], tmp_path / "out")


def test_pages_of_a_document(tmp_path: Path) -> None:
    page = Image.new("RGB", (8, 8))
    page.save(tmp_path / "doc.tiff", save_all=True, append_images=[page, page])
    assert names([str(tmp_path / "doc.tiff")], tmp_path / "out") == ["doc", "doc-p2", "doc-p3"]


def test_the_same_stem_twice(tmp_path: Path) -> None:
    inputs = [str(draw(tmp_path / name, k)) for k, name in enumerate(("a/x.png", "b/x.png", "b/X.jpg"))]
    plan = plan_jobs(inputs, tmp_path / "out", FILES)
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
    plan = plan_jobs([str(path)], tmp_path, FILES)
    assert plan.jobs[0].name.startswith("x-")
    assert "x is taken" in plan.warnings[0]


def test_an_input_that_is_called_like_an_output(tmp_path: Path) -> None:
    inputs = [str(draw(tmp_path / "x.png")), str(draw(tmp_path / "x.overlay.png"))]
    assert names(inputs, tmp_path)[0].startswith("x-")


def test_a_bad_file_is_a_job_with_its_error(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_text("text")
    jobs = plan_jobs([str(tmp_path / "bad.jpg"), str(draw(tmp_path / "good.png"))], tmp_path / "out", FILES).jobs
    assert [job.error is None for job in jobs] == [False, True]


def test_recordings_are_inputs_of_a_diagnosis_and_no_pages(tmp_path: Path) -> None:
    recording = Recording(np.zeros((12, 500), np.float32), 500.0)
    recording.to_wfdb(tmp_path, "a")
    recording.to_csv(tmp_path / "b.csv")
    draw(tmp_path / "c.png")
    out = tmp_path / "out"
    inputs = [str(tmp_path), str(tmp_path / "b.csv"), str(tmp_path / "a.dat")]
    found = plan_jobs(inputs, out, FILES, COUNT, takes_recordings=True)
    assert [(job.path.name, job.error) for job in found.jobs] == [("a.hea", None), ("c.png", None), ("b.csv", None)]
    (job,) = plan_jobs([str(tmp_path / "a")], out, FILES).jobs
    assert job.path.name == "a.hea"
    assert "is a recording and no page; ecgimg diagnose and measure take recordings" in str(job.error)
    assert [path.name for path in find_files([str(tmp_path)], out)[0]] == ["c.png"]


def test_recordings_that_a_run_wrote_are_no_inputs_of_the_next(tmp_path: Path) -> None:
    recording = Recording(np.zeros((12, 500), np.float32), 500.0)
    page = draw(tmp_path / "a b.png")
    recording.to_wfdb(tmp_path, "a b")
    ecgimg.write(recording, tmp_path, "dicom", name="a b")
    ecgimg.write(recording, tmp_path, "dicom", name="other")
    everything = ["a b.dcm", "a b.png", "a_b.hea", "other.dcm"]
    assert [path.name for path in find_files([str(tmp_path)], tmp_path, takes_recordings=True)[0]] == everything
    owned(tmp_path, "a b", ".json", page, "a b.json", "a_b.hea", "a_b.dat", "a b.dcm")
    found = find_files([str(tmp_path)], tmp_path, takes_recordings=True)[0]
    assert [path.name for path in found] == ["a b.png", "other.dcm"]
    assert [path.name for path in find_files([str(tmp_path)], tmp_path)[0]] == ["a b.png"]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.edf")
    (job,) = plan_jobs([str(tmp_path)], tmp_path, FILES, COUNT, takes_recordings=True).jobs
    assert "is a pipe, not a file" in str(job.error)


def test_an_input_without_a_picture_beside_good_ones_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    inputs = [str(draw(tmp_path / "a.png")), str(tmp_path / "*.tiff"), str(tmp_path / "empty")]
    plan = plan_jobs(inputs, tmp_path / "out", FILES)
    assert [job.name for job in plan.jobs] == ["a"]
    assert plan.warnings == tuple(f"no picture or PDF in {text}" for text in inputs[1:])


@pytest.mark.parametrize("name", ["summary.png", "Summary.PNG", "index.jpg"])
def test_no_page_has_the_name_of_a_file_of_the_folder(tmp_path: Path, name: str) -> None:
    plan = plan_jobs([str(draw(tmp_path / name))], tmp_path / "out", (RECORDING_FILES,))
    (job,) = plan.jobs
    files = {f"{job.name}{suffix}".casefold() for one in FILE_SETS for suffix in one.suffixes}
    assert not files & {*FOLDER_FILES}


def test_names_that_no_file_can_have_cost_only_themselves(tmp_path: Path) -> None:
    good = draw(tmp_path / "a.png")
    inputs = [str(good), str(tmp_path / ("x" * 300)) + ".png"]
    jobs = plan_jobs(inputs, tmp_path / "out", FILES).jobs
    assert [(job.name[:3], job.error is None) for job in jobs] == [("a", True), ("xxx", False)]


@pytest.mark.parametrize("stem", [b"a\xff", b"a\n", b"\x1b[31m", b"x" * 251, "é".encode() * 125])
def test_names_that_can_not_be_used_are_changed_and_stay_the_same(tmp_path: Path, stem: bytes) -> None:
    path = tmp_path / os.fsdecode(stem + b".png")
    draw(path)
    plan = plan_jobs([str(path)], tmp_path / "out", FILES)
    (job,) = plan.jobs
    assert job.error is None
    assert re.search(r"-[0-9a-f]{8}$", job.name)
    assert len(job.name.encode()) < 190
    assert "its name can't be used as it is" in plan.warnings[0]
    assert plan_jobs([str(path)], tmp_path / "out", FILES).jobs[0].name == job.name


def owned(out: Path, name: str, suffix: str, source: Path, *files: str) -> None:
    """A record of a page, as an unfinished run leaves it."""
    whose = {"file": str(source), "sha256": hash_file(source), "page": 1}
    text = json.dumps({"schema": "ecgimg/unfinished/1", "source": whose, "files": files})
    write_atomically(out / f"{name}{suffix}", text.encode())


@pytest.mark.parametrize("written", FILE_SETS)
@pytest.mark.parametrize("suffix", [".json", ".report.json", ".screen.json"])
def test_a_name_is_the_same_page_for_every_command(tmp_path: Path, suffix: str, written: FileSet) -> None:
    first, second, out = draw(tmp_path / "a/x.png", 1), draw(tmp_path / "b/x.png", 2), tmp_path / "out"
    owned(out, "x", suffix, first)
    assert plan_jobs([str(first)], out, (written,)).jobs[0].name == "x"
    assert plan_jobs([str(second)], out, (written,)).jobs[0].name.startswith("x-")


def test_an_unfinished_page_has_its_name(tmp_path: Path) -> None:
    path, out = draw(tmp_path / "x.png"), tmp_path / "out"
    owned(out, "x", ".json", path, "x.json", "x.dat")
    (out / "x.dat").write_text("half")
    assert names([str(path)], out) == ["x"]
    (out / "x.hea").write_text("somebody's work")
    assert names([str(path)], out)[0].startswith("x-")


def test_names_in_a_store_depend_on_the_place_alone(tmp_path: Path) -> None:
    names = PlaceNames()
    found = [Input(tmp_path / "a/x.png"), Input(tmp_path / "b/x.png"), Input(tmp_path / "copy/x.png", "s3://b/x.png")]
    taken = [names.take(one, 1)[0] for one in found]
    assert len({*taken}) == 3
    assert all(re.fullmatch(r"x-[0-9a-f]{16}", name) for name in taken)
    assert [names.take(one, 1)[0] for one in reversed(found)] == taken[::-1]
    assert names.take(found[0], 3) == (f"{taken[0]}-p3", "")
    assert names.take(Input(tmp_path / "elsewhere/x.png", "s3://b/x.png"), 1)[0] == taken[2]


def test_an_id_is_the_name_unless_it_could_be_that_of_a_page(tmp_path: Path) -> None:
    names, path = PlaceNames(), tmp_path / "x.png"
    assert names.take(Input(path, id="patient 7"), 1)[0] == "patient 7"
    assert names.take(Input(path, id="a"), 2)[0] == "a-p2"
    assert re.fullmatch(r"a-p2-[0-9a-f]{16}", names.take(Input(path, id="a-p2"), 1)[0])
    assert re.fullmatch(r"a_-[0-9a-f]{16}", names.take(Input(path, id="a\n"), 1)[0])


def test_ids_are_names_in_a_folder_too(tmp_path: Path) -> None:
    found = [Input(draw(tmp_path / "x.png"), id="one"), Input(draw(tmp_path / "x.png"), id="summary")]
    names = FolderNames(tmp_path / "out", FILES, found)
    assert names.take(found[0], 1) == ("one", "")
    assert names.take(found[1], 1)[0].startswith("summary-")


def test_a_document_is_counted_when_its_turn_comes(tmp_path: Path) -> None:
    counted: list[str] = []

    def count(one: Input) -> int:
        counted.append(one.path.name)
        return 2

    found = [Input(tmp_path / f"{k}.pdf") for k in range(3)]
    pages = plan_pages(found, PlaceNames(), count)
    first = [next(pages), next(pages)]
    assert [(job.page, job.pages) for job in first] == [(1, 2), (2, 2)]
    assert counted == ["0.pdf"]
    done = {PlaceNames().take(found[1], 1)[0]: 5}
    assert len(list(plan_pages(found, PlaceNames(), count, done))) == 2 + 5 + 2
    assert "1.pdf" not in counted
