"""The plain text has what was measured and stated, in the protocol's order, and nothing else."""

from __future__ import annotations

import re

from made_measurements import SHAPE, measured

from ecgimg.findings.conclusion import conclusion
from ecgimg.findings.measurements import Missing
from ecgimg.findings.plain_text import evidence_text, interpretation_text
from ecgimg.findings.protocol import STEPS, Evidence, RuleVerdict
from ecgimg.stages.interpret.interpret import interpret


def test_every_statement_that_is_met_stands_in_the_paragraph_of_its_step() -> None:
    found = measured(heart_rate=48.0, QTc_Fridericia=500.0, QTc_Bazett=500.0)
    stated = interpret(found, "male")
    paragraphs = dict(line.split(": ", 1) for line in interpretation_text(stated, found).splitlines())
    assert [name.lower() for name in paragraphs if name != "Conclusion"] == [
        step.lower() for step in STEPS if f"{step[0].upper()}{step[1:]}" in paragraphs
    ]
    for one in stated.statements:
        if one.verdict is RuleVerdict.MET:
            assert one.statement in paragraphs[f"{one.step[0].upper()}{one.step[1:]}"]
    assert paragraphs["Conclusion"] == f"{conclusion(stated, found, ())}."
    assert "heart rate 48 ± 0.5 /min" in paragraphs["Rate and rhythm"]


def test_numbers_are_those_of_the_measurements() -> None:
    found = measured(QRS_axis=-48.6)
    stated = interpret(found)
    text = interpretation_text(stated, found)
    assert "left axis deviation [qrs_axis -48.6 ± 3 degrees]" in text
    known = {evidence_text(evidence) for one in stated.statements for evidence in one.evidence}
    named = {part for one in re.findall(r"\[([^\]]*)\]", text) for part in one.split(", ")}
    assert known > named - {"..."} != set()


def test_what_is_open_or_not_assessable_says_why() -> None:
    found = measured(heart_rate=100.0, PR_interval=Missing.NO_P)
    text = interpretation_text(interpret(found), found)
    assert "PR interval is not known (no P wave)" in text
    assert "open, since a limit lies within the uncertainty: tachycardia" in text
    assert "not assessable: first-degree AV block (pr: no P wave)" in text


def test_the_evidence_of_a_lead_has_its_name() -> None:
    assert evidence_text(Evidence("r", 0.5, "mV", 0.02, "V1")) == "r V1 0.5 ± 0.02 mV"
    assert evidence_text(Evidence("beats", 4.0)) == "beats 4"
    assert evidence_text(Evidence("p", None, reason="wave not seen", lead="V1")) == "p V1: wave not seen"


def test_a_limit_for_one_sex_is_named() -> None:
    found = measured({"aVL": SHAPE})
    text = interpretation_text(interpret(found), found)
    assert not re.search(r"\(limit for all\)", text)
