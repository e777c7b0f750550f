"""PTB-XL in its official form: records, folds, patients, labels and signals.

Reads `ptbxl_database.csv`, `scp_statements.csv` and the WFDB records below `records100` and `records500` of
PTB-XL 1.0.x (Wagner et al. 2020, doi:10.1038/s41597-020-0495-6). Labels follow PatchECG (arXiv 2508.09165): a
subclass is set when any diagnostic SCP code of that subclass stands in the record, whatever its likelihood.
"""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ecgimg.datamodel.leads import LEADS
from ecgimg.datasets.scp_codes import FORMS, RHYTHMS, SUBCLASSES, SUPERCLASSES
from ecgimg.errors import UnreadableInputError, UsageError, missing_package

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = (
    "FORMS", "RHYTHMS", "SUBCLASSES", "SUPERCLASSES", "Ptbxl", "PtbxlRecord", "ScpStatement", "ptbxl_folder",
    "read_ptbxl",
)  # fmt: skip


@dataclass(frozen=True)
class ScpStatement:
    """One SCP-ECG statement: its code, and the subclass and superclass when it is diagnostic."""

    code: str
    description: str
    diagnostic: bool
    form: bool
    rhythm: bool
    superclass: str | None
    subclass: str | None


@dataclass(frozen=True)
class PtbxlRecord:
    """One row of the database. `age` and `sex` are None when unknown; `filename_hr` is None without 500 Hz.

    `codes` holds (SCP code, likelihood in percent). When `exact` is False the codes stand for the right
    subclasses and rhythms, but not for the exact statement within a subclass.
    """

    ecg_id: int
    patient_id: int
    age: float | None
    sex: int | None
    report: str
    codes: tuple[tuple[str, float], ...]
    exact: bool
    fold: int
    filename_lr: str
    filename_hr: str | None


@dataclass(frozen=True)
class Ptbxl:
    """A PTB-XL folder: its statements and its records, in the order of the database."""

    root: Path
    statements: dict[str, ScpStatement]
    records: tuple[PtbxlRecord, ...]

    def select(self, folds: Iterable[int], diagnostic_only: bool = True) -> tuple[PtbxlRecord, ...]:
        """Records of the folds; without `diagnostic_only` also those that have none of the 23 subclasses."""
        wanted = frozenset(folds)
        chosen = (r for r in self.records if r.fold in wanted)
        return tuple(r for r in chosen if not diagnostic_only or self.subclasses_of(r))

    def subclasses_of(self, record: PtbxlRecord) -> frozenset[str]:
        """Diagnostic subclasses of a record."""
        found = (self.statements[c].subclass for c, _ in record.codes if c in self.statements)
        return frozenset(s for s in found if s is not None)

    def superclasses_of(self, record: PtbxlRecord) -> frozenset[str]:
        """Diagnostic superclasses of a record."""
        found = (self.statements[c].superclass for c, _ in record.codes if c in self.statements)
        return frozenset(s for s in found if s is not None)

    def subclass_labels(self, records: Sequence[PtbxlRecord]) -> NDArray[np.bool_]:
        """[N, 23] labels in the order of SUBCLASSES."""
        return _one_hot([self.subclasses_of(r) for r in records], SUBCLASSES)

    def superclass_labels(self, records: Sequence[PtbxlRecord]) -> NDArray[np.bool_]:
        """[N, 5] labels in the order of SUPERCLASSES."""
        return _one_hot([self.superclasses_of(r) for r in records], SUPERCLASSES)

    def code_labels(self, records: Sequence[PtbxlRecord], codes: Sequence[str]) -> NDArray[np.bool_]:
        """[N, len(codes)] labels of plain SCP codes: rhythms, forms, or diagnostic codes of exact records."""
        return _one_hot([frozenset(c for c, _ in r.codes) for r in records], codes)

    def signal(self, record: PtbxlRecord, rate: int = 100) -> NDArray[np.float32]:
        """[12, T] in mV, in the order of LEADS.

        Args:
            record: one of `records`.
            rate: 100 or 500 Hz.

        Raises:
            UnreadableInputError: the record has no signal of this rate.
            DependencyError: the package wfdb is not installed; labels are read without it.
        """
        name = record.filename_lr if rate == 100 else record.filename_hr
        if rate not in (100, 500) or name is None:
            raise UnreadableInputError(
                f"record {record.ecg_id} has no {rate} Hz signal", where="PTB-XL", remedy="use 100 Hz"
            )
        try:
            import wfdb
        except ImportError as error:
            raise missing_package("reading WFDB", "wfdb", "wfdb", where="PTB-XL") from error
        samples, meta = wfdb.rdsamp(str(self.root / name))
        rows = {n.upper(): k for k, n in enumerate(meta["sig_name"])}
        order = [rows[lead.upper()] for lead in LEADS]
        return np.ascontiguousarray(samples.T[order], dtype=np.float32)

    def signals(self, records: Sequence[PtbxlRecord], rate: int = 100) -> NDArray[np.float16]:
        """[N, 12, T] in mV as half precision (steps of 1 uV up to 2 mV), for training and benches in memory."""
        out = np.zeros((len(records), len(LEADS), rate * 10), np.float16)
        for k, record in enumerate(records):
            out[k] = np.nan_to_num(self.signal(record, rate))
        return out


def read_ptbxl(root: Path | str) -> Ptbxl:
    """Read a PTB-XL folder (the one that holds `ptbxl_database.csv`); UnreadableInputError when it is none."""
    folder = Path(root)
    for name in ("ptbxl_database.csv", "scp_statements.csv"):
        if not (folder / name).is_file():
            raise UnreadableInputError(
                f"{folder} has no {name}", where="PTB-XL", remedy="give the folder that holds it"
            )
    with open(folder / "scp_statements.csv", newline="", encoding="utf-8") as file:
        statements = {s.code: s for s in map(_statement, csv.DictReader(file))}
    with open(folder / "ptbxl_database.csv", newline="", encoding="utf-8") as file:
        records = tuple(map(_record, csv.DictReader(file)))
    return Ptbxl(folder, statements, records)


def ptbxl_folder(name: str) -> Path:
    """The folder of "ptbxl:DIR", as commands are given it; UsageError for any other kind of data."""
    kind, _, folder = name.partition(":")
    if kind != "ptbxl" or not folder:
        raise UsageError(f"data {name!r} is not ptbxl:DIR", where="--data", remedy="name a PTB-XL folder: ptbxl:DIR")
    return Path(folder)


def _statement(row: dict[str, str]) -> ScpStatement:
    diagnostic = row["diagnostic"] in ("1", "1.0")
    return ScpStatement(
        code=row[""],
        description=row["description"],
        diagnostic=diagnostic,
        form=row["form"] in ("1", "1.0"),
        rhythm=row["rhythm"] in ("1", "1.0"),
        superclass=(row["diagnostic_class"] or None) if diagnostic else None,
        subclass=(row["diagnostic_subclass"] or None) if diagnostic else None,
    )


def _record(row: dict[str, str]) -> PtbxlRecord:
    codes: dict[str, float] = ast.literal_eval(row["scp_codes"])
    return PtbxlRecord(
        ecg_id=int(row["ecg_id"]),
        patient_id=int(float(row["patient_id"])),
        age=float(row["age"]) if row["age"] else None,
        sex=int(float(row["sex"])) if row["sex"] else None,
        report=row["report"],
        codes=tuple((code, float(likelihood)) for code, likelihood in codes.items()),
        # The published database has exact codes throughout and no such column.
        exact=row.get("scp_codes_exact", "True") == "True",
        fold=int(row["strat_fold"]),
        filename_lr=row["filename_lr"],
        filename_hr=row["filename_hr"] or None,
    )


def _one_hot(names: Sequence[frozenset[str]], order: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([[name in found for name in order] for found in names], dtype=bool).reshape(len(names), len(order))
