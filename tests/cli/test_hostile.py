"""The command on files that were made to break it: one line each, no hang, bounded memory, and the others go on."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_pdfs import pdf
from PIL import Image

from ecgimg.runs.memory_limit import can_limit_memory

MEASURED = (
    "import resource, subprocess, sys\n"
    "done = subprocess.run(sys.argv[1:], timeout=300)\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)\n"
    "sys.exit(done.returncode)\n"
)


def digitize(*words: object) -> tuple[int, list[str], int]:
    """Exit code, lines on stderr, and the most bytes that a process of the run had in memory."""
    run = [sys.executable, "-c", MEASURED, sys.executable, "-m", "ecgimg", "digitize", *map(str, words)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.splitlines(), int(done.stdout.split()[-1])


@pytest.mark.slow
@pytest.mark.skipif(not can_limit_memory(), reason="this system has no limit of memory")
def test_each_costs_only_itself(tmp_path: Path) -> None:
    inputs = tmp_path / "in"
    inputs.mkdir()
    os.mkfifo(inputs / "pipe.jpg")
    (inputs / "zeros.png").symlink_to("/dev/zero")
    (inputs / "folder.jpg").mkdir()
    pdf(inputs / "million.pdf", count=1_000_000)
    pdf(inputs / "recursive.pdf", draw=b"/F Do /F Do")
    Image.new("RGB", (300, 200), "white").save(inputs / "=1+2\x1b[2J.png")
    Image.new("RGB", (300, 200), "white").save(inputs / "good.png")
    out = tmp_path / "out"
    code, lines, peak = digitize(inputs, "-o", out, "--max-memory", "1.5", "--timeout", "60")
    assert code == 9
    assert peak < 1.6e9
    assert not any("\x1b" in line or "Traceback" in line for line in lines)
    with (out / "summary.csv").open(newline="") as file:
        rows = {Path(row["input"]).name: row for row in csv.DictReader(file)}
    expected = {
        "pipe.jpg": "is a pipe",
        "zeros.png": "is a device",
        "million.pdf": "1,000,000 pages",
        "recursive.pdf": "1.5 GB",
        "=1+2\\x1b[2J.png": "no ECG",
        "good.png": "no ECG",
    }
    assert rows.keys() == expected.keys()
    for name, words in expected.items():
        assert words in rows[name]["reason"], rows[name]
        assert len([line for line in lines if words in line]) >= 1
    assert all(row["name"].startswith("'=1") for name, row in rows.items() if name.startswith("="))


@pytest.mark.slow
@pytest.mark.skipif(not can_limit_memory(), reason="this system has no limit of memory")
def test_hostile_documents(shared: Path, tmp_path: Path) -> None:
    files = [shared / "data/hostile" / name for name in ("form-exponential.pdf", "count1m.pdf", "jpg-scanbomb.jpg")]
    code, lines, peak = digitize(*files, "-o", tmp_path, "--max-memory", "1.5", "--timeout", "100")
    assert (code, len(lines)) == (9, 4)
    assert peak < 1.6e9
    assert "--max-memory" in "".join(lines)
    assert "scans" in "".join(lines)
