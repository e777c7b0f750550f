"""Files are whole or absent, and a hash follows the content."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.errors import OutputError
from ecgimg.io.files import hash_file, write_atomically


def test_a_file_and_its_folders_are_made(tmp_path: Path) -> None:
    path = write_atomically(tmp_path / "a/b/x.bin", b"one")
    assert path.read_bytes() == b"one"
    assert write_atomically(path, b"two").read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["x.bin"]


def test_a_write_that_fails_leaves_the_old_file_and_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_atomically(tmp_path / "x.bin", b"old")

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.bin"]


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_atomically(tmp_path / "file" / "x.bin", b"")


def test_the_hash_follows_the_content(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"one")
    first = hash_file(path)
    path.write_bytes(b"other")
    assert hash_file(path) != first
    assert len(first) == 64
