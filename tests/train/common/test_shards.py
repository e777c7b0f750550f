"""Shards: contrast as bytes, whole files, and the queue of the least used ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ecgimg.train.common import shards
from ecgimg.train.common.shards import Shards, from_bytes, save_whole, to_bytes


def test_bytes_keep_contrast() -> None:
    values = np.linspace(-1, 2, 50, dtype=np.float32)
    np.testing.assert_allclose(from_bytes(to_bytes(values)), values, atol=0.007)


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "new" / "1_00000.npz"
    save_whole(path, {"a": np.arange(3)})
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert np.load(path)["a"].tolist() == [0, 1, 2]


def test_the_least_used_shard_comes_next(tmp_path: Path) -> None:
    queue, rng = Shards(tmp_path), np.random.default_rng(0)
    for k in range(3):
        save_whole(tmp_path / f"1_{k:05d}.npz", {"a": np.zeros(1)})
    assert Counter(queue.next(rng).name for _ in range(6)) == {f"1_{k:05d}.npz": 2 for k in range(3)}
    save_whole(tmp_path / "1_00003.npz", {"a": np.zeros(1)})
    assert [queue.next(rng).name for _ in range(2)] == ["1_00003.npz"] * 2


def test_the_order_is_repeatable(tmp_path: Path) -> None:
    for k in range(5):
        save_whole(tmp_path / f"1_{k:05d}.npz", {"a": np.zeros(1)})
    queues = [(Shards(tmp_path), np.random.default_rng(3)) for _ in range(2)]
    first, second = ([queue.next(rng) for _ in range(9)] for queue, rng in queues)
    assert first == second


def test_an_empty_folder_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "1_00000.npz"
    monkeypatch.setattr(shards.time, "sleep", lambda seconds: save_whole(path, {"a": np.zeros(1)}))
    assert Shards(tmp_path).next(np.random.default_rng(0)) == path
