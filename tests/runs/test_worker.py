"""Workers: answers, steps, and jobs that crash, hang or leave."""

from __future__ import annotations

import time

import doubles
import pytest

from ecgimg.errors import WorkerError
from ecgimg.runs.worker import Done, Step, WorkerPool
from ecgimg.threads import thread_count


def run(work: object, jobs: list, count: int = 1, timeout: float = 60.0) -> tuple[dict, list, list[int]]:
    """Answers by job, steps, and process ids of ended workers."""
    answers, steps, ended = {}, [], []

    def report(item: Step | Done) -> None:
        if isinstance(item, Step):
            steps.append(item)
        else:
            answers[item.job] = item.answer

    with WorkerPool(count, timeout) as workers:
        workers.run(work, jobs, report, ended.append)
    return answers, steps, ended


def test_answers_and_steps_survive_a_library_that_prints() -> None:
    answers, steps, _ = run(doubles.double_it, [1, 2, 3], count=2)
    assert answers == {1: 2, 2: 4, 3: 6}
    assert sorted((step.job, step.step, step.done, step.total) for step in steps) == [
        (k, "half", 1, 2) for k in (1, 2, 3)
    ]


def test_no_jobs() -> None:
    assert run(doubles.double_it, []) == ({}, [], [])


def test_the_first_worker_loads_before_there_are_jobs() -> None:
    reports: list = []
    with WorkerPool(1, 60.0) as workers:
        workers.preload(doubles.load_colorsys)
        workers.run(doubles.has_imported, ["colorsys", "no_such_module"], reports.append)
    assert [report.answer for report in reports] == [True, False]


def test_what_can_not_be_loaded_is_left_to_the_job() -> None:
    reports: list = []
    with WorkerPool(1, 60.0) as workers:
        workers.preload(doubles.load_what_is_missing)
        workers.run(doubles.double_it, [4], reports.append)
    assert reports[-1].answer == 8


def test_a_worker_without_jobs_is_ended() -> None:
    with WorkerPool(1, 60.0) as workers:
        workers.preload(doubles.load_colorsys)
        first = workers._keepers[0].process
        assert first is not None
        assert first.poll() is None
        workers.run(doubles.double_it, [], print)
    assert first.poll() is not None


def test_a_pool_lives_as_long_as_its_owner() -> None:
    with WorkerPool(1, 60.0) as workers:
        first = workers.submit(doubles.misbehave, "a").result(30)
        second = workers.submit(doubles.misbehave, "b").result(30)
        assert first.split()[-1] == second.split()[-1]  # the same process
        with pytest.raises(WorkerError, match="SIGSEGV"):
            workers.submit(doubles.misbehave, "crash").result(30)
        third = workers.submit(doubles.misbehave, "c").result(30)
        assert third.split()[-1] != second.split()[-1]
    assert all(keeper.process is None for keeper in workers._keepers)


def test_jobs_of_a_closed_pool_are_cancelled() -> None:
    workers = WorkerPool(1, 60.0)
    running, waiting = (workers.submit(doubles.misbehave, job) for job in ("hang", "a"))
    while not running.running():
        time.sleep(0.01)
    workers.close()
    assert waiting.cancelled()
    with pytest.raises(WorkerError):
        running.result(0)


def test_a_worker_that_dies_costs_only_its_job() -> None:
    answers, _, ended = run(doubles.misbehave, ["a", "crash", "b", "exit", "c"])
    assert [str(answers[job]).split()[0] for job in "abc"] == ["a", "b", "c"]
    assert isinstance(answers["crash"], WorkerError)
    assert "SIGSEGV" in str(answers["crash"])
    assert "code 3" in str(answers["exit"])
    assert len(ended) == 2


def test_a_job_that_hangs_is_given_up() -> None:
    answers, _, _ = run(doubles.misbehave, ["hang", "b"], timeout=1.5)
    assert "given up after 1.5 s" in str(answers["hang"])
    assert answers["b"].startswith("b done")


@pytest.mark.parametrize(("count", "threads"), [(1, ""), (2, "1")])
def test_one_thread_each_where_there_are_several(count: int, threads: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert set(run(doubles.tell_threads, [1, 2], count)[0].values()) == {threads}


def test_networks_heed_the_threads_of_their_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert (thread_count(), thread_count(3)) == (1, 3)
    monkeypatch.setenv("OMP_NUM_THREADS", "4,2")
    assert thread_count() >= 1


def test_an_interrupt_ends_the_workers() -> None:
    ended: list[int] = []

    def interrupt(item: Step | Done) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), WorkerPool(2, 60.0) as workers:
        workers.run(doubles.misbehave, ["a", "hang"], interrupt, ended.append)
    assert len(ended) == 1  # the other worker was not at work
