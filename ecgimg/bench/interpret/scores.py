"""Scores of statements: against codes, between a record and its page, and on chains of questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.bench.common.statistics import mean_of_known, page_interval, share_interval
from ecgimg.bench.interpret.rows import ChainRow, StatementRow
from ecgimg.datasets.ptbxl import PtbxlRecord
from ecgimg.findings.protocol import RuleVerdict
from ecgimg.train.common.classifier_metrics import Interval

MET, NOT_MET = RuleVerdict.MET.value, RuleVerdict.NOT_MET.value


@dataclass(frozen=True)
class CodeScore:
    """A criterion against its codes: verdicts of the records with and without one of them.

    Sensitivity and specificity are of the records on which the verdict is met or not met; `open` is the share of all
    that are indeterminate, `missing` of those that are not assessable.
    """

    criterion: str
    codes: tuple[str, ...]
    positives: int
    negatives: int
    sensitivity: Interval
    specificity: Interval
    open: float
    missing: float


@dataclass(frozen=True)
class PageAgreement:
    """Statements of a record and of its page: mean Jaccard index of those that are met, and how verdicts differ.

    `firm` is the share of the statements that are met or not met on both, `opposite` that of the firm ones which
    differ. `jaccard_firm` leaves statements out that are open on one of the two.
    """

    kind: str
    pages: int
    refused: int
    jaccard: Interval
    jaccard_firm: Interval
    firm: float
    opposite: float


@dataclass(frozen=True)
class ChainScore:
    """Chains of one diagnosis, or of all: how many are complete."""

    diagnosis: str
    chains: int
    complete: Interval
    complete_present: Interval
    complete_absent: Interval


def code_scores(
    rows: Iterable[StatementRow], records: Mapping[int, PtbxlRecord], codes: Mapping[str, tuple[str, ...]]
) -> tuple[CodeScore, ...]:
    """Each criterion that has codes, on the records whose codes are exact."""
    exact = [row for row in rows if not row.reason and records[row.record].exact]
    return tuple(_code_score(name, own, exact, records) for name, own in codes.items() if own)


def _code_score(
    name: str, codes: tuple[str, ...], rows: Sequence[StatementRow], records: Mapping[int, PtbxlRecord]
) -> CodeScore:
    has = [bool({code for code, _ in records[row.record].codes} & {*codes}) for row in rows]
    verdicts = [row.verdicts[name] for row in rows]
    with_code, without = ([v for v, is_set in zip(verdicts, has, strict=True) if is_set is it] for it in (True, False))
    return CodeScore(
        name,
        codes,
        len(with_code),
        len(without),
        share_interval([verdict == MET for verdict in with_code if _is_firm(verdict)]),
        share_interval([verdict == NOT_MET for verdict in without if _is_firm(verdict)]),
        mean_of_known([verdict == RuleVerdict.INDETERMINATE for verdict in verdicts]),
        mean_of_known([verdict == RuleVerdict.NOT_ASSESSABLE for verdict in verdicts]),
    )


def page_agreement(kind: str, clean: Mapping[int, StatementRow], pages: Sequence[StatementRow]) -> PageAgreement:
    """The pages of one kind against the same records as they are; intervals from a bootstrap over pages."""
    read = [(clean[row.record].verdicts, row.verdicts) for row in pages if not row.reason]
    firm_names = [{name for name in a if _is_firm(a[name]) and _is_firm(b[name])} for a, b in read]
    differs = [a[name] != b[name] for (a, b), names in zip(read, firm_names, strict=True) for name in names]
    every = np.array([_jaccard(a, b, set(a)) for a, b in read])
    firm = np.array([_jaccard(a, b, names) for (a, b), names in zip(read, firm_names, strict=True)])
    return PageAgreement(
        kind,
        len(read),
        len(pages) - len(read),
        page_interval(every, np.mean),
        page_interval(firm, np.mean),
        mean_of_known([len(names) / len(a) for (a, _), names in zip(read, firm_names, strict=True)]),
        mean_of_known(differs),
    )


def _jaccard(a: Mapping[str, str], b: Mapping[str, str], names: set[str]) -> float:
    one, other = ({name for name in names if verdicts[name] == MET} for verdicts in (a, b))
    return len(one & other) / len(one | other) if one | other else 1.0


def _is_firm(verdict: str) -> bool:
    return verdict in (MET, NOT_MET)


def kind_scores(rows: Sequence[ChainRow]) -> dict[str, tuple[int, Interval]]:
    """Number of questions of each kind, and the share of right answers."""
    out: dict[str, list[bool]] = {}
    for row in rows:
        for kind, is_right in zip(row.kinds, row.right, strict=True):
            out.setdefault(kind, []).append(is_right)
    return {kind: (len(right), share_interval(right)) for kind, right in out.items()}


def chain_scores(rows: Sequence[ChainRow]) -> tuple[ChainScore, ...]:
    """All chains, then those of each diagnosis."""
    names = sorted({row.diagnosis for row in rows})
    return tuple(_chain_score(name, [r for r in rows if name in ("all", r.diagnosis)]) for name in ("all", *names))


def _chain_score(name: str, rows: Sequence[ChainRow]) -> ChainScore:
    present, absent = ([row.is_complete for row in rows if row.is_present is it] for it in (True, False))
    return ChainScore(name, len(rows), *map(share_interval, ([*present, *absent], present, absent)))
