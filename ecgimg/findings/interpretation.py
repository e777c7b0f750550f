"""Measurements and findings as the files of a recording hold them."""

from __future__ import annotations

from collections.abc import Sequence

from ecgimg.findings.measurements import Measurements
from ecgimg.findings.opinions import Finding
from ecgimg.recording.export import Interpretation, Measured, Statement


def interpret_for_files(measurements: Measurements | None, findings: Sequence[Finding] = ()) -> Interpretation:
    """The measurements that have a value, and the findings that are likely or possible with their probability."""
    figures = measurements.figures if measurements else ()
    measured = tuple(Measured(one.name, one.value, one.unit) for one in figures if one.value is not None)
    positive = [one for one in findings if one.verdict in ("likely", "possible")]
    statements = tuple(Statement(one.code, one.name, f"{one.verdict}, {one.probability:.0%}") for one in positive)
    return Interpretation(measured, statements)
