"""The tables of `ecgimg bench interpret` as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ecgimg.bench.common.formatting import percent, range_or_dash, table_row
from ecgimg.bench.interpret.scores import ChainScore, CodeScore, PageAgreement
from ecgimg.train.common.classifier_metrics import Interval


@dataclass(frozen=True)
class InterpretBench:
    """Everything that was scored; what was not asked for is empty."""

    codes: tuple[CodeScore, ...] = ()
    pages: tuple[PageAgreement, ...] = ()
    kinds: dict[str, tuple[int, Interval]] = field(default_factory=dict)
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
        "are of the records that are met or not met, with 95 % Wilson intervals."
    )
    head = ["criterion", "codes", "n (with code)", "sensitivity", "specificity", "indeterminate", "not assessable"]
    rows = [
        [o.criterion, " ".join(o.codes), f"{o.positives + o.negatives} ({o.positives})",
         *map(_share, (o.sensitivity, o.specificity)), *map(percent, (o.open, o.missing))]
        for o in bench.codes
    ]  # fmt: skip
    return _table(text, head, rows)


def _pages(bench: InterpretBench) -> str:
    text = (
        "Statements of a clean record and of its drawn page: Jaccard index of those that are met, mean of the pages "
        "with the 95 % interval of a bootstrap over pages. The records are drawn at random from those without 1AVB and "
        "LNGQT."
    )
    head = ["pages", "n", "refused", "Jaccard", "of those firm on both", "firm on both", "of these opposite"]
    rows = [
        [o.kind, str(o.pages), str(o.refused), *(range_or_dash(one, "{:.2f}") for one in (o.jaccard, o.jaccard_firm)),
         percent(o.firm), percent(o.opposite)]
        for o in bench.pages
    ]  # fmt: skip
    return _table(text, head, rows)


def _chains(bench: InterpretBench) -> str:
    text = (
        "ECG-Reasoning-Benchmark, answered from measurements: right answers by kind of question, with right history "
        "and 95 % Wilson intervals."
    )
    kinds = _table(text, ["question", "n", "right"], [[k, str(n), _share(s)] for k, (n, s) in bench.kinds.items()])
    text = "Completion: share of the chains without a wrong answer, with 95 % Wilson intervals."
    head = ["diagnosis", "n", "complete", "where it is present", "where it is absent"]
    rows = [
        [o.diagnosis.replace("_", " "), str(o.chains),
         *map(_share, (o.complete, o.complete_present, o.complete_absent))]
        for o in bench.chains
    ]  # fmt: skip
    return f"{kinds}\n\n{_table(text, head, rows)}"


def _share(one: Interval) -> str:
    return range_or_dash(one, "{:.1%}")


def _table(text: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join([text, "", table_row(head), "|" + "---|" * len(head), *(table_row(row) for row in rows)])
