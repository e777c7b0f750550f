"""The content of a report: findings by code, what is positive, and the headline."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_reports import report

from ecgimg.findings.opinions import Finding, Verdict


def finding(code: str, group: str, probability: float, verdict: Verdict) -> Finding:
    return Finding(code, group, code, verdict, probability, 0.1, None, None)


def test_a_finding_is_found_by_code_and_group(tmp_path: Path) -> None:
    made = report(tmp_path)
    assert made.finding("AFIB", "rhythm").probability == 0.92
    with pytest.raises(KeyError, match="AFIB"):
        made.finding("AFIB")


def test_positive_findings_come_in_the_order_of_the_headline(tmp_path: Path) -> None:
    found = (
        finding("NORM", "superclass", 0.3, "possible"),
        finding("AFIB", "rhythm", 0.9, "likely"),
        finding("SR", "rhythm", 0.95, "not assessable"),
        finding("PACE", "rhythm", 0.01, "unlikely"),
    )
    assert [f.code for f in replace(report(tmp_path), findings=found).positive] == ["AFIB", "NORM"]


def test_the_headline_has_groups_with_their_statements(tmp_path: Path) -> None:
    found = (
        finding("MI", "superclass", 0.9, "likely"),
        finding("HYP", "superclass", 0.5, "likely"),
        finding("AMI", "subclass", 0.8, "likely"),
        finding("LVH", "subclass", 0.01, "unlikely"),
    )
    entries = replace(report(tmp_path), findings=found).headline
    assert [(e.finding.code, [f.code for f in e.statements]) for e in entries] == [("MI", ["AMI"]), ("HYP", [])]
