"""Reads the YAML that a user may write: layouts, recipes and files of options. One bounded loader for all of them.

A file is a small tree of names and values. What YAML can do beyond that (anchors, merges, tags, dates, numbers to base
60) is refused or read as text, so that reading takes time and memory in proportion to the file's size.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ecgimg.datamodel.constants import constant
from ecgimg.errors import UsageError
from ecgimg.io.files import open_regular
from ecgimg.text import shortened

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class YamlConstants:
    """Limits of a file."""

    max_bytes: int = constant(65536, unit="bytes", why="the longest recipe of the package has 1,200")
    max_depth: int = constant(8, unit="count", why="lists and mappings inside of each other; a recipe has 3")
    max_digits: int = constant(15, unit="count", why="an integer of more digits is no setting, and slow to parse")


C = YamlConstants()


def read_yaml_mapping(file: Traversable | Path, where: str, what: str) -> dict[str, Any]:
    """The names and values of a YAML file; none where it is empty. `what` is a word for the file.

    Raises:
        UsageError: no readable file, no YAML, not names and values, or more than a file of its kind may hold.
    """
    try:
        values = _parse(_text(file))
    except (OSError, ValueError) as error:  # a UnicodeDecodeError is a ValueError
        cause = getattr(error, "strerror", None) or error
        raise UsageError(str(cause), where=where, remedy="check the path and what is in the file") from error
    except yaml.YAMLError as error:
        raise UsageError(_describe(error), where=where, remedy=f"mend the {what} file") from error
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        remedy = f"mend the {what} file; it has a line `name: value` for each setting"
        raise UsageError(f"the {what} file does not hold names and values", where=where, remedy=remedy)
    return values


def read_yaml(model: type[M], file: Traversable | Path, where: str, what: str) -> M:
    """A YAML file of a model; `what` is a word for the file.

    Raises:
        UsageError: as `read_yaml_mapping`, or a field that can't be; the message names it.
    """
    try:
        return model.model_validate(read_yaml_mapping(file, where, what))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or what
        message = first["msg"].removeprefix("Value error, ")
        raise UsageError(
            f"{shortened(field)}: {shortened(message, 200)}", where=where, remedy=f"mend the {what} file"
        ) from error


def _text(file: Traversable | Path) -> str:
    if not isinstance(file, Path):  # a resource of the package
        return file.read_text(encoding="utf-8")
    with open_regular(file) as stream:
        data = stream.read(C.max_bytes + 1)
    if len(data) > C.max_bytes:
        raise ValueError(f"the file has more than {C.max_bytes} bytes")
    return data.decode("utf-8")


def _parse(text: str) -> object:
    """The tree of a text; the events are checked before anything is built of them."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise _refusal("anchors and aliases are not read", event)
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            raise _refusal("anchors and aliases are not read", event)
        if getattr(event, "tag", None) is not None:
            raise _refusal("tags are not read", event)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > C.max_depth:
            raise _refusal(f"lists are more than {C.max_depth} deep", event)
    return yaml.load(text, _Loader)


def _refusal(problem: str, at: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=at.start_mark)


def _describe(error: yaml.YAMLError) -> str:
    """One line; a snippet of the file would not be one."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    if problem is None:
        return f"not valid YAML ({' '.join(str(error).split())})"
    return f"not valid YAML ({problem}{f', line {mark.line + 1}' if mark else ''})"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml is ten times as fast
    """Scalars are null, true and false, decimal numbers and text; a name stands once in its mapping."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """The mapping of a node."""
        mapping: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int | float):
                raise _refusal("a name is neither text nor a number", key_node)
            if key in mapping:
                raise _refusal(f"{str(key)[:40]!r} stands twice", key_node)
            mapping[key] = self.construct_object(value_node, deep=deep)
        return mapping


def _construct_int(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(node.value)


def _construct_float(loader: _Loader, node: yaml.ScalarNode) -> float:
    return float(node.value)


_SCALARS = (
    ("null", r"^(null|~|)$", ("n", "~", "")),
    ("bool", r"^(true|false)$", ("t", "f")),
    ("int", rf"^[-+]?[0-9]{{1,{C.max_digits}}}$", tuple("-+0123456789")),
    ("float", r"^[-+]?([0-9]{1,20}\.[0-9]{0,20}|\.?[0-9]{1,20})([eE][-+]?[0-9]{1,3})?$", tuple("-+.0123456789")),
)
for _name, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(_pattern), list(_first))
_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)
