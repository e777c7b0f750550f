"""The conclusion of a report, with and without rules and networks."""

from __future__ import annotations

import pytest
from made_measurements import SHAPE, measured

from ecgimg.findings.conclusion import Compared, compared, conclusion
from ecgimg.findings.measurements import Missing
from ecgimg.findings.opinions import Finding, Opinion, Verdict
from ecgimg.stages.interpret.interpret import interpret


def finding(code: str, group: str, name: str, verdict: Verdict, signal: float, image: float | None = None) -> Finding:
    opinions = [None if p is None else Opinion(code, group, p, 0.5) for p in (signal, image)]
    return Finding(code, group, name, verdict, signal, 0.5, opinions[0], opinions[1])


ABNORMAL = finding("ABNORMAL", "screening", "Not a normal ECG", "likely", 0.9)
FIBRILLATION = finding("AFIB", "rhythm", "Atrial fibrillation", "likely", 0.92, 0.1)


def test_a_normal_heart_in_one_line() -> None:
    hearts = measured()
    text = conclusion(interpret(hearts, "male", 50), hearts, ())
    assert text == (
        "Normal ECG by the rules; sinus rhythm 70/min; normal axis; PR 160, QRS 90, QTc 410 ms; "
        "rules: no other disorder"
    )


def test_disorders_and_what_cant_be_judged_are_named() -> None:
    hearts = measured(dict.fromkeys(("V1", "V2"), SHAPE), PR_interval=Missing.WAVE_UNSEEN, QRS_axis=-55.0)
    text = conclusion(interpret(hearts, "male", 50), hearts, (ABNORMAL, FIBRILLATION))
    assert text.startswith("Not a normal ECG; sinus rhythm 70/min; left axis deviation; QRS 90, QTc 410 ms; rules: ")
    assert "networks: likely: Atrial fibrillation 92 %, Not a normal ECG 90 %" in text
    assert text.endswith("not assessable: short PR interval, first-degree AV block")


def test_it_works_without_rules_and_without_networks() -> None:
    assert conclusion(None, None, (FIBRILLATION,)) == "networks: likely: Atrial fibrillation 92 %"
    assert conclusion(None, None, ()) == "no finding"


def test_a_limit_for_one_sex_is_named() -> None:
    hearts = measured(QTc_Fridericia=470.0)
    assert "prolonged QTc (Fridericia) by the limit for men" in conclusion(interpret(hearts), hearts, ())


@pytest.mark.parametrize(
    ("views", "agreement"),
    [
        (("yes", "yes", "no"), "contradict"),
        (("yes", "yes", ""), "agree"),
        (("open", "yes", ""), "alone"),
        (("", "yes", "yes"), "agree"),
    ],
)
def test_only_decided_opinions_agree_or_contradict(views: tuple[str, str, str], agreement: str) -> None:
    assert Compared("x", "x", "X", *views).agreement == agreement  # type: ignore[arg-type]


def test_rules_and_networks_meet_by_their_code() -> None:
    rows = compared(interpret(measured()), (FIBRILLATION,))
    assert [(row.code, row.rule, row.signal, row.image, row.agreement) for row in rows] == [
        ("AFIB", "no", "yes", "no", "contradict")
    ]
    assert compared(None, (FIBRILLATION,)) == ()
