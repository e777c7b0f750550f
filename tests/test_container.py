"""The Dockerfile copies what the package is made of, serves by default, and runs without root. (No image is built.)"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import yaml
from typer.main import get_command

from ecgimg.cli.app import app

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


def test_it_serves_by_default_and_reports_its_health() -> None:
    steps = dict(STEPS)
    words = json.loads(steps["CMD"])
    command = get_command(app).commands[words[0]]  # type: ignore[attr-defined]
    given = command.make_context("serve", words[1:]).params
    assert given["host"] == "0.0.0.0"  # else nothing outside of the container reaches it
    assert steps["EXPOSE"] == str(given["port"])
    assert f":{given['port']}/health" in steps["HEALTHCHECK"]
    assert "[web]" in next(rest for step, rest in STEPS if step == "RUN" and "pip install" in rest)


def test_compose_gives_it_to_this_machine_alone_and_without_rights() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["ecgimg"]
    assert service["ports"] == [f"127.0.0.1:{dict(STEPS)['EXPOSE']}:{dict(STEPS)['EXPOSE']}"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert "no-new-privileges:true" in service["security_opt"]


def test_authors_are_those_of_the_citation() -> None:
    assert f'name: "{PROJECT["project"]["authors"][0]["name"]}"' in (ROOT / "CITATION.cff").read_text()
