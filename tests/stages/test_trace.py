"""The packaged network follows the curves of drawn pages, and gaps are bridged only where they are short."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgimg.datamodel.page import Sheet, SheetMap, UprightSheet
from ecgimg.networks.contrast import contrast_planes
from ecgimg.stages.trace import _bridge_gaps, trace

WIDTH, HEIGHT = 1200, 900


def drawn_page(zeros: tuple[float, ...], line: int = 3) -> tuple[UprightSheet, list[np.ndarray]]:
    """A page of smooth beats on a faint red grid at 8 px/mm, and the true y of every column."""
    pixels = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
    pixels[::8], pixels[:, ::8] = (250, 215, 215), (250, 215, 215)
    pixels[::40], pixels[:, ::40] = (240, 150, 150), (240, 150, 150)
    x = np.arange(WIDTH)
    truths = []
    for k, zero in enumerate(zeros):
        beat = sum(np.exp(-0.5 * ((x - c - 40 * k) / 9.0) ** 2) for c in range(100, WIDTH, 170))
        wave = sum(np.exp(-0.5 * ((x - c - 40 * k - 60) / 16.0) ** 2) for c in range(100, WIDTH, 170))
        y = zero - 50 * beat - 14 * wave
        fine = np.interp(np.arange(WIDTH * 8) / 8, x, y)
        for column, height in zip(np.arange(WIDTH * 8) // 8, fine, strict=True):
            pixels[round(height) - line // 2 : round(height) + line // 2 + 1, column] = 25
        truths.append(y)
    nodes = np.stack(np.meshgrid(np.arange(70) * 20.0, np.arange(50) * 20.0), axis=2).astype(np.float32)
    sheet = Sheet(
        pixels=pixels,
        px_per_mm=8.0,
        map=SheetMap(nodes, 20.0),
        photo_shape=pixels.shape[:2],
        rotation=0.0,
        straightened_by="grid",
        grid_confidence=1.0,
    )
    return UprightSheet(sheet, contrast_planes(pixels), zeros), truths


def test_every_row_is_followed_within_a_quarter_millimetre() -> None:
    page, truths = drawn_page((250.0, 450.0, 650.0))
    traces = trace(page)
    assert [one.baseline_y for one in traces] == [250.0, 450.0, 650.0]
    for one, truth in zip(traces, truths, strict=True):
        y = one.y[::2]
        inside = slice(40, WIDTH - 40)
        assert np.isfinite(y[inside]).mean() > 0.95
        error = np.abs(y - truth)[inside]
        assert np.nanmedian(error) < 1.0
        assert np.nanmean(error < 2.0) > 0.9


def test_nothing_is_followed_where_the_photo_ends() -> None:
    page, _ = drawn_page((250.0, 450.0, 650.0))
    whole = trace(page)
    ends_at = 448  # rises of the second row reach above it, its baseline does not
    cut = trace(replace(page, sheet=replace(page.sheet, photo_shape=(ends_at, WIDTH))))
    assert np.array_equal(cut[0].y, whole[0].y, equal_nan=True)
    seen = np.isfinite(cut[1].y)
    assert 0 < seen.sum() < np.isfinite(whole[1].y).sum() / 2
    assert (cut[1].y[seen] < ends_at).all()
    assert (cut[1].confidence[~seen] == 0).all()
    assert not np.isfinite(cut[2].y).any()


def test_empty_paper_has_no_curve() -> None:
    page, _ = drawn_page((250.0,))
    blank = UprightSheet(page.sheet, page.planes, (720.0,))
    assert np.isfinite(trace(blank)[0].y).mean() < 0.2


def test_a_page_without_rows_has_no_traces() -> None:
    page, _ = drawn_page((250.0,))
    assert trace(UprightSheet(page.sheet, page.planes, ())) == ()


@pytest.mark.parametrize(("longest", "known"), [(2, False), (3, True)])
def test_only_short_gaps_are_bridged(longest: int, known: bool) -> None:
    y = np.array([np.nan, 1, 2, np.nan, np.nan, np.nan, 6, np.nan], np.float32)
    bridged = _bridge_gaps(y, longest)
    assert np.isfinite(bridged[3:6]).all() == known
    assert np.isnan(bridged[[0, 7]]).all()
    if known:
        np.testing.assert_allclose(bridged[3:6], [3, 4, 5])
