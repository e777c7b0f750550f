"""Cut-outs around printed scales show the texts of their classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ecgimg.networks.printed_scales import HEIGHT, SCALES, WIDTH
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.common.shards import save_whole
from ecgimg.train.printed_scales.data import NONE, draw_texts, gather


def test_every_page_shows_its_speed_and_gain() -> None:
    recipe = load_recipe("clean")
    for k in range(3):
        cuts, classes = draw_texts(Simulated(1), [recipe, recipe], np.random.default_rng(k))
        assert cuts.shape == (len(classes), 2, HEIGHT, WIDTH)
        kinds = [SCALES[c][0] for c in classes if c != NONE]
        assert sorted(kinds) == ["gain", "speed"]
        middle = cuts[classes != NONE][:, 0, HEIGHT // 4 : -HEIGHT // 4, WIDTH // 4 : -WIDTH // 4]
        assert (middle.max(axis=(1, 2)) > 0.5).all()


def test_all_shards_of_a_folder_are_gathered(tmp_path: Path) -> None:
    for k in range(2):
        save_whole(tmp_path / f"1_{k:05d}.npz", {"cuts": np.full((3, 2), k, np.float16), "classes": np.arange(3)})
    cuts, classes = gather(tmp_path)
    assert cuts[:, 0].tolist() == [0, 0, 0, 1, 1, 1]
    assert classes.tolist() == [0, 1, 2] * 2
