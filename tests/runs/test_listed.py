"""Lists of inputs: texts, CSV and Parquet, and what is refused in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.runs.listed import Listed, read_list


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_text(tmp_path: Path) -> None:
    path = written(tmp_path / "pages.txt", "\ufeffa.png\r\n\n# a note\n b c.png\ns3://bucket/d.png\n")
    assert list(read_list(path)) == [Listed("a.png"), Listed(" b c.png"), Listed("s3://bucket/d.png")]


def test_a_csv_with_ids_and_other_columns(tmp_path: Path) -> None:
    path = written(tmp_path / "pages.csv", "sex,path,id\nF,a.png,one\nM,b.png,two\n,,\n")
    assert list(read_list(path)) == [Listed("a.png", "one"), Listed("b.png", "two")]


def test_a_parquet_table_with_numbers_as_ids(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "pages.parquet"
    pq.write_table(pa.table({"id": [7, 8], "path": ["a.png", "s3://bucket/b.png"]}), path)
    assert list(read_list(path)) == [Listed("a.png", "7"), Listed("s3://bucket/b.png", "8")]
    with pytest.raises(UnreadableInputError, match=r"bad\.parquet"):
        list(read_list(written(tmp_path / "bad.parquet", "text")))


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("path,id\na.png,x\nb.png,X\n", "the id 'X' stands twice"),
        ("path,id\na.png,x\nb.png,\n", "up to row 2 some files have an id and some none"),
        ("file\na.png\n", "has no column 'path', only file"),
        ("", "has no column 'path', only none"),
    ],
)
def test_tables_that_are_refused(tmp_path: Path, rows: str, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        list(read_list(written(tmp_path / "pages.csv", rows)))


def test_a_list_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="No such file"):
        list(read_list(tmp_path / "none.txt"))
