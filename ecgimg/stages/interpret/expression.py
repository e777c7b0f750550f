"""Evaluates the expression of a criterion over named measurements, with their uncertainty."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ecgimg.findings.protocol import Evidence, RuleVerdict
from ecgimg.stages.interpret.constants import INTERPRET
from ecgimg.stages.interpret.grammar import QUANTIFIERS, leads_of
from ecgimg.stages.interpret.quantities import LEAD_NAMES, Quantities

MET, NOT_MET = RuleVerdict.MET, RuleVerdict.NOT_MET
INDETERMINATE, NOT_ASSESSABLE = RuleVerdict.INDETERMINATE, RuleVerdict.NOT_ASSESSABLE
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b if b else float("inf"),
}


@dataclass(frozen=True)
class Number:
    """A value with its standard deviation; None where it is not known."""

    value: float | None
    deviation: float = 0.0


@dataclass(frozen=True)
class Above:
    """A criterion that was evaluated: its verdict, what it rests on, and the leads that decided."""

    verdict: RuleVerdict
    evidence: tuple[Evidence, ...] = ()
    leads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evaluator:
    """Evaluates expressions on one recording; what they rest on is gathered in `evidence`.

    `above` are the criteria above, `lead` is the lead in turn. A threshold nearer than `deviations`
    standard deviations leaves a comparison indeterminate; 0 compares the values alone.
    """

    quantities: Quantities
    above: Mapping[str, Above]
    limit: float | None = None
    deviations: float = INTERPRET.deviations
    lead: str = ""
    evidence: list[Evidence] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)

    def verdict(self, node: ast.expr) -> RuleVerdict:
        """The verdict of a condition."""
        match node:
            case ast.BoolOp(op=ast.And()):
                return all_of([self.verdict(value) for value in node.values])
            case ast.BoolOp():
                return any_of([self.verdict(value) for value in node.values])
            case ast.UnaryOp(op=ast.Not()):
                return opposite(self.verdict(node.operand))
            case ast.Compare(ops=[ast.In() | ast.NotIn() as op], comparators=[leads]):
                return MET if (self.lead in leads_of(leads)) is isinstance(op, ast.In) else NOT_MET
            case ast.Compare():
                return self._compared(node)
            case ast.Name() if node.id in self.above:
                one = self.above[node.id]
                self._rest_on(one.evidence, one.leads)
                return one.verdict
            case ast.Call(func=ast.Name(id=name)) if name in QUANTIFIERS:
                return self._counted(name, node)
            case _:
                raise ValueError(f"{ast.unparse(node)} is no condition")

    def number(self, node: ast.expr) -> Number:
        """The value of a term."""
        match node:
            case ast.Constant():
                assert isinstance(node.value, int | float)
                return Number(float(node.value))
            case ast.UnaryOp(op=ast.USub()):
                inner = self.number(node.operand)
                return Number(None if inner.value is None else -inner.value, inner.deviation)
            case ast.BinOp():
                return self._joined(node)
            case ast.Name(id="limit"):
                return Number(self.limit)
            case ast.Name():
                return self._named(node.id)
            case ast.Attribute(value=ast.Name(id=lead)):
                return replace(self, lead=lead)._named(node.attr)
            case ast.Call(func=ast.Name(id="largest")):
                return self._largest(node)
            case _:
                raise ValueError(f"{ast.unparse(node)} is no value")

    def meeting(self, body: ast.expr, leads: Sequence[str]) -> dict[str, RuleVerdict]:
        """The verdict of a condition in each of the leads."""
        return {lead: replace(self, lead=lead).verdict(body) for lead in leads}

    def _rest_on(self, evidence: Sequence[Evidence], leads: Sequence[str] = ()) -> None:
        self.evidence.extend(one for one in evidence if one not in self.evidence)
        self.leads.extend(lead for lead in leads if lead not in self.leads)

    def _named(self, name: str) -> Number:
        if name in LEAD_NAMES:
            if not self.lead:
                raise ValueError(f"{name} belongs to a lead")
            found = self.quantities.of_lead(name, self.lead)
        else:
            found = self.quantities.of_page(name)
        self._rest_on((found,))
        return Number(found.value, found.uncertainty)

    def _joined(self, node: ast.BinOp) -> Number:
        left, right = self.number(node.left), self.number(node.right)
        if left.value is None or right.value is None:
            return Number(None)
        apply = _OPERATORS[type(node.op)]
        value = apply(left.value, right.value)
        changes = (
            apply(left.value + left.deviation, right.value) - value,
            apply(left.value, right.value + right.deviation) - value,
        )
        return Number(value, float(np.hypot(*changes)) if np.isfinite(value) else 0.0)

    def _largest(self, node: ast.Call) -> Number:
        found = [replace(self, lead=lead).number(node.args[1]) for lead in leads_of(node.args[0])]
        known = [(one.value, one.deviation) for one in found if one.value is not None]
        return Number(*max(known)) if len(known) == len(found) else Number(None)

    def _compared(self, node: ast.Compare) -> RuleVerdict:
        terms = [self.number(term) for term in (node.left, *node.comparators)]
        pairs = zip(terms, node.ops, terms[1:], strict=False)
        return all_of([compared(left, op, right, self.deviations) for left, op, right in pairs])

    def _counted(self, name: str, node: ast.Call) -> RuleVerdict:
        least = int(self.number(node.args[0]).value or 0)
        leads = leads_of(node.args[1])
        found = self.meeting(node.args[2], leads)
        runs = [leads] if name == "at_least" else [leads[k : k + least] for k in range(len(leads) - least + 1)]
        verdict = any_of([enough([found[lead] for lead in run], least) for run in runs])
        self._rest_on((), [lead for lead in leads if verdict is MET and found[lead] is MET])
        return verdict


def compared(left: Number, op: ast.cmpop, right: Number, deviations: float) -> RuleVerdict:
    """The verdict of one comparison."""
    if left.value is None or right.value is None:
        return NOT_ASSESSABLE
    difference = left.value - right.value
    deviation = float(np.hypot(left.deviation, right.deviation))
    if isinstance(op, ast.Eq):
        return MET if difference == 0 else NOT_MET
    if deviation > 0 and abs(difference) < deviations * deviation:
        return INDETERMINATE
    above = difference > 0 or (difference == 0 and isinstance(op, ast.GtE))
    below = difference < 0 or (difference == 0 and isinstance(op, ast.LtE))
    return MET if (above if isinstance(op, ast.Gt | ast.GtE) else below) else NOT_MET


def all_of(verdicts: Sequence[RuleVerdict]) -> RuleVerdict:
    """The verdict of `and`: one that is not met decides."""
    return next((one for one in (NOT_MET, NOT_ASSESSABLE, INDETERMINATE) if one in verdicts), MET)


def any_of(verdicts: Sequence[RuleVerdict]) -> RuleVerdict:
    """The verdict of `or`: one that is met decides."""
    return next((one for one in (MET, NOT_ASSESSABLE, INDETERMINATE) if one in verdicts), NOT_MET)


def opposite(verdict: RuleVerdict) -> RuleVerdict:
    """The verdict of `not`."""
    return {MET: NOT_MET, NOT_MET: MET}.get(verdict, verdict)


def enough(verdicts: Sequence[RuleVerdict], least: int) -> RuleVerdict:
    """Whether at least so many are met: what is open decides only where the rest does not."""
    met = verdicts.count(MET)
    if met >= least:
        return MET
    if met + verdicts.count(INDETERMINATE) + verdicts.count(NOT_ASSESSABLE) < least:
        return NOT_MET
    return INDETERMINATE if met + verdicts.count(INDETERMINATE) >= least else NOT_ASSESSABLE
