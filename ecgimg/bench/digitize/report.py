"""A DigitizeBench as Markdown tables, JSON and plots."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ecgimg.bench.common.formatting import DASH, number, percent, plain, range_or_dash, table_row
from ecgimg.bench.common.plots import draw_without_display, interval_plot, save_figure
from ecgimg.bench.digitize.pages import GOOD, WORST, PageScore
from ecgimg.bench.digitize.peak_scores import SURE
from ecgimg.bench.digitize.scores import COVERAGES, DigitizeBench, DigitizeSliceScore
from ecgimg.io.files import write_atomically
from ecgimg.synth.contact_sheet import write_contact_sheet

_PAGE_HEAD = (
    "| {} | pages | refused | wrong layout | mean dB (95 % interval) | median dB | under 10 dB | wrong scale | swapped "
    "leads | curves read | pages with unread ink |\n|---|---|---|---|---|---|---|---|---|---|---|"
)
_BEAT_HEAD = (
    "| pages | R peaks found | R peak's time | its height | RR interval | samples read "
    f"| scale or leads wrong, confidence above {SURE} |\n|---|---|---|---|---|---|---|"
)
_SHEET_HEAD = (
    "| pages | mean dB | mean dB without 40 ms at both ends of each stretch | waviness of the grid |\n|---|---|---|---|"
)

_PEAK_HEAD = (
    "| pages | R and S peaks | read / true height | over a fifth lost | of those on a lead with confidence above "
    f"{SURE} | of those with own confidence above {SURE} | edges' time | rise with fall |\n"
    "|---|---|---|---|---|---|---|---|"
)

N_WORST = 24
"""Pages in the picture of the worst."""


def markdown(bench: DigitizeBench) -> str:
    """All tables."""
    parts = [page_table(bench.groups, "pages of"), _beat_table(bench.groups), _peaks_table(bench.groups)]
    parts += [_sheet_table(bench.groups), _samples_table(bench.groups), _pages_table(bench.groups)]
    if bench.layouts:
        parts += ["### By layout", page_table(bench.layouts, "layout")]
    if bench.slices:
        parts += ["### By slice", page_table(bench.slices, "slice")]
    parts += [_wrong_layouts(bench.pages), _sure_but_wrong(bench.pages)]
    return "\n\n".join(part for part in parts if part) + "\n"


def page_table(scores: Sequence[DigitizeSliceScore], what: str) -> str:
    """How well the pages were digitized, one slice a row; `what` heads the first column."""
    lines = [_PAGE_HEAD.format(what)]
    for s in scores:
        pages = str(s.pages) if s.truths == s.pages else f"{s.pages} ({s.truths} with truth)"
        cells = [s.name, pages, percent(s.refused), percent(s.wrong_layout), range_or_dash(s.mean_db, "{:.1f}")]
        cells += [range_or_dash(s.median_db, "{:.1f}"), range_or_dash(s.failed, "{:.0%}")]
        cells += [percent(s.wrong_scale), percent(s.swapped), percent(s.ink), percent(s.unread)]
        lines.append(table_row(cells))
    return "\n".join(lines)


def write_all(bench: DigitizeBench, folder: Path) -> Path:
    """Writes digitize.md, digitize.json, the plots and worst.png; returns the Markdown file's path."""
    data = asdict(bench)
    for page, row in zip(bench.pages, data["pages"], strict=True):
        row["db"] = page.db
        for counts in ("risk", "squares", "peaks") if page.agreement is not None else ():
            del row["agreement"][counts]  # pages.jsonl has them
    write_atomically(folder / "digitize.json", (json.dumps(plain(data), indent=1) + "\n").encode())
    path = write_atomically(folder / "digitize.md", markdown(bench).encode())
    write_plots(bench, folder)
    write_worst(bench.pages, folder)
    return path


def write_worst(pages: Sequence[PageScore], folder: Path) -> None:
    """Writes worst.png, one picture of the worst pages with their traces, the worst first; none where all are good."""
    poor = sorted((page for page in pages if page.merit < GOOD), key=lambda page: (page.merit, page.confidence))
    pictures = [folder / WORST / f"{page.name}.jpg" for page in poor]
    there = [picture for picture in pictures if picture.is_file()]
    if there:
        write_contact_sheet(there, folder / "worst.png", limit=N_WORST)


def write_plots(bench: DigitizeBench, folder: Path) -> list[Path]:
    """Mean dB by layout and by slice, risk against coverage, and each page's dB against its confidence, as PNG."""
    draw_without_display()
    paths = []
    for scores, name in ((bench.layouts, "layouts"), (bench.slices, "slices")):
        rows = [(f"{s.name} (n = {s.truths})", s.mean_db) for s in scores if s.truths]
        if rows:
            paths.append(interval_plot(rows, "mean dB", folder / f"digitize_{name}.png"))
    return [*paths, _plot_risk(bench, folder / "digitize_risk.png")]


def _beat_table(scores: Sequence[DigitizeSliceScore]) -> str:
    """Errors of the beats, samples read, and confident mistakes, one slice a row."""
    lines = [_BEAT_HEAD]
    for s in (s for s in scores if s.truths):
        sure = f"{s.sure_wrong} of {s.sure}" + (f" ({s.sure_wrong / s.sure:.1%})" if s.sure else "")
        beats = [percent(s.beats_found), number(s.r_ms, "{:.1f} ms"), number(s.r_mv, "{:.3f} mV")]
        lines.append(table_row([s.name, *beats, number(s.rr_ms, "{:.1f} ms"), percent(s.read), sure]))
    return "\n".join(lines) if len(lines) > 1 else ""


def _peaks_table(scores: Sequence[DigitizeSliceScore]) -> str:
    """Heights, losses and edges of the R and S peaks, one slice a row."""
    rows = []
    for s, p in ((s, s.peaks) for s in scores if s.peaks.count):
        lost = [
            f"{range_or_dash(loss.share, '{:.1%}')} of {loss.count}" for loss in (p.lost, p.lost_sure_lead, p.lost_sure)
        ]
        edges = [number(p.edge_ms, "{:.2f} ms"), number(p.edge_correlation, "{:.2f}")]
        rows.append(table_row([s.name, str(p.count), number(p.ratio, "{:.3f}"), *lost, *edges]))
    return "\n".join([_PEAK_HEAD, *rows]) if rows else ""


def _sheet_table(scores: Sequence[DigitizeSliceScore]) -> str:
    """What the ends of stretches cost, and how straight the sheets are, one slice a row."""
    rows = []
    for s in scores:
        mean = number(s.mean_db.value, "{:.2f}"), number(s.inner_db, "{:.2f}")
        rows.append(table_row([s.name, *mean, number(s.waviness_mm, "{:.4f} mm")]))
    return "\n".join([_SHEET_HEAD, *rows])


def _samples_table(scores: Sequence[DigitizeSliceScore]) -> str:
    """Rms error of the most confident samples."""
    rows = [table_row([s.name, *(f"{p.rms_mv:.4f}" for p in s.samples_risk)]) for s in scores if s.samples_risk]
    return "\n".join([_coverage_head("rms error in mV of the most confident samples"), *rows]) if rows else ""


def _pages_table(scores: Sequence[DigitizeSliceScore]) -> str:
    """Mean dB of the most confident pages."""
    rows = [table_row([s.name, *(f"{p.mean_db:.1f}" for p in s.pages_risk)]) for s in scores if s.pages_risk]
    return "\n".join([_coverage_head("mean dB of the most confident pages"), *rows]) if rows else ""


def _coverage_head(what: str) -> str:
    shares = " | ".join(f"{share:.0%}" for share in COVERAGES)
    return f"| {what} | {shares} |\n|---|{'---|' * len(COVERAGES)}"


def _wrong_layouts(pages: Sequence[PageScore]) -> str:
    """Pages whose layout is not the one that was found."""
    wrong = [page for page in pages if page.right_layout is False]
    if not wrong:
        return ""
    head = "### Wrong layouts\n\n| page | true | found | confidence |\n|---|---|---|---|"
    return "\n".join([head, *(table_row([p.name, p.layout, str(p.found), f"{p.confidence:.2f}"]) for p in wrong)])


def _sure_but_wrong(pages: Sequence[PageScore]) -> str:
    """Pages with a high confidence and a wrong scale or swapped leads."""
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
        height = number(p.agreement.gain, "{:.2f}") if p.agreement is not None else DASH
        cells = [p.name, p.layout, f"{p.confidence:.2f}", f"{p.db:.1f}", height]
        lines.append(table_row([*cells, "wrong" if p.wrong_scale else "right", ", ".join(p.swapped) or DASH]))
    return "\n".join(lines)


def _plot_risk(bench: DigitizeBench, path: Path) -> Path:
    """Error by coverage of samples, dB by coverage of pages, and dB by confidence of each page."""
    from matplotlib import pyplot as plt

    figure, (samples, chosen, every) = plt.subplots(1, 3, figsize=(14, 4), layout="constrained")
    for score in bench.groups:
        risk, best = score.samples_risk, score.pages_risk
        samples.plot([p.coverage for p in risk], [p.rms_mv for p in risk], "o-", label=score.name)
        chosen.plot([p.coverage for p in best], [p.mean_db for p in best], "o-", label=score.name)
        pages = [p for p in bench.pages if p.group == score.name and p.has_truth]
        every.plot([p.confidence for p in pages], [p.db for p in pages], ".", label=score.name)
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
    return save_figure(figure, path)
