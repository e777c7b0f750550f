"""The combined opinions of both networks: verdicts, what can't be judged, and how far they agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_reports import BOUNDS, recording

from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import Cause, Refusal
from ecgimg.findings.opinions import Diagnosis, Opinion, Screening
from ecgimg.findings.statements import GROUPS, STATEMENTS, statement
from ecgimg.networks.combiner import log_odds
from ecgimg.recording.quality import LeadQuality, lead_qualities
from ecgimg.recording.recording import Recording
from ecgimg.stages.combine import COMBINE, agreement, combine, contradicts, not_visible, read_by


def screening(*opinions: Opinion) -> Screening:
    return Screening(0.99, 0.98, 0.5, True, True, True, opinions)


def diagnosis(*opinions: Opinion) -> Diagnosis:
    return Diagnosis(opinions, 0.9, 60.0)


def whole() -> tuple[LeadQuality, ...]:
    return tuple(LeadQuality(lead, "good", 0.9, (0.0, 10.0), 10.0) for lead in LEADS)


AFIB = Opinion("AFIB", "rhythm", 0.9, 0.1)
AMI = Opinion("AMI", "subclass", 0.8, 0.15)


def test_verdicts_follow_the_probability_and_the_threshold() -> None:
    signal = diagnosis(AFIB, Opinion("SR", "rhythm", 0.2, 0.7), Opinion("LVH", "subclass", 0.2, 0.07))
    found = {f.code: f.verdict for f in combine(signal, None, whole(), 0.9)}
    assert found == {"AFIB": "likely", "SR": "unlikely", "LVH": "possible"}


def test_nothing_improbable_is_called_possible() -> None:
    rare = [Opinion("WPW", "subclass", p, 0.001) for p in (0.0169, 0.05, COMBINE.min_possible_probability + 0.05)]
    verdicts = [combine(diagnosis(one), None, whole(), 0.9)[0].verdict for one in rare]
    assert verdicts == ["unlikely", "unlikely", "possible"]


def test_not_normal_is_the_opposite_of_normal() -> None:
    image = screening(Opinion("ABNORMAL", "screening", 0.97, 0.6), Opinion("NORM", "superclass", 0.03, 0.4))
    signal = diagnosis(Opinion("NORM", "superclass", 0.04, 0.37))
    for given in ((signal, image), (None, image), (signal, None)):
        found = {f.code: f for f in combine(*given, whole(), 0.9)}
        assert found["ABNORMAL"].verdict == "likely"
        assert found["ABNORMAL"].probability == pytest.approx(1 - found["NORM"].probability)
        assert found["NORM"].verdict == "unlikely"


def test_the_joining_gives_the_probability() -> None:
    image = screening(Opinion("MI", "superclass", 0.34, 0.27))
    for signal, seen in ((diagnosis(AMI), image), (diagnosis(AMI), None), (None, image)):
        finding = combine(signal, seen, whole(), 0.85)[0]
        joining = finding.joining
        assert joining is not None
        total = joining.offset
        for opinion, weight in ((finding.signal, joining.signal_weight), (finding.image, joining.image_weight)):
            assert (opinion is None) == (weight is None)
            if opinion is not None and weight is not None:
                total += weight * float(log_odds(np.float64(opinion.probability)))
        assert finding.probability == pytest.approx(1 / (1 + np.exp(-total)))


def test_leads_that_were_read_leave_open_what_the_image_network_can_t_have_seen() -> None:
    limb = tuple(q if q.lead in LEADS[:6] else LeadQuality(q.lead, "not visible", 0, None, 0) for q in whole())
    image = screening(Opinion("AMI", "subclass", 0.9, 0.15))
    assert combine(None, image, limb, 0.9)[0].verdict == "not assessable"
    assert combine(None, image, lead_qualities(None), 0.0)[0].verdict == "possible"


def test_findings_come_by_group_and_probability() -> None:
    signal = diagnosis(AMI, Opinion("IMI", "subclass", 0.9, 0.1), AFIB, Opinion("MI", "superclass", 0.3, 0.2))
    assert [f.code for f in combine(signal, None, whole(), 0.9)] == ["AFIB", "MI", "IMI", "AMI"]


def test_both_networks_weigh_and_each_may_be_missing() -> None:
    image = screening(Opinion("AFIB", "rhythm", 0.05, 0.1))
    both, alone = combine(diagnosis(AFIB), image, whole(), 0.9), combine(diagnosis(AFIB), None, whole(), 0.9)
    picture = combine(None, image, whole(), 0.0)
    assert picture[0].probability < both[0].probability < alone[0].probability
    assert read_by(diagnosis(AFIB), image) == "signal and image"
    assert (read_by(None, image), read_by(diagnosis(AFIB), None), read_by(None, None)) == ("image", "signal", "nothing")
    closed = replace(image, refusal=Refusal(Cause.TOO_BLURRED))
    assert read_by(None, closed) == "nothing"
    assert combine(None, closed, whole(), 0.0) == ()


def test_a_strong_contradiction_is_not_assessable() -> None:
    image = screening(Opinion("AFIB", "rhythm", 0.001, 0.1))
    (finding,) = combine(diagnosis(AFIB), image, whole(), 0.9)
    assert finding.verdict == "not assessable"
    assert "signal 90 %, image 0 %" in finding.why
    assert "contradict each other strongly on: Atrial fibrillation" in agreement([finding])
    mild = combine(diagnosis(AFIB), screening(Opinion("AFIB", "rhythm", 0.08, 0.1)), whole(), 0.9)
    assert mild[0].verdict == "likely"
    assert "agree on 0 of 1" in agreement(mild)


def test_a_group_that_is_likely_does_not_contradict_one_of_its_statements() -> None:
    group = Opinion("MI", "superclass", 0.99, 0.2)
    assert not contradicts(Opinion("PMI", "subclass", 0.0001, 0.01), group)
    assert contradicts(AMI, Opinion("MI", "superclass", 0.001, 0.2))
    (finding,) = combine(diagnosis(AMI), screening(group), whole(), 0.9)[1:] or combine(
        diagnosis(AMI), screening(group), whole(), 0.9
    )
    assert finding.image is group
    assert finding.own_image is None


@pytest.mark.parametrize(
    ("code", "group", "seen", "why"),
    [
        ("AMI", "subclass", LEADS[:6], "needs 2 of V1, V2, V3, V4; none can be seen"),
        ("IMI", "subclass", LEADS[6:], "needs 2 of II, III, aVF; none can be seen"),
        ("NORM", "subclass", LEADS[:6], "needs 8 leads; 6 can be seen"),
    ],
)
def test_what_is_not_visible_cannot_be_judged(code: str, group: str, seen: tuple[str, ...], why: str) -> None:
    leads = tuple(q if q.lead in seen else LeadQuality(q.lead, "not visible", 0, None, 0) for q in whole())
    findings = combine(diagnosis(Opinion(code, group, 0.9, 0.1)), None, leads, 0.9)
    assert (findings[0].verdict, findings[0].why) == ("not assessable", why)
    sentences = " ".join(not_visible(leads, findings))
    assert findings[0].name in sentences
    assert "Not visible: " in sentences


def test_a_rhythm_needs_five_seconds() -> None:
    short = tuple(LeadQuality(lead, "good", 0.9, (0.0, 2.5), 2.5) for lead in LEADS)
    (finding,) = combine(diagnosis(AFIB), None, short, 0.9)
    assert finding.why == "needs 5 s; 2.5 s can be seen"
    columns = tuple(
        LeadQuality(lead, "good", 0.9, (2.5 * (k // 3), 2.5 * (k // 3) + 2.5), 2.5) for k, lead in enumerate(LEADS)
    )
    assert combine(diagnosis(AFIB), None, columns, 0.9)[0].verdict == "likely"
    assert "Shown for less than 5 s each" in " ".join(not_visible(columns, ()))


def test_neighbouring_tokens_are_one_stretch() -> None:
    values = np.full((12, 8), np.nan, np.float32)
    values[1, :] = (0.0, 0.5, 0.6, 0.0, 0.05, 0.0, 1.0, -2.0)
    (finding,) = combine(diagnosis(replace(AFIB, saliency=values, bounds=BOUNDS)), None, whole(), 0.9)
    stretches = [(i.lead, i.start, i.end, round(i.weight, 2)) for i in finding.influences]
    assert stretches == [("II", 1.25, 3.75, 1.1), ("II", 7.5, 8.75, 1.0)]


def test_leads_of_a_recording() -> None:
    words = {q.lead: q.word for q in lead_qualities(recording())}
    assert (words["II"], words["V3"], words["V4"]) == ("good", "doubtful", "not visible")
    brief = np.full((12, 5000), np.nan, np.float32)
    brief[0, :400] = 1
    assert lead_qualities(Recording(brief, 500.0))[0].word == "not visible"
    assert {q.word for q in lead_qualities(None)} == {"not read"}


def test_every_output_of_the_signal_network_has_words() -> None:
    from ecgimg.datasets.ptbxl import RHYTHMS, SUBCLASSES, SUPERCLASSES

    for group, codes in (("subclass", SUBCLASSES), ("superclass", SUPERCLASSES), ("rhythm", RHYTHMS)):
        for code in codes:
            words = statement(code, group)
            assert words.least <= len(words.leads)
            assert words.parent in (*SUPERCLASSES, "")
            assert bool(words.parent) == (group == "subclass")
    assert {s.group for s in STATEMENTS} == set(GROUPS)
