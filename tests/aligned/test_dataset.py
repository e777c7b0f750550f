"""Drawn sets of aligned records: the same bytes in any number of processes, and after a stop."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.aligned.dataset import describe_dataset, write_aligned_dataset
from ecgimg.aligned.validate import problems_of
from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.recording.formats import ALIGNED_JSON, ALIGNED_MEETI
from ecgimg.runs.worker import WorkerPool
from ecgimg.synth.dataset import SetPlan, write_dataset

pytest.importorskip("pyarrow")


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.xdist_group("drawn_set")
def test_two_processes_and_a_set_that_was_stopped_have_the_same_bytes(
    drawn_set: Path, recipe: str, tmp_path: Path
) -> None:
    whole, plan = files(drawn_set), SetPlan(2, recipe, seed=5)
    with WorkerPool(2, 120.0) as workers:
        write_aligned_dataset(tmp_path / "two", plan, executor=workers)
    assert files(tmp_path / "two") == whole
    stopped = tmp_path / "two/pages"
    (stopped / "000001.json").unlink()  # written last: a run that is killed before leaves the others, whole or cut
    (stopped / f"000001{ALIGNED_JSON}").write_text("{")
    (stopped / f"000001{ALIGNED_MEETI}").unlink()
    write_aligned_dataset(tmp_path / "two", plan)
    assert files(tmp_path / "two") == whole


@pytest.mark.slow
@pytest.mark.xdist_group("drawn_set")
def test_a_set_without_records_is_another_set(drawn_set: Path, recipe: str) -> None:
    with pytest.raises(UsageError, match="holds another set"):
        write_dataset(drawn_set, SetPlan(2, recipe, seed=5))


@pytest.mark.slow
@pytest.mark.xdist_group("drawn_set")
def test_a_drawn_set_has_no_problem(drawn_set: Path) -> None:
    assert list(problems_of(drawn_set)) == []


def test_a_folder_without_records_is_no_set(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="no aligned record below"):
        describe_dataset(tmp_path)
