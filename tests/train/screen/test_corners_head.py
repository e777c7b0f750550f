"""The corners are fitted on the pictures of the shards."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from screen_pages import RECORDS, TINY, screen_page

from ecgimg.networks.screen_input import HEIGHT, WIDTH
from ecgimg.train.screen.corners_head import refit_corners
from ecgimg.train.screen.data import LEARNED
from ecgimg.train.screen.model import ScreenModel
from ecgimg.train.screen.pages import write_shard


@pytest.mark.slow
def test_corners_are_fitted_on_what_the_shards_hold(tmp_path: Path) -> None:
    torch.manual_seed(2)
    model = ScreenModel(TINY, len(LEARNED))
    for kind in ("print", "camera"):
        write_shard([screen_page(k) for k in RECORDS], tmp_path / f"{kind}-000.npz")
    first = refit_corners(model, tmp_path, 1)
    assert refit_corners(model, tmp_path, 60) < 0.8 * first
    assert model(torch.zeros(2, 1, HEIGHT, WIDTH))[1].shape == (2, 8)
