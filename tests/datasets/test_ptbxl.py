from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecgimg.datamodel.leads import LEADS
from ecgimg.datasets.ptbxl import SUBCLASSES, SUPERCLASSES, Ptbxl, ptbxl_folder, read_ptbxl
from ecgimg.errors import UnreadableInputError, UsageError

STATEMENTS = """,description,diagnostic,form,rhythm,diagnostic_class,diagnostic_subclass
NORM,normal ECG,1.0,,,NORM,NORM
ASMI,anteroseptal myocardial infarction,1.0,,,MI,AMI
1AVB,first degree AV block,1.0,,,CD,_AVB
SR,sinus rhythm,,,1.0,,
ABQRS,abnormal QRS,,1.0,,,
"""
COLUMNS = ["ecg_id", "patient_id", "age", "sex", "report", "scp_codes", "strat_fold", "filename_lr", "filename_hr"]
ROWS = [
    ["1", "7.0", "56.0", "1.0", "text", "{'NORM': 80.0, 'SR': 0.0}", "1", "records100/00000/00001_lr", ""],
    ["2", "8.0", "", "", "", "{'ASMI': 0.0, '1AVB': 100.0}", "9", "records100/00000/00002_lr", ""],
    ["3", "9.0", "", "", "", "{'ABQRS': 0.0}", "9", "records100/00000/00003_lr", ""],
]


@pytest.fixture
def database(tmp_path: Path) -> Ptbxl:
    (tmp_path / "scp_statements.csv").write_text(STATEMENTS)
    with open(tmp_path / "ptbxl_database.csv", "w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *ROWS])
    folder = tmp_path / "records100" / "00000"
    folder.mkdir(parents=True)
    signal = np.arange(12)[None, :] * 0.1 + np.linspace(0, 0.05, 1000)[:, None]
    names = [lead.upper() for lead in reversed(LEADS)]
    wfdb.wrsamp("00001_lr", 100, ["mV"] * 12, names, signal, fmt=["16"] * 12, write_dir=str(folder))
    return read_ptbxl(tmp_path)


def test_folds_and_records_without_diagnosis(database: Ptbxl) -> None:
    assert [r.ecg_id for r in database.select([9])] == [2]
    assert [r.ecg_id for r in database.select([9], diagnostic_only=False)] == [2, 3]


def test_labels_count_every_likelihood(database: Ptbxl) -> None:
    labels = database.subclass_labels(database.records)
    assert {SUBCLASSES[k] for k in np.flatnonzero(labels[1])} == {"AMI", "_AVB"}
    assert not labels[2].any()
    superclasses = database.superclass_labels(database.records)
    assert {SUPERCLASSES[k] for k in np.flatnonzero(superclasses[1])} == {"MI", "CD"}
    assert database.code_labels(database.records, ["SR"])[:, 0].tolist() == [True, False, False]


def test_unknown_age_is_none_and_codes_are_exact_by_default(database: Ptbxl) -> None:
    first, second, _ = database.records
    assert (first.age, first.sex, first.exact) == (56.0, 1, True)
    assert (second.age, second.sex, second.filename_hr) == (None, None, None)


def test_signal_comes_in_the_order_of_the_project(database: Ptbxl) -> None:
    signal = database.signal(database.records[0])
    assert signal.shape == (12, 1000)
    np.testing.assert_allclose(signal[:, 0], np.arange(11, -1, -1) * 0.1, atol=1e-3)


def test_data_are_named_by_kind_and_folder() -> None:
    assert ptbxl_folder("ptbxl:some/where") == Path("some/where")
    for wrong in ("ludb:x", "ptbxl", "ptbxl:"):
        with pytest.raises(UsageError, match="ptbxl:DIR"):
            ptbxl_folder(wrong)


def test_missing_things_are_named(database: Ptbxl, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="500 Hz"):
        database.signal(database.records[0], 500)
    with pytest.raises(UnreadableInputError, match=r"ptbxl_database\.csv"):
        read_ptbxl(tmp_path / "elsewhere")
