"""Answers the questions of ECG-Reasoning-Benchmark from measurements, each with the right answers before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from ecgimg.bench.interpret.questions import DiagnosisRow, FindingRow, Question, ReasoningItem, reasoning_table
from ecgimg.findings.measurements import LeadBeat, Measurements, Wave
from ecgimg.findings.protocol import RuleVerdict
from ecgimg.stages.interpret.expression import Evaluator
from ecgimg.stages.interpret.grammar import parse
from ecgimg.stages.interpret.quantities import Quantities, beat_durations, premature

Span = tuple[float, float]
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LEAD = re.compile(r"lead (aVR|aVL|aVF|III|II|I|V[1-6])\b")


def answered(item: ReasoningItem, measured: Measurements) -> tuple[tuple[Question, bool], ...]:
    """Each question of an item, and whether the answer is the right one."""
    reader = _Reader(item, measured)
    return tuple((question, reader.answer(step, k) == question.answer) for step in item.steps for k, question in
                 enumerate(step))  # fmt: skip


class _Reader:
    """Answers one item; what was right before a question is its history."""

    def __init__(self, item: ReasoningItem, measured: Measurements) -> None:
        self.measured = measured
        self.quantities = Quantities(measured)
        self.row: DiagnosisRow = reasoning_table().diagnoses[item.diagnosis]
        self.history = ""

    def answer(self, step: Sequence[Question], k: int) -> frozenset[str]:
        question = step[k]
        if question.kind == "diagnostic_decision":
            return frozenset({self._decision(question)})
        finding = reasoning_table().findings[self.row.next[self.history[:-1] if k > 1 else self.history]]
        if question.kind == "criterion_selection":
            return frozenset({finding.option} & {*question.options})
        if question.kind == "finding_identification":
            found = "Yes" if self._is_found(finding) else "No"
            self.history += next(iter(question.answer))[0]
            return frozenset({found})
        if question.kind == "lead_grounding":
            return self._leads(finding, question)
        if question.kind == "wave_grounding":
            return frozenset({self._wave(question)})
        return frozenset({self._range(question, step[:k])})

    def _decision(self, question: Question) -> str:
        if self.history in self.row.yes:
            return "Yes"
        return "No" if self.history in self.row.no else question.options[2]

    def _evaluator(self) -> Evaluator:
        return Evaluator(self.quantities, {}, deviations=0.0)

    def _meeting(self, finding: FindingRow) -> list[str]:
        verdicts = self._evaluator().meeting(parse(finding.where), finding.leads)
        return [lead for lead, verdict in verdicts.items() if verdict is RuleVerdict.MET]

    def _is_found(self, finding: FindingRow) -> bool:
        if finding.leads:
            return len(self._meeting(finding)) >= finding.least
        return self._evaluator().verdict(parse(finding.where)) is RuleVerdict.MET

    def _leads(self, finding: FindingRow, question: Question) -> frozenset[str]:
        if "larger R" in question.text:
            offered = [option.removeprefix("Lead ") for option in question.options]
            return frozenset({f"Lead {max(offered, key=lambda lead: self._amplitude('r', lead))}"})
        return frozenset(f"Lead {lead}" for lead in self._meeting(finding)) & {*question.options}

    def _amplitude(self, name: str, lead: str) -> float:
        return self.quantities.of_lead(name, lead).value or 0.0

    def _wave(self, question: Question) -> str:
        text = question.text
        if "between two consecutive QRS waves" in text:
            return self._longest_interval(question)
        spans = _spans(self.measured, text)
        if "non-conducted" in text:  # a P wave that no beat follows is none of the waves of the beats
            return min(question.options, key=lambda option: _overlap(_span(option), spans))
        return max(question.options, key=lambda option: _overlap(_span(option), spans))

    def _longest_interval(self, question: Question) -> str:
        times = np.array(self.measured.times)
        first = int(np.abs(times - np.mean(_span(question.text))).argmin()) if len(times) else 0
        rr = np.diff(times)[first:]

        def length(option: str) -> float:
            k = int(_NUMBER.findall(option)[0]) - 1
            return float(rr[k]) if k < len(rr) else 0.0

        return max(question.options, key=length)

    def _range(self, question: Question, before: Sequence[Question]) -> str:
        value = self._figure(question.text, before)
        return question.options[0] if value is None else min(question.options, key=lambda o: _distance(value, o))

    def _figure(self, text: str, before: Sequence[Question]) -> float | None:
        waves = [question for question in before if question.kind == "wave_grounding"]
        beat = self._beat(_span(next(iter(waves[-1].answer)))) if waves else None
        if "amplitude" in text:
            name = "r" if "R amplitude" in text else "s"
            return self._beat_amplitude(name, _lead_of(before), beat)
        if "QRS duration" in text:
            durations = beat_durations(self.measured)
            if "premature" in text and beat in durations:
                return durations[beat]
            return self.measured.figure("QRS duration").value
        names = {"PR interval": "PR interval", "QRS axis": "QRS axis", "rate": "heart rate"}
        return next(self.measured.figure(name).value for key, name in names.items() if key in text)

    def _beat_amplitude(self, name: str, lead: str, beat: int | None) -> float:
        own = [one.shape for one in self.measured.beats if one.lead == lead and one.beat == beat]
        if not own or own[0].qrs is None:
            return self._amplitude(name, lead)
        shape = own[0]
        return max(shape.r or 0.0, shape.r2 or 0.0) if name == "r" else max(-(shape.s or 0.0), -(shape.q or 0.0))

    def _beat(self, span: Span) -> int | None:
        times = np.array(self.measured.times)
        return int(np.abs(times - np.mean(span)).argmin()) if len(times) else None


def _lead_of(before: Sequence[Question]) -> str:
    """The lead of the last question that names one; the lead that was chosen where it is the selected one."""
    for question in reversed(before):
        if question.kind == "wave_grounding" and (named := _LEAD.search(question.text)):
            return named[1]
        if question.kind == "lead_grounding":
            return next(iter(question.answer)).removeprefix("Lead ")
    return "V1"


def _spans(measured: Measurements, text: str) -> tuple[Span, ...]:
    """The waves that a question is about, of each beat: from their median onset to their median end over the leads."""
    if "P wave" in text and "non-conducted" not in text:
        return _wave_spans(measured, [lambda b: b.p])
    if "ST segment and T wave" in text:
        return tuple((q[1], t[1]) for q, t in _pairs(measured))
    if "T wave" in text:
        return _wave_spans(measured, [lambda b: b.t])
    if "non-conducted" in text:
        return _wave_spans(measured, [lambda b: b.p, lambda b: b.qrs, lambda b: b.t])
    beats = premature(measured) if "premature beat" in text else ()
    return _wave_spans(measured, [lambda b: b.qrs], beats)


def _pairs(measured: Measurements) -> Iterable[tuple[Span, Span]]:
    for beat in range(len(measured.times)):
        qrs, t = (_wave_spans(measured, [wave], (beat,)) for wave in (lambda b: b.qrs, lambda b: b.t))
        if qrs and t:
            yield qrs[0], t[0]


def _wave_spans(
    measured: Measurements, waves: Sequence[Callable[[LeadBeat], Wave | None]], beats: Sequence[int] = ()
) -> tuple[Span, ...]:
    """The spans of one or more waves of each beat, or of some beats."""
    out: list[Span] = []
    for wave in waves:
        found: dict[int, list[Span]] = {}
        for one in measured.beats:
            own = wave(one)
            if own and own.onset is not None and own.end is not None and (not beats or one.beat in beats):
                found.setdefault(one.beat, []).append((own.onset, own.end))
        out += [(float(np.median([s[0] for s in spans])), float(np.median([s[1] for s in spans])))
                for spans in found.values()]  # fmt: skip
    return tuple(out)


def _span(option: str) -> Span:
    first, last = (float(value) for value in _NUMBER.findall(option.split("located at")[-1])[:2])
    return first, last


def _overlap(span: Span, spans: Iterable[Span]) -> float:
    """The largest share that a span has in common with one of the others (intersection over union)."""
    shares = [
        max(min(span[1], other[1]) - max(span[0], other[0]), 0.0) / (max(span[1], other[1]) - min(span[0], other[0]))
        for other in spans
    ]
    return max(shares, default=0.0)


def _distance(value: float, option: str) -> float:
    """How far a value is outside of a range such as `[1.1mV - 1.2mV]` or `Above 2.0mV`."""
    bounds = [float(text) for text in _NUMBER.findall(option)]
    low = -np.inf if option.startswith("Below") else bounds[0]
    high = np.inf if option.startswith("Above") else bounds[-1]
    return float(max(low - value, value - high, 0.0))
