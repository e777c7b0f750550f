"""Interprets measurements: every criterion of the table, in the order of the protocol."""

from __future__ import annotations

from ecgimg.datamodel.patient import Sex
from ecgimg.findings.measurements import Measurements
from ecgimg.findings.protocol import RuleInterpretation, RuleStatement, RuleVerdict, Stretch, Who
from ecgimg.stages.interpret.constants import INTERPRET
from ecgimg.stages.interpret.criteria import CriteriaTable, Criterion, packaged_criteria
from ecgimg.stages.interpret.expression import Above, Evaluator, any_of
from ecgimg.stages.interpret.grammar import parse
from ecgimg.stages.interpret.quantities import Quantities


def interpret(
    measured: Measurements,
    sex: Sex | None = None,
    age: int | None = None,
    table: CriteriaTable | None = None,
    deviations: float = INTERPRET.deviations,
) -> RuleInterpretation:
    """All statements on a recording's measurements.

    Where the sex is not given, a criterion whose limit depends on it makes two statements. `table` is that of the
    package where none is given; a threshold nearer than `deviations` standard deviations is indeterminate.
    """
    quantities = Quantities(measured)
    above: dict[str, Above] = {}
    out: list[RuleStatement] = []
    for criterion in (table or packaged_criteria()).criteria:
        own = []
        for who, limit in criterion.limits(sex, age):
            evaluator = Evaluator(quantities, above, limit, deviations)
            own.append(_statement(criterion, who, evaluator, frozenset(above)))
        out += own
        above[criterion.id] = Above(_of_both(own), own[0].evidence, own[0].leads)
    return RuleInterpretation(tuple(out), sex, age)


def _of_both(own: list[RuleStatement]) -> RuleVerdict:
    """One verdict of a criterion: open where those for men and for women differ."""
    verdicts = {one.verdict for one in own}
    return (
        verdicts.pop() if len(verdicts) == 1 else any_of([*(verdicts - {RuleVerdict.MET}), RuleVerdict.INDETERMINATE])
    )


def _statement(criterion: Criterion, who: Who, evaluator: Evaluator, above: frozenset[str]) -> RuleStatement:
    verdict = evaluator.verdict(parse(criterion.where, above))
    evidence = tuple(evaluator.evidence)
    leads = tuple(evaluator.leads) or tuple(dict.fromkeys(one.lead for one in evidence if one.lead))
    missing = dict.fromkeys(f"{one.name} {one.lead}".strip() + f": {one.reason}" for one in evidence if one.reason)
    return RuleStatement(
        id=criterion.id,
        step=criterion.step,
        statement=criterion.statement,
        source=criterion.source,
        where=criterion.where,
        verdict=verdict,
        who=who,
        limit=evaluator.limit,
        unit=criterion.unit,
        evidence=evidence,
        leads=leads,
        times=_times(evaluator.quantities.measured, leads, any(not one.lead for one in evidence)),
        why="; ".join(missing) if verdict is RuleVerdict.NOT_ASSESSABLE else "",
        is_abnormal=criterion.abnormal,
        is_leading=criterion.leading,
        codes=criterion.codes,
    )


def _times(measured: Measurements, leads: tuple[str, ...], is_of_page: bool) -> tuple[Stretch, ...]:
    """From the first to the last beat of each lead, and of the page where a figure of it is used."""
    out = [Stretch("", measured.times[0], measured.times[-1])] if is_of_page and measured.times else []
    for lead in leads:
        own = [beat.time for beat in measured.beats if beat.lead == lead]
        if own:
            out.append(Stretch(lead, min(own), max(own)))
    return tuple(out)
