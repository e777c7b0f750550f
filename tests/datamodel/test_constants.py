"""Constants tell what they are."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass

import pytest

from ecgimg.datamodel.constants import NOT_MEASURED, constant, described


@dataclass(frozen=True)
class Sample:
    gap_mm: float = constant(1.5, unit="mm", why="longer gaps stay unknown", measured="25 photos: 0.2 dB")
    tiles: int = constant(3, unit="count", why="fewer tell nothing")


@dataclass(frozen=True)
class Bare:
    gap_mm: float = 1.5


def test_a_constant_is_its_value_and_knows_why() -> None:
    sample = Sample()
    assert (sample.gap_mm, sample.tiles) == (1.5, 3)
    gap, tiles = described(sample)
    assert (gap.name, gap.value, gap.unit, gap.measured) == ("gap_mm", 1.5, "mm", "25 photos: 0.2 dB")
    assert tiles.measured == NOT_MEASURED


def test_constants_can_be_swept_but_not_changed() -> None:
    assert Sample(gap_mm=2.0).gap_mm == 2.0
    with pytest.raises(FrozenInstanceError):
        Sample().gap_mm = 2.0  # type: ignore[misc]


def test_a_constant_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Bare\.gap_mm"):
        described(Bare())
