"""A ChainBench as Markdown tables, the README's results section, JSON and plots."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from ecgimg.bench.chain.scores import MIN_POSITIVES, ChainBench, ChainSliceScore, TargetScore
from ecgimg.bench.common.formatting import DASH, difference_or_dash, plain, score_or_dash, table_row, with_range
from ecgimg.bench.common.plots import draw_without_display, interval_plot
from ecgimg.errors import UsageError
from ecgimg.io.files import write_atomically

BEGIN = "<!-- bench chain: begin -->"
"""The line before the README's results section."""
END = "<!-- bench chain: end -->"
"""The line after it."""


def markdown(bench: ChainBench) -> str:
    """All tables."""
    parts = [summary(bench), "### By layout", _page_table(bench.layouts), _loss_table(bench), _class_table(bench)]
    return "\n\n".join(part for part in parts if part) + "\n"


def summary(bench: ChainBench) -> str:
    """The README's results section: pages and scores of each preset."""
    return "\n\n".join(
        [
            f"Pages drawn from fold {bench.fold} of PTB-XL, each layout equally often; its records trained no network, "
            "but calibrated the networks and chose between them. Intervals are 95 % bootstrap intervals over "
            f"patients. A mean leaves out classes with fewer than {MIN_POSITIVES} positive pages.",
            _page_table(bench.presets),
            "Area under the ROC curve. *Lost* is what digitizing costs on the same pages: the signal network on what "
            "was printed, less the same network on what was read. Beside it the loss over all pages, a refused one "
            "answered by the class's mean probability. *Together* is the combiner, cross-fitted by patient, on all "
            "pages; its gain is over the better of the two networks alone.",
            _target_table(bench.presets),
        ]
    )


def write_all(bench: ChainBench, folder: Path) -> Path:
    """Writes chain.md, chain.json and the plots; returns the Markdown file's path."""
    write_atomically(folder / "chain.json", (json.dumps(plain(asdict(bench)), indent=1) + "\n").encode())
    path = write_atomically(folder / "chain.md", markdown(bench).encode())
    write_plots(bench, folder)
    return path


def write_readme(bench: ChainBench, path: Path) -> None:
    """Puts the summary between the markers of a README.

    Raises:
        UsageError: the file has no markers.
    """
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if BEGIN not in text or END not in text:
        raise UsageError(f"{path} has no lines {BEGIN} and {END}", where="--readme", remedy="add them where it belongs")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    write_atomically(path, f"{before}{BEGIN}\n\n{summary(bench)}\n\n{END}{after}".encode())


def write_plots(bench: ChainBench, folder: Path) -> list[Path]:
    """AUROC lost by layout and by class, as PNG files."""
    draw_without_display()
    layouts = [
        (score.name, target.lost)
        for score in bench.layouts
        for target in score.targets
        if target.target == "5 superclasses"
    ]
    classes = [(f"{loss.preset}: {loss.code} (n = {loss.positives})", loss.lost) for loss in bench.classes]
    return [
        interval_plot(layouts, "AUROC lost, mean of 5 superclasses", folder / "chain_layouts.png"),
        interval_plot(classes, "AUROC lost", folder / "chain_classes.png"),
    ]


def _page_table(scores: Sequence[ChainSliceScore]) -> str:
    """How well the pages were digitized, one slice a row."""
    head = "| pages | n (patients) | refused | wrong layout | SNR, dB | R peaks found | R peak's time | its height |"
    lines = [head, "|---|---|---|---|---|---|---|---|"]
    for s in scores:
        db = with_range(s.db, "{:.1f}")
        cells = [s.name, f"{s.pages} ({s.patients})", f"{s.refused:.1%}", f"{s.wrong_layout:.1%}", db]
        beats = [DASH] * 3 if np.isnan(s.r_ms) else [f"{s.beats_found:.1%}", f"{s.r_ms:.0f} ms", f"{s.r_mv:.3f} mV"]
        lines.append(table_row([*cells, *beats]))
    return "\n".join(lines)


def _target_table(scores: Sequence[ChainSliceScore]) -> str:
    """AUROC of each slice and target, one a row."""
    head = (
        "| pages | target | printed signal | digitized | lost | lost, all pages | image network | together | its gain |"
    )
    lines = [head, "|---|---|---|---|---|---|---|---|---|"]
    for score in scores:
        for t in score.targets:
            cells = [score.name, f"{t.target}{_counted(t)}", score_or_dash(t.true), score_or_dash(t.digitized)]
            cells += [difference_or_dash(t.lost), difference_or_dash(t.lost_all)]
            cells += [score_or_dash(t.image), score_or_dash(t.together), difference_or_dash(t.gain)]
            lines.append(table_row(cells))
    return "\n".join(lines)


def _loss_table(bench: ChainBench) -> str:
    """AUROC lost by digitizing, one layout a row."""
    lines = ["| pages | digitized | lost, 23 subclasses | lost, 5 superclasses | lost, AFIB |", "|---|---|---|---|---|"]
    for score in bench.layouts:
        cells = [f"{difference_or_dash(t.lost)}{_counted(t)}" for t in score.targets]
        lines.append(f"| {score.name} | {round(score.pages * (1 - score.refused))} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _class_table(bench: ChainBench) -> str:
    """AUROC lost by digitizing, one class a row."""
    lines = ["### By class", "", "| pages | class | group | n | printed signal | lost |", "|---|---|---|---|---|---|"]
    for c in bench.classes:
        lines.append(f"| {c.preset} | {c.code} | {c.group} | {c.positives} | {c.true} | {difference_or_dash(c.lost)} |")
    return "\n".join(lines)


def _counted(target: TargetScore) -> str:
    """How many of a target's classes count, where not all do."""
    n_classes = {"23 subclasses": 23, "5 superclasses": 5}.get(target.target, 1)
    return "" if target.classes == n_classes else f" ({target.classes} of them)"
