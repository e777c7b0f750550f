"""A kind of run: pages that are done, errors that become failures, and what travels to a worker."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydantic import Field

from ecgimg.datamodel.page import Photo
from ecgimg.errors import Cause, ExitCode, RefusedError
from ecgimg.io.files import hash_file
from ecgimg.options import RunOptions
from ecgimg.pipelines.step_runner import Hook
from ecgimg.runs.diagnose import DIAGNOSE
from ecgimg.runs.digitize import DIGITIZE
from ecgimg.runs.file_names import FileSet
from ecgimg.runs.job import Outcome, PageJob, RunKind, Task, ended_early, follow_steps
from ecgimg.runs.measure import MEASURE
from ecgimg.runs.records import Made
from ecgimg.runs.screen import SCREEN
from ecgimg.schemas.common import PageSource, Part, read_json


class Note(Part):
    schema_: str = Field("ecgimg/note/1", alias="schema")
    source: PageSource
    files: tuple[str, ...]
    text: str


def read(path: Path) -> Note | None:
    return read_json(Note, path)


def files(options: RunOptions) -> tuple[FileSet, ...]:
    return (FileSet(".note.json", ()),)


def make(task: Task, hook: Hook) -> tuple[Made[Note], ...]:
    hook("read", None, 1, 2)
    text = task.job.path.stem
    if text == "refused":
        raise RefusedError(Cause.NO_CURVES, "nothing to see", where="read")
    if text == "large":
        raise MemoryError
    if text == "bug":
        raise ZeroDivisionError("division by\nzero")
    source = PageSource(file="x", sha256=hash_file(task.job.path), page=task.job.page, pages=1, width=8, height=8)
    return (Made(Note(source=source, files=("x.note.json",), text=text), ".note.json", lambda: None),)


def outcome(job: PageJob, note: Note) -> Outcome:
    return Outcome(job.name, str(job.path), job.page, "ok", 99.0, message=note.text)


def is_current(task: Task, note: Note) -> bool:
    return note.text == task.job.path.stem


def preload() -> None:
    pass


KIND = RunKind("note", files, read, make, is_current, outcome, preload)


def task(folder: Path, name: str = "x", **options: object) -> Task:
    path = folder / f"{name}.png"
    if not path.exists():
        Image.new("RGB", (8, 8)).save(path)
    return Task(PageJob(path, 1, name), folder, RunOptions.read(**options))


def silent(step: str, done: int, total: int) -> None:
    pass


def test_work_gives_its_own_seconds_and_steps(tmp_path: Path) -> None:
    steps: list[tuple] = []
    found = KIND.work(task(tmp_path), lambda *step: steps.append(step))
    assert (found.status, found.message, found.skipped) == ("ok", "x", False)
    assert found.seconds < 10
    assert steps == [("read", 1, 2)]


def test_a_page_that_is_done_is_known(tmp_path: Path) -> None:
    assert KIND.before(task(tmp_path)) is None
    KIND.work(task(tmp_path), silent)
    found = ended_early(task(tmp_path), KIND)
    assert found is not None
    assert (found.skipped, found.seconds) == (True, 99.0)
    assert ended_early(task(tmp_path, force=True), KIND) is None


def test_a_record_of_another_picture_or_of_other_settings_does_not_count(tmp_path: Path) -> None:
    KIND.work(task(tmp_path), silent)
    record = tmp_path / "x.note.json"
    record.write_text(record.read_text().replace('"text": "x"', '"text": "other"'))
    assert KIND.before(task(tmp_path)) is None
    KIND.work(task(tmp_path), silent)
    Image.new("RGB", (9, 9)).save(tmp_path / "x.png")
    assert KIND.before(task(tmp_path)) is None


def test_errors_become_outcomes(tmp_path: Path) -> None:
    refused = KIND.work(task(tmp_path, "refused"), silent)
    assert (refused.status, refused.exit_code, refused.details) == ("refused", ExitCode.REFUSED, "read: nothing to see")
    bug = KIND.work(task(tmp_path, "bug"), silent)
    assert (bug.status, bug.exit_code) == ("failed", ExitCode.ALL_FAILED)
    assert "unexpected ZeroDivisionError: division by zero" in bug.reason
    assert "bug.png, after read" in bug.reason
    assert "Traceback" in bug.details


def test_an_import_that_fails_is_a_failed_page(tmp_path: Path) -> None:
    def lack() -> None:
        raise ImportError("no such library")

    found = RunKind("note", files, read, make, is_current, outcome, lack).work(task(tmp_path), silent)
    assert found.status == "failed"
    assert "after the start" in found.reason


@pytest.mark.parametrize("kind", [DIGITIZE, DIAGNOSE, MEASURE, SCREEN])
def test_kinds_travel_to_a_worker(kind: RunKind) -> None:
    work, preload = pickle.loads(pickle.dumps((kind.work, kind.preload)))
    assert work.__self__.columns == kind.columns
    assert preload is kind.preload
    assert kind.files(RunOptions.read())[0].record.endswith(".json")


def test_debug_pictures_are_numbered(tmp_path: Path) -> None:
    photo = Photo(np.zeros((4, 4, 3), np.uint8), tmp_path / "x.png")
    for debug in (False, True):
        hook = follow_steps(task(tmp_path, debug=debug), silent)
        hook("load", photo, 1, 7)
        hook("gate", None, 2, 7)
        folder = tmp_path / "x.debug"
        assert [path.name for path in folder.glob("*")] == (["1-load.png"] if debug else [])


def test_a_page_that_needs_too_much_memory_fails_with_one_line(tmp_path: Path) -> None:
    found = KIND.work(task(tmp_path, "large", max_memory=2.5), silent)
    assert (found.status, found.exit_code, found.details) == ("failed", ExitCode.UNREADABLE_INPUT, "")
    assert "needs more than 2.5 GB of memory; save the picture smaller, or raise --max-memory" in found.reason
