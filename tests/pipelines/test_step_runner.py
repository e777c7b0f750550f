"""Steps are measured, reported in their order, and errors pass through."""

from __future__ import annotations

import pytest

from ecgimg.pipelines.step_runner import StepRunner


def test_steps_are_measured_and_reported() -> None:
    heard: list[tuple] = []
    steps = StepRunner(lambda *words: heard.append(words), ("load", "look", "write"))
    assert steps.run("load", lambda: 7) == 7
    steps.time("look", lambda: None)
    steps.report("look", "seen")
    assert heard == [("load", 7, 1, 3), ("look", "seen", 2, 3)]
    assert [step for step, _ in steps.timings] == ["load", "look"]
    assert all(seconds >= 0 for _, seconds in steps.timings)


def test_the_parts_of_a_step_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 10.0, 12.5])
    monkeypatch.setattr("ecgimg.pipelines.step_runner.perf_counter", lambda: next(clock))
    steps = StepRunner(None, ("look",))
    for _ in range(2):
        steps.time("look", lambda: None)
    assert steps.timings == (("look", 3.5),)


def test_a_step_that_fails_is_measured_and_not_reported() -> None:
    heard: list[tuple] = []
    steps = StepRunner(lambda *words: heard.append(words), ("load",))
    with pytest.raises(ZeroDivisionError):
        steps.run("load", lambda: 1 // 0)
    assert heard == []
    assert [step for step, _ in steps.timings] == ["load"]


def test_an_unknown_step_can_not_be_reported() -> None:
    with pytest.raises(ValueError, match=r".+"):
        StepRunner(lambda *words: None, ("load",)).report("paint", None)
    StepRunner(None, ("load",)).report("paint", None)  # nobody hears it
