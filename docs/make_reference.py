"""Makes the generated pages of docs/reference: command line, options, exit codes, formats, JSON files.

python docs/make_reference.py
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import typer
from pydantic import AwareDatetime, BaseModel
from typer.models import ArgumentInfo, OptionInfo

from ecgimg import errors
from ecgimg.cli.app import app
from ecgimg.corrections import Corrections
from ecgimg.errors import EcgimgError, ExitCode
from ecgimg.options import RunOptions
from ecgimg.recording.formats import FORMATS
from ecgimg.schemas.aligned import AlignedRecord
from ecgimg.schemas.complete import CompleteResult
from ecgimg.schemas.measure import MeasureResult
from ecgimg.schemas.page import PageResult
from ecgimg.schemas.recording import RecordingResult
from ecgimg.schemas.report import ReportResult
from ecgimg.schemas.screen import ScreenResult

FOLDER = Path(__file__).with_name("reference")
NOTE = "Made by `python docs/make_reference.py`. Don't edit this page.\n"
WITHOUT_CLASS = {
    ExitCode.OK: ("All pages are done.", ""),
    ExitCode.SOME_FAILED: ("Of several pages some failed.", "see `summary.csv` for the reason of each page"),
    ExitCode.ALL_FAILED: ("Of several pages all failed, or an unknown error.", EcgimgError.remedy),
    ExitCode.INTERRUPTED: ("The run was interrupted. What was finished is there.", "run the same command again"),
}
"""Exit codes that no class of errors carries: what happened, and what to try."""
JSON_FILES: tuple[tuple[str, type[BaseModel], str], ...] = (
    ("STEM.json", PageResult, "`ecgimg digitize`, [in words](../json.md)"),
    ("STEM.json of a recording", RecordingResult, "`ecgimg diagnose --format` where a recording was given"),
    ("STEM.report.json", ReportResult, "`ecgimg diagnose`, [in words](../report.md)"),
    ("STEM.aligned.json", AlignedRecord, "`--format aligned` and `ecgimg synth --aligned`, [in words](../aligned.md)"),
    ("STEM.measure.json", MeasureResult, "`ecgimg measure`, [in words](../measure.md)"),
    ("STEM.complete.json", CompleteResult, "`ecgimg complete`, [in words](../howto/complete.md)"),
    ("STEM.screen.json", ScreenResult, "`ecgimg screen`, [in words](../screen.md)"),
    ("STEM.corrections.json", Corrections, "you or the web page, and read by `--corrections`"),
)


def cli_page() -> str:
    """Every command with its arguments and options."""
    parts = [f"# The command line\n\n{NOTE}\nData goes to stdout, messages go to stderr. "
             "[Exit codes](exit-codes.md) are the same for all commands.\n"]  # fmt: skip
    for name, function in commands(app, "ecgimg"):
        parts.append(f"## {name}\n\n{inspect.cleandoc(function.__doc__ or '')}\n")
        parameters = inspect.signature(function, eval_str=True).parameters.values()
        rows = [_parameter_row(one) for one in parameters]
        if rows:
            parts.append("\n".join(["| option | value | default | meaning |", "|---|---|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def options_page() -> str:
    """The options of a run: name, environment variable, default, description."""
    head = f"""# Options of a run

{NOTE}
`digitize`, `diagnose`, `measure`, `complete` and `screen` read options from three places. A flag wins over the
environment, and the environment wins over the YAML file of `--config` (or `ECGIMG_CONFIG`). The file has the names of
the first column, one `name: value` a line. `ecgimg.digitize` and `ecgimg.diagnose` in Python read neither the
environment nor a file.

| name | environment | default | meaning |
|---|---|---|---|"""
    prefix = RunOptions.model_config["env_prefix"]
    rows = [
        f"| `{name}` | `{prefix}{name.upper()}` | {_default(field.default)} | {_cell(field.description)} |"
        for name, field in RunOptions.model_fields.items()
    ]
    return "\n".join([head, *rows]) + "\n"


def exit_codes_page() -> str:
    """What each exit code means, which error class carries it, and what to try."""
    head = f"""# Exit codes

{NOTE}
A run over a single page exits with the page's own code. Every error is one line on stderr: where it happened, what
happened, and what to try. The classes are in `ecgimg.errors`.

| code | class | meaning | what to try |
|---|---|---|---|"""
    rows = [row for code in ExitCode for row in _exit_code_rows(code)]
    return "\n".join([head, *rows]) + "\n"


def json_page() -> str:
    """Every field of the JSON files."""
    parts = [f"""# The JSON files

{NOTE}
`ecgimg json-schema page`, `recording`, `aligned`, `report`, `measure`, `complete`, `screen` and `corrections` print the
same as JSON Schemas. The number in a schema's name changes when a field is renamed, removed or changes its meaning. New
fields may come at any time, so ignore unknown fields. `[]` marks the entries of a list, `[rename]` those of one kind,
`LEAD` a lead's name, `*` any other key.
"""]  # fmt: skip
    for file, model, command in JSON_FILES:
        schema = model.model_fields["schema_"].default
        parts.append(f"## {file}\n\nSchema `{schema}`, written by {command}.\n")
        rows = [f"| `{name}` | {type_} | {text} |" for name, type_, text in _json_fields(model)]
        parts.append("\n".join(["| field | type | meaning |", "|---|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def formats_page() -> str:
    """The formats of recordings: what each file is, and what is lost in it."""
    head = f"""# Formats of recordings

{NOTE}
[Recordings of other systems](../formats.md) explains how they are written and read. The formats of the extra
`interchange` need `pip install 'ecgimg[interchange]'`; reading WFDB needs `ecgimg[wfdb]`.

| name | files | what it is | extra | what a recording loses in it |
|---|---|---|---|---|"""
    rows = []
    for one in FORMATS:
        files = ", ".join(f"`{suffix}`" for suffix in one.suffixes)
        rows.append(f"| `{one.name}` | {files} | {one.title} | {one.extra} | {one.loss} |")
    return "\n".join([head, *rows]) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "options.md": options_page,
    "exit-codes.md": exit_codes_page,
    "formats.md": formats_page,
    "json.md": json_page,
}


def commands(group: typer.Typer, name: str) -> Iterator[tuple[str, Callable[..., object]]]:
    """(full name, function) of every command of a group and of the groups below it."""
    for one in group.registered_commands:
        if one.callback is not None:
            yield f"{name} {one.name or one.callback.__name__.replace('_', '-')}", one.callback
    for sub in group.registered_groups:
        if sub.typer_instance is not None:
            yield from commands(sub.typer_instance, f"{name} {sub.name}")


def _parameter_row(one: inspect.Parameter) -> str:
    type_, info = get_args(one.annotation)[:2]
    is_flag = type_ is bool
    dashed = f"--{one.name.replace('_', '-')}"
    if isinstance(info, ArgumentInfo):
        names: tuple[str, ...] = (str(info.metavar or one.name.upper()),)
    else:
        names = _flags(info) or ((dashed, f"--no-{dashed[2:]}") if is_flag else (dashed,))
    required = one.default is inspect.Parameter.empty
    default = "required" if required else "" if is_flag and not one.default else _default(one.default)
    value = "" if is_flag else _value_name(type_)
    return f"| {', '.join(f'`{name}`' for name in names)} | {value} | {default} | {_cell(info.help)} |"


def _flags(info: OptionInfo) -> tuple[str, ...]:
    """The flags that an option declares; inside of Annotated typer stores the first one as the default."""
    return () if info.default is ... else (str(info.default), *(info.param_decls or ()))


def _value_name(type_: Any) -> str:
    """What a user gives: a word for the type, or the choices."""
    if isinstance(type_, type) and issubclass(type_, Enum):
        return ", ".join(f"`{one.value}`" for one in type_)
    if get_origin(type_) in (list, Union, UnionType):
        return _value_name(get_args(type_)[0])
    return {Path: "path", str: "text", int: "whole number", float: "number"}.get(type_, str(type_))


def _exit_code_rows(code: ExitCode) -> list[str]:
    """A row for each error class of a code; one without a class where there is none."""
    if code in WITHOUT_CLASS:
        meaning, remedy = WITHOUT_CLASS[code]
        return [f"| {int(code)} |  | {meaning} | {remedy} |"]
    classes = [one for one in vars(errors).values() if _is_error_class(one) and one.exit_code == code]
    return [
        f"| {int(code)} | `{one.__name__}` | {_cell(inspect.getdoc(one))} | {_cell(one.remedy)} |" for one in classes
    ]


def _is_error_class(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, EcgimgError) and one is not EcgimgError


def _json_fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """(dotted name, type, description) of every field, each model's own fields below the field that holds it.

    Corrections within another file are not repeated: they have a file of their own.
    """
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        parts = list(_parts_of(field.annotation, path))
        described = field.description or (inspect.getdoc(parts[0][0]) if parts else "")
        yield path, _type_name(field.annotation), _cell(described)
        for part, step in parts:
            if part is not Corrections:
                yield from _json_fields(part, f"{path}{step}.")


def _parts_of(annotation: Any, path: str) -> Iterator[tuple[type[BaseModel], str]]:
    """The models inside an annotation, and how the path of each goes on.

    That is "", "[]" for a list, ".LEAD" or ".*" for a table. Of several kinds in a list each has its own, "[KIND]".
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, ""
        return
    origin = get_origin(annotation)
    step = {tuple: "[]", dict: ".LEAD" if path.endswith("leads") else ".*"}.get(origin, "")
    inner = [found for one in get_args(annotation) for found in _parts_of(one, path)]
    for part, rest in inner:
        is_kind = origin is tuple and len(inner) > 1
        yield part, f"[{part.model_fields['kind'].default}]" if is_kind else step + rest


_TYPE_NAMES = {
    str: "string",
    float: "number",
    int: "integer",
    bool: "boolean",
    type(None): "null",
    AwareDatetime: "string",
}


def _type_name(annotation: Any) -> str:
    if annotation in _TYPE_NAMES:
        return _TYPE_NAMES[annotation]
    origin, parts = get_origin(annotation), [one for one in get_args(annotation) if one is not Ellipsis]
    if origin is Annotated:
        return _type_name(parts[0])
    if origin in (Union, UnionType):
        return " or ".join(map(_type_name, parts))
    if origin is tuple:
        return f"list of {_type_name(parts[0])}"
    if origin is dict:
        return f"table of {_type_name(parts[1])}"
    return "string" if all(isinstance(one, str) for one in parts) and parts else "object"


def _default(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, tuple):
        return f"`{','.join(map(str, value))}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file_name, make in PAGES.items():
        (FOLDER / file_name).write_text(make(), encoding="utf-8")
