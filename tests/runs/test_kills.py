"""Runs that are killed at any moment: nothing is lost, renamed or left without an owner."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import doubled_pipelines
import numpy as np
import pytest
from hypothesis import settings
from PIL import Image

from ecgimg.runs.file_names import INDEX, SUMMARY
from ecgimg.schemas.owner import read_owner

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="signals")]

KILLS = settings().max_examples // 8
"""As many as the profile has time for: `--hypothesis-profile=thorough` kills ten times as often."""
PAGES = 6
FILES = {
    "digitize": {".json", ".hea", ".dat", ".csv", ".overlay.png", ".overlay.thumb.jpg"},
    "screen": {".screen.json", ".screen.png", ".screen.thumb.jpg"},
}
FILES["diagnose"] = FILES["digitize"] | {".report.json", ".report.html", ".report.thumb.jpg"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("pages")
    names = [folder / f"page {k}.png" for k in range(PAGES)]
    for k, path in enumerate(names):
        Image.new("RGB", (60, 80), (k, 0, 0)).save(path)
    return [str(path) for path in names]


def start(command: str, out: Path, mode: str, pages: list[str]) -> subprocess.Popen[str]:
    """A run in a process group of its own, once it has planned its pages."""
    words = [sys.executable, doubled_pipelines.__file__, command, str(out), mode, *pages]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True, env=environment)
    assert run.stdout is not None
    assert run.stdout.readline() == "planned\n"
    return run


def is_alive(group: int) -> bool:
    """Whether a process of a group runs; it may take a moment to end."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        listed = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
        states = [state for pgid, state in map(str.split, listed.splitlines()) if pgid == str(group)]
        if all(state.startswith("Z") for state in states):  # ended, and not yet asked for by its parent
            return False
        time.sleep(0.05)
    return True


def unfinished_in(out: Path) -> int:
    """How many records of a folder are begun and not finished."""
    texts = [path.read_text() for path in out.glob("*.json")]
    return sum(json.loads(text)["schema"] == "ecgimg/unfinished/1" for text in texts)


def wait_for_an_unfinished_record(run: subprocess.Popen[str], out: Path) -> None:
    """A kill at a random moment seldom strikes between the files of one page; this one does."""
    while run.poll() is None and not unfinished_in(out):
        time.sleep(0.001)


def check_folder(out: Path) -> None:
    """Every file is a record's, and every finished record has all its files."""
    names = {path.name for path in out.iterdir() if not path.name.startswith(".")} - {SUMMARY, INDEX}
    owned = set()
    for path in out.glob("*.json"):
        owner = read_owner(path)
        assert owner is not None, path
        owned |= {path.name, *owner.files}
        assert not owner.is_finished or {*owner.files} <= names, path
    assert names <= owned
    if (out / SUMMARY).exists():
        with (out / SUMMARY).open(newline="") as file:
            assert all(row["status"] == "ok" for row in csv.DictReader(file))


@pytest.mark.parametrize("command", ["digitize", "diagnose", "screen"])
def test_random_kills(command: str, pages: list[str], tmp_path: Path) -> None:
    rng, out = np.random.default_rng(0), tmp_path / "out"
    unfinished = 0
    for k in range(KILLS):
        run = start(command, out, "force" if k else "go on", pages)
        for _ in range(rng.integers(PAGES)):
            run.stdout.readline()  # type: ignore[union-attr]
        if k % 3:
            wait_for_an_unfinished_record(run, out)
        else:
            time.sleep(rng.uniform(0, 0.1))
        if k % 2:
            os.killpg(run.pid, signal.SIGKILL)
        else:
            run.kill()
        run.communicate()
        assert not is_alive(run.pid)
        check_folder(out)
        unfinished += unfinished_in(out)
    run = start(command, out, "go on", pages)
    lines = run.communicate()[0].splitlines()
    assert run.returncode == 0
    assert sorted(line.split()[:3] for line in lines) == [["ok", "page", str(k)] for k in range(PAGES)]
    names = {path.name for path in out.iterdir()}
    stems = {".hea": "page_{}", ".dat": "page_{}"}
    expected = {f"{stems.get(s, 'page {}').format(k)}{s}" for k in range(PAGES) for s in FILES[command]}
    assert names == expected | {SUMMARY, INDEX}
    assert unfinished > KILLS // 4


def _heed_signals() -> None:
    """A shell's background jobs ignore SIGINT, those under nohup SIGHUP."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def digitize_and_signal(tmp_path: Path, numbers: list[signal.Signals], whole_group: bool) -> tuple[int, str, list[str]]:
    """A run over a page and one that hangs, with signals after the first: exit code, stderr, pages in the summary."""
    for name in ("a.png", "hang.png"):
        Image.new("RGB", (60, 80)).save(tmp_path / name)
    words = [sys.executable, doubled_pipelines.__file__, "ecgimg", "digitize", "a.png", "hang.png", "-o", "out", "-j2"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.Popen(
        words,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=environment,
        cwd=tmp_path,
        preexec_fn=_heed_signals,
    )
    assert run.stderr is not None
    assert run.stderr.readline().startswith("ok  a  12x1")
    for number in numbers:
        (os.killpg if whole_group else os.kill)(run.pid, number)
    text = run.stderr.read()
    code = run.wait()
    assert not is_alive(run.pid)
    with (tmp_path / "out" / SUMMARY).open(newline="") as file:
        return code, text, [row["name"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("whole_group", [False, True])
@pytest.mark.parametrize(
    "numbers",
    [
        [signal.SIGINT],
        [signal.SIGTERM],
        [signal.SIGHUP],
        [signal.SIGINT, signal.SIGINT],
        [signal.SIGINT, signal.SIGTERM, signal.SIGINT, signal.SIGINT],
    ],
)
def test_signals_end_a_run_in_order(tmp_path: Path, numbers: list[signal.Signals], whole_group: bool) -> None:
    code, text, names = digitize_and_signal(tmp_path, numbers, whole_group)
    assert (code, names) == (130, ["a"])
    lines = [line for line in text.splitlines() if line != "    warning: a warning"]
    assert lines == ["ecgimg: interrupted; what was finished is kept, run again to go on"]
    assert not list((tmp_path / "out").glob(".*"))
