"""The constants of the stage: how a sheet is proven to stand upright, and how a calibration pulse looks."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.constants import constant


@dataclass(frozen=True)
class LandmarksConstants:
    """Thresholds of landmarks and pulses; what the network itself needs stands in `ecgimg.networks.landmarks`."""

    # Which way the sheet stands
    quarter_turns: tuple[int, ...] = constant(
        (0, 2, 1, 3), unit="quarter turns", why="the order in which turns are tried: most photos lie upright"
    )
    enough_marks: int = constant(
        6, unit="count", why="names and pulses that prove a sheet upright: upside down the network hardly sees any"
    )
    min_name_probability: float = constant(0.6, unit="probability", why="a word is a lead's name from this probability")
    mark_worth_mm: float = constant(
        50.0, unit="mm", why="length of rows that counts as much as one mark where no turn shows enough marks"
    )
    min_turn_gain_mm: float = constant(
        25.0,
        unit="mm",
        why="a turn must show this much more than the photo as it lies: rows have ends that are blurred",
    )

    # Calibration pulses
    box_margin_mm: float = constant(1.5, unit="mm", why="the network's box around a pulse may be too small by this")
    min_height_mm: float = constant(3.5, unit="mm", why="lowest pulse: 1 mV at 5 mm/mV, and the error of its strokes")
    max_height_mm: float = constant(
        24.0, unit="mm", why="highest pulse: 1 mV at 20 mm/mV, and the error of its strokes"
    )
    min_width_mm: float = constant(1.5, unit="mm", why="narrowest pulse")
    max_width_mm: float = constant(11.5, unit="mm", why="widest pulse: 200 ms at 50 mm/s, and the error of its strokes")
    max_stroke_mm: float = constant(1.2, unit="mm", why="widest stroke of a pulse")
    max_top_difference_mm: float = constant(1.2, unit="mm", why="by which the tops of both strokes may differ")
    max_foot_difference_mm: float = constant(
        2.5, unit="mm", why="by which the feet may differ: the trace may begin above or below the pulse's foot"
    )
    min_plateau_ink: float = constant(0.8, unit="share", why="of the line between the tops that must be ink")
    plateau_row_share: float = constant(0.8, unit="share", why="of the darkest row's ink from which a row is plateau")
    stroke_closing_px: int = constant(5, unit="px", why="closes gaps in strokes, in rows of the contrast plane")
    ink_share: float = constant(0.35, unit="share", why="of the darkest pixels' contrast from which a pixel is ink")
    ink_percentile: float = constant(
        99.0, unit="percentile", why="of a box's contrast that stands for its darkest pixels"
    )
    grid_reach_mm: float = constant(12.0, unit="mm", why="grid lines go on this far around a box, pulses do not")
    grid_percentile: float = constant(35.0, unit="percentile", why="of a longer column or row that a grid line reaches")
    max_size_difference_mm: float = constant(
        0.8, unit="mm", why="by which pulses of one page differ in height and width"
    )
    max_place_difference_mm: float = constant(4.0, unit="mm", why="by which pulses of one page differ in their place")


LANDMARKS = LandmarksConstants()
