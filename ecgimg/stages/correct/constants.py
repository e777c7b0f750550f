"""The constants of the stage: how a drawn curve follows the ink."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.constants import constant


@dataclass(frozen=True)
class CorrectConstants:
    """How a curve is snapped to the ink near to what the user drew."""

    snap_mm: float = constant(2.0, unit="mm", why="ink farther from the drawn points is another curve's, or a name")
    ink_weight: float = constant(
        1.0,
        unit="per px",
        why="cost of a column without ink; a longer way through ink is cheaper than a short one beside",
    )
    steep_weight: float = constant(
        0.02,
        unit="per px",
        why="cost of a step up or down: small, since a QRS complex is steep, so that noise costs more",
    )
    distance_weight: float = constant(
        0.15, unit="per snap_mm", why="of two lines of ink the one that is nearer to the drawn points is meant"
    )


CORRECT = CorrectConstants()
