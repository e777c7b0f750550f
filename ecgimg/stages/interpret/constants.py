"""Constants of the interpretation, with their reasons."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.constants import constant


@dataclass(frozen=True)
class InterpretConstants:
    """Constants of the interpretation; the limits of the criteria are in `criteria.yaml`."""

    deviations: float = constant(
        1.0,
        unit="standard deviations",
        why="a threshold this near to what is measured leaves a criterion indeterminate",
    )
    amplitude_error_mv: float = constant(0.02, unit="mV", why="least standard deviation of an amplitude")
    deflection_error_ms: float = constant(8.0, unit="ms", why="standard deviation of how long a deflection lasts")
    max_expression: int = constant(800, unit="characters", why="a longer criterion can't be reviewed")
    max_premature: float = constant(
        0.85, unit="share", why="a beat is premature that follows after less of the median RR interval"
    )
    min_compensation: float = constant(
        0.05,
        unit="share",
        why="a premature beat comes at least this share of the median RR before the next, longer one",
    )
    wide_premature_ms: float = constant(
        20.0, unit="ms", why="a premature beat is wide whose QRS is so much longer than the median of the others"
    )


INTERPRET = InterpretConstants()
