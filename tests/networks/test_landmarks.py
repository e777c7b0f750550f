"""What is read from the landmark network's heat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from networks.base import NetworkTests, Values

from ecgimg.networks.landmarks import CHANNELS, NAME, ROW, find_rows


def heat_of_rows(*heights: int) -> np.ndarray:
    """Planes [K, 120, 200] that are sure of rows at these millimetres and of nothing else."""
    heat = np.full((ROW + 8, 120, 200), -9.0, np.float32)
    heat[ROW, list(heights), 10:190] = 9.0
    return heat


def test_rows_come_from_top_to_bottom() -> None:
    rows = find_rows(heat_of_rows(30, 60, 95))
    np.testing.assert_allclose([row.y for row in rows], [30.5, 60.5, 95.5], atol=0.1)
    assert all(abs(row.length - 180) < 2 for row in rows)


def test_a_wide_row_at_the_rim_is_one() -> None:
    heat = heat_of_rows(60)
    heat[ROW, :4, 10:190] = 9.0
    rows = find_rows(heat)
    assert len(rows) == 2
    assert rows[0].y < rows[1].y


class TestLandmarks(NetworkTests):
    name = NAME
    inputs_and_outputs = ("sheet", "heat")

    @classmethod
    def example(cls, rng: np.random.Generator, count: int) -> Values:
        return {"sheet": rng.uniform(0, 1, (count, 2, 64, 96)).astype(np.float32)}

    @classmethod
    def shapes(cls, inputs: Values) -> dict[str, tuple[int, ...]]:
        return {"heat": (len(inputs["sheet"]), CHANNELS, 16, 24)}

    @classmethod
    def export_twin(cls, path: Path) -> Any:
        from ecgimg.train.common.export import deployable
        from ecgimg.train.landmarks.fit import export
        from ecgimg.train.landmarks.model import LandmarkNet

        model = LandmarkNet().eval()
        export(model, path)
        return deployable(model)
