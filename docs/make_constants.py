"""Makes docs/constants.md: every described constant of the stages and of what stands in `BESIDE`, a table a class.

python docs/make_constants.py
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

import ecgimg.stages
from ecgimg.datamodel.constants import Described, described

PAGE = Path(__file__).with_name("constants.md")
BESIDE = ("ecgimg.networks.pulse", "ecgimg.networks.spirogram", "ecgimg.web.limits", "ecgimg.train.evaluation.settings")
"""Modules with constants outside of the stages."""
HEAD = """# Constants

Made by `python docs/make_constants.py` from the classes of constants in `ecgimg/stages`, `ecgimg/web`,
`ecgimg/networks/pulse.py`, `ecgimg/networks/spirogram.py` and `ecgimg/train/evaluation`. Don't edit this page: change
the class, then run the script. [How to change a constant](howto/change-a-constant.md) has the whole procedure.

A constant that was not measured says so. *Unit* is the unit of the value, *measured on* is the data and the figure that
the value rests on.
"""
COLUMNS = "| name | value | unit | why | measured on |\n|---|---|---|---|---|"


@dataclass(frozen=True)
class ConstantsOf:
    """One instance of a class of constants: its stage, its module, its class and the rows."""

    stage: str
    module: str
    title: str
    doc: str
    rows: tuple[Described, ...]


def find_constants() -> Iterator[ConstantsOf]:
    """All instances of classes of constants below `ecgimg.stages` and in `BESIDE`, in the order of their modules."""
    package = ecgimg.stages
    stages = [info.name for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    for name in (*stages, *BESIDE):
        module = importlib.import_module(name)
        for instance in vars(module).values():
            if _is_constants(instance) and type(instance).__module__ == name:
                yield _constants_of(name, instance)


def constants_page() -> str:
    """The text of docs/constants.md."""
    parts = [HEAD]
    stage = ""
    for one in find_constants():
        if one.stage != stage:
            stage = one.stage
            parts.append(f"## {stage}\n")
        parts.append(f"### {one.title}\n\n`{one.module}`. {one.doc}\n")
        parts.append("\n".join([COLUMNS, *map(_row, one.rows)]) + "\n")
    return "\n".join(parts)


def _is_constants(instance: object) -> bool:
    if not is_dataclass(instance) or isinstance(instance, type):
        return False
    return bool(fields(instance)) and all("why" in one.metadata for one in fields(instance))


def _constants_of(module: str, instance: object) -> ConstantsOf:
    stage = module.removeprefix(f"{ecgimg.stages.__name__}.").removeprefix("ecgimg.").partition(".")[0]
    doc = " ".join((inspect.getdoc(type(instance)) or "").split())
    return ConstantsOf(stage, module, type(instance).__name__, doc, described(instance))


def _row(one: Described) -> str:
    cells = (f"`{one.name}`", _value(one.value), one.unit, one.why, one.measured)
    return f"| {' | '.join(' '.join(cell.replace('|', chr(92) + '|').split()) for cell in cells)} |"


def _value(value: object) -> str:
    return ", ".join(map(_value, value)) if isinstance(value, tuple) else f"{value}"


if __name__ == "__main__":
    PAGE.write_text(constants_page(), encoding="utf-8")
