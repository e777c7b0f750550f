"""The intervals of a whole record from the marks of its leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pytest

from ecgimg.bench.measure.truth import marked_intervals
from ecgimg.datamodel.leads import LEADS
from ecgimg.datasets.ludb import FS, Ludb, LudbRecord, MarkedWave

RECORD = LudbRecord(1, "Sinus rhythm", "")


@dataclass
class Marks:
    """Twelve leads with two beats; lead k begins k ms earlier and ends k ms later. P is marked where asked for."""

    with_p: bool = True

    def waves(self, record: LudbRecord, lead: str) -> tuple[MarkedWave, ...]:
        k = LEADS.index(lead) / 1000

        def wave(kind: str, onset: float, end: float) -> MarkedWave:
            first, last = (round(FS * t) for t in (onset - k, end + k))
            return MarkedWave(kind, first, (first + last) // 2, last)  # type: ignore[arg-type]

        waves = []
        for t in (1.0, 2.0):
            waves += [wave("P", t - 0.2, t - 0.1)] if self.with_p else []
            waves += [wave("QRS", t - 0.04, t + 0.05), wave("T", t + 0.2, t + 0.36)]
        return tuple(waves)


def test_ends_are_the_third_of_the_leads() -> None:
    found = marked_intervals(cast(Ludb, Marks()), RECORD)
    assert found["QRS duration"] == pytest.approx(90 + 18, abs=3)
    assert found["QT interval"] == pytest.approx(400 + 18, abs=3)
    assert found["PR interval"] == pytest.approx(160, abs=3)
    assert found["P duration"] == pytest.approx(100 + 18, abs=3)


def test_without_p_there_is_no_pr() -> None:
    found = marked_intervals(cast(Ludb, Marks(with_p=False)), RECORD)
    assert found["PR interval"] is found["P duration"] is None
    assert found["QRS duration"] is not None
