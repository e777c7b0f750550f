"""A Dask cluster does what local workers do: answers, limits, lost workers, and an end in order."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import doubles
import pytest

from ecgimg.errors import UsageError, WorkerError
from ecgimg.jobs import Done
from ecgimg.runs.dask_executor import DaskExecutor, open_dask

pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dask")]


@pytest.fixture(scope="module")
def cluster() -> Iterator[DaskExecutor]:
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(doubles.__file__).parent), before or ""])
    with open_dask("local:2", 120.0, 4.0) as executor:
        yield executor
    os.environ.pop("PYTHONPATH") if before is None else os.environ.update(PYTHONPATH=before)


def run(cluster: DaskExecutor, work: object, jobs: object) -> dict:
    answers: dict = {}

    def report(item: Done) -> None:
        assert item.job not in answers
        answers[item.job] = item.answer

    cluster.run(work, jobs, report)
    return answers


def test_answers(cluster: DaskExecutor) -> None:
    assert run(cluster, doubles.double_it, range(50)) == {k: 2 * k for k in range(50)}
    assert run(cluster, doubles.double_it, []) == {}


def test_a_page_that_crashes_costs_only_itself(cluster: DaskExecutor) -> None:
    answers = run(cluster, doubles.misbehave, ["a", "crash", "b", "exit", "c"])
    assert [answers[job].split(" done")[0] for job in "abc"] == ["a", "b", "c"]
    assert "SIGSEGV" in str(answers["crash"])
    assert isinstance(answers["exit"], WorkerError)


def test_a_lost_worker_of_the_cluster_costs_nothing(cluster: DaskExecutor, tmp_path: Path) -> None:
    jobs = [f"{tmp_path}/{k}" for k in range(12)]
    answers = run(cluster, doubles.kill_the_cluster_worker_once, jobs)
    assert [Path(answers[job]).name for job in jobs] == [str(k) for k in range(12)]
    assert (tmp_path / "killed").exists()


def test_few_jobs_are_taken_before_they_can_be_begun(cluster: DaskExecutor) -> None:
    taken: list[int] = []

    def jobs() -> Iterator[int]:
        for k in itertools.count():
            taken.append(k)
            yield k

    seen: list[Done] = []

    def report(item: Done) -> None:
        seen.append(item)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cluster.run(doubles.take_a_while, jobs(), report)
    assert len(taken) <= 24  # batches grow while the first jobs end
    assert run(cluster, doubles.double_it, [4]) == {4: 8}  # the cluster goes on


def test_what_is_no_cluster() -> None:
    for address in ("local:", "local:0", "local:many"):
        with pytest.raises(UsageError, match="is no cluster"), open_dask(address, 1.0, 1.0):
            pass


def test_a_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgimg.runs.dask_executor.CONNECT_S", 0.5)
    with (
        pytest.raises(WorkerError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"),
        open_dask("tcp://127.0.0.1:9", 1, 1),
    ):
        pass


def test_a_run_ends_where_all_workers_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgimg.runs.dask_executor.CHECK_S", 0.5)
    with open_dask("local:1", 600.0, 4.0) as lonely:
        threading.Timer(1.0, lonely._client.cluster.scale, [0]).start()
        with pytest.raises(WorkerError, match="all workers were lost"):
            run(lonely, doubles.misbehave, ["hang"])
