"""Errors of intervals, and the ranking of records by an interval."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.bench.measure.pages import MeasuredRow, chosen_records
from ecgimg.bench.measure.plus import plus_agreement
from ecgimg.bench.measure.rankings import page_losses, rankings
from ecgimg.bench.measure.readings import CLEAN
from ecgimg.bench.measure.scores import interval_errors
from ecgimg.datasets.ptbxl import Ptbxl, PtbxlRecord
from ecgimg.datasets.ptbxl_plus import FeatureTable


def row(record: int, pr: float | None, kind: str = CLEAN) -> MeasuredRow:
    return MeasuredRow(kind, record, {"PR interval": pr, "QRS axis": 170.0}, {"PR interval": pr and 8.0})


def record(ecg_id: int, *codes: str) -> PtbxlRecord:
    return PtbxlRecord(ecg_id, ecg_id, None, None, "", tuple((c, 100.0) for c in codes), True, 9, "", None)


def database(*records: PtbxlRecord) -> Ptbxl:
    return Ptbxl(Path("."), {}, records)


def test_errors_are_counted_within_their_uncertainty() -> None:
    marked = [{"PR interval": t} for t in (160.0, 160.0, 160.0, 160.0, None)]
    for one in marked:
        one |= dict.fromkeys(("P duration", "QRS duration", "QT interval"))
    values = [{"PR interval": v} for v in (164.0, 172.0, 190.0, None, 150.0)]
    _, pr, _, qt = interval_errors(marked, values, [{"PR interval": 8.0}] * 5)
    assert (pr.count, pr.missing, pr.invented) == (3, 1, 1)
    assert (pr.mean, pr.within_one, pr.within_two) == (
        pytest.approx(46 / 3),
        pytest.approx(1 / 3),
        pytest.approx(2 / 3),
    )
    assert qt.count == 0
    assert np.isnan(qt.mean)


def test_both_rules_for_records_without_the_figure() -> None:
    known = database(*(record(k, "1AVB") for k in (1, 2)), *(record(k, "SR") for k in (3, 4)))
    rows = [row(1, 240.0), row(2, None), row(3, 160.0), row(4, 150.0)]
    pr = rankings(rows, known)[0]
    assert (pr.code, pr.figure, pr.records, pr.positives) == ("1AVB", "PR interval", 4, 2)
    assert (pr.lowest.value, pr.complete.value) == (0.5, 1.0)
    assert (pr.complete_records, pr.complete_positives) == (3, 1)


def test_pages_stand_beside_the_same_records_as_they_are() -> None:
    known = database(record(1, "1AVB"), record(2, "SR"), record(3, "SR"))
    rows = [row(1, 240.0), row(2, 160.0), row(3, 150.0), row(1, 150.0, "photo"), row(2, 155.0, "photo")]
    by_kind = {one.kind: one for one in rankings(rows, known) if one.code == "1AVB"}
    assert {kind: one.records for kind, one in by_kind.items()} == {
        "clean": 3,
        "photo": 2,
        "clean, records of photo": 2,
    }
    assert (by_kind["photo"].lowest.value, by_kind["clean, records of photo"].lowest.value) == (0.0, 1.0)


def test_paper_costs_what_it_changes_in_the_same_records() -> None:
    known = database(record(1, "1AVB"), record(2, "SR"), record(3, "SR"))
    rows = [row(1, 240.0), row(2, 160.0), row(3, 150.0), row(1, None, "photo"), row(2, 155.0, "photo")]
    pr = page_losses([*rows, row(3, 150.0, "photo")], known)[0]
    assert (pr.kind, pr.code, pr.lowest.value) == ("photo", "1AVB", -1.0)
    assert np.isnan(pr.complete.value), "no record with the code has the figure in both"
    assert page_losses([one for one in rows if one.kind == CLEAN], known) == ()


def test_records_of_another_code_are_no_controls() -> None:
    known = database(record(1, "1AVB"), record(2, "SR"), record(3, "LNGQT"))
    pr = rankings([row(1, 240.0), row(2, 160.0), row(3, 300.0)], known)[0]
    assert (pr.records, pr.positives, pr.lowest.value) == (2, 1, 1.0)


def test_controls_are_drawn_at_random_and_more_begin_with_the_same() -> None:
    known = database(*(record(k, "1AVB") for k in (1, 2, 3)), *(record(k, "SR") for k in range(10, 60)))
    with_code, others = chosen_records(known, 9, ("1AVB",), 5)
    assert sorted(with_code) == [1, 2, 3]
    assert len(set(others)) == 5
    assert others != sorted(others)
    assert chosen_records(known, 9, ("1AVB",), 8)[1][:5] == others


def test_other_programs_are_compared_with_ours_and_among_themselves() -> None:
    tables = (
        FeatureTable("12SL", {1: {"PR interval": 160.0, "QRS axis": -175.0}}),
        FeatureTable("Uni-G", {1: {"PR interval": 150.0}}),
    )
    found = {(one.source, one.figure): one for one in plus_agreement([row(1, 185.0)], tables)}
    assert found["clean - 12SL", "PR interval"].mean == 25
    assert found["clean - 12SL", "PR interval"].within == 0
    assert found["clean - 12SL", "QRS axis"].mean == -15
    assert found["12SL - Uni-G", "PR interval"].within == 1
