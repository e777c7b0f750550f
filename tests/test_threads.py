"""How many workers a machine has room for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ecgimg import threads


@pytest.mark.parametrize(
    ("cores", "free_gb", "workers"), [(8, 16, 8), (8, 3, 3), (8, 0.2, 1), (1, 64, 1), (500, 900, 64), (4, None, 4)]
)
def test_as_many_workers_as_cores_and_memory_allow(
    monkeypatch: pytest.MonkeyPatch, cores: int, free_gb: float | None, workers: int
) -> None:
    monkeypatch.setattr(threads, "_cores", lambda: cores)
    monkeypatch.setattr(threads, "_free_bytes", lambda: None if free_gb is None else int(free_gb * 2**30))
    assert threads.worker_count() == workers


@pytest.mark.skipif(not os.path.exists("/proc/meminfo"), reason="Linux")
def test_free_memory_is_that_of_the_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_CGROUP", tmp_path)
    machine = threads._free_bytes()
    assert machine is not None
    assert 2**20 < machine < 2**50
    (tmp_path / "memory.max").write_text("3000\n")
    (tmp_path / "memory.current").write_text("1000\n")
    assert threads._free_bytes() == 2000
    (tmp_path / "memory.max").write_text("max\n")
    assert threads._free_bytes() != 2000
