"""How well a recording was read: each lead's quality, and one confidence for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import LayoutMatch
from ecgimg.recording.recording import Recording

DOUBTFUL = 0.5
"""Mean confidence below which a lead is doubtful."""
MIN_SECONDS = 1.0
"""A lead of which fewer seconds are known counts as not visible."""
ASSUMED = 0.9
"""Factor of a page's confidence where a scale is assumed."""


@dataclass(frozen=True)
class LeadQuality:
    """How well a lead can be seen: `word` is the verdict, `interval` and `seconds` are what is known of it."""

    lead: str
    word: Literal["good", "doubtful", "not visible", "not read"]
    confidence: float
    interval: tuple[float, float] | None
    seconds: float


def lead_qualities(recording: Recording | None) -> tuple[LeadQuality, ...]:
    """The leads: how well each is seen; none of the 12 is read where there is no recording."""
    if recording is None:
        return tuple(LeadQuality(lead, "not read", 0.0, None, 0.0) for lead in LEADS)
    return tuple(_lead(recording, lead) for lead in recording.leads)


def _lead(recording: Recording, lead: str) -> LeadQuality:
    seconds = float(np.isfinite(recording.lead(lead)).sum() / recording.fs)
    confidence, interval = recording.lead_confidence(lead), recording.interval(lead)
    if seconds < MIN_SECONDS:
        return LeadQuality(lead, "not visible", confidence, interval, seconds)
    return LeadQuality(lead, "good" if confidence >= DOUBTFUL else "doubtful", confidence, interval, seconds)


def page_confidence(match: LayoutMatch, recording: Recording) -> float:
    """One figure in 0..1 for a page: the lower of the layout's confidence and the printed leads' mean confidence.

    It is multiplied by ASSUMED where the speed or the gain is neither printed, measured nor given, and where no grid
    shows how long a millimetre is.
    """
    printed = [recording.lead_confidence(lead) for lead in recording.leads if recording.interval(lead) is not None]
    has_grid = recording.geometry is None or recording.geometry.straightened_by == "grid"
    is_measured = has_grid and not {"assumed", "beats"} & {match.paper_speed.source, match.gain.source}
    lower = min(match.confidence, float(np.mean(printed)) if printed else 0.0)
    return round(lower if is_measured else ASSUMED * lower, 4)
