"""The records of `ecgimg bench patchecg`: one fold of PTB-XL with the labels of the network's outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.datasets.ptbxl import SUBCLASSES, SUPERCLASSES, Ptbxl, PtbxlRecord, read_ptbxl
from ecgimg.errors import UnreadableInputError


@dataclass(frozen=True, eq=False)
class Fold:
    """The records of a fold in memory: signals [N, 12, 1000] in mV at 100 Hz, labels [N, K] of the network's outputs.

    `known` [N, K]: whether the database has a value for a label. `patients` [N] are numbers.
    """

    number: int
    signals: Floats
    labels: Bools
    known: Bools
    patients: NDArray[np.int64]


def load_fold(root: Path, fold: int, outputs: Sequence[tuple[str, str]]) -> Fold:
    """One fold of PTB-XL; ``outputs`` are (code, group) of the network's outputs.

    Raises:
        UnreadableInputError: the data is not there, or the fold is empty.
    """
    database = read_ptbxl(root)
    records = database.select([fold], diagnostic_only=False)
    if not records:
        raise UnreadableInputError(f"{root} holds no record of fold {fold}", where="PTB-XL", remedy="choose another")
    columns = [_labels(database, records, code, group) for code, group in outputs]
    diagnosed = database.subclass_labels(records).any(axis=1)
    known = np.stack([np.ones(len(records), bool) if g == "rhythm" else diagnosed for _, g in outputs], axis=1)
    signals = database.signals(records).astype(np.float32)
    patients = np.array([r.patient_id for r in records], np.int64)
    return Fold(fold, signals, np.stack(columns, axis=1), known, patients)


def _labels(database: Ptbxl, records: Sequence[PtbxlRecord], code: str, group: str) -> Bools:
    """Which records [N] have an output's label."""
    if group == "subclass":
        return database.subclass_labels(records)[:, SUBCLASSES.index(code)]
    if group == "superclass":
        return database.superclass_labels(records)[:, SUPERCLASSES.index(code)]
    return database.code_labels(records, [code])[:, 0]
