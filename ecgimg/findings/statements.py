"""The words for diagnoses: the full name of every SCP-ECG code that is reported, and what must be seen to judge it.

Names follow `scp_statements.csv` of PTB-XL (Wagner et al. 2020, doi:10.1038/s41597-020-0495-6). The leads of a
statement are those in which textbooks look for it; they decide what a page that shows too little leaves open, never
how likely a finding is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from ecgimg.datamodel.leads import LEADS, LIMB_LEADS
from ecgimg.datasets.scp_codes import FORM_NAMES, RHYTHM_NAMES, SUBCLASS_NAMES, SUPERCLASS_NAMES

INFERIOR = ("II", "III", "aVF")
LATERAL = ("I", "aVL", "V5", "V6")
ANTERIOR = ("V1", "V2", "V3", "V4")
RHYTHM_SECONDS = 5.0
"""A rhythm is judged over at least this time, whichever leads show it."""

ABNORMAL = "ABNORMAL"
"""The code of the statement that an ECG is not normal; its group is "screening"."""

Urgency = Literal["urgent", "abnormal", "normal"]
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)
"""In which order findings of one verdict are reported. It is an order of reading, no triage."""
URGENT = frozenset({"MI", "AMI", "IMI", "LMI", "PMI", "ISCA", "ISCI", "ISC_", "AFIB", "AFLT"})
"""Codes of what may need treatment soon: infarction, ischemia, atrial fibrillation and flutter."""
NORMAL = frozenset({"NORM", "SR"})
"""Codes of what is no disease."""

GROUPS: dict[str, str] = {
    "screening": "Overall",
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

    @property
    def urgency(self) -> Urgency:
        """How soon a reader should see it."""
        return "urgent" if self.code in URGENT else "normal" if self.code in NORMAL else "abnormal"


_SUBCLASS_RULES: dict[str, tuple[str, tuple[str, ...], int]] = {
    "NORM": ("NORM", LEADS, 8),
    "LAFB/LPFB": ("CD", (*LIMB_LEADS,), 3),
    "IRBBB": ("CD", ("V1", "V2"), 1),
    "ILBBB": ("CD", ("V1", *LATERAL), 2),
    "CLBBB": ("CD", ("V1", *LATERAL), 2),
    "CRBBB": ("CD", ("V1", "V2"), 1),
    "_AVB": ("CD", LEADS, 1),
    "IVCD": ("CD", LEADS, 3),
    "WPW": ("CD", LEADS, 3),
    "LVH": ("HYP", ("V1", "V2", *LATERAL), 2),
    "RVH": ("HYP", ("V1", "V2"), 1),
    "LAO/LAE": ("HYP", ("II", "V1"), 1),
    "RAO/RAE": ("HYP", (*INFERIOR, "V1"), 1),
    "SEHYP": ("HYP", ANTERIOR, 2),
    "AMI": ("MI", ANTERIOR, 2),
    "IMI": ("MI", INFERIOR, 2),
    "LMI": ("MI", LATERAL, 2),
    "PMI": ("MI", ("V1", "V2", "V3"), 2),
    "ISCA": ("STTC", (*ANTERIOR, *LATERAL), 2),
    "ISCI": ("STTC", INFERIOR, 2),
    "ISC_": ("STTC", LEADS, 4),
    "STTC": ("STTC", LEADS, 4),
    "NST_": ("STTC", LEADS, 4),
}
"""The superclass of a subclass, the leads in which it shows, and how many of these must be visible."""

_SUPERCLASS_LEADS: dict[str, int] = {"NORM": 8, "MI": 6, "STTC": 4, "CD": 3, "HYP": 4}
"""How many leads must be visible to judge a superclass."""


def _subclass(code: str, name: str) -> Statement:
    parent, leads, least = _SUBCLASS_RULES[code]
    return Statement(code, "subclass", name, leads, least, parent=parent)


STATEMENTS: tuple[Statement, ...] = (
    Statement(ABNORMAL, "screening", "Not a normal ECG"),
    *(_subclass(code, name) for code, name in SUBCLASS_NAMES.items()),
    Statement("1AVB", "subclass", "First-degree AV block", parent="CD"),
    *(Statement(code, "superclass", name, least=_SUPERCLASS_LEADS[code]) for code, name in SUPERCLASS_NAMES.items()),
    *(Statement(code, "rhythm", name, seconds=RHYTHM_SECONDS) for code, name in RHYTHM_NAMES.items()),
    *(Statement(code, "form", name) for code, name in FORM_NAMES.items()),
)
"""Every statement that is reported. 1AVB is a single code beside the 23 subclasses; the image network reports it."""

_BY_KEY = {(statement.group, statement.code): statement for statement in STATEMENTS}


def statement(code: str, group: str) -> Statement:
    """The statement of a code within its group.

    Raises:
        KeyError: there is none.
    """
    return _BY_KEY[group, code]


def column_name(code: str, group: str) -> str:
    """The name of a statement's column in a table of many pages, such as rhythm_AFIB."""
    return f"{group}_{code}".replace("/", "_")
