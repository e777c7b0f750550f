"""Shows the digitizer's benchmark: Markdown tables, JSON and plots; and the command's work from options to these."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ecgimg.bench.common.plots import interval_plot
from ecgimg.bench.digitize.pages import DrawnPlan, PageScore, bench_drawn
from ecgimg.bench.digitize.real_pages import bench_index
from ecgimg.bench.digitize.scores import COVERAGES, SURE, DigitizeBench, DigitizeSliceScore, score_pages
from ecgimg.bench.patchecg.report import plain
from ecgimg.errors import UsageError
from ecgimg.io.files import write_atomically
from ecgimg.train.common.classifier_metrics import Interval

NONE = "&ndash;"
_PAGE_HEAD = (
    "| {} | pages | refused | wrong layout | mean dB (95 % interval) | median dB | under 10 dB | wrong scale | swapped "
    "leads |\n|---|---|---|---|---|---|---|---|---|"
)
_BEAT_HEAD = (
    "| pages | R peaks found | R peak's time | its height | RR interval | samples read "
    f"| scale or leads wrong, confidence above {SURE} |\n|---|---|---|---|---|---|---|"
)


def run_drawn(
    plan: DrawnPlan, presets: Sequence[str], pages: int, processes: int, tell: Callable[[str], None]
) -> DigitizeBench:
    """Measures drawn pages and writes the results; goes on where an earlier run of the same plan stopped.

    Raises:
        UsageError: there is no such preset or source, or the folder holds another benchmark.
        UnreadableInputError: the data is not there.
    """
    rows = bench_drawn(plan, tuple(presets), pages, processes, _told(tell))
    return _finish(rows, Path(plan.out))


def run_index(
    index: Path, layouts: Path | None, out: Path, processes: int, tell: Callable[[str], None]
) -> DigitizeBench:
    """Measures the pages of an index and writes the results; goes on where an earlier run of it stopped.

    Raises:
        UsageError: a layout that there is not, or the folder holds another benchmark.
        UnreadableInputError: a file can't be read.
    """
    return _finish(bench_index(index, layouts, out, processes, _told(tell)), out)


def markdown(bench: DigitizeBench) -> str:
    """All tables."""
    parts = [page_table(bench.groups, "pages of"), _beat_table(bench.groups)]
    parts += [_samples_table(bench.groups), _pages_table(bench.groups)]
    if bench.layouts:
        parts += ["### By layout", page_table(bench.layouts, "layout")]
    if bench.slices:
        parts += ["### By slice", page_table(bench.slices, "slice")]
    parts += [_wrong_layouts(bench.pages), _sure_but_wrong(bench.pages)]
    return "\n\n".join(part for part in parts if part) + "\n"


def page_table(scores: Sequence[DigitizeSliceScore], what: str) -> str:
    """What came back of pages, one slice a row."""
    lines = [_PAGE_HEAD.format(what)]
    for s in scores:
        pages = str(s.pages) if s.truths == s.pages else f"{s.pages} ({s.truths} with truth)"
        cells = [s.name, pages, _percent(s.refused), _percent(s.wrong_layout), _ranged(s.mean_db, "{:.1f}")]
        cells += [_ranged(s.median_db, "{:.1f}"), _ranged(s.failed, "{:.0%}")]
        lines.append(_line([*cells, _percent(s.wrong_scale), _percent(s.swapped)]))
    return "\n".join(lines)


def write_all(bench: DigitizeBench, folder: Path) -> Path:
    """Writes digitize.md, digitize.json and the plots; returns the Markdown file's path."""
    data = asdict(bench)
    for page, row in zip(bench.pages, data["pages"], strict=True):
        row["db"] = page.db
        for counts in ("risk", "squares") if page.agreement is not None else ():
            del row["agreement"][counts]  # they stay in pages.jsonl
    write_atomically(folder / "digitize.json", (json.dumps(plain(data), indent=1) + "\n").encode())
    path = write_atomically(folder / "digitize.md", markdown(bench).encode())
    write_plots(bench, folder)
    return path


def write_plots(bench: DigitizeBench, folder: Path) -> list[Path]:
    """Mean dB by layout and by slice, risk against coverage, and each page's dB against its confidence, as PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    paths = []
    for scores, name in ((bench.layouts, "layouts"), (bench.slices, "slices")):
        rows = [(f"{s.name} (n = {s.truths})", s.mean_db) for s in scores if s.truths]
        if rows:
            paths.append(interval_plot(rows, "mean dB", folder / f"digitize_{name}.png"))
    return [*paths, _plot_risk(bench, folder / "digitize_risk.png")]


def _finish(rows: Sequence[PageScore], out: Path) -> DigitizeBench:
    if not rows:
        raise UsageError("there are no pages to measure", where="bench digitize", remedy="give a preset or an index")
    bench = score_pages(rows)
    write_all(bench, out)
    return bench


def _told(tell: Callable[[str], None]) -> Callable[[PageScore, int, int], None]:
    def told(row: PageScore, done: int, count: int) -> None:
        db = f", {row.db:.1f} dB" if row.has_truth else ""
        how = f"{row.found}, confidence {row.confidence:.2f}{db}" if row.found else f"refused: {row.reason}"
        tell(f"{done}/{count} {row.name} {row.layout}: {how}")

    return told


def _beat_table(scores: Sequence[DigitizeSliceScore]) -> str:
    lines = [_BEAT_HEAD]
    for s in (s for s in scores if s.truths):
        sure = f"{s.sure_wrong} of {s.sure}" + (f" ({s.sure_wrong / s.sure:.1%})" if s.sure else "")
        beats = [_percent(s.beats_found), _unit(s.r_ms, "{:.1f} ms"), _unit(s.r_mv, "{:.3f} mV")]
        lines.append(_line([s.name, *beats, _unit(s.rr_ms, "{:.1f} ms"), _percent(s.read), sure]))
    return "\n".join(lines) if len(lines) > 1 else ""


def _samples_table(scores: Sequence[DigitizeSliceScore]) -> str:
    """Rms error of the most confident samples."""
    rows = [_line([s.name, *(f"{p.rms_mv:.4f}" for p in s.samples_risk)]) for s in scores if s.samples_risk]
    return "\n".join([_coverage_head("rms error in mV of the most confident samples"), *rows]) if rows else ""


def _pages_table(scores: Sequence[DigitizeSliceScore]) -> str:
    """Mean dB of the most confident pages."""
    rows = [_line([s.name, *(f"{p.mean_db:.1f}" for p in s.pages_risk)]) for s in scores if s.pages_risk]
    return "\n".join([_coverage_head("mean dB of the most confident pages"), *rows]) if rows else ""


def _coverage_head(what: str) -> str:
    shares = " | ".join(f"{share:.0%}" for share in COVERAGES)
    return f"| {what} | {shares} |\n|---|{'---|' * len(COVERAGES)}"


def _wrong_layouts(pages: Sequence[PageScore]) -> str:
    wrong = [page for page in pages if page.right_layout is False]
    if not wrong:
        return ""
    head = "### Wrong layouts\n\n| page | true | found | confidence |\n|---|---|---|---|"
    return "\n".join([head, *(_line([p.name, p.layout, str(p.found), f"{p.confidence:.2f}"]) for p in wrong)])


def _sure_but_wrong(pages: Sequence[PageScore]) -> str:
    """Pages whose confidence promised more than they hold."""
    wrong = [page for page in pages if page.confidence > SURE and (page.wrong_scale or page.swapped)]
    if not wrong:
        return ""
    lines = [
        "### Sure but wrong",
        "",
        "| page | layout | confidence | dB | height | scale | swapped |",
        "|---|---|---|---|---|---|---|",
    ]
    for p in wrong:
        height = _unit(p.agreement.gain, "{:.2f}") if p.agreement is not None else NONE
        cells = [p.name, p.layout, f"{p.confidence:.2f}", f"{p.db:.1f}", height]
        lines.append(_line([*cells, "wrong" if p.wrong_scale else "right", ", ".join(p.swapped) or NONE]))
    return "\n".join(lines)


def _plot_risk(bench: DigitizeBench, path: Path) -> Path:
    from matplotlib import pyplot as plt

    figure, (samples, chosen, every) = plt.subplots(1, 3, figsize=(14, 4), layout="constrained")
    for score in bench.groups:
        risk, best = score.samples_risk, score.pages_risk
        samples.plot([p.coverage for p in risk], [p.rms_mv for p in risk], "o-", label=score.name)
        chosen.plot([p.coverage for p in best], [p.mean_db for p in best], "o-", label=score.name)
        mine = [p for p in bench.pages if p.group == score.name and p.has_truth]
        every.plot([p.confidence for p in mine], [p.db for p in mine], ".", label=score.name)
    texts: list[tuple[Any, str, str]] = [
        (samples, "most confident share of the samples", "rms error, mV"),
        (chosen, "most confident share of the pages", "mean dB"),
        (every, "confidence of a page", "its dB"),
    ]
    for axes, x, y in texts:
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.grid(alpha=0.3)
    every.legend(fontsize="small")
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _percent(value: float) -> str:
    return _unit(value, "{:.1%}")


def _unit(value: float, form: str) -> str:
    return NONE if np.isnan(value) else form.format(value)


def _ranged(score: Interval, form: str) -> str:
    if np.isnan(score.value):
        return NONE
    return f"{form.format(score.value)} ({form.format(score.low)} to {form.format(score.high)})"
