"""Combines the opinions of the two networks on a page: probabilities, verdicts, agreement, and what stays open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.constants import constant
from ecgimg.datamodel.leads import LEADS
from ecgimg.findings.opinions import Diagnosis, Finding, Influence, Opinion, ReadBy, Screening, Verdict
from ecgimg.findings.statements import GROUPS, Statement, statement
from ecgimg.networks.combiner import Combiner, load_combiner, log_odds
from ecgimg.recording.quality import LeadQuality


@dataclass(frozen=True)
class CombineConstants:
    """Constants of the combination."""

    likely_probability: float = constant(
        0.5, unit="probability", why="a finding is likely when it is more probable than not; below it is possible"
    )
    contradiction_log_odds: float = constant(
        2.0,
        unit="log odds",
        why="two networks contradict each other when both are this far from their thresholds, on opposite sides",
    )
    max_influences: int = constant(4, unit="count", why="number of stretches that a report shows for a finding")
    min_influence_share: float = constant(
        0.15, unit="share", why="a stretch is shown when its saliency is at least this share of the strongest one"
    )
    brief_lead_seconds: float = constant(
        5.0, unit="s", why="a report warns that leads shown for less may miss what comes and goes"
    )


COMBINE = CombineConstants()
_NEEDS = "needs "
"""First word of the reasons why too little is visible."""


def read_by(diagnosis: Diagnosis | None, screening: Screening | None) -> ReadBy:
    """Which of the two networks has opinions on the page."""
    signal = diagnosis is not None and bool(diagnosis.opinions)
    image = screening is not None and bool(screening.opinions) and screening.is_ecg and screening.is_readable
    if signal:
        return "signal and image" if image else "signal"
    return "image" if image else "nothing"


def combine(
    diagnosis: Diagnosis | None, screening: Screening | None, leads: Sequence[LeadQuality], quality: float
) -> tuple[Finding, ...]:
    """All statements on which at least one network has an opinion, by group and probability.

    `quality` is the page's confidence, 0 to 1: the lower it is, the less the signal weighs against the image.

    Raises:
        DependencyError: the combiner's weights are missing or damaged.
    """
    readers = read_by(diagnosis, screening)
    signal = _by_key(diagnosis.opinions if diagnosis and "signal" in readers else ())
    image = _by_key(screening.opinions if screening and "image" in readers else ())
    combiner = load_combiner()
    findings = [
        _finding(key, signal.get(key), _image_opinion(key, image), leads if signal else None, quality, combiner)
        for key in dict.fromkeys([*signal, *image])
    ]
    order = list(GROUPS)
    return tuple(sorted(findings, key=lambda f: (order.index(f.group), -f.probability)))


def agreement(findings: Sequence[Finding]) -> str:
    """One sentence on how far the two networks agree."""
    both = [f for f in findings if f.signal and f.image]
    if not both:
        return "Only one of the two networks read this page, so there is no second opinion."
    both = [f for f in both if f.own_image] or both
    apart = [f for f in both if f.signal and f.image and f.signal.positive != f.image.positive]
    strong = dict.fromkeys(f.name for f in findings if f.signal and f.image and contradicts(f.signal, f.image))
    text = f"The two networks agree on {len(both) - len(apart)} of {len(both)} statements"
    return f"{text} and contradict each other strongly on: {', '.join(strong)}." if strong else f"{text}."


def not_visible(leads: Sequence[LeadQuality], findings: Sequence[Finding]) -> tuple[str, ...]:
    """Sentences on what the page does not show, and on the statements that can't be judged without it."""
    missing = [q.lead for q in leads if q.word == "not visible" and q.lead in LEADS]
    sentences = []
    if missing:
        has_lead = len(missing) < len(LEADS)
        sentences.append(f"Not visible: {', '.join(missing)}." if has_lead else "No lead was digitized.")
    unseen = [f.name for f in findings if f.verdict == "not assessable" and f.why.startswith(_NEEDS)]
    if unseen:
        sentences.append(f"Can't be judged on this page: {', '.join(dict.fromkeys(unseen))}.")
    brief = [q for q in leads if q.word != "not visible" and q.seconds < COMBINE.brief_lead_seconds]
    if brief:
        sentences.append(
            f"Shown for less than {COMBINE.brief_lead_seconds:g} s each: {', '.join(q.lead for q in brief)}; "
            "what comes and goes may be missed."
        )
    return tuple(sentences)


def contradicts(signal: Opinion, image: Opinion) -> bool:
    """Whether both opinions are firm, and on opposite sides of their thresholds.

    A positive opinion on a diagnostic group does not contradict a negative one on a statement of the group.
    """
    signal_excess, image_excess = _log_odds_excess(signal), _log_odds_excess(image)
    if signal.key != image.key and image_excess > 0:
        return False
    smaller = min(abs(signal_excess), abs(image_excess))
    return signal_excess * image_excess < 0 and smaller >= COMBINE.contradiction_log_odds


def _finding(
    key: tuple[str, str],
    signal: Opinion | None,
    image: Opinion | None,
    leads: Sequence[LeadQuality] | None,
    quality: float,
    combiner: Combiner,
) -> Finding:
    """The finding of one (code, group); one of the two opinions may be None, `leads` without any signal."""
    code, group = key
    entry = statement(code, group)
    first = signal or image
    assert first is not None
    probability, threshold = first.probability, first.threshold
    if key in combiner.weights:
        probabilities = (signal.probability if signal else None, image.probability if image else None)
        probability = combiner.probability(key, *probabilities, quality)
    why = _why_open(entry, leads) if leads is not None else ""
    if not why and signal and image and contradicts(signal, image):
        both = f"signal {100 * signal.probability:.0f} %, image {100 * image.probability:.0f} %"
        why = f"the two networks contradict: {both}"
    verdict = _verdict(probability, threshold, bool(why))
    return Finding(code, group, entry.name, verdict, probability, threshold, signal, image, why, _influences(signal))


def _verdict(probability: float, threshold: float, is_open: bool) -> Verdict:
    if is_open:
        return "not assessable"
    if probability < threshold:
        return "unlikely"
    return "likely" if probability >= COMBINE.likely_probability else "possible"


def _image_opinion(key: tuple[str, str], image: Mapping[tuple[str, str], Opinion]) -> Opinion | None:
    """The image network's opinion on a statement, or for a subclass without one, on its diagnostic group."""
    parent = statement(*key).parent
    return image.get(key) or (image.get((parent, "superclass")) if parent else None)


def _why_open(entry: Statement, leads: Sequence[LeadQuality]) -> str:
    """Why too little is visible to judge a statement; "" where enough is visible."""
    shown = [q for q in leads if q.lead in entry.leads and q.word != "not visible"]
    if len(shown) < entry.least:
        is_any_lead = len(entry.leads) == len(LEADS)
        what = f"{entry.least} leads" if is_any_lead else f"{entry.least} of {', '.join(entry.leads)}"
        return f"{_NEEDS}{what}; {len(shown) or 'none'} can be seen"
    times = [q.interval for q in shown if q.interval is not None]
    covered = max(end for _, end in times) - min(start for start, _ in times)
    if covered < entry.seconds:
        return f"{_NEEDS}{entry.seconds:g} s; {covered:.1f} s can be seen"
    return ""


def _influences(signal: Opinion | None) -> tuple[Influence, ...]:
    """The stretches that support a finding most; successive tokens of a lead are one stretch."""
    if signal is None or signal.saliency is None:
        return ()
    values = np.nan_to_num(signal.saliency)
    strongest = float(values.max())
    if strongest <= 0:
        return ()
    stretches = []
    for row, lead in enumerate(LEADS):
        strong = np.concatenate([[False], values[row] >= COMBINE.min_influence_share * strongest, [False]])
        edges = np.flatnonzero(np.diff(strong.astype(int)))
        for first, end in zip(edges[::2], edges[1::2], strict=True):
            weight = float(values[row, first:end].sum())
            stretches.append(Influence(lead, signal.bounds[first], signal.bounds[end], weight))
    return tuple(sorted(stretches, key=lambda stretch: -stretch.weight)[: COMBINE.max_influences])


def _log_odds_excess(opinion: Opinion) -> float:
    """Log odds of an opinion above its threshold."""
    return float(log_odds(np.float64(opinion.probability)) - log_odds(np.float64(opinion.threshold)))


def _by_key(opinions: Sequence[Opinion]) -> dict[tuple[str, str], Opinion]:
    return {opinion.key: opinion for opinion in opinions}
