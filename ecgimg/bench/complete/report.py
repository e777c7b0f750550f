"""The tables of `ecgimg bench complete`."""

from __future__ import annotations

from collections.abc import Iterator

from ecgimg.bench.common.formatting import difference_or_dash, range_or_dash, score_or_dash, table_row
from ecgimg.bench.complete.scores import CompleteBench, PartScore

GAIN_MSE = "{:+.4f}"


def markdown(bench: CompleteBench) -> str:
    """The whole benchmark as Markdown."""
    return "\n".join(_lines(bench)) + "\n"


def _lines(bench: CompleteBench) -> Iterator[str]:
    yield f"PTB-XL fold {bench.fold}, {bench.records} records of {bench.patients} patients, 100 Hz. Each pair is the"
    yield "linear map alone, then `ecgimg complete`. Leads that follow exactly are left out."
    yield ""
    yield from _means(bench)
    for part in bench.parts:
        yield ""
        yield from _leads(part)
    yield ""
    yield from _classifier(bench)


def _means(bench: CompleteBench) -> Iterator[str]:
    yield table_row(["seen", "generated leads", "MSE mV²", "MAE mV", "mean of median r", "better leads"])
    yield table_row(["---"] * 6)
    for part in bench.parts:
        better = sum(lead.is_better for lead in part.leads)
        figures = [_pair(part, figure, form) for figure, form in (("mse", ".4f"), ("mae", ".4f"), ("r", ".3f"))]
        yield table_row([part.name, str(len(part.leads)), *figures, f"{better} of {len(part.leads)}"])


def _pair(part: PartScore, figure: str, form: str) -> str:
    return f"{part.mean(figure, 0):{form}} / {part.mean(figure, 1):{form}}"


def _leads(part: PartScore) -> Iterator[str]:
    yield f"### {part.name}"
    yield ""
    yield table_row(["lead", "MSE mV²", "MAE mV", "median r", "gain of mean r (95 %)", "gain of MSE mV² (95 %)"])
    yield table_row(["---"] * 6)
    for one in part.leads:
        pairs = [f"{one.mse[0]:.4f} / {one.mse[1]:.4f}", f"{one.mae[0]:.4f} / {one.mae[1]:.4f}"]
        gains = [difference_or_dash(one.r_gain), range_or_dash(one.mse_gain, GAIN_MSE)]
        yield table_row([one.lead, *pairs, f"{one.r[0]:.3f} / {one.r[1]:.3f}", *gains])


def _classifier(bench: CompleteBench) -> Iterator[str]:
    yield "### What a classifier makes of it"
    yield ""
    yield table_row(["macro AUROC of PatchECG, 23 subclasses", "recorded", "gaps", "completed", "completed - gaps"])
    yield table_row(["---"] * 5)
    for one in bench.classifier:
        scores = map(score_or_dash, (one.truth, one.gaps, one.completed))
        yield table_row([one.name, *scores, difference_or_dash(one.gain)])
