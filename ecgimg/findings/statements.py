"""The words for diagnoses: the full name of every SCP-ECG code that is reported, and what must be seen to judge it.

Names follow `scp_statements.csv` of PTB-XL (Wagner et al. 2020, doi:10.1038/s41597-020-0495-6). The leads of a
statement are those in which textbooks look for it; they decide what a page that shows too little leaves open, never
how likely a finding is.
"""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.leads import LEADS, LIMB_LEADS

INFERIOR = ("II", "III", "aVF")
LATERAL = ("I", "aVL", "V5", "V6")
ANTERIOR = ("V1", "V2", "V3", "V4")
RHYTHM_SECONDS = 5.0
"""A rhythm is judged over at least this time, whichever leads show it."""

GROUPS: dict[str, str] = {
    "rhythm": "Rhythm",
    "superclass": "Diagnostic groups",
    "subclass": "Diagnostic statements",
    "form": "Forms",
}
"""Titles of the groups of findings, in the order in which they are reported."""


@dataclass(frozen=True)
class Statement:
    """A code with its name, and the leads of which at least `least` must be visible to judge it, for `seconds`.

    `parent` is the diagnostic group (superclass) of a subclass.
    """

    code: str
    group: str
    name: str
    leads: tuple[str, ...] = LEADS
    least: int = 1
    seconds: float = 0.0
    parent: str = ""


FORMS: dict[str, str] = {
    "ABQRS": "Abnormal QRS",
    "PVC": "Ventricular premature complexes",
    "STD_": "Non-specific ST depression",
    "VCLVH": "Voltage criteria for left ventricular hypertrophy",
    "QWAVE": "Q waves",
    "LOWT": "Low T waves",
    "NT_": "Non-specific T-wave changes",
    "PAC": "Atrial premature complexes",
    "LPR": "Prolonged PR interval",
    "INVT": "Inverted T waves",
    "LVOLT": "Low QRS voltages",
    "HVOLT": "High QRS voltages",
}


def _rhythm(code: str, name: str) -> Statement:
    return Statement(code, "rhythm", name, seconds=RHYTHM_SECONDS)


STATEMENTS: tuple[Statement, ...] = (
    Statement("NORM", "subclass", "Normal ECG", least=8, parent="NORM"),
    Statement("LAFB/LPFB", "subclass", "Left anterior or posterior fascicular block", (*LIMB_LEADS,), 3, parent="CD"),
    Statement("IRBBB", "subclass", "Incomplete right bundle branch block", ("V1", "V2"), parent="CD"),
    Statement("ILBBB", "subclass", "Incomplete left bundle branch block", ("V1", *LATERAL), 2, parent="CD"),
    Statement("CLBBB", "subclass", "Complete left bundle branch block", ("V1", *LATERAL), 2, parent="CD"),
    Statement("CRBBB", "subclass", "Complete right bundle branch block", ("V1", "V2"), parent="CD"),
    Statement("_AVB", "subclass", "AV block (first to third degree)", parent="CD"),
    Statement("IVCD", "subclass", "Non-specific intraventricular conduction disturbance", least=3, parent="CD"),
    Statement("WPW", "subclass", "Wolff-Parkinson-White syndrome", least=3, parent="CD"),
    Statement("LVH", "subclass", "Left ventricular hypertrophy", ("V1", "V2", *LATERAL), 2, parent="HYP"),
    Statement("RVH", "subclass", "Right ventricular hypertrophy", ("V1", "V2"), parent="HYP"),
    Statement("LAO/LAE", "subclass", "Left atrial overload or enlargement", ("II", "V1"), parent="HYP"),
    Statement("RAO/RAE", "subclass", "Right atrial overload or enlargement", (*INFERIOR, "V1"), parent="HYP"),
    Statement("SEHYP", "subclass", "Septal hypertrophy", ANTERIOR, 2, parent="HYP"),
    Statement("AMI", "subclass", "Anterior or anteroseptal myocardial infarction", ANTERIOR, 2, parent="MI"),
    Statement("IMI", "subclass", "Inferior myocardial infarction", INFERIOR, 2, parent="MI"),
    Statement("LMI", "subclass", "Lateral myocardial infarction", LATERAL, 2, parent="MI"),
    Statement("PMI", "subclass", "Posterior myocardial infarction", ("V1", "V2", "V3"), 2, parent="MI"),
    Statement("ISCA", "subclass", "Ischemia in anterior or lateral leads", (*ANTERIOR, *LATERAL), 2, parent="STTC"),
    Statement("ISCI", "subclass", "Ischemia in inferior leads", INFERIOR, 2, parent="STTC"),
    Statement("ISC_", "subclass", "Non-specific ischemia", least=4, parent="STTC"),
    Statement("STTC", "subclass", "Other ST-T changes", least=4, parent="STTC"),
    Statement("NST_", "subclass", "Non-specific ST changes", least=4, parent="STTC"),
    Statement("1AVB", "subclass", "First-degree AV block", parent="CD"),
    Statement("NORM", "superclass", "Normal ECG", least=8),
    Statement("MI", "superclass", "Myocardial infarction", least=6),
    Statement("STTC", "superclass", "ST-T change", least=4),
    Statement("CD", "superclass", "Conduction disturbance", least=3),
    Statement("HYP", "superclass", "Hypertrophy", least=4),
    _rhythm("SR", "Sinus rhythm"),
    _rhythm("AFIB", "Atrial fibrillation"),
    _rhythm("STACH", "Sinus tachycardia"),
    _rhythm("SARRH", "Sinus arrhythmia"),
    _rhythm("SBRAD", "Sinus bradycardia"),
    _rhythm("PACE", "Normally functioning artificial pacemaker"),
    _rhythm("SVARR", "Supraventricular arrhythmia"),
    _rhythm("BIGU", "Bigeminal pattern"),
    _rhythm("AFLT", "Atrial flutter"),
    *(Statement(code, "form", name) for code, name in FORMS.items()),
)

_BY_KEY = {(statement.group, statement.code): statement for statement in STATEMENTS}


def statement(code: str, group: str) -> Statement:
    """The statement of a code within its group.

    Raises:
        KeyError: there is none.
    """
    return _BY_KEY[group, code]
