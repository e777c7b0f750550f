"""Marks lie on the landmarks of drawn pages, and shards store them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from landmark_pages import landmark_page

from ecgimg.networks.landmarks import ROW
from ecgimg.train.common.marked_pages import MarkedPage, read_shard, write_shard
from ecgimg.train.common.shards import from_bytes


@pytest.fixture(scope="module")
def page() -> MarkedPage:
    return landmark_page()


def test_rows_run_along_the_ink(page: MarkedPage) -> None:
    ink = from_bytes(page.planes)[0]
    rows = page.marks[page.marks[:, 0] == ROW]
    assert len(rows) == 13
    near = [
        ink[round(4 * y) - 24 : round(4 * y) + 24, round(4 * x0) + 4 : round(4 * x1) - 4] for _, x0, y, x1, _ in rows
    ]
    assert np.median([(part.max(axis=0) > 0.4).mean() for part in near]) > 0.8


def test_shards_keep_pages(page: MarkedPage, tmp_path: Path) -> None:
    write_shard([page, page], tmp_path / "1.npz")
    first, second = read_shard(tmp_path / "1.npz")
    np.testing.assert_array_equal(first.planes, page.planes)
    np.testing.assert_array_equal(second.marks, page.marks)
