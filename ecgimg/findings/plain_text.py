"""A plain text on one ECG, composed of what was measured and stated: a paragraph for each step of the protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from ecgimg.findings.conclusion import conclusion
from ecgimg.findings.measurements import Measurement, Measurements
from ecgimg.findings.opinions import Finding
from ecgimg.findings.protocol import STEPS, RuleInterpretation, RuleStatement, RuleVerdict, Step

MAX_EVIDENCE = 3
"""Measurements that are named for one statement."""
_FIGURES: dict[Step, tuple[str, ...]] = {
    "rate and rhythm": ("heart rate", "RR variation"),
    "conduction, axis, intervals": ("PR interval", "QRS duration", "QRS axis"),
    "QT and electrolytes": ("QT interval", "QTc Fridericia"),
}
"""Figures of the page that a step begins with."""


def interpretation_text(stated: RuleInterpretation, measured: Measurements, findings: Sequence[Finding] = ()) -> str:
    """The text: a paragraph for each step that has something to say, then the conclusion. Nothing is added to them."""
    parts = [_paragraph(step, stated, measured) for step in STEPS]
    return "\n".join([*filter(None, parts), f"Conclusion: {conclusion(stated, measured, findings)}."])


class Measured(Protocol):
    """The evidence for a statement, or that of its JSON."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def lead(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> float | None: ...  # noqa: D102
    @property
    def uncertainty(self) -> float: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102


def evidence_text(one: Measured) -> str:
    """A measurement in words: "qrs_axis -48.6 ± 2.5 degrees", or the reason why there is none."""
    name = f"{one.name} {one.lead}".strip()
    if one.value is None:
        return f"{name}: {one.reason}"
    deviation = f" ± {one.uncertainty:.2g}" if one.uncertainty else ""
    return f"{name} {one.value:.4g}{deviation} {one.unit}".strip()


def _paragraph(step: Step, stated: RuleInterpretation, measured: Measurements) -> str:
    own = [one for one in stated.statements if one.step == step]
    figures = [measured.figure(name) for name in _FIGURES.get(step, ())]
    sentences = [*map(_figure, figures), *_sentences(own)]
    return f"{step[0].upper()}{step[1:]}: {'; '.join(sentences)}." if sentences else ""


def _figure(one: Measurement) -> str:
    if one.value is None:
        return f"{one.name} is not known ({one.why})"
    deviation = "" if one.uncertainty is None else f" ± {one.uncertainty:.2g}"
    return f"{one.name} {one.value:.4g}{deviation} {one.unit}"


def _sentences(own: Sequence[RuleStatement]) -> Iterator[str]:
    """What is met with its evidence, what is open, and what can't be assessed with the reason."""
    for one in own:
        if one.verdict is RuleVerdict.MET:
            yield f"{_name(one)}{_evidence(one)}"
    unsure = [_name(one) for one in own if one.verdict is RuleVerdict.INDETERMINATE]
    if unsure:
        yield f"open, since a limit lies within the uncertainty: {', '.join(unsure)}"
    for one in own:
        if one.verdict is RuleVerdict.NOT_ASSESSABLE:
            yield f"not assessable: {_name(one)} ({one.why})"


def _name(one: RuleStatement) -> str:
    return one.statement if one.who == "all" else f"{one.statement} (limit for {one.who})"


def _evidence(one: RuleStatement) -> str:
    known = [evidence_text(evidence) for evidence in one.evidence if evidence.value is not None]
    more = ", ..." if len(known) > MAX_EVIDENCE else ""
    return f" [{', '.join(known[:MAX_EVIDENCE])}{more}]" if known else ""
