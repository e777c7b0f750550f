"""A reader is warned of what was assumed, not followed, doubtful or corrected, and of nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import LayoutMatch, PlacedCell, Scale, ScaleWitness, Sheet, SheetMap, Source
from ecgimg.stages.assemble.lead_laws import CorrectedReadings
from ecgimg.stages.assemble.page_warnings import corrected_warnings, lead_warnings, scale_warnings


def sheet(straightened_by: Literal["grid", "page"] = "grid") -> Sheet:
    nodes = SheetMap(np.zeros((2, 2, 2), np.float32), 20.0)
    return Sheet(np.zeros((21, 21, 3), np.uint8), 8.0, nodes, (21, 21), 0.0, straightened_by, 1.0)


def match(speed: Source = "text", gain: Source = "text", leads: tuple[str, ...] = ("II", "V1")) -> LayoutMatch:
    cells = tuple(PlacedCell(lead, 1, 0, False, 0.0, 2.5, 0.0, 500.0, 100.0) for lead in leads)
    return LayoutMatch("any", cells, Scale(25.0, speed), Scale(10.0, gain), 1.0, (), 2.5)


@pytest.mark.parametrize(
    ("source", "warned"), [("text", 0), ("pulse", 0), ("given", 0), ("signal", 0), ("beats", 1), ("assumed", 1)]
)
def test_only_scales_that_the_page_does_not_show_are_warned_of(source: Source, warned: int) -> None:
    warnings = scale_warnings(sheet(), match(speed=source))
    assert len(warnings) == warned
    assert all("25 mm/s" in warning for warning in warnings)


def test_both_scales_and_a_missing_grid_are_warned_of() -> None:
    grid, speed, gain = scale_warnings(sheet("page"), match("assumed", "assumed"))
    assert "no grid" in grid
    assert "25 mm/s is assumed" in speed
    assert "10 mm/mV is assumed" in gain


def test_a_contradicted_scale_is_warned_of_with_every_sign() -> None:
    text, beats = ScaleWitness("text", 25.0, 0.99), ScaleWitness("beats", 25.0, 0.9)
    speed = Scale(50.0, "given", (text, beats), (text, beats))
    (warning,) = scale_warnings(sheet(), replace(match(), paper_speed=speed))
    assert warning == (
        "50 mm/s is used as given, but the printed text shows 25 mm/s, the beats look as at 25 mm/s: check this scale"
    )


def test_another_gain_of_the_chest_leads_is_told() -> None:
    (warning,) = scale_warnings(sheet(), replace(match(), chest_gain=Scale(5.0, "text")))
    assert "chest leads are printed at 5 mm/mV" in warning


def test_a_stretched_picture_is_warned_of() -> None:
    (warning,) = scale_warnings(replace(sheet(), stretch=1.4), match())
    assert "1.40 times as high as wide" in warning


def test_a_printed_lead_that_is_unknown_or_doubtful_is_warned_of() -> None:
    signals, confidence = np.full((12, 100), np.nan, np.float32), np.zeros((12, 100), np.float32)
    good, poor = LEADS.index("II"), LEADS.index("V1")
    signals[[good, poor]], confidence[good], confidence[poor] = 0, 0.9, 0.3
    found = lead_warnings(LEADS, match(leads=("II", "V1", "V2")), signals, confidence)
    assert found == ("lead V1 is doubtful", "lead V2 could not be followed")


@pytest.mark.parametrize(("samples", "warned"), [(0, False), (48, False), (52, True)])
def test_leads_that_were_misread_for_long_are_warned_of(samples: int, warned: bool) -> None:
    corrected = np.zeros((2, 500), bool)
    corrected[1, :samples] = True
    agreed = CorrectedReadings(np.zeros((2, 500)), np.ones((2, 500)), corrected, np.zeros((2, 500), bool))
    warnings = corrected_warnings(("I", "II"), agreed)
    assert len(warnings) == warned
    assert all(warning.startswith("lead II disagrees") and "0.1 s" in warning for warning in warnings)


def test_a_lead_s_cell_and_strip_count_together() -> None:
    corrected = np.zeros((2, 500), bool)
    corrected[:, :30] = True
    agreed = CorrectedReadings(np.zeros((2, 500)), np.ones((2, 500)), corrected, np.zeros((2, 500), bool))
    assert len(corrected_warnings(("II", "II"), agreed)) == 1
    assert corrected_warnings(("I", "II"), agreed) == ()
