"""Targets of PTB-XL: a record without a label of a kind has no weight there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.datasets.ptbxl import SUBCLASSES, SUPERCLASSES, Ptbxl, PtbxlRecord, ScpStatement
from ecgimg.train.common.ptbxl_targets import TARGETS, load_set, targets_of


def database() -> Ptbxl:
    """A record with a diagnosis, one with a rhythm only, and one with codes that are not exact."""
    statements = {
        "AMI": ScpStatement("AMI", "", True, False, False, "MI", "AMI"),
        "AFIB": ScpStatement("AFIB", "", False, False, True, None, None),
    }
    kinds = (("AMI", True), ("AFIB", True), ("AMI", False))
    records = (
        PtbxlRecord(k, k + 10, None, None, "", ((code, 100.0),), exact, 9, "", None)
        for k, (code, exact) in enumerate(kinds)
    )
    return Ptbxl(Path(), statements, tuple(records))


def test_targets_and_weights() -> None:
    data = database()
    targets, weights = targets_of(data, data.records)
    ami, afib, pvc = SUBCLASSES.index("AMI"), TARGETS.index("AFIB"), TARGETS.index("PVC")
    mi = len(SUBCLASSES) + SUPERCLASSES.index("MI")
    assert targets[:, [ami, mi, afib]].tolist() == [[1, 1, 0], [0, 0, 1], [1, 1, 0]]
    assert weights[:, [ami, mi, afib, pvc]].tolist() == [[1, 1, 1, 1], [0, 0, 1, 1], [1, 1, 1, 0]]


def test_signals_are_stored_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []

    def signals(self: Ptbxl, records: list[PtbxlRecord]) -> np.ndarray:
        reads.append(len(records))
        return np.zeros((len(records), 12, 4), np.float16)

    monkeypatch.setattr(Ptbxl, "signals", signals)
    first, second = (load_set(database(), (9,), tmp_path) for _ in range(2))
    assert reads == [3]
    assert len(first) == len(second) == 3
    assert second.patients.tolist() == [10, 11, 12]
    assert [path.name for path in tmp_path.iterdir()] == ["ptbxl-9.npy"]
