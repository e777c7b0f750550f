"""The JSON of a page: its confidence, and how it is read back."""

from __future__ import annotations

from pathlib import Path

from ecgimg.schemas.common import read_json
from ecgimg.schemas.page import PageResult


def test_files_that_are_no_result(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    assert read_json(PageResult, path) is None
    for text in ("", "[]", "{}", '{"schema": "ecgimg/page/99"}', "\xff"):
        path.write_text(text, encoding="latin-1")
        assert read_json(PageResult, path) is None
