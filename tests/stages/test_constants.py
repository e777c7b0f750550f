"""The constants of the stages that read a page say their unit, and names end with the unit that is said."""

from __future__ import annotations

import pytest

from ecgimg.datamodel.constants import described
from ecgimg.pipelines.page_search import PAGE_SEARCH
from ecgimg.pipelines.row_search import ROW_SEARCH
from ecgimg.stages.assemble.constants import ASSEMBLE
from ecgimg.stages.explain.constants import EXPLAIN
from ecgimg.stages.ink_fit import INK_FIT
from ecgimg.stages.landmarks.constants import LANDMARKS
from ecgimg.stages.measure.constants import MEASURE
from ecgimg.stages.printed_scales import PRINTED_SCALES
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.trace import TRACE

UNITS = {
    "_mm": "mm",
    "_px": "px",
    "_s": "s",
    "_hz": "Hz",
    "_nodes": "nodes",
    "_degrees": "degrees",
    "_percentile": "percentile",
    "_blocks": "blocks",
    "_samples": "samples",
    "_mm2": "mm^2",
    "_px_per_mm": "px/mm",
    "_grey": "grey levels",
    "_share": "share",
}


@pytest.mark.parametrize(
    "constants",
    [STRAIGHTEN, LANDMARKS, PRINTED_SCALES, TRACE, INK_FIT, EXPLAIN, ASSEMBLE, MEASURE, PAGE_SEARCH, ROW_SEARCH],
)
def test_a_name_ends_with_its_unit(constants: object) -> None:
    rows = described(constants)
    assert rows
    for row in rows:
        assert row.why, row.name
        endings = [ending for ending in UNITS if row.name.endswith(ending)]
        if endings:
            assert row.unit == UNITS[max(endings, key=len)], row.name
        elif row.unit in ("mm", "px", "s", "Hz", "degrees", "nodes"):
            pytest.fail(f"{row.name} does not end with its unit {row.unit}")


def test_nodes_are_a_whole_number_of_sheet_pixels_apart() -> None:
    assert STRAIGHTEN.node_px == 20.0
