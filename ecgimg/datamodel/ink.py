"""What is printed on a page beside the curves that were read: ink that may be a curve and is none of them."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np

from ecgimg.datamodel.arrays import Floats, require


@dataclass(frozen=True, eq=False)
class InkStretch:
    """Ink that may be a curve and that nothing explains.

    It reaches over the sheet columns `x0` to `x1` with its zero line at `y`, in sheet pixels, and covers `length_mm`
    between them. `path` [N, 2] are its points in photo pixels, NaN between its pieces.
    """

    x0: float
    x1: float
    y: float
    length_mm: float
    path: Floats

    def __post_init__(self) -> None:
        require(self.x1 > self.x0 and self.length_mm > 0, "a stretch is long")
        require(self.path.ndim == 2 and self.path.shape[1] == 2, "a path is [N, 2]")

    @property
    def box(self) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1 around its path, in whole photo pixels."""
        (x0, y0), (x1, y1) = np.nanmin(self.path, axis=0), np.nanmax(self.path, axis=0)
        return round(float(x0)), round(float(y0)), round(float(x1)), round(float(y1))


@dataclass(frozen=True, eq=False)
class ExplainedInk:
    """How much of the ink that may be a curve was read as one: `share` of the page's, `cell_shares` of each cell's."""

    share: float
    cell_shares: tuple[float, ...]
    unexplained: tuple[InkStretch, ...]

    def __post_init__(self) -> None:
        require(all(0 <= share <= 1 for share in (self.share, *self.cell_shares)), "a share lies in 0..1")

    @property
    def letters(self) -> tuple[str, ...]:
        """A letter for each unexplained stretch: A to Z, then numbers."""
        return tuple((*ascii_uppercase, *map(str, range(len(self.unexplained))))[: len(self.unexplained)])
