"""The tables of `ecgimg bench generate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecgimg.bench.common.formatting import number, percent, range_or_dash, table_row
from ecgimg.bench.generate.scores import Closeness, FoundScore, Learned, RateScore


@dataclass(frozen=True)
class GenerateBench:
    """All scores of a run; `n` recordings were generated, in `seconds` each where one is made at a time."""

    n: int
    seconds: float
    rates: tuple[RateScore, ...]
    found: tuple[FoundScore, ...]
    closeness: Closeness
    learned: Learned


def markdown(bench: GenerateBench) -> str:
    """The tables as Markdown."""
    return "\n\n".join((_rates(bench), _found(bench.found), _closeness(bench), _learned(bench.learned))) + "\n"


def _rates(bench: GenerateBench) -> str:
    rows = [
        [one.kind, str(one.n), range_or_dash(one.mean, "{:.1f}"), number(one.median, "{:.1f}"), str(one.unknown)]
        for one in bench.rates
    ]
    head = ("rate, /min", "n", "mean absolute error", "median", "no rate found")
    return _table(head, rows) + f"\n\nOne recording takes {bench.seconds:.2f} s."


def _found(scores: Sequence[FoundScore]) -> str:
    rows = [
        [
            one.by, one.code, str(one.n), percent(one.generated), percent(one.real),
            percent(one.generated / one.real if one.real else float("nan")), percent(one.false),
            percent(one.false_real),
        ]
        for one in scores
    ]  # fmt: skip
    head = ("found by", "statement", "n", "generated", "real", "ratio", "false, generated", "false, real")
    return _table(head, rows)


def _closeness(bench: GenerateBench) -> str:
    one = bench.closeness
    rows = [
        ["precision, k = 3", f"{one.precision:.2f}", f"{one.precision_real:.2f}"],
        ["recall, k = 3", f"{one.recall:.2f}", f"{one.recall_real:.2f}"],
        ["distance to the nearest training record, median", f"{one.distance:.2f}", f"{one.distance_real:.2f}"],
        ["the lowest", f"{one.lowest:.2f}", f"{one.lowest_real:.2f}"],
    ]
    return _table(("against other real records", "generated", "real"), rows)


def _learned(one: Learned) -> str:
    figures = [number(value, "{:.3f}") for value in (one.generated, one.real, one.both)]
    head = (f"trained on, {one.codes} statements", "generated", "real", "both")
    return _table(head, [["mean AUROC on other real records", *figures]])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join([table_row(head), "|" + "---|" * len(head), *map(table_row, rows)])
