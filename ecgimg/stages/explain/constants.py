"""The constants of the stage: what is ink, and which ink may be a curve; lengths are of paper."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.constants import constant


@dataclass(frozen=True)
class ExplainConstants:
    """Thresholds of the ink and of its stretches."""

    # What is ink
    ink_share: float = constant(
        0.5, unit="share", why="ink is at least this dark, of the darkness of the page's own curves: grids are paler"
    )
    usual_pen: float = constant(0.8, unit="contrast", why="darkness of the curves where none was traced")
    min_pen_points: int = constant(100, unit="count", why="sure points of curves that measure their darkness")
    sure_confidence: float = constant(0.5, unit="probability", why="points of a trace from which they are sure")
    grid_line_percentile: float = constant(
        35.0, unit="percentile", why="of a stretch of sheet along a line that the line's own ink reaches"
    )
    upright_grid_mm: float = constant(
        20.0, unit="mm", why="an upright line this long is the grid's: strokes are shorter"
    )
    level_grid_mm: float = constant(
        60.0, unit="mm", why="a level line this long is the grid's: a curve is level between two beats only"
    )
    grid_points: int = constant(60, unit="count", why="samples of such a stretch that measure its lines; for speed")

    # What explains it
    pen_reach_mm: float = constant(0.625, unit="mm", why="ink this near to a curve that was read is the curve's")
    beside_mm: float = constant(
        3.0, unit="mm", why="a row's ink this far beside its cells is its own: feet of pulses, separators, longer ends"
    )
    name_mm: tuple[float, float] = constant((5.0, 2.5), unit="mm", why="half the width and height of a lead's name")
    mark_margin_mm: float = constant(2.0, unit="mm", why="pulses have feet, and strokes of some width")
    photo_edge_mm: float = constant(1.5, unit="mm", why="ink this near to the photo's edge may be the edge")

    # What may be a curve
    max_gap_mm: float = constant(1.0, unit="mm", why="longest gap in a curve along time that is closed")
    max_step_mm: float = constant(0.5, unit="mm", why="longest gap in a curve along its height that is closed")
    min_piece_mm: float = constant(5.0, unit="mm", why="shorter pieces are letters, specks and strokes")
    min_cover: float = constant(
        0.93,
        unit="share",
        why="a curve has ink in all of its columns; between letters there is none",
        measured="words of vendor pages 0.56 to 0.88, pieces of their curves 0.97 to 1",
    )
    max_runs: float = constant(
        1.4, unit="count", why="strokes above each other in a column: a curve has one, letters and grids have more"
    )
    max_pen_mm: float = constant(1.2, unit="mm", why="thicker strokes are shadows, stains, frames and blurred words")
    row_reach_mm: float = constant(6.0, unit="mm", why="pieces of one row lie this near to its zero line")
    cell_reach_mm: float = constant(
        10.0, unit="mm", why="ink is a cell's where its zero line is no further away; rows are 9 mm apart at least"
    )
    min_row_mm: float = constant(
        40.0,
        unit="mm",
        why="less ink is no row: columns are 60 mm long as a rule; ticks and rings of a pen are shorter",
        measured="109 pages with each of their 572 rows withheld: 571 are longer; rings on two pages are 31 mm",
    )
    min_bend_mm: float = constant(0.6, unit="mm", why="ink that lies nearer to an arc is a frame, a fold, a grid line")
    bend_percentile: float = constant(2.0, unit="percentile", why="of a piece that may lie above, and below")
    max_level_thickness: float = constant(
        2.0,
        unit="ratio",
        why="columns with so many times the usual ink are steep strokes, or lines that cross",
    )
    arc_degree: int = constant(2, unit="degree", why="frames and folds are arcs on a sheet that is not quite flat")


EXPLAIN = ExplainConstants()
