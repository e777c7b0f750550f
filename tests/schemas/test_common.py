"""One reader and one writer of JSON files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from ecgimg.datamodel.page import Scale, ScaleWitness
from ecgimg.errors import OutputError
from ecgimg.schemas.common import Part, describe_scale, read_json, rounded, versions, write_json


class Note(Part):
    schema_: Literal["note/1"] = Field(default="note/1", alias="schema")
    text: str


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = write_json(Note(text="ä"), tmp_path / "x.json")
    assert path.read_bytes().endswith(b"}\n")
    assert '"schema": "note/1"' in path.read_text(encoding="utf-8")
    assert read_json(Note, path) == Note(text="ä")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "note/2", "text": ""}', "\xff"])
def test_other_files_are_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    assert read_json(Note, path) is None
    path.write_text(text, encoding="latin-1")
    assert read_json(Note, path) is None


def test_unknown_fields_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"schema": "note/1", "text": "a", "later": 1}')
    assert read_json(Note, tmp_path / "x.json") == Note(text="a")


def test_a_place_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_json(Note(text="a"), tmp_path / "file" / "x.json")


def test_witnesses_of_a_scale_stand_with_it() -> None:
    text, beats = ScaleWitness("text", 25.0, 0.99), ScaleWitness("beats", 25.0, 0.9)
    given = ScaleWitness("given", 50.0, 1.0)
    scale = describe_scale(Scale(50.0, "given", (given, text, beats), (text, beats)))
    assert [(w.source, w.value, w.confidence) for w in scale.witnesses] == [
        ("given", 50, 1),
        ("text", 25, 0.99),
        ("beats", 25, 0.9),
    ]
    assert scale.contradicted
    assert not describe_scale(Scale(25.0, "text", (text, beats))).contradicted


def test_figures() -> None:
    assert rounded(0.123456) == 0.1235
    assert describe_scale(Scale(25.0, "assumed")).assumed
    assert not describe_scale(Scale(25.0, "beats")).assumed
    assert {"python", "ecgimg", "numpy"} <= {*versions()}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes")
def test_a_pipe_in_the_output_folder_is_no_record(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.json")
    assert read_json(Note, tmp_path / "x.json") is None
