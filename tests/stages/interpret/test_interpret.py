"""Statements of the packaged table on hearts made by hand, and on simulated ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_measurements import SHAPE, V1, measured
from made_reports import masked_recording

from ecgimg.api import interpret as interpret_recording
from ecgimg.datasets.scp_codes import SUBCLASS_NAMES
from ecgimg.errors import UsageError
from ecgimg.findings.measurements import Missing, Shape
from ecgimg.findings.protocol import STEPS, RuleVerdict
from ecgimg.recording.recording import Recording
from ecgimg.stages.interpret.criteria import packaged_criteria, read_criteria
from ecgimg.stages.interpret.interpret import interpret
from ecgimg.synth.signals.simulator import Heart

MET = RuleVerdict.MET
LBBB = {
    **dict.fromkeys(("V1", "V2", "V3"), Shape(r=0.1, s=-1.5, t=0.4, st=(0.1, 0.1, 0.1, 0.1), r_peak_ms=15.0, s_ms=90)),
    **dict.fromkeys(("I", "aVL", "V5", "V6"), Shape(r=1.2, t=-0.3, st=(-0.05,) * 4, r_peak_ms=75.0, r_ms=120.0)),
}
RBBB = {
    "V1": Shape(r=0.2, s=-0.3, r2=0.7, t=-0.2, st=(0.0,) * 4, r_peak_ms=90.0),
    **dict.fromkeys(("I", "V6"), replace(SHAPE, s_ms=70.0)),
}
INFERIOR_Q = dict.fromkeys(("II", "III", "aVF"), replace(SHAPE, q=-0.3, q_ms=45.0))


def test_a_normal_heart_meets_no_criterion_of_a_disorder() -> None:
    made = interpret(measured(), "male", 50)
    assert [one.id for one in made.statements if one.is_abnormal and one.verdict is MET] == []
    assert made.met("normal_ecg")
    assert made.met("sinus_rhythm")


@pytest.mark.parametrize(
    ("id", "shapes", "figures"),
    [
        ("first_degree_av_block", {}, {"PR_interval": 240.0}),
        ("short_pr", {}, {"PR_interval": 95.0}),
        ("atrial_fibrillation", {}, {"P_duration": Missing.NO_P, "PR_interval": Missing.NO_P, "RR_variation": 20.0}),
        ("paced_rhythm", {}, {"P_duration": Missing.PACED, "PR_interval": Missing.PACED}),
        ("complete_lbbb", LBBB, {"QRS_duration": 150.0}),
        ("complete_rbbb", RBBB, {"QRS_duration": 145.0}),
        ("left_axis", {}, {"QRS_axis": -55.0}),
        ("inferior_q", INFERIOR_Q, {}),
        ("sokolow_lyon", {"V1": replace(V1, s=-2.0), "V5": replace(SHAPE, r=2.4)}, {}),
        ("low_limb_voltage", dict.fromkeys(("I", "II", "III", "aVR", "aVL", "aVF"), Shape(r=0.2, s=-0.1)), {}),
        ("st_elevation", dict.fromkeys(("II", "aVF"), replace(SHAPE, st=(0.2,) * 4)), {}),
        ("t_inversion", dict.fromkeys(("V4", "V5"), replace(SHAPE, t=-0.3)), {}),
        ("long_qtc", {}, {"QTc_Fridericia": 490.0}),
    ],
)
def test_a_disorder_meets_its_criterion(id: str, shapes: dict[str, Shape], figures: dict[str, float]) -> None:
    made = interpret(measured(shapes, **figures), "female", 60)
    assert made.met(id)
    statement = made.of(id)[0]
    assert statement.evidence
    assert statement.times
    assert not made.met("normal_ecg")


def test_a_block_of_the_left_bundle_hides_infarction() -> None:
    made = interpret(measured(LBBB, QRS_duration=150.0))
    assert made.of("anterior_q")[0].verdict is RuleVerdict.NOT_MET


def test_sex_and_age_switch_the_limits_and_without_them_both_are_given() -> None:
    hearts = measured(QTc_Fridericia=455.0)
    heart = replace(hearts, figures=tuple(replace(f, uncertainty=1.0) if f.value else f for f in hearts.figures))
    assert [(s.who, s.verdict.value) for s in interpret(heart).of("long_qtc")] == [("men", "met"), ("women", "not met")]
    assert interpret(heart, "male").met("long_qtc")
    assert not interpret(heart, "female").met("long_qtc")
    limits = [interpret(heart, "male", age).of("st_elevation")[0].limit for age in (30, 50, None)]
    assert limits == [0.25, 0.2, 0.2]
    assert interpret(heart).of("normal_ecg")[0].verdict is RuleVerdict.INDETERMINATE


def test_what_the_page_does_not_show_is_not_assessable_with_its_reason() -> None:
    made = interpret(measured(leads=("I", "II", "III"), PR_interval=Missing.NO_P))
    voltage = made.of("sokolow_lyon")[0]
    assert voltage.verdict is RuleVerdict.NOT_ASSESSABLE
    assert "V1: lead not seen" in voltage.why
    assert "no P wave" in made.of("first_degree_av_block")[0].why


@pytest.mark.parametrize(
    ("figure", "reason", "ids"),
    [
        ("QRS_axis", Missing.CONTRADICTION, ("normal_axis", "left_axis", "right_axis", "extreme_axis")),
        ("heart_rate", Missing.TOO_FEW_BEATS, ("bradycardia", "tachycardia", "pause_seen")),
        ("PR_interval", Missing.PACED, ("first_degree_av_block", "short_pr")),
        ("QTc_Fridericia", Missing.TOO_FEW_BEATS, ("long_qtc", "short_qtc")),
    ],
)
def test_a_figure_with_a_reason_decides_nothing(figure: str, reason: Missing, ids: tuple[str, ...]) -> None:
    made = interpret(measured(**{figure: reason}), "male", 50)
    for id in ids:
        assert made.of(id)[0].verdict is RuleVerdict.NOT_ASSESSABLE
        assert reason.value in made.of(id)[0].why


@pytest.mark.parametrize("mv", [np.nan, 0.0])
def test_nothing_is_stated_of_an_empty_recording(mv: float) -> None:
    made = interpret_recording(Recording(np.full((12, 5000), mv, np.float32), 500.0))
    assert [one.id for one in made.statements if one.verdict is MET] == []


def test_a_simulated_heart_is_interpreted_from_its_columns() -> None:
    made = interpret_recording(masked_recording(Heart(rate=45), 1), "male", 70)
    assert made.met("bradycardia")
    assert made.met("sinus_rhythm")


def test_the_table_is_whole() -> None:
    rows = packaged_criteria().criteria
    assert len(rows) >= 50
    assert [row.step for row in rows] == sorted((row.step for row in rows), key=STEPS.index)
    assert {"1AVB", "LAFB", "LNGQT"} < {code for row in rows for code in row.codes}
    assert {"LVH", "RVH", "CLBBB", "CRBBB"} < {*SUBCLASS_NAMES} & {code for row in rows for code in row.codes}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("where: pr > limit\n    source: x", "limit"),
        ("where: unknown > 3\n    source: x", "unknown"),
        ("where: pr > 3", "source"),
    ],
)
def test_a_row_that_cant_be_is_refused_with_its_place(tmp_path: Path, row: str, message: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"criteria:\n  - id: one\n    step: quality\n    statement: x\n    {row}\n")
    with pytest.raises(UsageError, match=message):
        read_criteria(file)
