"""Measurements and findings as the files of a recording hold them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ecgimg.findings.measurements import Measurements
from ecgimg.recording.export import Interpretation, Measured, Statement


class _Figure(Protocol):
    """A measurement, of the pipeline or of a JSON file."""

    @property
    def name(self) -> str: ...
    @property
    def value(self) -> float | None: ...
    @property
    def unit(self) -> str: ...


class _Finding(Protocol):
    """A finding, of the pipeline or of a JSON file."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def probability(self) -> float: ...


def interpret_for_files(measurements: Measurements | None, findings: Iterable[_Finding] = ()) -> Interpretation:
    """The measurements that have a value, and the findings that are likely or possible with their probability."""
    return interpret_figures(measurements.figures if measurements else (), findings)


def interpret_figures(figures: Iterable[_Figure], findings: Iterable[_Finding]) -> Interpretation:
    """As `interpret_for_files`, of figures."""
    measured = tuple(Measured(one.name, one.value, one.unit) for one in figures if one.value is not None)
    positive = [one for one in findings if one.verdict in ("likely", "possible")]
    statements = tuple(Statement(one.code, one.name, f"{one.verdict}, {one.probability:.0%}") for one in positive)
    return Interpretation(measured, statements)
