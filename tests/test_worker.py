"""Workers: answers, steps, and jobs that crash, hang or leave."""

from __future__ import annotations

import doubles
import pytest

from ecgimg.errors import WorkerError
from ecgimg.runtime import thread_count
from ecgimg.worker import Done, ProcessExecutor, Step


def run(work: object, jobs: list, count: int = 1, timeout: float = 60.0) -> tuple[dict, list, list[int]]:
    """Answers by job, steps, and process ids of ended workers."""
    answers, steps, ended = {}, [], []

    def report(item: Step | Done) -> None:
        if isinstance(item, Step):
            steps.append(item)
        else:
            answers[item.job] = item.answer

    ProcessExecutor(count, timeout).run(work, jobs, report, ended.append)
    return answers, steps, ended


def test_answers_and_steps_survive_a_library_that_prints() -> None:
    answers, steps, _ = run(doubles.double_it, [1, 2, 3], count=2)
    assert answers == {1: 2, 2: 4, 3: 6}
    assert sorted((step.job, step.step, step.done, step.total) for step in steps) == [
        (k, "half", 1, 2) for k in (1, 2, 3)
    ]


def test_no_jobs() -> None:
    assert run(doubles.double_it, []) == ({}, [], [])


def test_the_first_worker_starts_and_imports_before_there_are_jobs() -> None:
    reports: list = []
    with ProcessExecutor(1, 60.0, ("this_module_is_missing", "colorsys")) as workers:
        workers.run(doubles.has_imported, ["colorsys", "no_such_module"], reports.append)
    assert [report.answer for report in reports] == [True, False]


def test_a_worker_without_jobs_is_ended() -> None:
    with ProcessExecutor(1, 60.0) as workers:
        first = workers._first
        assert first is not None
        assert first.poll() is None
        workers.run(doubles.double_it, [], print)
    assert first.poll() is not None


def test_a_worker_that_dies_costs_only_its_job() -> None:
    answers, _, ended = run(doubles.misbehave, ["a", "crash", "b", "exit", "c"])
    assert [str(answers[job]).split()[0] for job in "abc"] == ["a", "b", "c"]
    assert isinstance(answers["crash"], WorkerError)
    assert "SIGSEGV" in str(answers["crash"])
    assert "code 3" in str(answers["exit"])
    assert len(ended) == 3


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

    with pytest.raises(KeyboardInterrupt):
        ProcessExecutor(2, 60.0).run(doubles.misbehave, ["a", "hang"], interrupt, ended.append)
    assert len(ended) == 2
