"""Joins what the two networks say of a page: probabilities, verdicts, agreement, and what can't be judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ecgimg.datamodel.leads import LEADS
from ecgimg.findings.opinions import Diagnosis, Finding, Influence, Opinion, ReadBy, Screening, Verdict
from ecgimg.findings.statements import GROUPS, Statement, statement
from ecgimg.networks.combiner import Combiner, load_combiner, log_odds
from ecgimg.recording.quality import LeadQuality

LIKELY = 0.5
CONTRADICTION = 2.0
"""Log odds by which both networks must be beyond their thresholds, on opposite sides, to contradict one another."""
INFLUENCES = 4
MIN_SHARE = 0.15
"""A stretch is told when it weighs at least this share of the strongest one."""


def read_by(diagnosis: Diagnosis | None, screening: Screening | None) -> ReadBy:
    """Which of the two networks says something of the page."""
    signal = diagnosis is not None and bool(diagnosis.opinions)
    image = screening is not None and bool(screening.opinions) and screening.is_ecg and screening.is_readable
    if signal:
        return "signal and image" if image else "signal"
    return "image" if image else "nothing"


def combine(
    diagnosis: Diagnosis | None, screening: Screening | None, leads: Sequence[LeadQuality], quality: float
) -> tuple[Finding, ...]:
    """All statements on which at least one network has an opinion, by group and probability.

    `quality` is the page's confidence, 0 to 1: the less it is, the less the signal weighs against the image.

    Raises:
        DependencyError: the combiner's weights are missing or damaged.
    """
    by = read_by(diagnosis, screening)
    signal = _by_key(diagnosis.opinions if diagnosis and "signal" in by else ())
    image = _by_key(screening.opinions if screening and "image" in by else ())
    combiner = load_combiner()
    findings = [
        _finding(key, signal.get(key), _evidence(key, image), leads if signal else None, quality, combiner)
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
    """What the page does not show, and the statements which that leaves open."""
    missing = [q.lead for q in leads if q.word == "not visible"]
    told = []
    if missing:
        told.append(f"Not visible: {', '.join(missing)}." if len(missing) < len(LEADS) else "No lead was digitized.")
    open_ = dict.fromkeys(f.name for f in findings if f.verdict == "not assessable" and f.why.startswith(_NEEDS))
    if open_:
        told.append(f"Can't be judged on this page: {', '.join(open_)}.")
    short = [q for q in leads if q.word != "not visible" and q.seconds < 5]
    if short:
        told.append(
            f"Shown for less than 5 s each: {', '.join(q.lead for q in short)}; what comes and goes may be missed."
        )
    return tuple(told)


def contradicts(signal: Opinion, image: Opinion) -> bool:
    """Whether both are firm, and on opposite sides of their thresholds.

    A diagnostic group that is likely does not contradict one of its statements being unlikely.
    """
    s, i = _beyond(signal), _beyond(image)
    if signal.key != image.key and i > 0:
        return False
    return s * i < 0 and min(abs(s), abs(i)) >= CONTRADICTION


_NEEDS = "needs "


def _finding(
    key: tuple[str, str],
    signal: Opinion | None,
    image: Opinion | None,
    leads: Sequence[LeadQuality] | None,
    quality: float,
    combiner: Combiner,
) -> Finding:
    code, group = key
    words = statement(code, group)
    first = signal or image
    assert first is not None
    probability, threshold = first.probability, first.threshold
    if key in combiner.weights:
        said = (signal.probability if signal else None, image.probability if image else None)
        probability = combiner.probability(key, *said, quality)
    why = _left_open(words, leads) if leads is not None else ""
    if not why and signal and image and contradicts(signal, image):
        said_by = f"signal {100 * signal.probability:.0f} %, image {100 * image.probability:.0f} %"
        why = f"the two networks contradict: {said_by}"
    verdict: Verdict = "unlikely"
    if why:
        verdict = "not assessable"
    elif probability >= threshold:
        verdict = "likely" if probability >= LIKELY else "possible"
    return Finding(code, group, words.name, verdict, probability, threshold, signal, image, why, _influences(signal))


def _evidence(key: tuple[str, str], image: Mapping[tuple[str, str], Opinion]) -> Opinion | None:
    """What the image says of a statement: its own opinion, or for a subclass that of its diagnostic group."""
    parent = statement(*key).parent
    return image.get(key) or (image.get((parent, "superclass")) if parent else None)


def _left_open(words: Statement, leads: Sequence[LeadQuality]) -> str:
    """Why too little is visible for a statement; empty where enough is."""
    shown = [q for q in leads if q.lead in words.leads and q.word != "not visible"]
    if len(shown) < words.least:
        what = (
            f"{words.least} leads" if len(words.leads) == len(LEADS) else f"{words.least} of {', '.join(words.leads)}"
        )
        return f"{_NEEDS}{what}; {len(shown) or 'none'} can be seen"
    times = [q.interval for q in shown if q.interval is not None]
    covered = max(end for _, end in times) - min(start for start, _ in times)
    if covered < words.seconds:
        return f"{_NEEDS}{words.seconds:g} s; {covered:.1f} s can be seen"
    return ""


def _influences(signal: Opinion | None) -> tuple[Influence, ...]:
    """The stretches that spoke most for a finding; tokens of a lead that follow one another are one stretch."""
    if signal is None or signal.saliency is None:
        return ()
    values = np.nan_to_num(signal.saliency)
    strongest = float(values.max())
    if strongest <= 0:
        return ()
    found = []
    for row, lead in enumerate(LEADS):
        strong = np.concatenate([[False], values[row] >= MIN_SHARE * strongest, [False]])
        edges = np.flatnonzero(np.diff(strong.astype(int)))
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            found.append(Influence(lead, signal.bounds[a], signal.bounds[b], float(values[row, a:b].sum())))
    return tuple(sorted(found, key=lambda i: -i.weight)[:INFLUENCES])


def _beyond(opinion: Opinion) -> float:
    return float(log_odds(np.float64(opinion.probability)) - log_odds(np.float64(opinion.threshold)))


def _by_key(opinions: Sequence[Opinion]) -> dict[tuple[str, str], Opinion]:
    return {opinion.key: opinion for opinion in opinions}
