"""The tables hold what the records hold, and mlcroissant reads them by their description."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.aligned.record import read_record
from ecgimg.aligned.tables import TABLES

pq = pytest.importorskip("pyarrow.parquet")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("drawn_set")]


def rows(folder: Path, name: str) -> list[dict]:
    return pq.read_table(folder / f"{name}.parquet").to_pylist()


def test_a_record_is_one_row_whose_files_are_there(drawn_set: Path) -> None:
    found = rows(drawn_set, "records")
    assert [one["id"] for one in found] == ["000000", "000001"]
    for one in found:
        record = read_record(drawn_set / one["record"])
        assert (drawn_set / one["arrays"]).is_file()
        assert (drawn_set / one["image"]).is_file()
        assert (drawn_set / f"{one['waveform']}.hea").is_file()
        assert one["interpretation"] == record.statements.interpretation
        assert one["QRS_duration"] == next(f.value for f in record.beats.figures if f.name == "QRS duration")


def test_every_beat_and_every_criterion_is_a_row(drawn_set: Path) -> None:
    records = [read_record(path) for path in sorted(drawn_set.rglob("*.aligned.json"))]
    beats = [(r.id, lead, b.beat, b.QT_interval) for r in records for lead, m in r.beats.leads.items() for b in m.beats]
    assert [(one["id"], one["lead"], one["beat"], one["QT_interval"]) for one in rows(drawn_set, "beats")] == beats
    rules = [(r.id, one.id, one.verdict.value) for r in records for one in r.statements.rules]
    assert [(one["id"], one["criterion"], one["verdict"]) for one in rows(drawn_set, "statements")] == rules


def test_mlcroissant_finds_no_error_and_reads_every_table(drawn_set: Path) -> None:
    croissant = pytest.importorskip("mlcroissant")
    dataset = croissant.Dataset(jsonld=str(drawn_set / "croissant.json"))
    assert dataset.metadata.ctx.issues.errors == set()
    for table in TABLES:
        first = next(iter(dataset.records(table.name)))
        own = rows(drawn_set, table.name)[0]
        assert {*first} == {f"{table.name}/{column.name}" for column in table.columns}
        assert first[f"{table.name}/id"].decode() == own["id"]


def test_the_datasheet_has_every_section_and_the_numbers_of_the_set(drawn_set: Path) -> None:
    text = (drawn_set / "README.md").read_text(encoding="utf-8")
    sections = ("Motivation", "Composition", "Collection", "Preprocessing", "Uses", "Distribution", "Maintenance")
    assert [one for one in sections if f"\n## {one}" not in text] == []
    assert f"2 records with {len(rows(drawn_set, 'beats'))} beats" in text
    assert "seed 5" in text
