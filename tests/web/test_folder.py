"""The temporary folder: private, removed at the end, and after a crash by the next server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ecgimg.web.folder import PREFIX, remove_leftovers, temporary_folder

KILLED = """
import os, sys
from pathlib import Path
from ecgimg.web.folder import temporary_folder
with temporary_folder(Path(sys.argv[1])) as folder:
    (folder / "page").mkdir()
    (folder / "page" / "upload").write_text("a photo")
    os._exit(1)
"""


def test_it_is_private_and_ends_with_its_context(tmp_path: Path) -> None:
    with temporary_folder(tmp_path) as folder:
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "x").write_text("x")
    assert not folder.exists()


def test_the_next_server_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False).returncode == 1
    assert len([*tmp_path.glob(f"{PREFIX}*/page/upload")]) == 1
    with temporary_folder(tmp_path) as folder:
        assert [*tmp_path.iterdir()] == [folder]


def test_a_running_server_and_others_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "other")
    with temporary_folder(tmp_path) as folder:
        remove_leftovers(tmp_path)
        assert folder.is_dir()
        assert (tmp_path / "other").is_dir()
