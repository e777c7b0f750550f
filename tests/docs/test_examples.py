"""The commands and examples of the documentation do what they show."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import typer

from ecgimg.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST = re.findall(r"^python3 -m venv .* digitize .*$", README, re.MULTILINE)[0]
SHELL = "".join(re.findall(r"^```sh\n(.+?)^```", README, re.MULTILINE | re.DOTALL))
COMMANDS = re.findall(r"^(?:docker run .* )?ecgimg ([^>\n]+)", SHELL, re.MULTILINE)
STUBS = """
set -e
python3() { "$PYTHON" "$@" --without-pip; }
pip() { printf '#!/bin/sh\\necho ran "$@"\\n' > "$VIRTUAL_ENV/bin/ecgimg"; chmod +x "$VIRTUAL_ENV/bin/ecgimg"; }
"""
"""The environment is a real one; what would be installed into it is a command that prints what it was asked."""


def test_after_the_first_command_every_later_one_is_found(tmp_path: Path) -> None:
    (tmp_path / "first.sh").write_text(f"{STUBS}\n{FIRST}\necgimg --version\n")
    env = {"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, "HOME": str(tmp_path)}
    done = subprocess.run(["bash", "first.sh"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["ran digitize examples/example.jpg -o out", "ran --version"], done.stderr


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_of_the_readme_have_the_options_that_they_show(line: str) -> None:
    assert len(COMMANDS) >= 8
    command: click.Command = typer.main.get_command(app)
    words = shlex.split(line, comments=True)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context("ecgimg", words)


@pytest.mark.slow
def test_the_examples_for_python_run(plain_page: object, tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray(plain_page.pixels).save(tmp_path / "photo.jpg", quality=95)
    blocks = re.findall(r"^```python\n(.+?)^```", (ROOT / "docs/python.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 8
    text = "\n".join(blocks)
    checks = "assert 0.1 < peak_mv < 5 and 'no picture or PDF' in reason and done.returncode == 0 and same.origin\n"
    (tmp_path / "examples.py").write_text(text + checks)
    run = [sys.executable, "examples.py"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {"photo.report.html", "photo.report.json", "out"} <= {path.name for path in tmp_path.iterdir()}
