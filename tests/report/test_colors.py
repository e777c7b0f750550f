"""Colours of evidence stay apart for readers with a colour deficiency, and have letters beside them."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from made_reports import recording, report
from skimage.color import deltaE_ciede2000, rgb2lab

from ecgimg.recording.plot import Color
from ecgimg.report.debug_images import CONFIDENCE_COLORS
from ecgimg.report.ecg_svg import ecg_svg
from ecgimg.report.evidence import HUES, LETTERS, evidence_image, leading
from ecgimg.report.saliency import OUTLINE, SALIENCY_COLOR

SEEN_BY = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}
"""Linear RGB as it is seen with a deficiency (Machado et al. 2009, doi:10.1109/TVCG.2009.113, severity 1)."""
MIN_DISTANCE = 12.0
"""CIEDE2000 between two colours; about 2 is just noticeable, and the colours before had 2 to 5."""


def seen(color: Color, by: str) -> np.ndarray:
    """CIELAB [1, 1, 3] of an sRGB colour as it is seen."""
    share = np.array(color) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    mixed = np.clip(np.array(SEEN_BY[by]) @ linear, 0, 1)
    return rgb2lab(np.where(mixed <= 0.0031308, 12.92 * mixed, 1.055 * mixed ** (1 / 2.4) - 0.055).reshape(1, 1, 3))


@pytest.mark.parametrize("by", SEEN_BY)
@pytest.mark.parametrize(
    "colors",
    [HUES, tuple(color for _, color in CONFIDENCE_COLORS), (OUTLINE, tuple(int(v) for v in SALIENCY_COLOR))],
    ids=["evidence", "confidence", "saliency"],
)
def test_colors_stay_apart(colors: tuple[Color, ...], by: str) -> None:
    distances = [float(deltaE_ciede2000(seen(a, by), seen(b, by))[0, 0]) for a, b in combinations(colors, 2)]
    assert min(distances) > MIN_DISTANCE


def test_each_color_of_evidence_has_its_letter(tmp_path: Path) -> None:
    made = report(tmp_path)
    assert len(LETTERS) == len(HUES)
    assert '<text x="134.50" y=' in ecg_svg(recording(), leading(made), 150.0)
    assert 'class="letter">A</text>' in ecg_svg(recording(), leading(made), 150.0)
    image = evidence_image(made).astype(int)
    disc = np.abs(image - np.array(HUES[0])).sum(axis=2) < 30
    ys, xs = np.nonzero(disc)
    assert disc.sum() > 50
    assert (image[ys.min() : ys.max(), xs.min() : xs.max()] > 230).all(axis=2).any()  # the white letter on its disc
