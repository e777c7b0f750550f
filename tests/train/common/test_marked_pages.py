"""Marks lie on the landmarks of drawn pages, and shards store them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from landmark_pages import landmark_page

from ecgimg.networks.landmarks import ROW, START
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.common import marked_pages
from ecgimg.train.common.marked_pages import MarkedPage, draw_vendor_page, read_shard, write_shard
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


def test_vendor_pages_have_their_marks_on_ink() -> None:
    recipe = load_recipe("clean")
    shares, upright = [], 0
    for k in range(8):
        page = draw_vendor_page(Simulated(2), recipe, np.random.default_rng([5, k]))
        ink = from_bytes(page.planes)[0]
        for _, x0, y, x1, _ in page.marks[page.marks[:, 0] == ROW]:
            part = ink[max(round(4 * y) - 24, 0) : round(4 * y) + 24, max(round(4 * x0), 0) + 4 : round(4 * x1) - 4]
            shares.append(float((part.max(axis=0) > 0.35).mean()) if part.size else 0.0)
        upright += bool((page.marks[:, 0] == START).any())
    assert float(np.median(shares)) > 0.8
    assert upright >= 5


def test_shards_are_drawn_up_to_a_number_of_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = MarkedPage(np.zeros((2, 32, 32), np.uint8), np.zeros((0, 5), np.float32))
    monkeypatch.setattr(marked_pages, "draw_training_page", lambda *_: page)
    marked_pages.render_shards("sim", tmp_path, 1, pages=2 * marked_pages.PAGES)
    assert len(list(tmp_path.glob("*.npz"))) == 2
    marked_pages.render_shards("sim", tmp_path, 7, pages=3 * marked_pages.PAGES)
    assert len(list(tmp_path.glob("*.npz"))) == 3
