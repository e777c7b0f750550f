"""What a protocol of criteria states about a recording: each statement with the measurements that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

from ecgimg.datamodel.patient import Sex

Who = Literal["all", "men", "women"]
"""For whom the limit of a statement holds."""

Step = Literal[
    "quality", "rate and rhythm", "conduction, axis, intervals", "chambers and voltage", "ischaemia and infarction",
    "QT and electrolytes", "synthesis",
]  # fmt: skip
STEPS: tuple[Step, ...] = get_args(Step)
"""The steps of the protocol in their order (ECG-R1, Apache-2.0): technical quality, six readings and a synthesis."""


class RuleVerdict(StrEnum):
    """What the measurements make of a criterion."""

    MET = "met"
    NOT_MET = "not met"
    INDETERMINATE = "indeterminate"
    """A threshold lies inside the uncertainty of what is measured."""
    NOT_ASSESSABLE = "not assessable"
    """A measurement that the criterion needs has no value."""


@dataclass(frozen=True)
class Evidence:
    """A measurement that a statement rests on; `lead` is empty for one of the page.

    `value` is None where there is none, and `reason` is why. `uncertainty` is one standard deviation, in `unit`.
    """

    name: str
    value: float | None
    unit: str = ""
    uncertainty: float = 0.0
    lead: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Stretch:
    """Where on the recording evidence lies: seconds of a lead, or of the page where `lead` is empty."""

    lead: str
    start: float
    end: float


@dataclass(frozen=True)
class RuleStatement:
    """One criterion with its verdict.

    `where` is its expression over named measurements, in which `limit` stands for the threshold; `limit` is None where
    the expression has none. `leads` are those whose evidence decided, `times` where they show it, and `why` the reasons
    of missing evidence. `is_abnormal` is whether it states a disorder where it is met, `is_leading` whether it belongs
    into a conclusion.
    """

    id: str
    step: Step
    statement: str
    source: str
    where: str
    verdict: RuleVerdict
    who: Who = "all"
    limit: float | None = None
    unit: str = ""
    evidence: tuple[Evidence, ...] = ()
    leads: tuple[str, ...] = ()
    times: tuple[Stretch, ...] = ()
    why: str = ""
    is_abnormal: bool = False
    is_leading: bool = False
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleInterpretation:
    """All statements on a recording in the order of the protocol, and for whom its limits were chosen."""

    statements: tuple[RuleStatement, ...]
    sex: Sex | None = None
    age: int | None = None

    def of(self, id: str) -> tuple[RuleStatement, ...]:
        """The statements of one criterion: one, or one for each sex where a limit depends on it and it is not given."""
        return tuple(one for one in self.statements if one.id == id)

    def met(self, id: str) -> bool:
        """Whether a criterion is met, for men and women alike where the sex is not given."""
        found = self.of(id)
        return bool(found) and all(one.verdict is RuleVerdict.MET for one in found)
