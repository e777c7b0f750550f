"""Leads by MDC's names and numbers, and by the labels of files."""

from __future__ import annotations

import pytest

from ecgimg.datamodel.leads import LEADS, OTHER_LEADS
from ecgimg.recording.lead_codes import MDC_NUMBERS, lead_of_label, lead_of_number, mdc_name, mdc_number


def test_numbers_are_those_of_dicom() -> None:
    codes = pytest.importorskip("pydicom.sr.codedict").codes.CID3001
    assert mdc_number("aVR") == int(codes.AvrAugmentedVoltageRight.value.removeprefix("2:"))
    names = {"V": "PrecordialLead", "MCL1": "ModifiedChestLeadPerV1Placement", "X": "LeadX"}
    names |= {lead: f"Lead{lead}" for lead in ("I", "II", "III", "V1", "V6", "V7", "V9", "V2R", "V4R", "V9R")}
    for lead, name in names.items():
        assert getattr(codes, name).value == f"2:{mdc_number(lead)}"


def test_names_and_numbers_lead_back() -> None:
    assert {*LEADS} <= {*MDC_NUMBERS} <= {*LEADS, *OTHER_LEADS}
    for lead, number in MDC_NUMBERS.items():
        assert lead_of_label(mdc_name(lead)) == lead
        assert lead_of_number(number) == lead
    assert (mdc_number("unnamed"), lead_of_label(mdc_name("unnamed")), lead_of_number(0)) == (0, None, None)


@pytest.mark.parametrize(
    ("label", "lead"),
    [
        ("ECG V1", "V1"),
        ("EKG aVF", "aVF"),
        ("Lead I (Einthoven)", "I"),
        (" lead: v4r ", "V4R"),
        ("DIII", "III"),
        ("unnamed 2", "unnamed 2"),
        ("Resp", None),
        ("", None),
    ],
)
def test_labels(label: str, lead: str | None) -> None:
    assert lead_of_label(label) == lead
