"""The tables of `ecgimg bench interpret` as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ecgimg.bench.common.formatting import number, percent, table_row
from ecgimg.bench.interpret.scores import ChainScore, CodeScore, PageAgreement


@dataclass(frozen=True)
class InterpretBench:
    """Everything that was scored; what was not asked for is empty."""

    codes: tuple[CodeScore, ...] = ()
    pages: tuple[PageAgreement, ...] = ()
    kinds: dict[str, tuple[int, float]] = field(default_factory=dict)
    chains: tuple[ChainScore, ...] = ()


def markdown(bench: InterpretBench) -> str:
    """All tables that there are."""
    parts = [
        make(bench) for make, rows in ((_codes, bench.codes), (_pages, bench.pages), (_chains, bench.chains)) if rows
    ]
    return "\n\n".join(parts) + "\n"


def _codes(bench: InterpretBench) -> str:
    text = (
        "Statements against SCP codes of PTB-XL, records with exact codes, any likelihood. Sensitivity and specificity "
        "are of the records that are met or not met."
    )
    head = ["criterion", "codes", "n (with code)", "sensitivity", "specificity", "indeterminate", "not assessable"]
    rows = [
        [o.criterion, " ".join(o.codes), f"{o.positives + o.negatives} ({o.positives})",
         *map(percent, (o.sensitivity, o.specificity, o.open, o.missing))]
        for o in bench.codes
    ]  # fmt: skip
    return _table(text, head, rows)


def _pages(bench: InterpretBench) -> str:
    text = "Statements of a clean record and of its drawn page: Jaccard index of those that are met, mean of the pages."
    head = ["pages", "n", "refused", "Jaccard", "of those firm on both", "firm on both", "of these opposite"]
    rows = [
        [o.kind, str(o.pages), str(o.refused), number(o.jaccard, "{:.2f}"), number(o.jaccard_firm, "{:.2f}"),
         percent(o.firm), percent(o.opposite)]
        for o in bench.pages
    ]  # fmt: skip
    return _table(text, head, rows)


def _chains(bench: InterpretBench) -> str:
    text = "ECG-Reasoning-Benchmark, answered from measurements: right answers by kind of question, with right history."
    kinds = _table(text, ["question", "n", "right"], [[k, str(n), percent(s)] for k, (n, s) in bench.kinds.items()])
    text = "Completion: share of the chains without a wrong answer."
    head = ["diagnosis", "n", "complete", "where it is present", "where it is absent"]
    rows = [
        [
            o.diagnosis.replace("_", " "),
            str(o.chains),
            *map(percent, (o.complete, o.complete_present, o.complete_absent)),
        ]
        for o in bench.chains
    ]
    return f"{kinds}\n\n{_table(text, head, rows)}"


def _table(text: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join([text, "", table_row(head), "|" + "---|" * len(head), *(table_row(row) for row in rows)])
