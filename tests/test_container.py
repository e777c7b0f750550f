"""The Dockerfile copies what the package is made of, and runs without root. (No image is built here.)"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STEPS = re.findall(r"^([A-Z]+) (.+)$", (ROOT / "Dockerfile").read_text().replace("\\\n", " "), re.MULTILINE)
"""(instruction, rest) of the Dockerfile."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def copied() -> list[str]:
    return [name for step, rest in STEPS if step == "COPY" for name in rest.split()[:-1]]


def test_all_of_the_package_is_copied_and_not_ignored() -> None:
    sources = {Path(folder).parts[0] for folder in PROJECT["tool"]["setuptools"]["package-dir"].values()}
    files = {PROJECT["project"]["readme"], "pyproject.toml", "constraints.txt", "LICENSE"}
    assert sources | files <= set(copied())
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied()) == allowed
    assert all((ROOT / name).exists() for name in copied())


def test_it_runs_the_command_without_root_and_with_tesseract() -> None:
    order = [step for step, _ in STEPS]
    user = dict(STEPS)["USER"]
    assert user not in ("root", "0")
    assert any("useradd" in rest and rest.endswith(user) for step, rest in STEPS if step == "RUN")
    assert "RUN" not in order[order.index("USER") :]
    assert dict(STEPS)["ENTRYPOINT"] == '["ecgimg"]'
    assert any("tesseract-ocr" in rest and "rm -rf /var/lib/apt/lists" in rest for step, rest in STEPS if step == "RUN")
    version = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert re.fullmatch(rf"python:{re.escape(version)}[\w.-]*", dict(STEPS)["FROM"])  # a version, never "latest"


def test_authors_are_those_of_the_citation() -> None:
    assert f'name: "{PROJECT["project"]["authors"][0]["name"]}"' in (ROOT / "CITATION.cff").read_text()
