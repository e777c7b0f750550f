"""Tables are joined by id or by patient and time; values become numbers with gaps."""

from __future__ import annotations

import gzip
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from ecgimg.errors import UnreadableInputError
from ecgimg.recording.recording import Recording
from ecgimg.train.finetune.case import Case
from ecgimg.train.finetune.cases import open_cases
from ecgimg.train.finetune.recipe import Recipe, TableRecipe, TargetRecipe, read_recipe
from ecgimg.train.finetune.targets import join, numbers_of, truths_of


def load() -> Recording:
    raise AssertionError("joining reads no signal")


def case(name: str, patient: str = "", hour: int | None = None) -> Case:
    time = None if hour is None else datetime(2180, 5, 6, hour)
    return Case(name, patient or name, load, time)


def test_rows_are_joined_by_id_and_missing_ones_stay_empty(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("id,k\na,5.6\nc,\nz,9\n", encoding="utf-8")
    values = join([case("a"), case("b"), case("c")], table, TableRecipe(), ["k"])
    truths = truths_of(values, [TargetRecipe(name="k", task="binary", column="k", above=5.5)])
    np.testing.assert_array_equal(truths.values[:, 0], [1, np.nan, np.nan])


def test_an_id_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("id,k\na,5.6\na,5.7\n", encoding="utf-8")
    with pytest.raises(UnreadableInputError, match="'a' stands twice"):
        join([case("a")], table, TableRecipe(), ["k"])


def mimic(folder: Path) -> str:
    """Made-up rows in the layout of MIMIC-IV-ECG and MIMIC-IV's labevents."""
    (folder / "record_list.csv").write_text(
        "subject_id,study_id,file_name,ecg_time,path\n"
        "10000032,40689238,40689238,2180-07-23 08:44:00,files/p1000/p10000032/s40689238/40689238\n"
        "10000032,44458630,44458630,2180-07-23 20:00:00,files/p1000/p10000032/s44458630/44458630\n"
        "10000117,40000001,40000001,2181-01-01 00:30:00,files/p1000/p10000117/s40000001/40000001\n",
        encoding="utf-8",
    )
    with gzip.open(folder / "labevents.csv.gz", "wt", encoding="utf-8") as file:
        file.write(
            "labevent_id,subject_id,hadm_id,specimen_id,itemid,charttime,valuenum,valueuom\n"
            "1,10000032,,1,50971,2180-07-23 08:00:00,5.8,mEq/L\n"  # 44 min before the first ECG
            "2,10000032,,2,50971,2180-07-23 09:30:00,6.4,mEq/L\n"  # 46 min after it
            "3,10000032,,3,50971,2180-07-23 22:00:00,4.0,mEq/L\n"  # 2 h after the second one: outside
            "4,10000032,,4,50983,2180-07-23 08:44:00,140,mEq/L\n"
            "5,10000117,,5,50971,2181-01-01 00:30:00,,mEq/L\n"  # no number
            "6,99999999,,6,50971,2181-01-01 00:30:00,7.0,mEq/L\n"
        )
    return str(folder)


def test_mimics_tables_are_joined_by_the_nearest_value_within_the_window(tmp_path: Path) -> None:
    recipe: Recipe = read_recipe("pocket-k")
    cases = open_cases(mimic(tmp_path), recipe)
    assert [one.id for one in cases] == ["40689238", "44458630", "40000001"]
    assert [one.patient for one in cases] == ["10000032", "10000032", "10000117"]
    assert cases[0].path == tmp_path / "files/p1000/p10000032/s40689238/40689238"
    values = join(cases, tmp_path / "labevents.csv.gz", recipe.table, ["50971"])
    truths = truths_of(values, recipe.targets)
    np.testing.assert_array_equal(truths.values, [[1, 0], [np.nan, np.nan], [np.nan, np.nan]])


def test_values_become_what_the_task_needs() -> None:
    rows = [{"v": "1.0", "e": "1"}, {"v": "3", "e": "0"}, {"v": "", "e": ""}, {"v": "5", "e": ""}]
    targets = [
        TargetRecipe(name="one", task="binary", column="v", positive=("1",)),
        TargetRecipe(name="level", task="ordinal", column="v", bounds=(2.0, 4.0)),
        TargetRecipe(name="value", task="regression", column="v", range=(0.0, 4.0)),
        TargetRecipe(name="death", task="survival", column="v", event="e"),
    ]
    nan = np.nan
    truths = truths_of(rows, targets)
    np.testing.assert_array_equal(truths.values, [[1, 0, 1, 1], [0, 1, 3, 3], [nan] * 4, [0, 2, nan, nan]])
    np.testing.assert_array_equal(truths.events[:, 3], [1, 0, nan, nan])


@pytest.mark.parametrize(
    ("value", "target", "message"),
    [
        ("high", {"task": "regression"}, "'high' is no number"),
        ("2", {"task": "binary"}, "2 is no value of a binary target"),
        ("1.5", {"task": "ordinal", "levels": 3}, "1.5 is no value"),
        ("0", {"task": "survival", "event": "v"}, "0 is no value of a survival target"),
    ],
)
def test_a_value_that_can_not_be_is_named(value: str, target: dict[str, object], message: str) -> None:
    recipe = TargetRecipe(name="t", column="v", **target)  # type: ignore[arg-type]
    with pytest.raises(UnreadableInputError, match=message):
        truths_of([{"v": value}], [recipe])


def test_a_target_without_a_column_is_an_error() -> None:
    with pytest.raises(UnreadableInputError, match="no recording has a column 'k'"):
        truths_of([{"v": "1"}], [TargetRecipe(name="t", task="binary", column="k")])


def test_covariates_are_numbers_with_gaps_and_a_text_is_an_error() -> None:
    rows = [{"age": "61", "male": "1"}, {"age": "", "male": "0"}]
    np.testing.assert_array_equal(numbers_of(rows, ("age", "male")), [[61, 1], [np.nan, 0]])
    assert numbers_of(rows, ()).shape == (2, 0)
    with pytest.raises(UnreadableInputError, match="no recording has a column 'height'"):
        numbers_of(rows, ("height",))
    with pytest.raises(UnreadableInputError, match=r"sex, recording 1: 'F' is no number"):
        numbers_of([{"sex": "F"}], ("sex",))
