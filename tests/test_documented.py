"""What a user can give and get is documented: each option, exit code and JSON field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer
from pydantic import BaseModel

from ecgimg.cli.app import app
from ecgimg.errors import EcgimgError, ExitCode
from ecgimg.options import RunOptions
from ecgimg.recording.formats import FORMAT_NAMES
from ecgimg.schemas.complete import CompleteResult
from ecgimg.schemas.measure import MeasureResult
from ecgimg.schemas.page import PageResult
from ecgimg.schemas.report import ReportResult
from ecgimg.schemas.screen import ScreenResult

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").rglob("*.md"))}
REFERENCE = ROOT / "docs" / "reference"
SHARED_PARTS = {"source", "settings", "layout", "paper_speed", "gain"}
"""Parts of several JSON files, which docs/json.md describes for all."""
ALL_TEXT = "\n".join([README, *DOCUMENTS.values()])


def commands(group: click.Group, name: str = "ecgimg") -> Iterator[tuple[str, click.Command]]:
    """All commands below a group by their full names."""
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


COMMANDS = dict(commands(typer.main.get_command(app)))


def errors(base: type[EcgimgError] = EcgimgError) -> Iterator[type[EcgimgError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from errors(kind)


def fields(schema: dict, model: dict) -> Iterator[str]:
    """Dotted names of the values below a model of a JSON schema; those in lists and tables follow [] and .*."""
    for name, field in model.get("properties", {}).items():
        inner = [*_below(schema, name, field)]
        yield from inner or [name]


def _below(schema: dict, name: str, field: dict) -> Iterator[str]:
    for step, part in (("", field), ("[]", field.get("items")), (".*", field.get("additionalProperties"))):
        for choice in (part, *part.get("anyOf", ())) if isinstance(part, dict) else ():
            if "$ref" in choice:
                model = schema["$defs"][choice["$ref"].rpartition("/")[2]]
                yield from (f"{name}{step}.{inner}" for inner in fields(schema, model))


def fields_of(model: type[BaseModel]) -> list[str]:
    schema = model.model_json_schema(by_alias=True)
    return list(fields(schema, schema))


def section(path: Path, heading: str) -> str:
    """What stands below a heading of a document, empty where there is none."""
    return DOCUMENTS.get(path, "").partition(f"## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_its_options_are_documented(name: str) -> None:
    assert re.search(rf"{name}\b", ALL_TEXT), f"{name} is in no document"
    options = [option for p in COMMANDS[name].params if isinstance(p, click.Option) for option in p.opts]
    missing = [option for option in options if not re.search(rf"(?<![\w-]){option}(?![\w-])", ALL_TEXT)]
    assert [option for option in missing if option != "--help"] == []


def test_every_command_says_what_it_does_and_what_its_options_are() -> None:
    for name, command in COMMANDS.items():
        assert command.help, name
        assert [p.name for p in command.params if not getattr(p, "help", "")] == [], name


def test_every_exit_code_has_a_row_and_every_error_a_remedy() -> None:
    table = dict(re.findall(r"^\| (\d+) \| (.+) \|$", README, re.MULTILINE))
    assert {int(code) for code in table} == {int(code) for code in ExitCode}
    for kind in errors():
        assert str(int(kind.exit_code)) in table, kind
        assert kind.remedy != EcgimgError.remedy, f"{kind.__name__} has no remedy of its own"
        assert kind.remedy in DOCUMENTS.get(REFERENCE / "exit-codes.md", kind.remedy)


def test_the_exit_codes_stand_in_the_help_of_digitize() -> None:
    text = COMMANDS["ecgimg digitize"].help or ""
    assert [code for code in ExitCode if not re.search(rf"\b{int(code)} \w", text)] == []


@pytest.mark.parametrize(
    ("model", "document", "heading"),
    [
        (PageResult, "json.md", "STEM.json"),
        (ReportResult, "report.md", "STEM.report.json"),
        (MeasureResult, "measure.md", "STEM.measure.json"),
        (CompleteResult, "howto/complete.md", "STEM.complete.json"),
        (ScreenResult, "screen.md", "STEM.screen.json"),
    ],
)
def test_every_field_of_the_json_is_documented(model: type[BaseModel], document: str, heading: str) -> None:
    text = (ROOT / "docs" / document).read_text(encoding="utf-8") + section(REFERENCE / "json.md", heading)
    names = [field.replace("leads.*", "leads.LEAD") for field in fields_of(model)]
    names = [name for name in names if not name.startswith("settings.corrections.")]  # STEM.corrections.json has them
    if document != "json.md":
        names = [name for name in names if not SHARED_PARTS & {*name.split(".")[:-1]}]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_the_walk_over_a_schema_goes_below_lists_and_tables() -> None:
    found = fields_of(ReportResult)
    assert {"findings[].signal.probability", "leads.*.interval", "page.layout.id", "screening.ecg"} <= {*found}
    assert "source.sha256" in fields_of(PageResult)


def test_every_option_of_a_run_is_a_documented_flag_or_variable() -> None:
    flags = {p.name for name in ("ecgimg digitize", "ecgimg diagnose") for p in COMMANDS[name].params}
    assert {*RunOptions.model_fields} <= flags
    assert "ECGIMG_JOBS" in README
    assert [name for name in FORMAT_NAMES if name not in README] == []
