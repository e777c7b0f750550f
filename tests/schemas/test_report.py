"""The JSON of a report: what it holds, and how it is read back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_reports import report

from ecgimg.datamodel.leads import LEADS
from ecgimg.schemas.common import read_json, write_json
from ecgimg.schemas.report import DISCLAIMER, SCHEMA, ReportResult


@pytest.mark.parametrize("read", [True, False])
def test_what_is_written_is_read_again(tmp_path: Path, read: bool) -> None:
    result = report(tmp_path, read).result()
    path = write_json(result, tmp_path / "x.report.json")
    assert read_json(ReportResult, path) == result
    content = json.loads(path.read_text())
    assert content["schema"] == SCHEMA
    assert content["disclaimer"] == DISCLAIMER
    assert (content["page"] is None) is not read
    assert list(content["leads"]) == list(LEADS)
    assert content["findings"][0]["verdict"] == "likely"


def test_evidence_and_quality(tmp_path: Path) -> None:
    content = report(tmp_path).result().model_dump(mode="json", by_alias=True)
    assert content["findings"][0]["influences"] == [{"lead": "II", "start": 5.0, "end": 6.25, "weight": 1.0}]
    assert content["findings"][0]["image"] == {"code": "AFIB", "probability": 0.7, "threshold": 0.2}
    assert content["leads"]["II"] == {"word": "good", "confidence": 0.9, "interval": [0.0, 10.0], "seconds": 10.0}
    assert content["leads"]["V3"]["word"] == "doubtful"
    assert content["leads"]["V4"] == {"word": "not visible", "confidence": 0.0, "interval": None, "seconds": 0.0}
    assert content["page"]["gain"].items() >= {"value": 10.0, "source": "assumed", "assumed": True}.items()
    assert set(content["networks"]) >= {"patchecg", "combiner"}


def test_nothing_of_the_kind(tmp_path: Path) -> None:
    assert read_json(ReportResult, tmp_path / "no.json") is None
    (tmp_path / "other.json").write_text('{"schema": "ecgimg/page/1"}')
    assert read_json(ReportResult, tmp_path / "other.json") is None
