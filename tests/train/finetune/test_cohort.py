"""Splits keep a patient together, and what can't be read costs no other recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_hospital import make_hospital, recipe_of

from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.networks.finetuned import ModelInput
from ecgimg.recording.recording import Recording
from ecgimg.train.finetune.case import Case
from ecgimg.train.finetune.cases import open_cases
from ecgimg.train.finetune.cohort import load_cohort, split_of
from ecgimg.train.finetune.recipe import Recipe, SplitRecipe, TargetRecipe


def load() -> Recording:
    raise AssertionError("splitting reads no signal")


def test_a_patient_is_in_one_part_whoever_else_is_there() -> None:
    cases = [Case(f"{p}-{k}", str(p), load) for p in range(600) for k in range(2)]
    parts = split_of(cases, [{}] * len(cases), SplitRecipe())
    assert (parts[0::2] == parts[1::2]).all()
    assert (parts[:20] == split_of(cases[:20], [{}] * 20, SplitRecipe())).all()
    shares = [float((parts == part).mean()) for part in ("train", "validation", "test")]
    np.testing.assert_allclose(shares, (0.65, 0.15, 0.2), atol=0.05)


def test_a_split_by_column_is_refused_where_it_tears_a_patient_apart() -> None:
    recipe = SplitRecipe(column="fold", train=("1",), validation=("2",), test=("3",))
    cases = [Case("a", "p", load), Case("b", "p", load), Case("c", "q", load)]
    assert list(split_of(cases, [{"fold": "1"}, {"fold": "1"}, {"fold": "9"}], recipe)) == ["train", "train", ""]
    with pytest.raises(UsageError, match="patient p is in train and in test"):
        split_of(cases, [{"fold": "1"}, {"fold": "3"}, {"fold": "9"}], recipe)


def test_a_damaged_recording_is_left_out_and_counted(tmp_path: Path) -> None:
    folder = make_hospital(tmp_path, 24)
    (folder / "r003.hea").write_text("no header\n", encoding="utf-8")
    cohort = load_cohort(str(folder / "index.csv"), None, recipe_of(), ModelInput(), tmp_path / "work")
    assert len(cohort.cases) == 23
    assert list(cohort.left_out.values()) == [1]
    assert cohort.inputs.shape == (23, 12, 1000)
    again = load_cohort(str(folder / "index.csv"), None, recipe_of(), ModelInput(), tmp_path / "work")
    np.testing.assert_array_equal(again.inputs, cohort.inputs)


def test_a_folder_of_recordings_is_joined_to_a_table_by_their_names(tmp_path: Path) -> None:
    folder = make_hospital(tmp_path, 6)
    recipe = Recipe(name="x", title="X", targets=(TargetRecipe(name="slow", task="binary", column="slow"),))
    assert [case.id for case in open_cases(str(folder), recipe)] == [f"r{k:03d}" for k in range(6)]


def test_data_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--data"):
        open_cases("nonsense", recipe_of())
    with pytest.raises(UnreadableInputError, match="has no recording"):
        open_cases(str(tmp_path), recipe_of())
    with pytest.raises(UnreadableInputError, match=r"index\.csv"):
        open_cases(str(tmp_path / "index.csv"), recipe_of())
