"""Scores of statements and chains, and their tables."""

from __future__ import annotations

import pytest

from ecgimg.bench.interpret.report import InterpretBench, markdown
from ecgimg.bench.interpret.rows import ChainRow, StatementRow
from ecgimg.bench.interpret.scores import chain_scores, code_scores, kind_scores, page_agreement
from ecgimg.datasets.ptbxl import PtbxlRecord

MET, NOT, OPEN = "met", "not met", "indeterminate"


def record(ecg_id: int, *codes: str) -> PtbxlRecord:
    return PtbxlRecord(ecg_id, 1, 60.0, 0, "", tuple((code, 100.0) for code in codes), True, 9, "", None)


def test_open_verdicts_count_neither_way_and_are_reported() -> None:
    records = {k: record(k, *codes) for k, codes in enumerate([("1AVB",), ("1AVB",), ("SR",), ("SR",)])}
    rows = [StatementRow("clean", k, {"av": verdict}) for k, verdict in enumerate([MET, OPEN, NOT, MET])]
    (score,) = code_scores(rows, records, {"av": ("1AVB",), "none": ()})
    assert (score.positives, score.negatives) == (2, 2)
    assert (score.sensitivity.value, score.specificity.value) == (1.0, 0.5)
    assert score.sensitivity.low == pytest.approx(1 / (1 + 1.96**2), abs=1e-3), "Wilson's bound of one of one"
    assert (score.open, score.missing) == (0.25, 0.0)


def test_a_page_agrees_by_what_is_met_on_both() -> None:
    clean = {1: StatementRow("clean", 1, {"a": MET, "b": MET, "c": NOT, "d": OPEN})}
    pages = [StatementRow("photo", 1, {"a": MET, "b": OPEN, "c": MET, "d": NOT}), StatementRow("photo", 2, {}, "blank")]
    one = page_agreement("photo", clean, pages)
    assert (one.pages, one.refused) == (1, 1)
    assert one.jaccard.value == pytest.approx(1 / 3)
    assert (one.jaccard_firm.value, one.firm, one.opposite) == (0.5, 0.5, 0.5)


def test_a_chain_with_one_wrong_answer_is_not_complete() -> None:
    kinds = ("finding_identification", "diagnostic_decision")
    rows = [ChainRow(0, 1, "x", True, kinds, (True, True)), ChainRow(1, 2, "x", False, kinds, (False, True))]
    assert {kind: (n, share.value) for kind, (n, share) in kind_scores(rows).items()} == {
        kinds[0]: (2, 0.5), kinds[1]: (2, 1.0)
    }  # fmt: skip
    every, one = chain_scores(rows)
    assert (every.diagnosis, every.chains, every.complete.value) == ("all", 2, 0.5)
    assert (one.complete_present.value, one.complete_absent.value) == (1.0, 0.0)
    text = markdown(InterpretBench(kinds=kind_scores(rows), chains=(every, one)))
    assert "| all | 2 | 50.0% (9.5% to 90.5%) | 100.0% (20.7% to 100.0%) | 0.0% (0.0% to 79.3%) |" in text
    assert "SCP" not in text
