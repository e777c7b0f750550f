"""Files that a record owns: whole or unfinished at every moment, and removed when they are outdated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecgimg.io.files import write_atomically
from ecgimg.runs.records import Made, clear_outdated, store
from ecgimg.schemas.common import PageSource
from ecgimg.schemas.owner import UNFINISHED, read_owner
from ecgimg.schemas.screen import ScreenResult

SOURCE = PageSource(file="x.png", sha256="f" * 64, page=1, pages=1, width=8, height=8)


class Killed(BaseException):
    """The process ends here."""


def record(*files: str, sha256: str = SOURCE.sha256) -> ScreenResult:
    source = SOURCE.model_copy(update={"sha256": sha256})
    return ScreenResult(
        source=source, is_ecg=1, readable=1, turn=0, corners=(), findings=(), files=("x.json", *files), seconds=1,
        network="", versions={},
    )  # fmt: skip


def made(folder: Path, *files: str, killed_after: int = 99) -> Made:
    """A record whose files are written one after the other, until the process is killed."""

    def write() -> None:
        for k, name in enumerate(files):
            if k == killed_after:
                raise Killed
            write_atomically(folder / name, b"new")
        if killed_after == len(files):
            raise Killed

    return Made(record(*files), ".json", write)


def test_the_record_is_the_last_file_and_owns_the_others(tmp_path: Path) -> None:
    seen = []

    def write() -> None:
        owner = read_owner(tmp_path / "x.json")
        assert owner is not None
        seen.append((owner.schema_, owner.files, owner.source.sha256))
        assert json.loads((tmp_path / "x.json").read_text())["schema"] == UNFINISHED

    store(Made(record("x.a", "x.b"), ".json", write), tmp_path / "x.json")
    assert seen == [(UNFINISHED, ("x.json", "x.a", "x.b"), SOURCE.sha256)]
    owner = read_owner(tmp_path / "x.json")
    assert owner is not None
    assert owner.is_finished


@pytest.mark.parametrize("killed_after", [0, 1, 2])
def test_whatever_a_killed_run_left_has_an_owner(tmp_path: Path, killed_after: int) -> None:
    store(made(tmp_path, "x.a", "x.old"), tmp_path / "x.json")
    with pytest.raises(Killed):
        store(made(tmp_path, "x.a", "x.b", killed_after=killed_after), tmp_path / "x.json")
    owner = read_owner(tmp_path / "x.json")
    assert owner is not None
    assert not owner.is_finished
    assert {path.name for path in tmp_path.iterdir()} == {"x.json", "x.a", "x.b"} & {
        "x.json", *("x.a", "x.b")[:killed_after]
    }  # fmt: skip
    store(made(tmp_path, "x.a"), tmp_path / "x.json")
    assert {path.name for path in tmp_path.iterdir()} == {"x.json", "x.a"}


def test_files_that_no_record_names_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "x.mine").write_text("somebody's work")
    store(made(tmp_path, "x.a"), tmp_path / "x.json")
    store(made(tmp_path, "x.b"), tmp_path / "x.json")
    assert clear_outdated(tmp_path / "x.json", "", True)
    assert [path.name for path in tmp_path.iterdir()] == ["x.mine"]


@pytest.mark.parametrize(
    ("sha256", "is_refused", "stays"),
    [("f" * 64, False, True), ("", False, True), ("f" * 64, True, False), ("e" * 64, False, False)],
)
def test_the_result_of_another_picture_does_not_stay(
    tmp_path: Path, sha256: str, is_refused: bool, stays: bool
) -> None:
    store(made(tmp_path, "x.a"), tmp_path / "x.json")
    warning = clear_outdated(tmp_path / "x.json", sha256, is_refused)
    assert {path.name for path in tmp_path.iterdir()} == ({"x.json", "x.a"} if stays else set())
    assert warning == ("x.a, x.json of an earlier run stay" if stays else "removed x.a, x.json of an earlier run")


def test_an_unfinished_page_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        store(made(tmp_path, "x.a", killed_after=1), tmp_path / "x.json")
    assert clear_outdated(tmp_path / "x.json", SOURCE.sha256, False) == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "[]", '{"schema": "other/1"}', '{"a": 1}', "\x00"])
def test_a_json_of_others_owns_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    assert read_owner(tmp_path / "x.json") is None
    assert clear_outdated(tmp_path / "x.json", "", True) == ""
    assert (tmp_path / "x.json").read_text() == text
