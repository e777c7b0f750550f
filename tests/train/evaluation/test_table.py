"""The table of predictions: read and written as the same, and hostile tables are refused by line and column."""

from __future__ import annotations

import math
from pathlib import Path

import made_predictions
import numpy as np
import pytest

from ecgimg.errors import UnreadableInputError
from ecgimg.train.evaluation.table import Predictions, Split, Task, read_predictions, write_predictions

HEAD = "id,split,target,task,truth,predicted"
GOOD = "a,test,x,binary,1,0.5"


def read(tmp_path: Path, text: str | bytes) -> Predictions:
    path = tmp_path / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_predictions(path)


def test_a_table_is_written_and_read_as_the_same(tmp_path: Path) -> None:
    made = made_predictions.four_targets(40)
    assert read_predictions(write_predictions(made, tmp_path / "table.csv")) == made_with_all_columns(made)
    assert made.targets == ("stenosis", "death", "potassium", "grade")


def made_with_all_columns(made: Predictions) -> Predictions:
    """Rows of several tables lack each other's subgroups; in a file they are empty."""
    from dataclasses import replace

    empty = dict.fromkeys(made.group_columns, "")
    return Predictions(tuple(replace(row, groups={**empty, **row.groups}) for row in made.rows))


def test_defaults_and_subgroups(tmp_path: Path) -> None:
    row = read(tmp_path, f"\ufeff{HEAD},sex,age\na,test,x,binary,,0.5,female,40\n").rows[0]
    assert (row.patient, row.split, row.task) == ("a", Split.TEST, Task.BINARY)
    assert math.isnan(row.truth)
    assert not row.is_known
    assert row.groups == {"sex": "female", "age": "40"}


def test_a_name_that_a_spreadsheet_would_compute_comes_back(tmp_path: Path) -> None:
    row = {"id": "=1+1", "split": "test", "target": "x", "task": "binary", "truth": np.True_, "predicted": 0.5}
    made = Predictions.from_rows([row])
    path = write_predictions(made, tmp_path / "table.csv")
    assert "\n'=1+1," in path.read_text()
    assert read_predictions(path) == made
    assert made.rows[0].truth == 1


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("", "line 1, column id, split, target", "is missing"),
        (f"{HEAD}\n", "predictions", "no row"),
        ("id,split,target,task,predicted\n", "line 1, column truth", "is missing"),
        (f"{HEAD},id\n", "line 1, column id", "twice"),
        (f"{HEAD}\n{GOOD}\nb,test,x,binary,2,0.5", "line 3, column truth", "neither 0 nor 1"),
        (f"{HEAD}\na,test,x,binary,1,1.5", "line 2, column predicted", "no probability"),
        (f"{HEAD}\na,test,x,binary,1,", "line 2, column predicted", "no number"),
        (f"{HEAD}\na,test,x,binary,1,nan", "line 2, column predicted", "no number"),
        (f"{HEAD}\na,test,x,regression,inf,1", "line 2, column truth", "infinite"),
        (f"{HEAD}\na,test,x,binary,yes,0.5", "line 2, column truth", "'yes' is no number"),
        (f"{HEAD}\na,train,x,binary,1,0.5", "line 2, column split", "none of validation, test"),
        (f"{HEAD}\na,test,x,class,1,0.5", "line 2, column task", "none of binary"),
        (f"{HEAD}\n,test,x,binary,1,0.5", "line 2, column id", "empty"),
        (f"{HEAD}\na,test,x,ordinal,1.5,1", "line 2, column truth", "no level"),
        (f"{HEAD}\n{GOOD}\n{GOOD}", "line 3, column id", "'a' is in line 2 too"),
        (f"{HEAD}\n{GOOD}\nb,test,x,ordinal,1,0.5", "line 3, column task", "differs"),
        (f"{HEAD}\n{GOOD}\na,validation,y,binary,1,0.5", "line 3, column split", "patient 'a' is in test too (line 2)"),
        (f"{HEAD}\na,test,x,binary,1", "line 2, column predicted", "5 cells"),
        (f"{HEAD},time,event\na,test,x,survival,,1,0,1", "line 2, column time", "not above 0"),
        (f"{HEAD},time,event\na,test,x,survival,,1,2,", "line 2, column event", "without the time"),
        (f"{HEAD},time,event\na,test,x,survival,1,1,2,1", "line 2, column truth", "must be empty"),
        (f"{HEAD},baseline\na,test,x,binary,1,0.5,7", "line 2, column baseline", "no probability"),
        (b"\xff\xfe\x00", "table.csv", "UTF-8"),
        (f'{HEAD}\n"a,test', "table.csv", "no CSV"),
    ],
)
def test_a_hostile_table_is_refused_where_it_is_wrong(tmp_path: Path, text: str | bytes, place: str, what: str) -> None:
    with pytest.raises(UnreadableInputError) as caught:
        read(tmp_path, text)
    assert place in caught.value.where
    assert what in caught.value.what


def test_no_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UnreadableInputError, match=str(path)):
            read_predictions(path)


def test_a_row_without_a_column_is_named() -> None:
    with pytest.raises(UnreadableInputError, match="row 1, column predicted: is missing"):
        Predictions.from_rows([{"id": "a", "split": "test", "target": "x", "task": "binary", "truth": 1}])
