"""The benchmark of contradictions as a Markdown table."""

from __future__ import annotations

from collections.abc import Sequence

from ecgimg.bench.common.formatting import table_row, with_range
from ecgimg.bench.contradictions.scores import SURE, KindScore

HEAD = (
    f"| pages | n | {SURE:g} or more without a warning (95 % interval) | read with a warning | refused |\n"
    "|---|---|---|---|---|"
)
"""The first two lines of the table."""


def markdown(scores: Sequence[KindScore]) -> str:
    """The table."""
    rows = (
        [s.kind, str(s.pages), *(with_range(share, "{:.0%}") for share in (s.silent, s.warned, s.refused))]
        for s in scores
    )
    return "\n".join([HEAD, *(table_row(row) for row in rows)]) + "\n"
