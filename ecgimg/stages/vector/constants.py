"""The constants of the stage: which lines of a PDF are curves or calibration pulses, and which curves make a row."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.constants import constant


@dataclass(frozen=True)
class VectorConstants:
    """Sizes on the paper of what a PDF draws."""

    # Curves
    joined_mm: float = constant(
        0.01, unit="mm", why="lines that begin where the line before ended go on with it: some programs draw each alone"
    )
    min_points: int = constant(40, unit="count", why="a second of a lead has more points, a frame or a pulse has fewer")
    min_curve_mm: float = constant(20.0, unit="mm", why="length of the shortest lead; tracks of letters are shorter")
    max_point_mm: float = constant(
        1.0, unit="mm", why="usual distance of a curve's points is less: 40 ms at 25 mm/s; flat stretches may have none"
    )
    min_turn_mm: float = constant(
        0.005, unit="mm", why="a step to the left of less is rounding; curves run to the right"
    )
    min_rise_mm: float = constant(1e-5, unit="mm", why="points of an upright stroke are set apart by this")

    # Calibration pulses
    min_pulse_mm: float = constant(2.0, unit="mm", why="a pulse is 0.2 s long, 5 mm; at 12.5 mm/s 2.5 mm")
    max_pulse_mm: float = constant(14.0, unit="mm", why="a pulse of 0.2 s at 50 mm/s is 10 mm, its feet beside it")
    min_pulse_height_mm: float = constant(2.0, unit="mm", why="1 mV at 2.5 mm/mV")
    max_pulse_height_mm: float = constant(45.0, unit="mm", why="1 mV at 40 mm/mV")
    level_mm: float = constant(0.2, unit="mm", why="points of a pulse's foot and top differ by less")

    # Rows
    max_shared: float = constant(
        0.25,
        unit="share of the shorter curve",
        why="curves of one row stand side by side; columns may overlap a little",
    )
    max_level_mm: float = constant(
        12.0, unit="mm", why="levels of one row's curves differ by less; rows are 10 to 40 apart"
    )
    pulse_row_mm: float = constant(
        8.0, unit="mm", why="a row's curves lie this near to the foot of its pulse, beside which they stand"
    )
    name_row_mm: float = constant(25.0, unit="mm", why="a lead's name stands this near to its row")

    # Cells
    cell_end_mm: float = constant(
        4.0, unit="mm", why="a curve that begins and ends this near to a cell's ends is the cell's own"
    )
    fine_mm: float = constant(0.025, unit="mm", why="distance of the points put between a curve's own: 1 ms at 25 mm/s")
    even_share: float = constant(
        0.05,
        unit="share",
        why="points that are evenly spaced are samples, between which a signal is smooth; others are corners of a line",
        measured="12 PDFs of 125 points a second: 22.6 dB, and 19.8 dB by straight lines",
    )
    beside_mm: float = constant(2.0, unit="mm", why="reach beside a cell over which a longer curve's points are taken")


VECTOR = VectorConstants()
