"""Shows a ScreenBench as Markdown and JSON, and runs it as the command does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ecgimg.bench.screen.pages import read_others, read_pages
from ecgimg.bench.screen.scores import (
    ScreenBench,
    ScreenSliceScore,
    beside,
    gather,
    labelled_pages,
    refused_by_kind,
    slices,
)
from ecgimg.datasets.ptbxl import read_ptbxl
from ecgimg.io.files import write_atomically
from ecgimg.networks.runtime import open_network
from ecgimg.networks.screen import ABNORMAL, ScreenNet, load_screen
from ecgimg.synth.signals.sources import PtbxlSource
from ecgimg.train.common.classifier_metrics import Interval


def run_screen_bench(
    data: Path, fold: int, presets: Sequence[str], pages: int, out: Path, signal: bool = False, others: int = 20,
    index: Path | None = None, weights: Path | None = None,
) -> ScreenBench:  # fmt: skip
    """Reads pages, scores them and writes OUT/bench.json; an interrupted run goes on.

    Args:
        data: the folder of PTB-XL.
        fold: the fold to draw.
        presets: recipes of pages.
        pages: of each recipe.
        out: folder of what was read, and of the scores.
        signal: whether each page is digitized and judged by PatchECG as well.
        others: pictures of each kind that is no ECG.
        index: an index.csv of real pages with labels.
        weights: an exported network in place of the packaged one.
    """
    net = ScreenNet(open_network(weights)) if weights else load_screen()
    reads = read_pages(net, PtbxlSource(data, (fold,)), presets, pages, out, signal)
    gathered = gather(reads, read_ptbxl(data), fold)
    bench = ScreenBench(
        slices=slices(gathered),
        beside=beside(gathered),
        others=refused_by_kind(read_others(net, others)),
        labelled=labelled_pages(net, index) if index else (),
        milliseconds=float(1000 * np.median([read.seconds for read in reads])),
    )
    write_atomically(out / "bench.json", (json.dumps(_plain(asdict(bench)), indent=1) + "\n").encode())
    return bench


def markdown(bench: ScreenBench) -> str:
    """All tables."""
    parts = [_slices(bench.slices), _findings([s for s in bench.slices if "," not in s.name])]
    if bench.beside:
        parts.append(_beside(bench))
    parts.append(_others(bench))
    if bench.labelled:
        parts.append(_labelled(bench))
    parts.append(f"{bench.milliseconds:.0f} ms a page, loading of the file and the network excluded.")
    return "\n\n".join(parts) + "\n"


def _slices(scores: Sequence[ScreenSliceScore]) -> str:
    head = (
        "| pages | n | admitted | normal / abnormal AUROC | AUPRC | sensitivity at 90 % specificity | ECE "
        "| mean of superclasses AUROC | AFIB AUROC |\n|---|---|---|---|---|---|---|---|---|"
    )
    rows = []
    for score in scores:
        a, f = score.of(ABNORMAL, "screening"), score.of("AFIB", "rhythm")
        afib = f"{f.auroc} (n+ {f.positives})"
        cells = (a.auroc, a.auprc, a.sensitivity, f"{a.calibration_error.value:.3f}", score.superclasses, afib)
        row = f"| {score.name} | {score.pages} | {score.admitted:.1%} | " + " | ".join(map(str, cells)) + " |"
        rows.append(row.replace("nan (nan-nan)", "&ndash;").replace("nan", "&ndash;"))
    return "\n".join([head, *rows])


def _findings(scores: Sequence[ScreenSliceScore]) -> str:
    head = "| finding | group |" + "".join(f" {s.name} n+ | AUROC | AUPRC | sensitivity | ECE |" for s in scores)
    rule = "|---|---|" + "---|---|---|---|---|" * len(scores)
    rows = []
    for k, first in enumerate(scores[0].findings if scores else ()):
        row = f"| {first.code} | {first.group} |"
        for score in scores:
            f = score.findings[k]
            row += f" {f.positives} | {f.auroc} | {f.auprc.value:.3f} | {f.sensitivity.value:.2f} |"
            row += f" {f.calibration_error.value:.3f} |"
        rows.append(row)
    return "\n".join([head, rule, *rows])


def _beside(bench: ScreenBench) -> str:
    head = (
        "| same pages | n | refused | target | image | digitized, PatchECG | image minus signal |\n" + "|---" * 7 + "|"
    )
    rows = [
        f"| {b.name} | {b.pages} | {b.refused} | {b.target} | {b.image} | {b.signal} | {_signed(b.gain)} |"
        for b in bench.beside
    ]
    return "\n".join([head, *rows])


def _others(bench: ScreenBench) -> str:
    kept = {k: v for k, v in bench.others.items() if k.endswith("*")}
    rows = [f"| {kind} | {refused} of {shown} |" for kind, (refused, shown) in bench.others.items()]
    for name, kinds in (("all", bench.others), ("all that were kept from training (*)", kept)):
        refused, shown = (sum(v[k] for v in kinds.values()) for k in (0, 1))
        rows.append(f"| {name} | {refused} of {shown} ({refused / max(shown, 1):.1%}) |")
    return "\n".join(["| no ECG | refused |\n|---|---|", *rows])


def _labelled(bench: ScreenBench) -> str:
    passed = sum(page.admitted for page in bench.labelled)
    rows = [
        f"| {page.image} | {page.labels} | {page.abnormal:.2f} | {', '.join(page.found)} |"
        for page in bench.labelled
        if page.labels
    ]
    told = f"{passed} of {len(bench.labelled)} real pages admitted."
    return "\n".join([told, "", "| real page | label | abnormal | found |\n|---|---|---|---|", *rows])


def _signed(gain: Interval) -> str:
    return f"{gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
