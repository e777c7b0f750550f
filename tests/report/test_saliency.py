"""The overlay of a screened page: coloured paper, dark traces, an outline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.datamodel.page import Photo
from ecgimg.report.saliency import MAX_SIDE_PX, OUTLINE, saliency_image

CORNERS = np.array([[100, 100], [500, 100], [500, 300], [100, 300]], np.float32)


def overlay(saliency: np.ndarray) -> np.ndarray:
    """The overlay of a white page with a black trace along y = 200."""
    pixels = np.full((400, 600, 3), 255, np.uint8)
    pixels[196:205] = 0
    return saliency_image(Photo(pixels, Path("x.png")), saliency, CORNERS, "").astype(int)


def test_saliency_colours_the_paper_and_not_the_trace() -> None:
    saliency = np.zeros((40, 60), np.float32)
    saliency[:, 30:] = 1.0
    plain, image = overlay(np.zeros((40, 60), np.float32)), overlay(saliency)
    changed = np.abs(image - plain).sum(axis=2)
    assert changed[150, 350:480].min() > 100
    assert changed[:, :280].max() == 0
    assert (image[200] <= plain[200]).all()  # a trace never fades
    red, _, blue = image[150, 400]
    assert red > blue + 50


def test_the_part_that_was_read_has_an_outline() -> None:
    image = overlay(np.zeros((4, 6), np.float32))
    assert np.abs(image[100, 300] - OUTLINE).max() < 60
    assert np.abs(image[250, 100] - OUTLINE).max() < 60


@pytest.mark.parametrize(("size", "side"), [((90, 120), 120), ((2000, 3000), MAX_SIDE_PX)])
def test_large_photos_are_shrunk(size: tuple[int, int], side: int) -> None:
    photo = Photo(np.full((*size, 3), 255, np.uint8), Path("x.png"))
    image = saliency_image(photo, np.zeros((4, 6), np.float32), CORNERS, "Atrial fibrillation 90%")
    assert max(image.shape) == side
