"""How statements are written in English: several phrases a code, the first of them its usual one.

`requests.py` reads them in a text, and the generator learns from sentences composed of them. No phrase stands for two
codes.
"""

from __future__ import annotations

PHRASES: dict[str, tuple[str, ...]] = {
    "NORM": ("normal ecg", "normal electrocardiogram", "no abnormality"),
    "LAFB/LPFB": (
        "left anterior fascicular block", "left anterior hemiblock", "left posterior fascicular block",
        "left posterior hemiblock", "fascicular block", "hemiblock", "lafb", "lpfb",
    ),
    "IRBBB": ("incomplete right bundle branch block", "incomplete rbbb"),
    "ILBBB": ("incomplete left bundle branch block", "incomplete lbbb"),
    "CLBBB": ("left bundle branch block", "complete left bundle branch block", "lbbb"),
    "CRBBB": ("right bundle branch block", "complete right bundle branch block", "rbbb"),
    "_AVB": (
        "av block", "first degree av block", "second degree av block", "third degree av block", "complete heart block",
        "atrioventricular block",
    ),
    "IVCD": (
        "intraventricular conduction disturbance", "intraventricular conduction delay",
        "non specific intraventricular conduction disturbance",
    ),
    "WPW": ("wolff parkinson white", "wolff parkinson white syndrome", "pre excitation", "preexcitation", "delta wave"),
    "LVH": ("left ventricular hypertrophy",),
    "RVH": ("right ventricular hypertrophy",),
    "LAO/LAE": ("left atrial enlargement", "left atrial overload", "lae"),
    "RAO/RAE": ("right atrial enlargement", "right atrial overload", "rae"),
    "SEHYP": ("septal hypertrophy",),
    "AMI": (
        "anterior myocardial infarction", "anteroseptal myocardial infarction", "anterior infarction",
        "anteroseptal infarction", "anterior mi",
    ),
    "IMI": ("inferior myocardial infarction", "inferior infarction", "inferior mi"),
    "LMI": ("lateral myocardial infarction", "lateral infarction", "lateral mi"),
    "PMI": ("posterior myocardial infarction", "posterior infarction", "posterior mi"),
    "ISCA": (
        "anterior ischemia", "anterior ischaemia", "lateral ischemia", "lateral ischaemia", "anterolateral ischemia",
        "anterolateral ischaemia",
    ),
    "ISCI": ("inferior ischemia", "inferior ischaemia"),
    "ISC_": ("ischemia", "ischaemia", "non specific ischemia", "ischemic st t changes"),
    "STTC": ("st t changes", "other st t changes", "repolarization abnormality"),
    "NST_": ("non specific st changes", "nonspecific st changes"),
    "SR": ("sinus rhythm", "normal sinus rhythm"),
    "AFIB": ("atrial fibrillation", "a fib", "afib", "af"),
    "STACH": ("sinus tachycardia",),
    "SARRH": ("sinus arrhythmia",),
    "SBRAD": ("sinus bradycardia",),
    "PACE": ("pacemaker", "paced rhythm", "ventricular pacing", "paced", "artificial pacemaker"),
    "SVARR": ("supraventricular arrhythmia",),
    "BIGU": ("bigeminy", "bigeminal pattern"),
    "AFLT": ("atrial flutter", "flutter"),
    "ABQRS": ("abnormal qrs",),
    "PVC": (
        "ventricular premature complexes", "premature ventricular contractions", "ventricular extrasystoles",
        "ventricular premature beats", "ventricular ectopy", "pvcs",
    ),
    "STD_": ("st depression", "st segment depression"),
    "VCLVH": ("voltage criteria for left ventricular hypertrophy", "voltage criteria for lvh"),
    "QWAVE": ("q waves", "pathological q waves"),
    "LOWT": ("low t waves", "flat t waves"),
    "NT_": ("non specific t wave changes", "t wave changes", "nonspecific t wave changes"),
    "PAC": (
        "atrial premature complexes", "premature atrial contractions", "supraventricular extrasystoles",
        "atrial premature beats", "atrial ectopy", "pacs",
    ),
    "LPR": ("prolonged pr interval", "long pr interval"),
    "INVT": ("inverted t waves", "t wave inversion", "t wave inversions"),
    "LVOLT": ("low qrs voltages", "low voltage", "low qrs voltage"),
    "HVOLT": ("high qrs voltages", "high voltage", "high qrs voltage"),
}  # fmt: skip
