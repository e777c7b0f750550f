"""Nothing of a page leaves the machine, and nothing is written but into the output folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "example.jpg"
CALLS = "trace=socket,connect,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat"


def home_of(tmp_path: Path) -> dict[str, str]:
    """An environment whose home and caches are empty folders; nothing switches telemetry off from outside."""
    home = tmp_path / "home"
    home.mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "ORT_", "ECGIMG_"))}
    return {**kept, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("command", ["digitize", "diagnose", "screen"])
def test_no_connection_and_no_file_outside_of_the_output(command: str, tmp_path: Path) -> None:
    out, log = tmp_path / "out", tmp_path / "calls.txt"
    run = [sys.executable, "-m", "ecgimg", command, str(EXAMPLE), "-o", str(out), "-q"]
    subprocess.run(["strace", "-f", "-qq", "-e", CALLS, "-o", str(log), *run], check=True, env=home_of(tmp_path))
    calls = log.read_text(errors="replace").splitlines()
    assert any("openat" in call for call in calls)
    assert [call for call in calls if re.search(r"AF_INET|\bconnect\(", call)] == []
    made = [call for call in calls if re.search(r"O_CREAT|\b(creat|mkdir|rename|link|symlink)\w*\(", call)]
    places = [re.findall(r'"([^"]*)"', call)[0] for call in made if "ENOENT" not in call and "EEXIST" not in call]
    assert places
    allowed = (str(out), "/dev/", "/proc/")
    temporary = re.compile(r"^/(tmp|var/tmp)/tess_")  # what tesseract reads and writes
    assert [place for place in places if not place.startswith(allowed) and not temporary.match(place)] == []


def test_telemetry_is_off_before_the_runtime_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys, os\n"
        "from ecgimg.networks.runtime import load_network\n"
        "assert 'onnxruntime' not in sys.modules and 'ORT_DISABLE_TELEMETRY' not in os.environ\n"
        "load_network('trace')\n"
        "print(os.environ['ORT_DISABLE_TELEMETRY'])"
    )
    env = home_of(tmp_path)
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=env)
    assert done.stdout.strip() == "1"
    assert list((tmp_path / "home").rglob("*")) == []
