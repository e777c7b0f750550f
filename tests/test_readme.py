"""What the README promises is what the repository holds."""

from __future__ import annotations

import re
from pathlib import Path

from ecgimg.errors import ExitCode
from ecgimg.layouts import layout_ids

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_checks_run_the_test_command_of_the_readme() -> None:
    commands = re.findall(r"^python3 -m venv .*pytest.*$", README, re.MULTILINE)
    assert len(commands) == 1
    assert commands[0] in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()


def test_files_and_links_are_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
    assert (ROOT / "examples/example.jpg").is_file()


def test_every_exit_code_and_layout_is_documented() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert documented == {int(code) for code in ExitCode}
    for name in layout_ids():
        assert f"`{name.removesuffix('-cabrera')}`" in README
