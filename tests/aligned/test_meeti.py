"""The MATLAB file has MEETI's variables: names, and one entry a beat in each of the 14 columns."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

from ecgimg.aligned.meeti import COLUMNS, write_meeti
from ecgimg.aligned.record import read_record
from ecgimg.datamodel.leads import LEADS
from ecgimg.schemas.aligned import AlignedRecord

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("drawn_set")]


@pytest.fixture
def record(drawn_set: Path) -> AlignedRecord:
    return read_record(drawn_set / "pages/000001.aligned.json")


def test_every_variable_is_there_and_holds_the_beats(record: AlignedRecord, drawn_set: Path) -> None:
    found = loadmat(drawn_set / "pages/000001.aligned.mat", simplify_cells=True)
    names = {f"featuredb_lead_{lead}" for lead in LEADS}
    assert {name for name in found if not name.startswith("__")} == {"id", "report", "LLM_Interpretation", *names}
    assert (found["id"], found["report"]) == ("000001", record.statements.report)
    assert found["LLM_Interpretation"] == record.statements.interpretation
    for lead, measured in record.beats.leads.items():
        columns = found[f"featuredb_lead_{lead}"]
        assert tuple(columns) == COLUMNS
        for k, beat in enumerate(measured.beats):
            for name in COLUMNS:
                here, there = getattr(beat, name), np.atleast_1d(columns[name])[k]
                if name == "ST_form":
                    assert (np.size(there) == 0) if here is None else (here == there)
                else:
                    assert math.isnan(there) if here is None else there == here


def test_a_lead_without_beats_has_empty_columns(record: AlignedRecord, tmp_path: Path) -> None:
    others = {lead: one for lead, one in record.beats.leads.items() if lead != "V3"}
    bare = record.model_copy(update={"beats": record.beats.model_copy(update={"leads": others})})
    found = loadmat(write_meeti(bare, tmp_path / "x.mat"), simplify_cells=True)
    assert {np.size(found["featuredb_lead_V3"][name]) for name in COLUMNS} == {0}


def test_the_same_record_gives_the_same_bytes(record: AlignedRecord, tmp_path: Path, drawn_set: Path) -> None:
    assert write_meeti(record, tmp_path / "x.mat").read_bytes() == (drawn_set / "pages/000001.aligned.mat").read_bytes()
