"""The words for leads: their names, their order, and the sign a paper may print them with."""

from __future__ import annotations

LIMB_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF")
FROM_I_AND_II = ((1.0, 0.0), (0.0, 1.0), (-1.0, 1.0), (-0.5, -0.5), (1.0, -0.5), (-0.5, 1.0))
"""Each limb lead as a sum of I and II, in the order of LIMB_LEADS (Einthoven 1912, Goldberger 1942)."""
PRECORDIAL_LEADS = ("V1", "V2", "V3", "V4", "V5", "V6")
LEADS = LIMB_LEADS + PRECORDIAL_LEADS
"""The 12 leads in the order in which every array of this project holds them."""

_BY_UPPER = {lead.upper(): lead for lead in LEADS}


def lead_index(lead: str) -> int:
    """Row of a lead in a [12, T] array.

    Raises:
        ValueError: the name is not one of the 12 leads.
    """
    return LEADS.index(canonical_lead(lead))


def canonical_lead(name: str) -> str:
    """The project's spelling of a lead written in any case ("AVR" -> "aVR").

    Raises:
        ValueError: the name is not one of the 12 leads.
    """
    lead = _BY_UPPER.get(name.strip().upper())
    if lead is None:
        raise ValueError(f"{name!r} is not one of the 12 leads ({', '.join(LEADS)})")
    return lead


def parse_printed_lead(printed: str) -> tuple[str, int]:
    """Lead and sign of a printed name: "-aVR" (Cabrera order) is lead aVR drawn upside down, sign -1.

    Raises:
        ValueError: the name is not one of the 12 leads.
    """
    text = printed.strip().replace("\u2212", "-")
    return (canonical_lead(text[1:]), -1) if text.startswith("-") else (canonical_lead(text), 1)
