"""The direction of the curves by their beats."""

from __future__ import annotations

import numpy as np
import pytest
from observed_pages import make_trace

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import Trace
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.direction import reversed_margin
from ecgimg.synth.signals import open_source

PX_PER_MM = 8.0


def row(mv: Floats) -> Trace:
    """A lead [T] in mV at 500 Hz as a trace at 25 mm/s and 10 mm/mV."""
    columns = np.arange(0, len(mv) / 500 * 25 * PX_PER_MM)
    heights = np.interp(columns / (25 * PX_PER_MM) * 500, np.arange(len(mv)), mv)
    return make_trace((200 - heights * 10 * PX_PER_MM).astype(np.float32), 200.0)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_turned_rows_are_told_from_upright_ones(index: int) -> None:
    leads = open_source("sim").get(index).mv[[0, 1, 10]]
    upright, turned = [row(lead) for lead in leads], [row(-lead[::-1]) for lead in leads]
    assert reversed_margin(upright, PX_PER_MM) < 0
    assert reversed_margin(turned, PX_PER_MM) > C.reversed_margin


def test_rows_that_are_not_seen_show_no_direction() -> None:
    assert reversed_margin([row(np.full(2500, np.nan, np.float32))], PX_PER_MM) == 0
