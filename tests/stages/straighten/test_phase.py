"""The phase of ruled paper gives its displacement, and gives it again."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_grids import ruled
from skimage.restoration import unwrap_phase

from ecgimg.datamodel.arrays import Floats
from ecgimg.stages.straighten import phase as module
from ecgimg.stages.straighten.line_contrast import line_contrast
from ecgimg.stages.straighten.phase import phase_field

PX_PER_MM = 4.0
INNER = (slice(5, -5), slice(5, -5))


def waves(shape: tuple[int, int], period_mm: float, shift_mm: float = 0.0, stretch: float = 0.0) -> Floats:
    """Contrast [H, W] of a grid moved to the right by `shift_mm` and `stretch` mm per mm."""
    y, x = np.mgrid[: shape[0], : shape[1]] / PX_PER_MM
    moved = x - shift_mm - stretch * x
    lines = np.cos(2 * np.pi * moved / period_mm) + np.cos(2 * np.pi * y / period_mm)
    return lines.astype(np.float32)


def test_a_moved_page_is_displaced_by_as_much() -> None:
    page = ruled((400, 500), PX_PER_MM)
    moved = np.roll(page, 3, axis=1)
    still, field = (phase_field(line_contrast(p), PX_PER_MM, 5.0, 2.5, (1,), unwrap=True) for p in (page, moved))
    assert field.step == 2.5
    assert field.shift.shape == (40, 50, 2)
    assert np.median(field.shift[INNER][..., 0] - still.shift[INNER][..., 0]) == pytest.approx(0.75, abs=0.1)
    assert np.abs(field.shift[INNER][..., 1] - still.shift[INNER][..., 1]).max() < 0.1


@pytest.mark.parametrize("period_mm", [1.0, 5.0])
def test_small_displacements_of_pure_waves_are_exact(period_mm: float) -> None:
    field = phase_field(waves((240, 320), period_mm, 0.2), PX_PER_MM, period_mm, 2.5, (1,), unwrap=False)
    np.testing.assert_allclose(field.shift[INNER][..., 0], 0.2, atol=0.01)
    np.testing.assert_allclose(field.shift[INNER][..., 1], 0.0, atol=0.01)
    assert 0.2 < field.strength[INNER].min() <= field.strength[INNER].max() <= 1


def test_only_unwrapping_follows_displacements_of_many_periods() -> None:
    page = waves((400, 500), 1.0, stretch=0.02)
    wrapped, followed = (phase_field(page, PX_PER_MM, 1.0, 2.5, (1,), unwrap=w).shift[..., 0] for w in (False, True))
    slopes = np.diff(followed[INNER], axis=1)
    np.testing.assert_allclose(slopes, 0.02 * 2.5, atol=0.01)
    assert np.ptp(followed[INNER]) > 1.5
    assert np.ptp(wrapped[INNER]) <= 1.0


def test_weak_places_have_no_strength_and_no_displacement() -> None:
    page = waves((400, 500), 5.0, 0.4)
    page[:, 300:] = 0
    field = phase_field(page, PX_PER_MM, 5.0, 2.5, (1,), unwrap=True)
    assert (field.strength[:, 36:] == 0).all()
    np.testing.assert_array_equal(field.shift[:, 36:, 0], 0)
    np.testing.assert_allclose(field.shift[8:-8, 5:20, 0], 0.4, atol=0.05)


def test_blank_paper_has_finite_displacements() -> None:
    field = phase_field(np.zeros((200, 240), np.float32), PX_PER_MM, 5.0, 2.5, (1, 2, 3), unwrap=True)
    assert np.isfinite(field.shift).all()
    assert (field.strength == 0).all()


def masked_page() -> Floats:
    """A grid that more than one period is displaced, and that ends before the page's upper and right edge."""
    page = waves((300, 400), 1.0, stretch=0.01)
    page[:60], page[:, -80:] = 0, 0
    return page


@pytest.mark.parametrize("rubbish", [np.nan, 1e30])
def test_the_same_page_gives_the_same_phase_whatever_is_in_memory(rubbish: float) -> None:
    first = phase_field(masked_page(), PX_PER_MM, 1.0, 2.5, (1,), unwrap=True)
    for size in (30 * 40, 32 * 42, 120 * 160):  # what is freed here, later arrays begin with
        blocks = [np.full(size, rubbish, kind) for kind in (np.float32, np.float64) for _ in range(64)]
        del blocks
    again = phase_field(masked_page(), PX_PER_MM, 1.0, 2.5, (1,), unwrap=True)
    np.testing.assert_array_equal(first.shift, again.shift)
    np.testing.assert_array_equal(first.strength, again.strength)


def test_no_outermost_pixel_counts_where_a_phase_is_unwrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    """scikit-image reads memory that nobody wrote where one does."""
    masks = []

    def unwrapped(phase: np.ma.MaskedArray, rng: int) -> np.ma.MaskedArray:
        masks.append(np.ma.getmaskarray(phase).copy())
        return unwrap_phase(phase, rng=rng)

    monkeypatch.setattr(module, "unwrap_phase", unwrapped)
    phase_field(masked_page(), PX_PER_MM, 1.0, 2.5, (1,), unwrap=True)
    assert len(masks) == 2
    for mask in masks:
        assert not mask.all()
        assert np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).all()
