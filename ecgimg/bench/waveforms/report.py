"""The tables of `ecgimg bench waveforms`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ecgimg.bench.common.formatting import difference_or_dash, score_or_dash, table_row
from ecgimg.bench.waveforms.scores import WaveformScore


def markdown(scores: Sequence[WaveformScore]) -> str:
    """The whole benchmark as Markdown."""
    return "".join(f"{line}\n" for score in scores for line in _lines(score))


def _lines(score: WaveformScore) -> Iterator[str]:
    yield f"### Simulated {score.kind}: {score.target}"
    yield ""
    yield f"{score.tested} simulated recordings are the test, {score.without_target} more are there without a target."
    yield f"AUROC is the mean over {score.seeds} seeds, each of which draws the targets and the first weights."
    yield ""
    first = score.few[0]
    yield table_row(["targets", *first.ways, *(f"gain over {way}" for way in first.gains)])
    yield table_row(["---"] * (1 + len(first.ways) + len(first.gains)))
    for few in score.few:
        ways, gains = map(score_or_dash, few.ways.values()), map(difference_or_dash, few.gains.values())
        yield table_row([str(few.labels), *ways, *gains])
    yield ""
