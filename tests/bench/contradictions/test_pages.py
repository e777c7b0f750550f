"""Pages that contradict themselves are the right page but for the contradiction."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.bench.contradictions.pages import KINDS, ShuffledLeads, draw, twelve_lead_layouts
from ecgimg.datamodel.leads import LEADS
from ecgimg.synth.signals.sources import Simulated

SOURCE = Simulated(3)


@pytest.fixture(scope="module")
def right() -> np.ndarray:
    return draw("right", 0, SOURCE)


@pytest.mark.parametrize("kind", ["two names exchanged", "curves shuffled", "right-sided", "posterior"])
def test_only_a_part_of_the_page_differs(kind: str, right: np.ndarray) -> None:
    made = draw(kind, 0, SOURCE)
    assert made.shape == right.shape
    assert 0 < (made != right).any(axis=2).mean() < 0.5


def test_shuffled_leads_are_another_source_of_the_same_curves() -> None:
    order = tuple(reversed(range(len(LEADS))))
    np.testing.assert_array_equal(ShuffledLeads(SOURCE, order).get(5).mv[0], SOURCE.get(5).mv[-1])


def test_every_page_shows_all_leads_and_every_kind_is_made_in_its_own_way() -> None:
    assert len({kind.draw for kind in KINDS.values()}) == len(KINDS)
    assert {"3x4+1R", "6x2", "12x1-cabrera"} < {layout.id for layout in twelve_lead_layouts()}
    assert all({cell.lead for cell in layout.cells} == set(LEADS) for layout in twelve_lead_layouts())
