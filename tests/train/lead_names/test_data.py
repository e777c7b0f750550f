"""Cut-outs around lead names, and beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from landmark_pages import landmark_page

from ecgimg.datamodel.leads import LEADS
from ecgimg.networks.landmarks import FIRST_NAME, PX_PER_MM
from ecgimg.networks.lead_names import HEIGHT, WIDTH
from ecgimg.train.common.marked_pages import MarkedPage
from ecgimg.train.lead_names import data
from ecgimg.train.lead_names.data import NEAR_MM, NONE, gather, page_names, render_shards


@pytest.fixture(scope="module")
def page() -> MarkedPage:
    return landmark_page()


def test_every_name_is_cut_out(page: MarkedPage) -> None:
    cuts, classes = page_names(page, np.random.default_rng(0))
    assert cuts.shape == (len(classes), 2, HEIGHT, WIDTH)
    names = sorted(page.marks[page.marks[:, 0] >= FIRST_NAME][:, 0].astype(int) - FIRST_NAME)
    assert sorted(classes[classes != NONE]) == names
    assert set(names) == set(range(len(LEADS)))
    assert (classes == NONE).sum() > 0
    shown = cuts[classes != NONE][:, 0, HEIGHT // 4 : -HEIGHT // 4, WIDTH // 4 : -WIDTH // 4]
    assert (shown.max(axis=(1, 2)) > 0.5).all()


def test_no_cut_out_beside_the_names_shows_one(page: MarkedPage, monkeypatch: pytest.MonkeyPatch) -> None:
    places: list[tuple[float, float]] = []
    monkeypatch.setattr(data, "cut_words", lambda planes, where: places.extend(where) or np.zeros((len(where), 1)))
    _, classes = page_names(page, np.random.default_rng(1))
    names = page.marks[page.marks[:, 0] >= FIRST_NAME][:, 1:3]
    beside = np.array(places)[classes == NONE]
    assert np.linalg.norm(beside[:, None] - names[None], axis=2).min() > NEAR_MM
    assert (beside.max(axis=0) < np.array(page.planes.shape[:0:-1]) / PX_PER_MM + 10).all()


def test_shards_are_drawn_up_to_a_number_and_gathered(
    page: MarkedPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for draw in ("draw_small_page", "draw_training_page"):
        monkeypatch.setattr(data, draw, lambda *_: page)
    render_shards("sim", tmp_path, 1, 1)
    render_shards("sim", tmp_path, 1, 2)
    assert len(list(tmp_path.glob("*.npz"))) == 2
    cuts, classes = gather(tmp_path)
    assert cuts.dtype == np.float16
    assert (classes != NONE).sum() == 2 * 2 * data.PAGES * (page.marks[:, 0] >= FIRST_NAME).sum()
