"""The generated pages of the documentation are what their scripts make of today's code."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from ecgimg.cli.app import app
from ecgimg.datamodel.constants import constant
from ecgimg.errors import ExitCode
from ecgimg.options import RunOptions

DOCS = Path(__file__).resolve().parents[2] / "docs"


def script(name: str) -> ModuleType:
    """A script of docs/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return script("make_reference")


@pytest.fixture(scope="module")
def constants() -> ModuleType:
    return script("make_constants")


def test_the_page_of_constants_is_up_to_date(constants: ModuleType) -> None:
    text = (DOCS / "constants.md").read_text(encoding="utf-8")
    assert text == constants.constants_page(), "run python docs/make_constants.py"


@pytest.mark.parametrize("page", ["cli.md", "options.md", "exit-codes.md", "json.md"])
def test_the_reference_is_up_to_date(reference: ModuleType, page: str) -> None:
    text = (DOCS / "reference" / page).read_text(encoding="utf-8")
    assert text == reference.PAGES[page](), "run python docs/make_reference.py"


def test_the_drawing_of_the_walk_is_up_to_date() -> None:
    drawn = script("make_diagram").walk_svg()
    assert drawn == (DOCS / "images/walk.svg").read_text(encoding="utf-8"), "run python docs/make_diagram.py"
    assert "http" not in drawn.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_every_option_and_exit_code_has_a_row(reference: ModuleType) -> None:
    options, codes = reference.options_page(), reference.exit_codes_page()
    assert [name for name in RunOptions.model_fields if f"| `{name}` | `ECGIMG_{name.upper()}` |" not in options] == []
    assert [code for code in ExitCode if f"| {int(code)} |" not in codes] == []


def test_every_command_has_a_section(reference: ModuleType) -> None:
    page = reference.cli_page()
    named = [name for name, _ in reference.commands(app, "ecgimg")]
    assert {"ecgimg digitize", "ecgimg layouts list", "ecgimg bench digitize"} <= set(named)
    assert [name for name in named if f"## {name}\n" not in page] == []


def test_every_value_of_the_json_files_says_what_it_means(reference: ModuleType) -> None:
    rows = [line for line in reference.json_page().splitlines() if line.startswith("| `")]
    assert len(rows) > 60
    assert [line for line in rows if line.endswith("|  |")] == []


@dataclass(frozen=True)
class _Constants:
    """Constants of a stage that is made up."""

    max_gap_mm: float = constant(1.5, unit="mm", why="a | in a reason", measured="12 pages")
    factors: tuple[float, ...] = constant((0.5, 2.0), unit="share", why="two values")


@dataclass(frozen=True)
class _NoConstants:
    max_gap_mm: float = 1.5


def test_only_classes_of_described_constants_are_listed(constants: ModuleType) -> None:
    assert constants._is_constants(_Constants())
    assert not constants._is_constants(_NoConstants())
    assert not constants._is_constants(_Constants)


def test_a_row_holds_value_unit_reason_and_measurement(constants: ModuleType) -> None:
    one = constants._constants_of("ecgimg.stages.made_up.part", _Constants())
    assert (one.stage, one.title) == ("made_up", "_Constants")
    assert constants._row(one.rows[0]) == r"| `max_gap_mm` | 1.5 | mm | a \| in a reason | 12 pages |"
    assert constants._row(one.rows[1]).startswith("| `factors` | 0.5, 2.0 | share |")
