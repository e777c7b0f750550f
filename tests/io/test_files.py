"""Files are whole or absent, and a hash follows the content."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ecgimg.errors import OutputError
from ecgimg.io.files import hash_file, hash_or_nothing, locked, path_text, remove_parts, write_atomically


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


def test_an_interrupted_write_leaves_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "x.bin", b"new")
    assert list(tmp_path.iterdir()) == []


def test_forgotten_parts_are_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "x.debug").mkdir()
    stay = [".x.part", "x.12.part", ".x.ab.part", ".hidden"]
    for name in (".x.json.12.part", ".a b.\n.png.7.part", "x.debug/.1-load.png.12.part", *stay):
        (tmp_path / name).write_text("")
    remove_parts(tmp_path, 7)
    assert (tmp_path / ".x.json.12.part").exists()
    assert not (tmp_path / ".a b.\n.png.7.part").exists()
    remove_parts(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*stay, "x.debug"}
    assert not list((tmp_path / "x.debug").iterdir())


HOLD = """
import sys, time
import subprocess
import sys
from pathlib import Path
from ecgimg.io.files import locked
with locked(Path(sys.argv[1])) as is_locked:
    print(is_locked, flush=True)
    time.sleep(60)
"""


def test_a_folder_has_one_writer_and_a_dead_one_has_no_lock(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    (tmp_path / "link").symlink_to(tmp_path)
    for folder in (tmp_path, tmp_path / "link"):
        with pytest.raises(OutputError, match=f"another run is writing into {folder}; wait"), locked(folder):
            pass
    holder.kill()
    holder.wait()
    with locked(tmp_path) as is_locked:
        assert is_locked
    with locked(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_a_file_system_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("ecgimg.io.files.fcntl.flock", fail)
    with locked(tmp_path) as is_locked:
        assert not is_locked


def test_a_path_is_text_whatever_its_bytes(tmp_path: Path) -> None:
    assert path_text(Path("a/Müller.png")) == "a/Müller.png"
    assert path_text(Path("a/b\udcff.png")) == "a/b\\udcff.png"


def test_what_can_not_be_read_has_no_hash(tmp_path: Path) -> None:
    assert hash_or_nothing(tmp_path / "missing") == hash_or_nothing(tmp_path) == ""
