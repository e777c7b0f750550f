"""The command `ecgimg serve` as a whole: real readings, the commands of its how-to, a kill and a restart."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ecgimg.web.folder import PREFIX

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = (ROOT / "docs/howto/web.md").read_text(encoding="utf-8")
START_S = 60


@contextmanager
def served(folder: Path, *words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server on a free port with its temporary files in a folder; its address and its process."""
    run = [sys.executable, "-m", "ecgimg", "serve", "--port", "0", *words]
    env = {**os.environ, "TMPDIR": str(folder)}
    process = subprocess.Popen(run, stderr=subprocess.PIPE, text=True, env=env)
    try:
        assert process.stderr is not None
        first = process.stderr.readline()
        match = re.search(r"http://\S+:\d+", first)
        assert match, first
        yield match[0], process
    finally:
        process.terminate()
        process.communicate(timeout=START_S)


def test_the_server_starts_without_the_libraries_that_read() -> None:
    heavy = ("scipy", "cv2", "skimage", "onnxruntime", "PIL", "pypdfium2")
    code = f"import sys, ecgimg.web.serve; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_commands_of_the_how_to(tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", HOW_TO.partition("## The HTTP API")[2], re.DOTALL)
    shutil.copy(ROOT / "examples/example.jpg", tmp_path / "photo.jpg")
    with served(tmp_path) as (address, _):
        script = "set -e\n" + "\n".join(blocks).replace("http://127.0.0.1:8000", address)
        done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    states = [json.loads(line[6:]) for line in done.stdout.splitlines() if line.startswith("data: ")]
    assert [one["status"] for one in states].count("done") == 2
    assert (states[-1]["revision"], states[-1]["problem"]) == (2, "")
    assert json.loads((tmp_path / "report.json").read_text())["page"]["layout"]["id"] == "3x4+1R"
    assert {*zipfile.ZipFile(tmp_path / "wfdb.zip").namelist()} == {"ecg.hea", "ecg.dat"}
    assert '{"status":"ready"}' in done.stdout
    assert not [*tmp_path.glob(f"{PREFIX}*")]


@pytest.mark.slow
def test_a_killed_server_leaves_nothing_to_the_next_one(tmp_path: Path) -> None:
    with served(tmp_path) as (address, process):
        httpx.post(f"{address}/api/pages", content=(ROOT / "examples/example.jpg").read_bytes()).raise_for_status()
        process.kill()
        process.wait()
    assert len([*tmp_path.glob(f"{PREFIX}*/*/upload")]) <= 1
    assert [*tmp_path.glob(f"{PREFIX}*")]
    with served(tmp_path) as (address, _):
        deadline = time.monotonic() + START_S
        while httpx.get(f"{address}/health").status_code != 200:
            assert time.monotonic() < deadline
        assert len([*tmp_path.glob(f"{PREFIX}*")]) == 1
        assert not [*tmp_path.glob(f"{PREFIX}*/*")]


@pytest.mark.slow
def test_other_addresses_print_a_token_and_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with served(tmp_path) as (address, _):
        port = address.rpartition(":")[2]
        run = [sys.executable, "-m", "ecgimg", "serve", "--port", port]
        done = subprocess.run(run, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert re.fullmatch(r"ecgimg: serve: 127\.0\.0\.1:\d+ can't be listened on .*--port.*\n", done.stderr)
    with served(tmp_path, "--host", "0.0.0.0", "--token", "abc") as (address, _):
        where = f"http://127.0.0.1:{address.rpartition(':')[2]}"
        assert httpx.get(f"{where}/").status_code == 401
        assert httpx.get(f"{where}/", headers={"authorization": "Bearer abc"}).status_code == 200
