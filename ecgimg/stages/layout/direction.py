"""Whether curves run from left to right: upside down a sheet shows its beats mirrored in time, and inverted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import Trace
from ecgimg.networks import delineation
from ecgimg.networks.paper_speed import USUAL
from ecgimg.networks.runtime import load_network
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.observations import heights_mm


def reversed_margin(lines: Sequence[Trace], px_per_mm: float) -> float:
    """How much more certain the delineation network is of the rows when they are turned by 180 degrees.

    It is the difference of the mean probability of the most probable wave, averaged over the rows; 0 where no row is
    known well enough. Rows are taken as printed at 25 mm/s.
    """
    rows = [_row(line, px_per_mm) for line in lines]
    known = [row for row in rows if np.isfinite(row).mean() > C.min_row_seen]
    if not known:
        return 0.0
    network = delineation.Delineator(load_network(delineation.NAME))
    as_it_lies, turned = (
        network.probabilities(curves, delineation.RATE) for curves in (known, [-r[::-1] for r in known])
    )
    return float(np.mean([_certainty(t) - _certainty(a) for a, t in zip(as_it_lies, turned, strict=True)]))


def _row(line: Trace, px_per_mm: float) -> Floats:
    """Height of a row in cm, about mV, at the network's rate; NaN where it is not seen."""
    return np.asarray(
        (line.baseline_y / px_per_mm - heights_mm(line, px_per_mm, USUAL / delineation.RATE)) / 10, np.float32
    )


def _certainty(probabilities: Floats) -> float:
    return float(probabilities.max(axis=0).mean())
