"""Inputs by URI and by list: none twice, and each with its place, its copy and its id."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from s3_server import S3, serve_s3

from ecgimg.errors import UnreadableInputError
from ecgimg.runs.inputs import Input, Sources, find_inputs


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    with serve_s3(monkeypatch) as server:
        yield server


def test_a_folder_of_a_bucket_is_searched_for_pages(s3: S3, tmp_path: Path) -> None:
    for name in ("in/a.png", "in/sub/b.JPG", "in/a.overlay.png", "in/.hidden.png", "in/notes.txt", "in/r.edf"):
        s3.put(name, b"x")
    found, warnings = find_inputs(Sources(("s3://pages/in", "s3://pages/in/a.png"), lambda: tmp_path), tmp_path / "out")
    assert [one.place for one in found] == ["s3://pages/in/a.png", "s3://pages/in/sub/b.JPG"]
    assert [one.path.name for one in found] == ["a.png", "b.JPG"]
    assert len({one.path for one in found}) == 2
    assert warnings == []
    assert not list(tmp_path.rglob("*"))  # nothing is fetched to be listed
    with_recordings, _ = find_inputs(Sources(("s3://pages/in",), lambda: tmp_path, takes_recordings=True), None)
    assert [one.path.name for one in with_recordings] == ["a.png", "r.edf", "b.JPG"]


def test_a_list_gives_ids_and_the_same_file_may_have_two(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    listing = tmp_path / "pages.csv"
    listing.write_text(f"path,id\n{tmp_path / 'a.png'},one\n{tmp_path / 'a.png'},two\n")
    found, _ = find_inputs(Sources((), lambda: tmp_path, listing), tmp_path / "out")
    assert found == [Input(tmp_path / "a.png", id="one"), Input(tmp_path / "a.png", id="two")]


def test_a_file_uri_is_a_path(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a b.png")
    found, _ = find_inputs(Sources((f"file://{tmp_path}/a%20b.png", str(tmp_path)), lambda: tmp_path), None)
    assert found == [Input(tmp_path / "a b.png")]


def test_an_empty_bucket(s3: S3, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match=r"no picture or PDF in s3://pages/none/\*"):
        find_inputs(Sources(("s3://pages/none/*",), lambda: tmp_path), None)
