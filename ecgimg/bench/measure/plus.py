"""Our figures beside those of PTB-XL+: differences, and how many lie within a tolerance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ecgimg.bench.measure.pages import MeasuredRow
from ecgimg.datasets.ptbxl_plus import FeatureTable

TOLERANCES = {
    "PR interval": 20.0, "QRS duration": 12.0, "QT interval": 25.0, "P duration": 20.0, "QRS axis": 15.0,
}  # fmt: skip
"""Largest difference in ms or degrees that counts as agreement."""


@dataclass(frozen=True)
class PlusAgreement:
    """How two sources agree on one figure: number of records, mean and deviation of the difference, share within."""

    source: str
    figure: str
    count: int
    mean: float
    deviation: float
    within: float


def plus_agreement(rows: Sequence[MeasuredRow], tables: Sequence[FeatureTable]) -> tuple[PlusAgreement, ...]:
    """Each kind of rows against each table, and the tables against each other as the yardstick."""
    kinds = dict.fromkeys(row.kind for row in rows)
    ours = [(kind, {r.record: _known(r.values) for r in rows if r.kind == kind}) for kind in kinds]
    theirs = [(table.source, table.figures) for table in tables]
    records = {row.record for row in rows}
    pairs = [(a, b) for a in ours for b in theirs] + list(combinations(theirs, 2))
    out = []
    for (name, left), (other, right) in pairs:
        for figure in TOLERANCES:
            shared = [k for k in records if figure in left.get(k, {}) and figure in right.get(k, {})]
            differences = np.array([_difference(figure, left[k][figure], right[k][figure]) for k in shared])
            if len(differences):
                out.append(_agreement(f"{name} - {other}", figure, differences))
    return tuple(out)


def _known(values: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None}


def _difference(figure: str, ours: float, theirs: float) -> float:
    """Ours less theirs; an angle's lies from -180 to 180 degrees."""
    return (ours - theirs + 180) % 360 - 180 if figure.endswith("axis") else ours - theirs


def _agreement(source: str, figure: str, differences: np.ndarray) -> PlusAgreement:
    within = float((np.abs(differences) <= TOLERANCES[figure]).mean())
    return PlusAgreement(source, figure, len(differences), float(differences.mean()), float(differences.std()), within)
