"""Lines stand out whatever their colour and the light; ink is found on a grid."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_grids import ruled

from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.line_contrast import contrast_and_spread, ink_mask, line_contrast


@pytest.mark.parametrize("colour", [(250, 100, 110), (90, 200, 90), (60, 60, 200), (120, 120, 120)])
def test_lines_of_any_colour_are_positive_and_paper_is_not(colour: tuple[int, int, int]) -> None:
    page = np.full((120, 160, 3), 250, np.uint8)
    page[:, ::20] = colour
    contrast = line_contrast(page)
    assert contrast.shape == (120, 160)
    assert contrast[:, ::20].min() > 0.9
    assert contrast[:, 10::20].max() < 0


def test_a_shadow_changes_contrast_little() -> None:
    page = ruled((200, 300), 5.0)
    shadow = np.linspace(1.0, 0.5, 300)[None, :, None]
    dimmed = (page * shadow).astype(np.uint8)
    inner = (slice(40, -40), slice(40, -40))
    assert np.abs(line_contrast(page)[inner] - line_contrast(dimmed)[inner]).mean() < 0.12


def test_contrast_is_limited_and_blank_paper_has_none() -> None:
    page = np.full((80, 80, 3), 240, np.uint8)
    page[40, 40] = 0
    contrast, spread = contrast_and_spread(page)
    assert contrast.max() == STRAIGHTEN.max_contrast
    assert contrast.min() >= STRAIGHTEN.min_contrast
    assert (spread >= 0).all()
    blank, no_spread = contrast_and_spread(np.full((80, 80, 3), 240, np.uint8))
    np.testing.assert_allclose(blank, 0, atol=1e-3)
    np.testing.assert_allclose(no_spread, 0, atol=1e-3)


def test_ink_stands_out_from_the_grid() -> None:
    page = ruled((400, 600), 4.0)
    page[200:202, 100:500] = 20
    ink = ink_mask(page, 4.0)
    assert ink[200:202, 110:490].mean() > 0.95
    assert ink[:150].mean() < 0.02
