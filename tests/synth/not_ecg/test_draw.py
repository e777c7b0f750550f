"""Pictures that are no ECG: every kind draws, the same seed gives the same, held kinds stay apart."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.errors import UsageError
from ecgimg.synth.not_ecg.draw import KINDS, PICTURES, VALIDATION_KINDS, VALIDATION_PICTURES, draw_non_ecg


@pytest.mark.parametrize("kind", [*KINDS, *VALIDATION_KINDS])
def test_every_kind_draws_a_picture_that_is_its_seeds_own(kind: str) -> None:
    pixels = draw_non_ecg(kind, np.random.default_rng(5))
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3
    assert min(pixels.shape[:2]) >= 100
    np.testing.assert_array_equal(pixels, draw_non_ecg(kind, np.random.default_rng(5)))


def test_what_the_gate_is_tested_with_is_kept_from_training() -> None:
    assert not set(KINDS) & set(VALIDATION_KINDS)
    assert not set(PICTURES) & set(VALIDATION_PICTURES)
    assert len(VALIDATION_KINDS) >= 4


def test_an_unknown_kind_is_told() -> None:
    with pytest.raises(UsageError, match="no kind of picture"):
        draw_non_ecg("ecg", np.random.default_rng(0))
