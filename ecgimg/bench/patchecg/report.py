"""A PatchBench as tables for a terminal, JSON and plots."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from ecgimg.bench.common.formatting import plain, signed
from ecgimg.bench.common.plots import draw_without_display, save_figure, values_and_reach
from ecgimg.bench.patchecg.scores import PUBLISHED, ConditionScore, PatchBench
from ecgimg.datamodel.arrays import Doubles
from ecgimg.train.common.classifier_metrics import Interval
from ecgimg.train.patchecg.masks import LAYOUTS

MIN_POSITIVES = 50
"""Classes with fewer positives do not count for the worst calibration."""


def tables(bench: PatchBench) -> list[Table]:
    """Macro scores of all conditions, scores per class in the layouts, and what is called possible in these."""
    return [_macro_table(bench), _class_table(bench), _verdict_table(bench)]


def write_json(bench: PatchBench, path: Path) -> Path:
    """The whole benchmark with the published figures; NaN becomes null."""
    content = plain({**asdict(bench), "published_auroc_layouts_0_6": dict(PUBLISHED)})
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def write_plots(bench: PatchBench, folder: Path) -> list[Path]:
    """Macro AUROC by layout, by blacked-out leads and single lead, and AUROC per class, as PNG files."""
    draw_without_display()
    return [_plot_layouts(bench, folder), _plot_dark(bench, folder), _plot_classes(bench, folder)]


def _macro_table(bench: PatchBench) -> Table:
    names = list(bench.mean_differences)
    title = f"PTB-XL fold {bench.fold}: {bench.diagnosed} diagnosed of {bench.records} records, 23 subclasses"
    table = Table("condition", "macro AUROC", "macro AUPRC", "AFIB", "worst ECE (n >= 50)", title=title)
    for name in names:
        table.add_column(name)
        table.add_column(f"gain over {name}")
    for score in bench.conditions:
        row = [score.condition, str(score.macro_auroc), str(score.macro_auprc), str(score.of("AFIB", "rhythm").auroc)]
        row.append(f"{worst_calibration(score):.3f}")
        for name in names:
            row += [str(score.baselines[name]), signed(score.differences[name])]
        table.add_row(*row)
    gains = [cell for name in names for cell in ("", signed(bench.mean_differences[name]))]
    table.add_row("mean of layouts 0-5", str(bench.mean_complete), "", "", "", *gains, style="bold")
    table.caption = f"{bench.milliseconds:.1f} ms a record; calibration {bench.calibration}"
    return table


def worst_calibration(score: ConditionScore) -> float:
    """Largest expected calibration error of the classes with at least 50 positives; NaN where there is none."""
    errors = [c.calibration_error.value for c in score.classes if c.positives >= MIN_POSITIVES]
    return max(errors, default=float("nan"))


def _class_table(bench: PatchBench) -> Table:
    layouts = [s for s in bench.conditions if s.kind == "layout"]
    table = Table("class", "group", "n", *(s.condition for s in layouts), title="AUROC per class")
    for k, first in enumerate(layouts[0].classes if layouts else ()):
        cells = [str(s.classes[k].auroc) for s in layouts]
        table.add_row(first.code, first.group, str(first.positives), *cells)
    return table


def _verdict_table(bench: PatchBench) -> Table:
    """What is called possible of the abnormal statements, by the least probability of it."""
    columns = ("condition", "possible from", "possible a record", "of these present", "present ones named")
    table = Table(*columns, title="Abnormal statements that are called possible")
    for score in (s for s in bench.conditions if s.kind == "layout"):
        for one in score.verdicts:
            figures = (f"{one.possible_a_record:.1f}", f"{one.present:.1%}", f"{one.named:.1%}")
            table.add_row(score.condition, f"{one.least_probability:.0%}", *figures)
    return table


def _plot_layouts(bench: PatchBench, folder: Path) -> Path:
    """Macro AUROC by layout, beside the baselines and the published figures."""
    from matplotlib import pyplot as plt

    scores = [s for s in bench.conditions if s.kind == "layout"]
    figure, axes = plt.subplots(figsize=(9, 5), layout="constrained")
    places = np.arange(len(scores), dtype=np.float64)
    _errorbar(axes, places, [s.macro_auroc for s in scores], "this network")
    for k, name in enumerate(bench.mean_differences, 1):
        _errorbar(axes, places + 0.08 * k, [s.baselines[name] for s in scores], name)
    numbers = [int(s.condition.split()[1]) for s in scores]
    for name, figures in PUBLISHED.items():
        axes.plot(places, [figures[n] for n in numbers], "x--", lw=0.8, label=name)
    axes.set_xticks(places, [LAYOUTS[n] for n in numbers])
    return _finish(figure, axes, "macro AUROC over 23 subclasses", folder / "patchecg_layouts.png")


def _plot_dark(bench: PatchBench, folder: Path) -> Path:
    """Macro AUROC with leads blacked out, and on single leads."""
    from matplotlib import pyplot as plt

    scores = [s for s in bench.conditions if s.kind in ("blackout", "single")]
    figure, axes = plt.subplots(figsize=(9, 5), layout="constrained")
    places = np.arange(len(scores), dtype=np.float64)
    _errorbar(axes, places, [s.macro_auroc for s in scores], "this network")
    for k, name in enumerate(bench.mean_differences, 1):
        _errorbar(axes, places + 0.1 * k, [s.baselines[name] for s in scores], name)
    axes.set_xticks(places, [s.condition for s in scores], rotation=60, ha="right")
    return _finish(figure, axes, "macro AUROC over 23 subclasses", folder / "patchecg_leads.png")


def _plot_classes(bench: PatchBench, folder: Path) -> Path:
    """AUROC by class under the first condition."""
    from matplotlib import pyplot as plt

    score = bench.conditions[0]
    figure, axes = plt.subplots(figsize=(9, 8), layout="constrained")
    for group, colour in (("subclass", "tab:blue"), ("superclass", "tab:orange"), ("rhythm", "tab:green")):
        rows = [(k, c.auroc) for k, c in enumerate(score.classes) if c.group == group]
        values, reach = values_and_reach([score for _, score in rows])
        axes.errorbar(values, [k for k, _ in rows], xerr=reach, fmt="o", ms=4, color=colour, label=group)
    axes.set_yticks(range(len(score.classes)), [f"{c.code} (n = {c.positives})" for c in score.classes])
    axes.invert_yaxis()
    axes.grid(alpha=0.3)
    axes.set_xlabel(f"AUROC, {score.condition}")
    axes.legend()
    return save_figure(figure, folder / "patchecg_classes.png")


def _errorbar(axes: Any, places: Doubles, scores: Sequence[Interval], label: str) -> None:
    """Scores with their intervals at places on the x axis."""
    values, reach = values_and_reach(scores)
    axes.errorbar(places, values, yerr=reach, fmt="o-", ms=4, capsize=2, label=label)


def _finish(figure: Any, axes: Any, label: str, path: Path) -> Path:
    """Labels the axes and writes the figure."""
    axes.set_ylabel(label)
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    return save_figure(figure, path)
