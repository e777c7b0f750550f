"""How well a recording was read: each lead's quality, and one confidence for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import LayoutMatch, PageGeometry
from ecgimg.recording.recording import Recording

DOUBTFUL = 0.5
"""Confidence below which a lead is doubtful."""
MIN_SECONDS = 1.0
"""A lead of which fewer seconds are known counts as not visible."""
ASSUMED = 0.9
"""Factor of a page's confidence where a scale is assumed."""
CONTRADICTED = 0.75
"""Factor of a page's confidence where the page contradicts a scale, or its picture is stretched: below 0.8."""


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
    """One figure in 0..1 for a page: the lower of the layout's confidence and the mean of the printed leads'.

    It is multiplied by the factor of the page's scales, and by the share of the page's curves that was read.
    """
    printed = [recording.lead_confidence(lead) for lead in recording.leads if recording.interval(lead) is not None]
    lower = min(match.confidence, float(np.mean(printed)) if printed else 0.0)
    ink = recording.geometry.ink if recording.geometry is not None else None
    read = 1.0 if ink is None else ink.share
    return round(scale_factor(match, recording.geometry) * read * lower, 4)


def scale_factor(match: LayoutMatch, geometry: PageGeometry | None) -> float:
    """Factor of a page's confidence by its scales.

    CONTRADICTED where the page shows another speed or gain than the one that is used, and where the picture is
    stretched. ASSUMED where the speed or the gain is neither printed, measured nor given, and where no grid shows how
    long a millimetre is. Else 1.
    """
    scales = (match.paper_speed, match.gain)
    if any(scale.contradictions for scale in scales) or (geometry is not None and geometry.stretch != 1):
        return CONTRADICTED
    has_grid = geometry is None or geometry.straightened_by != "page"
    return 1.0 if has_grid and all(scale.source not in ("assumed", "beats") for scale in scales) else ASSUMED
