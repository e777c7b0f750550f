"""Conditions: what they choose, and that nothing else of a text is taken."""

from __future__ import annotations

import pytest

from ecgimg.errors import UsageError
from ecgimg.runs.store.where import parse_where

pa = pytest.importorskip("pyarrow")
ds = pytest.importorskip("pyarrow.dataset")

TABLE = {"name": ["a", "b", "c", "d"], "confidence": [0.5, 0.9, None, 0.95], "layout": ["3x4", "6x2", "", "3x4"]}


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("confidence > .9", "d"),
        ("confidence >= 0.5 and confidence < 0.95", "ab"),
        ("0.6 < confidence < 1", "bd"),
        ("layout == '3x4' and not confidence > .9", "a"),
        ("layout in ['6x2', ''] or name == 'a'", "abc"),
        ("layout not in ('3x4',)", "bc"),
        ("confidence is None", "c"),
        ("confidence is not None and confidence != .5", "bd"),
        ("confidence > -1", "abd"),
        ("  name >= 'c'\n", "cd"),
    ],
)
def test_what_is_chosen(text: str, chosen: str) -> None:
    table = ds.dataset(pa.table(TABLE)).to_table(filter=parse_where(text, tuple(TABLE)))
    assert "".join(table.column("name").to_pylist()) == chosen


@pytest.mark.parametrize(
    "text",
    [
        "", "confidence", "1 < 2", "confidence >", "nothing > 1", "__import__('os').system('x')", "confidence > f(1)",
        "confidence > name.x", "confidence[0] > 1", "[c for c in name]", "confidence > 1 if 1 else 2", "name is 'a'",
        "name in 'a'", "name in [layout]", "confidence > True", "lambda: 1", "confidence > 1; x", "a := 1",
        "confidence + 1 > 2", "not " * 5000 + "confidence > 1", "(" * 500 + "1", "x" * 20_000, "confidence > 1\0",
    ],
)  # fmt: skip
def test_what_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"--where: .*write conditions such as"):
        parse_where(text, tuple(TABLE))
