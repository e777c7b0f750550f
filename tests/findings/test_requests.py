"""What texts ask for, and what is refused because it contradicts itself or is not understood."""

from __future__ import annotations

import pytest

from ecgimg.datasets.scp_codes import FORM_NAMES, RHYTHM_NAMES, SUBCLASS_NAMES
from ecgimg.errors import UsageError
from ecgimg.findings.phrases import PHRASES
from ecgimg.findings.requests import NOTHING, EcgRequest, read_request, understand


@pytest.mark.parametrize(
    ("text", "codes", "sex", "age", "rate", "unknown"),
    [
        ("atrial fibrillation, rate 130, left bundle branch block", ("AFIB", "CLBBB"), None, None, 130, ()),
        ("72-year-old woman with sinus tachycardia at 120 bpm and LVH", ("STACH", "LVH"), "female", 72, 120, ()),
        ("Normal ECG. Male aged 40", ("NORM",), "male", 40, None, ()),
        ("incomplete right bundle branch block, heart rate of 70 beats per minute", ("IRBBB",), None, None, 70, ()),
        ("First-degree AV block; Brugada pattern", ("_AVB",), None, None, None, ("brugada pattern",)),
        ("no left bundle branch block, afib", ("AFIB",), None, None, None, ("no left bundle branch block",)),
        ("rate 62.5/min, woman of 70 years", (), "female", 70, 62.5, ()),
    ],
)
def test_a_text_is_understood_part_by_part(
    text: str, codes: tuple[str, ...], sex: str | None, age: float | None, rate: float | None, unknown: tuple[str, ...]
) -> None:
    found = understand(text)
    assert (found.codes, found.sex, found.age, found.rate, found.unknown) == (codes, sex, age, rate, unknown)
    assert found.text == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello there", "nothing in the text 'hello there' is understood"),
        ("sinus rhythm and atrial fibrillation", "SR and AFIB exclude each other; understood: SR (Sinus rhythm), AFIB"),
        ("normal ecg with inferior infarction", "NORM and IMI exclude each other"),
        ("sinus bradycardia, rate 90", "SBRAD and a rate of 90/min exclude each other"),
        ("rate 60, rate 70", "two values for rate: 60.0 and 70.0"),
        ("rate 400", "rate 400; give 30 to 220"),
        ("man and woman, rate 60", "two values for sex"),
        ("child aged 4", "age 4; give 18 to 95"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_request(text)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_given_joins_what_is_written() -> None:
    joined = read_request("left bundle branch block, rate 80", ["afib", "LAFB"], "male", 60, 80)
    assert joined.codes == ("AFIB", "LAFB/LPFB", "CLBBB")
    assert (joined.sex, joined.age, joined.rate) == ("male", 60, 80)
    with pytest.raises(UsageError, match="two values for rate"):
        read_request("rate 80", rate=90)
    with pytest.raises(UsageError, match="no statement 'XYZ'"):
        read_request(codes=["XYZ"])


def test_the_summary_has_names_and_units() -> None:
    asked = EcgRequest(("AFIB",), "female", 70, 130)
    assert str(asked) == "AFIB (Atrial fibrillation), rate 130/min, female, 70 years"
    assert str(NOTHING) == "nothing in particular"


@pytest.mark.parametrize("code", PHRASES)
def test_every_phrase_and_name_asks_for_its_code_alone(code: str) -> None:
    name = {**SUBCLASS_NAMES, **RHYTHM_NAMES, **FORM_NAMES}[code]
    for phrase in (*PHRASES[code], name.partition(" (")[0]):
        assert understand(phrase).codes == (code,), phrase
        assert understand(phrase).unknown == (), phrase
