"""The words for leads: their names, their order, and the sign a paper may print them with."""

from __future__ import annotations

import re

LIMB_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF")
FROM_I_AND_II = ((1.0, 0.0), (0.0, 1.0), (-1.0, 1.0), (-0.5, -0.5), (1.0, -0.5), (-0.5, 1.0))
"""Each limb lead as a sum of I and II, in the order of LIMB_LEADS (Einthoven 1912, Goldberger 1942)."""
PRECORDIAL_LEADS = ("V1", "V2", "V3", "V4", "V5", "V6")
LEADS = LIMB_LEADS + PRECORDIAL_LEADS
"""The 12 leads in the order in which every array of this project holds them; other leads follow them."""

OTHER_LEADS = (
    *(f"V{k}R" for k in range(1, 10)),
    *("V7", "V8", "V9"),
    *("V", "MCL1", "MCL2", "MCL3", "MCL4", "MCL5", "MCL6", "CM5", "CC5", "CB5"),
    *("X", "Y", "Z"),
)
"""Leads that a page may print beyond the twelve: right-sided, posterior, a monitor's chest leads, and Frank's."""
UNNAMED_LEAD = "unnamed"
"""Name of a strip that has none on its page; the next one is "unnamed 2"."""

_BY_UPPER = {lead.upper(): lead for lead in (*LEADS, *OTHER_LEADS)}


def lead_index(lead: str) -> int:
    """Row of a lead in a [12, T] array.

    Raises:
        ValueError: the name is not one of the 12 leads.
    """
    return LEADS.index(canonical_lead(lead))


def canonical_lead(name: str) -> str:
    """The project's spelling of one of the 12 leads, written in any case ("AVR" -> "aVR").

    Raises:
        ValueError: the name is not one of the 12 leads.
    """
    lead = _BY_UPPER.get(name.strip().upper())
    if lead not in LEADS:
        raise ValueError(f"{name!r} is not one of the 12 leads ({', '.join(LEADS)})")
    return lead


def lead_name(name: str) -> str:
    """The project's spelling of a lead, written in any case: of the 12, of OTHER_LEADS, or of a strip without a name.

    Raises:
        ValueError: no lead has this name.
    """
    text = " ".join(name.split())
    is_unnamed = re.fullmatch(rf"{UNNAMED_LEAD}( [2-9]| [1-9][0-9])?", text) is not None
    lead = text if is_unnamed else _BY_UPPER.get(text.upper())
    if lead is None:
        raise ValueError(f"{name!r} is no lead that is known ({', '.join((*LEADS, *OTHER_LEADS))})")
    return lead


def is_lead(name: str) -> bool:
    """Whether a name is that of a lead."""
    try:
        lead_name(name)
    except ValueError:
        return False
    return True


def parse_printed_lead(printed: str) -> tuple[str, int]:
    """Lead and sign of a printed name: "-aVR" (Cabrera order) is lead aVR drawn upside down, sign -1.

    Raises:
        ValueError: no lead has this name.
    """
    text = printed.strip().replace("\u2212", "-")
    return (lead_name(text[1:]), -1) if text.startswith("-") else (lead_name(text), 1)
