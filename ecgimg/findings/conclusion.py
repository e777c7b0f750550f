"""The conclusion of a report in one line, and where the rules and the two networks agree or contradict each other.

It is made here for every output, of the statements of the protocol and the findings of the networks; each may be
missing. Its parts: normal or not, rhythm and rate, axis, intervals, what the rules state, what the networks find, and
what can't be judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ecgimg.findings.headline import headline, headline_text
from ecgimg.findings.measurements import Measurements
from ecgimg.findings.opinions import Finding, Opinion
from ecgimg.findings.protocol import RuleInterpretation, RuleStatement, RuleVerdict
from ecgimg.findings.statements import ABNORMAL

MAX_NAMED = 3
"""Findings of the networks, and criteria that can't be judged, in a conclusion."""
RHYTHMS = (
    "paced_rhythm", "atrial_fibrillation", "sinus_bradycardia", "sinus_tachycardia", "sinus_rhythm", "no_p_regular",
)  # fmt: skip
"""Criteria that name the rhythm; the first that is met does."""
AXES = ("normal_axis", "left_axis", "right_axis", "extreme_axis")
_FIGURES = (("PR", "PR interval"), ("QRS", "QRS duration"), ("QTc", "QTc Fridericia"))
SUBCLASS_OF = {"LAFB": "LAFB/LPFB", "LPFB": "LAFB/LPFB", "ASMI": "AMI"}
"""Codes that the networks report under the name of their subclass."""

View = Literal["yes", "no", "open", ""]
"""What a rule or a network says; open where it is not decided, empty where it has no opinion."""
Agreement = Literal["agree", "contradict", "alone"]


@dataclass(frozen=True)
class Compared:
    """One topic on which a rule and at least one network have an opinion, and one of them says yes."""

    name: str
    criterion: str
    code: str
    rule: View
    signal: View
    image: View

    @property
    def agreement(self) -> Agreement:
        """How the opinions that are decided stand to each other."""
        decided = [view for view in (self.rule, self.signal, self.image) if view in ("yes", "no")]
        if len(decided) < 2:
            return "alone"
        return "agree" if len(set(decided)) == 1 else "contradict"


@dataclass(frozen=True)
class ConclusionParts:
    """The parts of a conclusion in English; empty where there is nothing to state.

    `rhythm`, `axis` and `rules` are names of statements, `open` those of leading criteria that can't be judged. `rate`
    is in beats a minute. Without measured beats only `normal` and `networks` are there.
    """

    normal: str
    networks: str
    rhythm: str = ""
    rate: str = ""
    axis: str = ""
    intervals: str = ""
    rules: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All parts in one line."""
        if not self.rhythm:
            return "; ".join(filter(None, (self.normal, self.networks))) or "no finding"
        rate = f" {self.rate}/min" if self.rate else ""
        more = f" and {len(self.open) - MAX_NAMED} more" if len(self.open) > MAX_NAMED else ""
        unseen = f"not assessable: {', '.join(self.open[:MAX_NAMED])}{more}" if self.open else ""
        rules = f"rules: {', '.join(self.rules)}"
        return "; ".join(
            filter(None, (self.normal, self.rhythm + rate, self.axis, self.intervals, rules, self.networks, unseen))
        )


def conclusion(
    interpretation: RuleInterpretation | None, measured: Measurements | None, findings: Sequence[Finding]
) -> str:
    """The conclusion in one line."""
    return conclusion_parts(interpretation, measured, findings).text


def conclusion_parts(
    interpretation: RuleInterpretation | None, measured: Measurements | None, findings: Sequence[Finding]
) -> ConclusionParts:
    """The conclusion by its parts."""
    normal = _normal(interpretation, findings) if findings or interpretation is not None else ""
    networks = _networks(findings) if findings else ""
    if interpretation is None or measured is None or not measured.times:
        return ConclusionParts(normal if findings else "", networks)
    rate = measured.figure("heart rate").value
    return ConclusionParts(
        normal,
        networks,
        rhythm=_rhythm(interpretation),
        rate="" if rate is None else f"{rate:.0f}",
        axis=_axis(interpretation),
        intervals=_intervals(measured),
        rules=_rules(interpretation),
        open=_open(interpretation),
    )


def compared(interpretation: RuleInterpretation | None, findings: Iterable[Finding]) -> tuple[Compared, ...]:
    """Where rule, signal network and image network speak of the same thing; contradictions come first."""
    by_code = {finding.code: finding for finding in findings if finding.group != "superclass"}
    rows = [row for one in (interpretation.statements if interpretation else ()) for row in _compared(one, by_code)]
    once: dict[str, Compared] = {}
    for row in rows:
        once.setdefault(row.criterion, row)
    return tuple(sorted(once.values(), key=lambda row: row.agreement != "contradict"))


def _compared(one: RuleStatement, by_code: dict[str, Finding]) -> Iterator[Compared]:
    for code in dict.fromkeys(SUBCLASS_OF.get(code, code) for code in one.codes):
        finding = by_code.get(code)
        if finding is None:
            continue
        signal, image = _view(finding.signal), _view(finding.own_image)
        row = Compared(one.statement, one.id, code, _rule_view(one.verdict), signal, image)
        if "yes" in (row.rule, row.signal, row.image):
            yield row


def _rule_view(verdict: RuleVerdict) -> View:
    if verdict in (RuleVerdict.MET, RuleVerdict.NOT_MET):
        return "yes" if verdict is RuleVerdict.MET else "no"
    return "open" if verdict is RuleVerdict.INDETERMINATE else ""


def _view(opinion: Opinion | None) -> View:
    return "" if opinion is None else "yes" if opinion.positive else "no"


def _normal(interpretation: RuleInterpretation | None, findings: Sequence[Finding]) -> str:
    """Normal or not: by the networks, or by the rules where there is none."""
    abnormal = next((finding for finding in findings if finding.code == ABNORMAL), None)
    if abnormal is not None:
        words = {"likely": "Not a normal ECG", "unlikely": "Normal ECG"}
        return words.get(abnormal.verdict, "Open whether the ECG is normal")
    if interpretation is None:
        return ""
    rule = interpretation.of("normal_ecg")[0].verdict
    words_of_rules = {RuleVerdict.MET: "Normal ECG by the rules", RuleVerdict.NOT_MET: "Not a normal ECG by the rules"}
    return words_of_rules.get(rule, "Open whether the ECG is normal")


def _rhythm(interpretation: RuleInterpretation) -> str:
    met = [interpretation.of(id)[0].statement for id in RHYTHMS if interpretation.met(id)]
    return met[0] if met else "rhythm open"


def _axis(interpretation: RuleInterpretation) -> str:
    return next((interpretation.of(id)[0].statement for id in AXES if interpretation.met(id)), "axis open")


def _intervals(measured: Measurements) -> str:
    values = [(short, measured.figure(name).value) for short, name in _FIGURES]
    known = [f"{short} {value:.0f}" for short, value in values if value is not None]
    return f"{', '.join(known)} ms" if known else ""


def _rules(interpretation: RuleInterpretation) -> tuple[str, ...]:
    """The leading disorders that are met, but rhythm and axis, which have their own part."""
    shown = {*RHYTHMS, *AXES}
    met = [one for one in interpretation.statements if one.is_leading and one.is_abnormal and one.id not in shown]
    names = dict.fromkeys(_name(one) for one in met if one.verdict is RuleVerdict.MET)
    return tuple(names) or ("no other disorder",)


def _name(one: RuleStatement) -> str:
    return one.statement if one.who == "all" else f"{one.statement} by the limit for {one.who}"


def _networks(findings: Sequence[Finding]) -> str:
    return f"networks: {headline_text(headline(findings), MAX_NAMED)}"


def _open(interpretation: RuleInterpretation) -> tuple[str, ...]:
    unseen = [one for one in interpretation.statements if one.is_leading and one.verdict is RuleVerdict.NOT_ASSESSABLE]
    return tuple(dict.fromkeys(one.statement for one in unseen))
