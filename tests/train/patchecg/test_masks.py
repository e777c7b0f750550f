from __future__ import annotations

import numpy as np
import pytest

from ecgimg.train.patchecg.masks import MaskRecipe, draw_masks, layout_mask, lead_blackout, record_layouts


@pytest.mark.parametrize(("layout", "seen"), [(0, 3000), (1, 3750), (2, 4500), (3, 6000), (4, 6500), (5, 12000)])
def test_layouts_show_what_the_paper_says(layout: int, seen: int) -> None:
    assert layout_mask(layout, 1000).sum() == seen


def test_columns_of_3x4() -> None:
    mask = layout_mask(1, 1000)
    assert mask[1].all()
    for lead, start in ((0, 0), (3, 250), (8, 500), (11, 750)):
        assert np.flatnonzero(mask[lead])[[0, -1]].tolist() == [start, start + 249]


def test_layout_scales_with_length() -> None:
    assert layout_mask(3, 500)[:6, :250].all()
    assert not layout_mask(3, 500)[:6, 250:].any()


def test_unknown_layout_is_refused() -> None:
    with pytest.raises(ValueError, match="0-5"):
        layout_mask(6, 1000)


def test_layout_6_draws_all_layouts_reproducibly() -> None:
    drawn = record_layouts(6, 500)
    assert set(drawn.tolist()) == {0, 1, 2, 3, 4, 5}
    assert (drawn == record_layouts(6, 500)).all()
    assert (record_layouts(3, 4) == 3).all()


@pytest.mark.parametrize("dark", [1, 6, 11])
def test_blackout_hides_whole_leads(dark: int) -> None:
    masks = lead_blackout(dark, 50, 20)
    assert ((~masks).all(axis=2).sum(axis=1) == dark).all()
    assert (masks.all(axis=2).sum(axis=1) == 12 - dark).all()
    assert len({tuple(m[:, 0]) for m in masks}) > 1


def test_training_masks_mix_layouts_blocks_and_missing_leads() -> None:
    masks = draw_masks(np.random.default_rng(0), 400, 1000)
    assert masks.shape == (400, 12, 1000)
    assert masks.sum(axis=(1, 2)).min() >= 250
    assert any((m == layout_mask(0, 1000)).all() for m in masks)
    assert any(m.all() for m in masks)
    assert any((~m.any(axis=1)).sum() > 3 for m in masks)


def test_training_masks_follow_the_generator() -> None:
    first, second = (draw_masks(np.random.default_rng(5), 8, 100, MaskRecipe()) for _ in range(2))
    assert (first == second).all()
