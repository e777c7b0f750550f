from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_corrections import PAGE, content, corrections

from ecgimg.corrections import MAX_CHANGES, CorrectedPage, Corrections, parse_corrections, read_corrections
from ecgimg.datamodel.page import Photo
from ecgimg.errors import UsageError

RENAME = {"kind": "rename", "lead": "V1", "to": "v2"}


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = corrections(
        RENAME,
        {"kind": "exchange", "leads": ["I", "II"]},
        {"kind": "layout", "layout": "3x4+1R"},
        {"kind": "speed", "mm_per_s": 50},
        {"kind": "gain", "mm_per_mv": 5, "lead": "avr"},
        {"kind": "column_start", "column": 2, "at": [3.5, 4]},
        {"kind": "redraw", "row": 1, "points": [[1, 2], [3, 4]], "snap": True},
        {"kind": "erase", "row": 1, "points": [[1, 2], [3, 4]]},
    )
    assert read_corrections(made.write(tmp_path / "page.corrections.json")) == made
    assert len({one.summary for one in made.changes}) == 8


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "rename", "lead": "V99", "to": "V2"}, "changes.0.rename.lead: 'V99' is no lead"),
        ({"kind": "exchange", "leads": ["I", "i"]}, "I can't be exchanged with itself"),
        ({"kind": "layout", "layout": "/etc/passwd"}, "'/etc/passwd' is not one of"),
        ({"kind": "speed", "mm_per_s": 33}, "33 mm/s is not one of"),
        ({"kind": "gain", "mm_per_mv": 1e9}, "mm/mV is not one of"),
        ({"kind": "column_start", "column": 0, "at": [1, 2]}, "greater than or equal to 1"),
        ({"kind": "redraw", "row": 1, "points": [[1, 2]]}, "at least 2 items"),
        ({"kind": "redraw", "row": 1, "points": [[0, 0]] * 4001}, "at most 4000 items"),
        ({"kind": "erase", "row": 1, "points": [[1, 2], [1e9, 2]]}, "less than or equal to 100000"),
        ({"kind": "paint"}, "Input tag 'paint' found"),
        ({**RENAME, "id": "../x"}, "changes.0.rename.id"),
        ({**RENAME, "time": "2026-01-31T12:00:00"}, "timezone"),
        ({**RENAME, "time": "2026-01-31T12:00:00+02:00"}, "the time is UTC"),
        ({**RENAME, "colour": "red"}, "Extra inputs"),
    ],
)
def test_a_wrong_change_gives_one_line_with_its_place(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.corrections.json"
    path.write_text(json.dumps(content(change)))
    with pytest.raises(UsageError) as caught:
        read_corrections(path)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{path}: changes.0")
    assert str(caught.value).endswith("mend this change, or leave it out")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "[" * 100_000, '{"page": {}}', json.dumps(content(page={**PAGE, "sha256": "abc"})), "\ud800"],
)
def test_a_file_of_another_kind_gives_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(UsageError) as caught:
        read_corrections(tmp_path / "x.json")
    assert "\n" not in str(caught.value)


def test_files_are_bounded(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at most 500 items"):
        parse_corrections(json.dumps(content(*[RENAME] * (MAX_CHANGES + 1))))
    (tmp_path / "x.json").write_bytes(b" " * 4_000_001)
    with pytest.raises(UsageError, match="more than 4,000,000 bytes"):
        read_corrections(tmp_path / "x.json")
    with pytest.raises(UsageError, match="is a folder"):
        read_corrections(tmp_path)


def test_an_id_stands_once() -> None:
    with pytest.raises(UsageError, match="the id of a change stands once"):
        parse_corrections(json.dumps(content({**RENAME, "id": "a"}, {**RENAME, "id": "a"})))


def test_the_last_of_each_counts_and_a_layout_starts_afresh() -> None:
    made = corrections(
        RENAME,
        {"kind": "speed", "mm_per_s": 50},
        {"kind": "gain", "mm_per_mv": 5, "lead": "V1"},
        {"kind": "gain", "mm_per_mv": 20},
        {"kind": "gain", "mm_per_mv": 10, "lead": "V2"},
        {"kind": "layout", "layout": "3x4+1R"},
        {"kind": "speed", "mm_per_s": 25},
        {"kind": "exchange", "leads": ["I", "II"]},
        {"kind": "erase", "row": 1, "points": [[1, 2], [3, 4]]},
    )
    assert (made.layout, made.speed, made.gain, made.lead_gains) == ("3x4+1R", 25, 20, {"V2": 10})
    assert [one.kind for one in made.lead_changes] == ["exchange"]
    assert [one.kind for one in made.curve_changes] == ["erase"]


def test_corrections_are_of_one_page() -> None:
    photo = Photo(np.zeros((300, 400, 3), np.uint8), Path("x.png"), sha256="0" * 64)
    made = Corrections(page=CorrectedPage.of(photo))
    made.require_page(photo)
    corrections().require_page(photo)
    for other in ({"sha256": "1" * 64}, {"page": 2}, {"width": 401}):
        with pytest.raises(UsageError, match=r"of another page than x\.png; give the page whose SHA-256"):
            corrections(page={**PAGE, **other}).require_page(photo)
