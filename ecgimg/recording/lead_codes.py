"""The leads of an ECG in ISO/IEEE 11073-10101 (MDC), as DICOM, HL7 aECG and FHIR write them, and a file's other labels.

The numbers are those of DICOM PS3.16, CID 3001, in partition 2 of MDC. Leads without a number, such as a strip that has
no name, are "unspecified" there, and their name stands beside the code.
"""

from __future__ import annotations

import re

from ecgimg.datamodel.leads import is_lead, lead_name

MDC_NUMBERS: dict[str, int] = {
    "I": 1, "II": 2, "III": 61, "aVR": 62, "aVL": 63, "aVF": 64,
    "V1": 3, "V2": 4, "V3": 5, "V4": 6, "V5": 7, "V6": 8, "V7": 9, "V8": 66, "V9": 67,
    "V2R": 10, "V3R": 11, "V4R": 12, "V5R": 13, "V6R": 14, "V7R": 15, "V8R": 68, "V9R": 69,
    "MCL1": 92, "MCL2": 93, "MCL3": 94, "MCL4": 95, "MCL5": 96, "MCL6": 97,
    "CC5": 19, "CM5": 20, "X": 16, "Y": 17, "Z": 18, "V": 87,
}  # fmt: skip
"""Number of each lead in partition 2 of MDC."""
UNSPECIFIED = 0
"""Number of a lead that has none of its own."""
_UNSPECIFIED_NAME = "MDC_ECG_LEAD_CONFIG"
_AROUND = re.compile(r"^\s*(mdc_ecg_lead_|(ecg|ekg|lead|channel)[\s_:]+)+|\(.*\)\s*$", re.IGNORECASE)
"""What may stand around a lead's name: "ECG V1", "Lead I (Einthoven)"."""
_SPELLINGS = {"DI": "I", "DII": "II", "DIII": "III"}
_BY_NUMBER = {number: lead for lead, number in MDC_NUMBERS.items()}


def mdc_number(lead: str) -> int:
    """The number of a lead in partition 2 of MDC."""
    return MDC_NUMBERS.get(lead, UNSPECIFIED)


def mdc_name(lead: str) -> str:
    """MDC's name of a lead, such as `MDC_ECG_LEAD_V1`."""
    return f"MDC_ECG_LEAD_{lead.upper()}" if lead in MDC_NUMBERS else _UNSPECIFIED_NAME


def lead_of_label(label: str) -> str | None:
    """The lead of a file's label ("MDC_ECG_LEAD_AVR", "ECG V1", "Lead I (Einthoven)", "v4r"), None where it is none."""
    name = _AROUND.sub("", label).strip()
    name = _SPELLINGS.get(name.upper(), name)
    return lead_name(name) if is_lead(name) else None


def lead_of_number(number: int) -> str | None:
    """The lead of a number in partition 2 of MDC, None where it is not one of these."""
    return _BY_NUMBER.get(number)
