"""The SCP-ECG codes that the networks learn and the reports name, in the order of the networks' outputs.

Names follow `scp_statements.csv` of PTB-XL (Wagner et al. 2020, doi:10.1038/s41597-020-0495-6).
"""

from __future__ import annotations

SUPERCLASS_NAMES: dict[str, str] = {
    "NORM": "Normal ECG",
    "MI": "Myocardial infarction",
    "STTC": "ST-T change",
    "CD": "Conduction disturbance",
    "HYP": "Hypertrophy",
}
"""The five diagnostic superclasses."""

SUBCLASS_NAMES: dict[str, str] = {
    "NORM": "Normal ECG",
    "LAFB/LPFB": "Left anterior or posterior fascicular block",
    "IRBBB": "Incomplete right bundle branch block",
    "ILBBB": "Incomplete left bundle branch block",
    "CLBBB": "Complete left bundle branch block",
    "CRBBB": "Complete right bundle branch block",
    "_AVB": "AV block (first to third degree)",
    "IVCD": "Non-specific intraventricular conduction disturbance",
    "WPW": "Wolff-Parkinson-White syndrome",
    "LVH": "Left ventricular hypertrophy",
    "RVH": "Right ventricular hypertrophy",
    "LAO/LAE": "Left atrial overload or enlargement",
    "RAO/RAE": "Right atrial overload or enlargement",
    "SEHYP": "Septal hypertrophy",
    "AMI": "Anterior or anteroseptal myocardial infarction",
    "IMI": "Inferior myocardial infarction",
    "LMI": "Lateral myocardial infarction",
    "PMI": "Posterior myocardial infarction",
    "ISCA": "Ischemia in anterior or lateral leads",
    "ISCI": "Ischemia in inferior leads",
    "ISC_": "Non-specific ischemia",
    "STTC": "Other ST-T changes",
    "NST_": "Non-specific ST changes",
}
"""The 23 diagnostic subclasses, in the order of the published PatchECG tables."""

RHYTHM_NAMES: dict[str, str] = {
    "SR": "Sinus rhythm",
    "AFIB": "Atrial fibrillation",
    "STACH": "Sinus tachycardia",
    "SARRH": "Sinus arrhythmia",
    "SBRAD": "Sinus bradycardia",
    "PACE": "Normally functioning artificial pacemaker",
    "SVARR": "Supraventricular arrhythmia",
    "BIGU": "Bigeminal pattern",
    "AFLT": "Atrial flutter",
}
"""Rhythm statements with at least 60 records; SVTAC, PSVT and TRIGU have fewer."""

FORM_NAMES: dict[str, str] = {
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
"""Form statements with at least 50 records; complete only in records with exact codes."""

SUPERCLASSES: tuple[str, ...] = tuple(SUPERCLASS_NAMES)
SUBCLASSES: tuple[str, ...] = tuple(SUBCLASS_NAMES)
RHYTHMS: tuple[str, ...] = tuple(RHYTHM_NAMES)
FORMS: tuple[str, ...] = tuple(FORM_NAMES)
