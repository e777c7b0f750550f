"""Combines the opinions of the two networks on a page: probabilities, verdicts, agreement, and what stays open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.constants import constant
from ecgimg.datamodel.leads import LEADS
from ecgimg.findings.basis import joined_by
from ecgimg.findings.headline import sorted_findings
from ecgimg.findings.opinions import (
    CONTRADICTION,
    Diagnosis,
    Finding,
    Influence,
    Joining,
    Opinion,
    ReadBy,
    Screening,
    Verdict,
)
from ecgimg.findings.statements import ABNORMAL, Statement, statement
from ecgimg.networks.combiner import Combiner, load_combiner, log_odds
from ecgimg.recording.quality import LeadQuality


@dataclass(frozen=True)
class CombineConstants:
    """Constants of the combination."""

    likely_probability: float = constant(
        0.5, unit="probability", why="a finding is likely when it is more probable than not; below it is possible"
    )
    min_possible_probability: float = constant(
        0.1,
        unit="probability",
        why="nothing less probable is called possible: thresholds of rare statements are as low as 0.1 %",
        measured="`ecgimg bench patchecg --fold 9`, 2,170 records as 3x4+II: of abnormal statements called possible "
        "26 % are present (12 % without this limit, 21 % with 0.05), 1.8 a record (4.5, 2.5); of those present 82 % "
        "are likely or possible (87 %, 85 %)",
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
_ABNORMAL, _NORM = (ABNORMAL, "screening"), ("NORM", "superclass")


def read_by(diagnosis: Diagnosis | None, screening: Screening | None) -> ReadBy:
    """Which of the two networks has opinions on the page."""
    signal = diagnosis is not None and bool(diagnosis.opinions)
    image = screening is not None and bool(screening.opinions) and screening.refusal is None
    if signal:
        return "signal and image" if image else "signal"
    return "image" if image else "nothing"


def combine(
    diagnosis: Diagnosis | None, screening: Screening | None, leads: Sequence[LeadQuality], quality: float
) -> tuple[Finding, ...]:
    """All statements on which at least one network has an opinion, in the order of `sorted_findings`.

    `leads` that were not read leave nothing open: what the image network saw of the page is not known then. `quality`
    is the page's confidence, 0 to 1: the lower it is, the less the signal weighs against the image. That an ECG is not
    normal is the opposite of the diagnostic group "normal ECG".

    Raises:
        DependencyError: the combiner's weights are missing or damaged.
    """
    readers = read_by(diagnosis, screening)
    signal = _by_key(_with_abnormal(diagnosis.opinions) if diagnosis and "signal" in readers else ())
    image = _by_key(screening.opinions if screening and "image" in readers else ())
    combiner = load_combiner()
    findings = tuple(
        _finding(key, signal.get(key), _image_opinion(key, image), leads, quality, combiner)
        for key in dict.fromkeys([*signal, *image])
    )
    return sorted_findings(findings)


def joining_sentence(readers: ReadBy) -> str:
    """How the opinions of a page become one probability, in a sentence."""
    return joined_by(load_combiner().trained_on, "signal" in readers, "image" in readers)


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
    if all(q.word == "not read" for q in leads):
        return ("The leads could not be read from the picture, so which of them it shows is not known.",)
    missing = [q.lead for q in leads if q.word == "not visible" and q.lead in LEADS]
    sentences = [f"Not visible: {', '.join(missing)}."] if missing else []
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
    leads: Sequence[LeadQuality],
    quality: float,
    combiner: Combiner,
) -> Finding:
    """The finding of one (code, group); one of the two opinions may be None."""
    code, group = key
    entry = statement(code, group)
    first = signal or image
    assert first is not None
    probability, joining = _join(key, signal, image, quality, combiner)
    why = _why_open(entry, leads)
    if not why and signal and image and contradicts(signal, image):
        both = f"signal {100 * signal.probability:.0f} %, image {100 * image.probability:.0f} %"
        why = f"{CONTRADICTION}: {both}"
    verdict = _verdict(probability, first.threshold, bool(why))
    return Finding(
        code=code,
        group=group,
        name=entry.name,
        verdict=verdict,
        probability=probability,
        threshold=first.threshold,
        signal=signal,
        image=image,
        why=why,
        influences=_influences(signal),
        joining=joining,
    )


def _join(
    key: tuple[str, str], signal: Opinion | None, image: Opinion | None, quality: float, combiner: Combiner
) -> tuple[float, Joining | None]:
    """The joint probability of a statement, and how it was joined; without weights the only opinion stands."""
    if key == _ABNORMAL:
        normal_signal, normal_image = (opinion and opinion.negated(*_NORM) for opinion in (signal, image))
        probability, joining = _join(_NORM, normal_signal, normal_image, quality, combiner)
        return 1 - probability, joining and replace(joining, offset=-joining.offset)
    if key not in combiner.weights:
        only = signal or image
        assert only is not None
        return only.probability, None
    probabilities = (signal.probability if signal else None, image.probability if image else None)
    joining = combiner.joining(key, signal is not None, image is not None, quality)
    return combiner.probability(key, *probabilities, quality), joining


def _with_abnormal(opinions: Sequence[Opinion]) -> tuple[Opinion, ...]:
    """The opinions, and the one that the ECG is not normal where there is one on the group "normal ECG"."""
    return (*opinions, *(opinion.negated(*_ABNORMAL) for opinion in opinions if opinion.key == _NORM))


def _verdict(probability: float, threshold: float, is_open: bool) -> Verdict:
    if is_open:
        return "not assessable"
    if probability < max(threshold, COMBINE.min_possible_probability):
        return "unlikely"
    return "likely" if probability >= COMBINE.likely_probability else "possible"


def _image_opinion(key: tuple[str, str], image: Mapping[tuple[str, str], Opinion]) -> Opinion | None:
    """The image network's opinion on a statement, or for a subclass without one, on its diagnostic group."""
    parent = statement(*key).parent
    return image.get(key) or (image.get((parent, "superclass")) if parent else None)


def _why_open(entry: Statement, leads: Sequence[LeadQuality]) -> str:
    """Why too little is visible to judge a statement; "" where enough is visible."""
    if all(q.word == "not read" for q in leads):
        return ""
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
