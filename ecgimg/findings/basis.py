"""What each opinion of a report rests on, what it can't have seen, and how the two were joined, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import LayoutMatch
from ecgimg.findings.opinions import Diagnosis, Screening
from ecgimg.recording.quality import LeadQuality


def basis(
    diagnosis: Diagnosis | None, screening: Screening | None, match: LayoutMatch | None, leads: Sequence[LeadQuality]
) -> tuple[str, ...]:
    """A sentence on each network: what it saw, or why it has no opinion."""
    return _signal_basis(diagnosis, match, leads), _image_basis(screening, match)


def joined_by(trained_on: Sequence[str], has_signal: bool, has_image: bool) -> str:
    """How the opinions become one probability, and on how many pages that was fitted; "" without any opinion."""
    if not (has_signal or has_image):
        return ""
    fitted = f"by a logistic model fitted on {' and '.join(trained_on)}"
    form = "log odds together = offset + weight x log odds of each opinion"
    if has_signal and has_image:
        return f"Both opinions are joined {fitted}: {form}."
    alone = "signal" if has_signal else "image"
    why = (
        "" if has_signal else " Where it has no opinion on a statement, its opinion on the diagnostic group is weighed."
    )
    return f"The {alone} network's opinion alone is weighed {fitted}: {form}.{why}"


def _signal_basis(diagnosis: Diagnosis | None, match: LayoutMatch | None, leads: Sequence[LeadQuality]) -> str:
    if diagnosis is None:
        return "Signal network: no opinion, since the leads could not be read from the picture."
    if not diagnosis.opinions:
        seen = diagnosis.refusal.cause.seen if diagnosis.refusal else "the recording is not judged"
        return f"Signal network: no opinion, since {seen}."
    shown = [quality for quality in leads if quality.interval is not None and quality.lead in LEADS]
    of = "a recording without a page" if match is None else f"a {match.layout_id} page"
    return (
        f"Signal network: saw {len(shown)} of {len(LEADS)} leads of {of}, "
        f"{diagnosis.lead_seconds:.0f} lead seconds read with confidence {diagnosis.quality:.2f}, and no picture."
    )


def _image_basis(screening: Screening | None, match: LayoutMatch | None) -> str:
    if screening is None:
        return "Image network: not asked."
    if screening.refusal is not None:
        return f"Image network: no opinion, since {screening.refusal.cause.seen}."
    which = "" if match else " Which leads it saw is not known."
    return (
        f"Image network: saw the picture, an ECG page with {100 * screening.ecg:.0f} % and readable with "
        f"{100 * screening.readable:.0f} %, and no voltages or times.{which}"
    )
