"""Files by URI: listed, fetched once and whole, and errors in one line."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from s3_server import S3, serve_s3

from ecgimg.errors import DependencyError, UnreadableInputError
from ecgimg.io.remote import fetch, is_uri, list_uri, local_path, uri_name


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    with serve_s3(monkeypatch) as server:
        yield server


def test_what_is_a_uri() -> None:
    assert is_uri("s3://bucket/a.png")
    assert not is_uri("C://a.png")
    assert not is_uri("/data/a.png")
    assert local_path("file:///data/a%20b.png") == "/data/a b.png"
    assert local_path("s3://b/x") is None
    assert uri_name("https://example.org/a%20b.png?size=3") == "a b.png"
    assert uri_name("zip://sub/a.png::s3://bucket/all.zip") == "a.png"


def test_a_bucket_is_listed_and_its_files_are_fetched(s3: S3, tmp_path: Path) -> None:
    for name in ("in/b.png", "in/sub/a.png"):
        s3.put(name, name.encode())
    assert list_uri("s3://pages/in") == (["s3://pages/in/b.png", "s3://pages/in/sub/a.png"], True)
    assert list_uri("s3://pages/in/*.png") == (["s3://pages/in/b.png"], False)
    assert list_uri("s3://pages/in/b.png") == (["s3://pages/in/b.png"], False)
    assert fetch("s3://pages/in/b.png", tmp_path / "copies/b.png").read_bytes() == b"in/b.png"
    calls = s3.calls
    fetch("s3://pages/in/b.png", tmp_path / "copies/b.png")
    assert s3.calls == calls


def test_calls_that_fail_are_made_again(s3: S3, tmp_path: Path) -> None:
    uris = [s3.put(f"{k}.png", bytes([k])) for k in range(30)]
    s3.failing = 0.2
    assert [fetch(uri, tmp_path / str(k)).read_bytes() for k, uri in enumerate(uris)] == [bytes([k]) for k in range(30)]
    assert s3.failed > 0


def test_what_is_missing_fails_in_one_line_and_leaves_nothing(s3: S3, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match=r"load: s3://pages/none.png: .*check the URI") as caught:
        fetch("s3://pages/none.png", tmp_path / "none.png")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UnreadableInputError, match="nonsense://x"):
        list_uri("nonsense://x/y")


def test_an_archive_is_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("b.png", b"b")
        file.writestr("sub/a.png", b"a")
    expected = [f"zip://{name}::file://{archive}" for name in ("b.png", "sub/a.png")]
    assert list_uri(f"zip://{archive}") == (expected, True)
    assert fetch(expected[1], tmp_path / "copy.png").read_bytes() == b"a"


def test_without_fsspec_the_remedy_is_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(DependencyError, match=r"s3:// needs the package fsspec; pip install 'ecgimg\[cloud\]'"):
        list_uri("s3://pages/in")
