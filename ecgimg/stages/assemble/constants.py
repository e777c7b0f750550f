"""The constants of the stage: how cells become samples, and how strictly leads have to obey their laws."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.constants import constant


@dataclass(frozen=True)
class AssembleConstants:
    """Sampling rate, errors of reading and thresholds of the laws."""

    # Samples of a cell
    fs_hz: float = constant(500.0, unit="Hz", why="sampling rate of digitized recordings")
    end_tolerance_px: float = constant(
        1e-3, unit="px", why="a sample this near to the end of its curve is the end: places are rounded"
    )
    cell_end_mm: float = constant(
        3.0, unit="mm", why="distance from a cell's ends within which separators and lead names stand on the curve"
    )
    min_end_confidence: float = constant(
        0.2,
        unit="probability",
        why="a sample of less confidence there is taken for a separator or name; on a steep stroke 0.4 is usual",
        measured="20 photos: 0.13 dB more than 0.5 (standard error 0.08); 16 drawn pages: 0.2 dB, a fifth fewer "
        "lost peaks",
    )
    held_s: float = constant(
        0.04,
        unit="s",
        why="a lead stays where it was for so long beside its known samples: columns overlap, names cover ends",
        measured="vector renders: 0.8 dB more",
    )

    # Warnings
    min_corrected_s: float = constant(0.1, unit="s", why="a lead that was misread for so long gets a warning")
    min_lead_confidence: float = constant(0.5, unit="probability", why="a lead of less mean confidence gets a warning")

    # Error of a reading
    sure_confidence: float = constant(
        0.9, unit="probability", why="samples above this confidence measure the error of reading, and test the laws"
    )
    min_sure_s: float = constant(0.5, unit="s", why="so many seconds of sure samples are needed for both")
    usual_share: float = constant(
        0.98, unit="share", why="of the differences, from the smallest up, that count where few samples are misread"
    )
    robust_share: float = constant(
        0.85, unit="share", why="of the differences, from the smallest up, that count where many samples may be misread"
    )
    min_reading_error_mm: float = constant(0.03, unit="mm", why="a sure sample's error is no less")
    usual_reading_error_mm: float = constant(0.06, unit="mm", why="a sure sample's error where no lead is repeated")
    unsure_error_mm: float = constant(2.0, unit="mm", why="error of a sample of no confidence")
    place_error_mm: float = constant(
        0.05,
        unit="mm",
        why="error along the paper, which becomes an error in height where a curve is steep",
        measured="edges of 1,073 peaks on 25 photos: 1.5 ms or 0.04 mm; of 856, 2.0 % are lost, 2.3 % at 0.025",
    )
    slope_window_samples: int = constant(5, unit="samples", why="length over which the slope of a curve is averaged")
    unknown_variance_mm2: float = constant(
        1e4, unit="mm^2", why="variance of an unknown sample: the other leads determine it"
    )

    # Laws of the leads
    max_law_residual: float = constant(
        2.0,
        unit="reading errors",
        why="the laws hold where all their residuals are smaller",
        measured="190 drawn pages gain 0.6 dB each by the laws, two sets of real photos 0.34 and 0.15 dB",
    )
    max_best_law_residual: float = constant(
        1.0,
        unit="reading errors",
        why="the laws also hold where one residual is smaller than this, as a lead may be misread for long, and none is"
        " large for most of the time: two leads that changed places break their laws at every beat",
    )
    change_rounds: int = constant(3, unit="count", why="rounds of reweighting of the change")
    change_tail: float = constant(
        0.5, unit="share", why="of the squared change by which a reading's variance grows: errors are heavy-tailed"
    )
    min_corrected_mm: float = constant(0.5, unit="mm", why="a sample that was moved by more was misread")
    corrected_confidence: float = constant(0.5, unit="probability", why="a misread sample is no surer than this")
    max_strip_lag_s: float = constant(
        0.04, unit="s", why="error of a rhythm strip's clock on a page that is not quite straight"
    )


ASSEMBLE = AssembleConstants()
