"""How figures are made: a value with its uncertainty, or the reason why there is none."""

from __future__ import annotations

from ecgimg.findings.measurements import Measurement, Missing

DECIMALS = 1


def figure(name: str, value: float, unit: str, uncertainty: float) -> Measurement:
    """A figure with its uncertainty, both rounded to a tenth of the unit."""
    return Measurement(name, round(float(value), DECIMALS), unit, round(float(uncertainty), DECIMALS))


def no_figure(name: str, unit: str, reason: Missing, detail: str = "") -> Measurement:
    """A figure that has no value."""
    return Measurement(name, None, unit, reason=reason, detail=detail)
