"""Pictures that are no ECG: every kind draws, the same seed gives the same, held kinds stay apart."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.errors import UsageError
from ecgimg.synth.not_ecg.draw import HELD_KINDS, HELD_PICTURES, KINDS, PICTURES, draw_other


@pytest.mark.parametrize("kind", [*KINDS, *HELD_KINDS])
def test_every_kind_draws_a_picture_that_is_its_seeds_own(kind: str) -> None:
    pixels = draw_other(kind, np.random.default_rng(5))
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3
    assert min(pixels.shape[:2]) >= 100
    np.testing.assert_array_equal(pixels, draw_other(kind, np.random.default_rng(5)))


def test_what_the_gate_is_tested_with_is_kept_from_training() -> None:
    assert not set(KINDS) & set(HELD_KINDS)
    assert not set(PICTURES) & set(HELD_PICTURES)
    assert len(HELD_KINDS) >= 4


def test_an_unknown_kind_is_told() -> None:
    with pytest.raises(UsageError, match="no kind of picture"):
        draw_other("ecg", np.random.default_rng(0))
