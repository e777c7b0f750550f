"""Reasons why figures of a page can't be measured, found before they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.findings.measurements import LeadBeat, Missing
from ecgimg.recording.recording import Recording
from ecgimg.stages.measure.constants import MEASURE
from ecgimg.stages.measure.pacing import is_paced
from ecgimg.stages.measure.rhythm import is_regular


@dataclass(frozen=True)
class Reasons:
    """Why nothing can be measured (`all`), why nothing of P can (`p`), and why QT can't be corrected (`qtc`)."""

    all: Missing | None = None
    p: Missing | None = None
    qtc: Missing | None = None


def reasons_of(recording: Recording, beats: Sequence[LeadBeat], times: Doubles, is_any_lead_seen: bool) -> Reasons:
    """The reasons for a recording with these beats at these times."""
    if not is_any_lead_seen:
        every = Missing.LEAD_UNSEEN
    elif len({beat.beat for beat in beats}) < MEASURE.min_interval_beats:
        every = Missing.TOO_FEW_BEATS
    elif is_paced(recording, beats):
        return Reasons(None, Missing.PACED, Missing.PACED)
    else:
        return Reasons(p=None if has_p(beats, times) else Missing.NO_P)
    return Reasons(every, every, every)


def has_p(beats: Sequence[LeadBeat], times: Doubles) -> bool:
    """Whether P waves precede the beats: by their mean probability, for which a regular rhythm needs less."""
    return p_evidence(beats) >= (MEASURE.min_p_regular if is_regular(times) else MEASURE.min_p_irregular)


def p_evidence(beats: Sequence[LeadBeat]) -> float:
    """Mean probability of the P waves over the beats and leads that would show one, 0 where a beat has none."""
    able = [beat for beat in beats if beat.shows_p_time]
    return float(np.mean([beat.p.probability if beat.p else 0.0 for beat in able])) if able else 0.0
