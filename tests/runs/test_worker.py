"""Workers: answers, steps, and jobs that crash, hang or leave; every future gets its answer or its error."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import doubles
import pytest

from ecgimg.errors import WorkerError
from ecgimg.jobs import Done, Step
from ecgimg.runs.worker import WorkerPool
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
    wait_until_running(running)
    workers.close()
    assert waiting.cancelled()
    with pytest.raises(WorkerError):
        running.result(0)


def wait_until_running(future: Future) -> None:
    deadline = time.monotonic() + 30
    while not future.running():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_closed_pool_takes_no_jobs_and_can_be_closed_again() -> None:
    workers = WorkerPool(1, 60.0)
    workers.close()
    workers.close()
    with pytest.raises(RuntimeError, match="closed"):
        workers.submit(doubles.double_it, 1)


def test_a_worker_that_can_not_be_started_fails_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    with WorkerPool(1, 60.0) as workers, monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", refuse)
        workers.preload(doubles.load_colorsys)
        with pytest.raises(WorkerError, match=r"no worker can be started.*temporarily"):
            workers.submit(doubles.double_it, 1).result(30)
        patch.undo()
        assert workers.submit(doubles.double_it, 2).result(30) == 4


def test_a_job_that_can_not_be_pickled_fails_and_its_worker_lives_on() -> None:
    with WorkerPool(1, 60.0) as workers:
        first = workers.submit(doubles.misbehave, "a").result(30)
        with pytest.raises(WorkerError, match="job can't be pickled"):
            workers.submit(doubles.misbehave, lambda: None).result(30)
        assert workers.submit(doubles.misbehave, "b").result(30).split()[-1] == first.split()[-1]


@pytest.mark.parametrize("job", ["unpicklable", "unreadable"])
def test_an_answer_that_can_not_be_passed_on_fails_its_job(job: str) -> None:
    with WorkerPool(1, 60.0) as workers:
        with pytest.raises(WorkerError):
            workers.submit(doubles.answer_rubbish, job).result(30)
        assert workers.submit(doubles.double_it, 2).result(30) == 4


def test_a_callback_that_raises_fails_its_job_only() -> None:
    def fail(*step: object) -> None:
        raise LookupError("a bug of the caller")

    with WorkerPool(1, 60.0) as workers:
        with pytest.raises(WorkerError, match="unexpected LookupError"):
            workers.submit(doubles.double_it, 1, tell=fail).result(30)
        with pytest.raises(WorkerError, match="unexpected LookupError"):
            workers.submit(doubles.misbehave, "exit", ended=fail).result(30)
        assert workers.submit(doubles.double_it, 2).result(30) == 4


def test_workers_are_started_only_when_all_others_are_at_work() -> None:
    with WorkerPool(3, 60.0) as workers:
        for k in range(4):
            workers.submit(doubles.double_it, k).result(30)
            while workers._live:
                time.sleep(0.001)
        assert [keeper.is_serving for keeper in workers._keepers] == [True, False, False]


def test_jobs_may_be_submitted_from_many_threads() -> None:
    with WorkerPool(2, 60.0) as workers:
        futures: list[Future] = []
        threads = [
            threading.Thread(target=lambda k=k: futures.append(workers.submit(doubles.double_it, k))) for k in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(future.result(30) for future in futures) == [2 * k for k in range(20)]


def test_some_jobs_can_be_cancelled_and_others_go_on() -> None:
    with WorkerPool(1, 60.0) as workers:
        running, waiting, other = (workers.submit(doubles.misbehave, job) for job in ("hang", "a", "b"))
        wait_until_running(running)
        workers.cancel([running, waiting])
        with pytest.raises(WorkerError, match="cancelled"):
            running.result(30)
        assert waiting.cancelled()
        assert other.result(30).startswith("b done")


def test_the_job_after_one_that_just_ended_in_time_is_not_given_up_for_it() -> None:
    with WorkerPool(1, 60.0) as workers:
        first = workers.submit(doubles.double_it, 1)
        request = workers._live.get(first)
        assert first.result(30) == 2
        second = workers.submit(doubles.misbehave, "hang")
        wait_until_running(second)
        if request is not None:  # its timer fires too late
            workers._keepers[0]._give_up(request)
        time.sleep(0.1)
        assert second.running()


def test_a_close_while_a_worker_is_starting() -> None:
    for _ in range(5):
        workers = WorkerPool(1, 60.0)
        future = workers.submit(doubles.misbehave, "hang")
        workers.close()
        assert future.cancelled() or isinstance(future.exception(0), WorkerError)
        assert workers._keepers[0].process is None


def test_a_worker_that_dies_costs_only_its_job() -> None:
    answers, _, ended = run(doubles.misbehave, ["a", "crash", "b", "exit", "c"])
    assert [str(answers[job]).split()[0] for job in "abc"] == ["a", "b", "c"]
    assert isinstance(answers["crash"], WorkerError)
    assert "SIGSEGV" in str(answers["crash"])
    assert "code 3" in str(answers["exit"])
    assert len(ended) == 2


def test_a_job_that_hangs_is_given_up() -> None:
    answers, _, _ = run(doubles.misbehave, ["hang", "b"], timeout=6.0)
    assert "given up after 6 s" in str(answers["hang"])
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


@pytest.mark.skipif(os.name != "posix", reason="scripts")
def test_a_worker_that_hangs_at_its_start_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\nsleep 20\n")  # a program of its own, which holds the worker's pipe
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    start = time.monotonic()
    with WorkerPool(1, 0.5) as workers, pytest.raises(WorkerError, match=r"given up after 0\.5 s"):
        workers.submit(doubles.double_it, 1).result(15)
    assert time.monotonic() - start < 15


def test_a_system_without_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with WorkerPool(1, 60.0) as workers, monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(WorkerError, match=r"no worker can be started.*thread"):
            workers.run(doubles.double_it, [1], print)
