"""Pages of the screening network: shards store pictures and corners, in few pixels where they train."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from screen_pages import screen_page

from ecgimg.networks.screen_input import frame_ink
from ecgimg.synth.not_ecg.draw import KINDS
from ecgimg.train.screen.pages import draw_non_ecg_page, fitted, read_pictures, read_shard, write_shard


def test_shards_keep_pictures_and_corners(tmp_path: Path) -> None:
    other = draw_non_ecg_page((1, 2, 3), KINDS)
    write_shard([screen_page(), other], tmp_path / "print-000.npz")
    shard = read_shard(tmp_path / "print-000.npz")
    again = shard.picture(0)
    assert len(shard) == 2
    assert (again.record, again.layout, again.recipe) == (7, "3x4", "print")
    np.testing.assert_allclose(again.grey.astype(float), screen_page().grey, atol=25)
    np.testing.assert_array_equal(again.content, screen_page().content)
    assert shard.picture(1).record == 0


def test_pictures_are_read_by_kind(tmp_path: Path) -> None:
    write_shard([screen_page(k) for k in (7, 8, 9)], tmp_path / "print-000.npz")
    write_shard([screen_page(4, "photo")], tmp_path / "camera-000.npz")
    assert [p.record for p in read_pictures(tmp_path, "print", 2)] == [7, 8]
    assert sorted(p.record for p in read_pictures(tmp_path)) == [4, 7, 8, 9]


def test_a_picture_kept_in_few_pixels_keeps_its_corners() -> None:
    flat = screen_page()
    large = np.kron(flat.grey, np.ones((2, 2), np.uint8))
    page = replace(flat, grey=large, page=2 * flat.page + 0.5, content=2 * flat.content + 0.5)
    small = fitted(page)
    assert small.grey.shape[1] < 0.75 * page.grey.shape[1]
    for name in ("page", "content"):
        ratio = (getattr(small, name)[2] + 0.5) / (getattr(page, name)[2] + 0.5)
        np.testing.assert_allclose(ratio, small.grey.shape[1] / page.grey.shape[1], atol=0.01)
    seen, again = (frame_ink(p.grey, p.content)[0] for p in (page, small))
    assert np.abs(seen - again).mean() < 0.02
