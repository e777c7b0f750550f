"""Recordings and labels of PTB-XL as arrays for training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgimg.datasets.ptbxl import FORMS, RHYTHMS, SUBCLASSES, SUPERCLASSES, Ptbxl, PtbxlRecord

TRAIN_FOLDS = (1, 2, 3, 4, 5, 6, 7, 8)
"""Folds of PTB-XL that train."""

AUXILIARY_CODES: tuple[str, ...] = (
    "ASMI", "AMI", "ALMI", "IMI", "ILMI", "INJAS", "INJAL", "LAFB", "LPFB", "1AVB", "ISCAL", "ISCIN", "ISCIL",
    "ISCAS", "ISCLA", "NDT", "DIG", "LNGQT", "ANEUR", "EL",
)  # fmt: skip
"""Exact diagnostic statements with at least 75 records: learned beside the outputs, not exported."""

TARGETS: tuple[str, ...] = (*SUBCLASSES, *SUPERCLASSES, *RHYTHMS, *FORMS, *AUXILIARY_CODES)


@dataclass(frozen=True)
class EcgSet:
    """Records in memory: ``signals`` float16 [N, 12, T] mV, ``targets`` and ``weights`` float32 [N, K] of TARGETS."""

    signals: NDArray[np.float16]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]
    patients: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.signals)


def load_set(data: Ptbxl, folds: Sequence[int], cache: Path | None = None) -> EcgSet:
    """All records of the folds; signals are stored as ``cache``/ptbxl-<folds>.npy where a folder is given."""
    records = data.select(folds, diagnostic_only=False)
    path = None if cache is None else cache / f"ptbxl-{'-'.join(map(str, folds))}.npy"
    if path is not None and path.is_file():
        signals = np.load(path)
    else:
        signals = data.signals(records)
        if path is not None:
            np.save(path, signals)
    targets, weights = targets_of(data, records)
    return EcgSet(signals, targets, weights, np.array([r.patient_id for r in records]))


def targets_of(data: Ptbxl, records: Sequence[PtbxlRecord]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Targets and weights [N, K]; the weight is 0 where the database has no label.

    A record without a diagnostic statement has no label of subclasses and superclasses, one without exact codes none of
    forms and exact statements.
    """
    parts = [
        data.subclass_labels(records),
        data.superclass_labels(records),
        data.code_labels(records, (*RHYTHMS, *FORMS, *AUXILIARY_CODES)),
    ]
    targets = np.concatenate(parts, axis=1).astype(np.float32)
    weights = np.ones_like(targets)
    diagnosed = parts[0].any(axis=1)
    exact = np.array([r.exact for r in records])
    first_aux = len(SUBCLASSES) + len(SUPERCLASSES) + len(RHYTHMS)
    weights[~diagnosed, : len(SUBCLASSES) + len(SUPERCLASSES)] = 0
    weights[~exact, first_aux:] = 0
    return targets, weights
