"""The headline: one order for every output, groups with their statements, nothing hidden."""

from __future__ import annotations

from ecgimg.findings.headline import headline, headline_text, in_order, sorted_findings
from ecgimg.findings.opinions import CONTRADICTION, Finding, Verdict


def finding(code: str, group: str, probability: float, verdict: Verdict, why: str = "") -> Finding:
    return Finding(code, group, code, verdict, probability, 0.1, None, None, why)


MI = finding("MI", "superclass", 0.97, "likely")
AMI = finding("AMI", "subclass", 0.3, "possible")
IMI = finding("IMI", "subclass", 0.6, "likely")
LVH = finding("LVH", "subclass", 0.99, "likely")
SR = finding("SR", "rhythm", 0.999, "likely")
AFIB = finding("AFIB", "rhythm", 0.2, "possible")
ABNORMAL = finding("ABNORMAL", "screening", 0.99, "likely")


def test_a_likely_group_stands_with_its_statements() -> None:
    (entry,) = headline([AMI, MI, IMI])
    assert entry.finding is MI
    assert entry.statements == (IMI, AMI)
    (alone,) = headline([MI, finding("AMI", "subclass", 0.01, "unlikely")])
    assert alone.statements == ()


def test_a_page_that_is_not_normal_is_never_without_a_finding() -> None:
    assert headline_text(headline([ABNORMAL]), 3) == "likely: ABNORMAL 99 %"


def test_verdict_comes_before_urgency_and_urgency_before_probability() -> None:
    entries = headline([AFIB, SR, LVH, MI, AMI])
    assert [entry.finding.code for entry in entries] == ["MI", "LVH", "SR", "AFIB"]
    assert headline_text(entries, 4) == "likely: MI 97 % (AMI 30 %), LVH 99 %, SR 100 %; possible: AFIB 20 %"
    assert headline_text(entries, 2) == "likely: MI 97 % (AMI 30 %), LVH 99 %; 2 more"


def test_a_group_that_is_only_possible_has_the_verdict_of_its_best_statement() -> None:
    weak = finding("MI", "superclass", 0.4, "possible")
    assert [entry.verdict for entry in headline([weak, IMI])] == ["likely"]


def test_a_contradiction_is_shown_and_what_is_not_visible_is_not() -> None:
    apart = finding("NORM", "superclass", 0.5, "not assessable", f"{CONTRADICTION}: signal 1 %, image 99 %")
    unseen = finding("IMI", "subclass", 0.9, "not assessable", "needs 2 of II, III, aVF; none can be seen")
    entries = headline([unseen, apart])
    assert headline_text(entries, 3) == "contradictory: NORM 50 %"
    assert headline_text((), 3) == "nothing likely or possible"


def test_a_normal_ecg_is_stated_once() -> None:
    group = Finding("NORM", "superclass", "Normal ECG", "likely", 0.96, 0.3, None, None)
    same = Finding("NORM", "subclass", "Normal ECG", "likely", 0.95, 0.3, None, None)
    assert in_order(headline([same, group])) == (group,)


def test_all_findings_come_in_the_order_of_the_headline_then_by_group() -> None:
    low = finding("CRBBB", "subclass", 0.02, "unlikely")
    lower = finding("BIGU", "rhythm", 0.001, "unlikely")
    found = sorted_findings([low, lower, LVH, AMI, MI])
    assert [f.code for f in found] == ["MI", "AMI", "LVH", "BIGU", "CRBBB"]
