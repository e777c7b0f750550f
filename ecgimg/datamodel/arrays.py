"""The array types that the package passes around, and the check of a value that must hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Bools = NDArray[np.bool_]

Pixels = NDArray[np.uint8]


def require(condition: bool, what: str) -> None:
    """Raises ValueError with `what` where a condition does not hold."""
    if not condition:
        raise ValueError(what)
