"""The JSON of a page: its schema is what docs/json.md says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from ecgimg.schemas.common import read_json
from ecgimg.schemas.page import SCHEMA, LeadResult, PageResult

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "json.md"


def fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(dotted name, description) of every value in the JSON, in its order."""
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from fields(field.annotation, f"{path}.")
        else:
            yield path, str(field.description)
        if name == "leads":
            yield from fields(LeadResult, f"{path}.LEAD.")


def test_the_document_lists_every_field() -> None:
    table = "\n".join(f"| `{name}` | {text} |" for name, text in fields(PageResult))
    assert table in DOCUMENT.read_text(encoding="utf-8"), f"docs/json.md should hold\n{table}"
    assert SCHEMA in DOCUMENT.read_text(encoding="utf-8")


def test_files_that_are_no_result(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    assert read_json(PageResult, path) is None
    for text in ("", "[]", "{}", '{"schema": "ecgimg/page/99"}', "\xff"):
        path.write_text(text, encoding="latin-1")
        assert read_json(PageResult, path) is None
