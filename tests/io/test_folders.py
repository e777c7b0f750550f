"""Folders here and in a bucket behave alike: files appear whole, and missing ones are nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from s3_server import serve_s3

from ecgimg.errors import OutputError
from ecgimg.io.folders import Folder, LocalFolder, RemoteFolder, open_folder


@pytest.fixture(params=["here", "bucket"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    if request.param == "here":
        yield open_folder(str(tmp_path / "new/folder"))
        return
    with serve_s3(monkeypatch):
        yield open_folder("s3://pages/new/folder")


def test_files(folder: Folder) -> None:
    with folder.locked():
        assert folder.names() == []
        assert folder.read("a.json") is None
        folder.write("part=1/b.bin", b"1")
        folder.write("a.json", b"old")
        folder.write("a.json", b"new")
        assert folder.names() == ["a.json", "part=1/b.bin"]
        assert folder.read("a.json") == b"new"
        folder.remove("a.json")
        folder.remove("a.json")
        assert folder.names() == ["part=1/b.bin"]


def test_kinds(tmp_path: Path) -> None:
    assert isinstance(open_folder(f"file://{tmp_path}"), LocalFolder)
    assert open_folder(f"file://{tmp_path}/x").place == f"{tmp_path}/x"


def test_what_a_killed_run_left_is_removed_when_the_next_begins(tmp_path: Path) -> None:
    (tmp_path / "part=1").mkdir()
    for name in (".a.json.4711.part", "part=1/.b.bin.4711.part"):
        (tmp_path / name).write_bytes(b"half")
    folder = open_folder(str(tmp_path))
    assert folder.names() == []
    with folder.locked() as is_locked:
        assert is_locked
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
        with pytest.raises(OutputError, match="another run is writing"), open_folder(str(tmp_path)).locked():
            pass


def test_a_bucket_that_is_missing_fails_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_s3(monkeypatch):
        folder = open_folder("s3://nowhere/out")
        assert isinstance(folder, RemoteFolder)
        with pytest.raises(OutputError, match=r"s3://nowhere/out/a: .*check the URI") as caught:
            folder.write("a", b"1")
        assert "\n" not in str(caught.value)
