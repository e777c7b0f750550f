"""A ScreenBench as Markdown tables and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ecgimg.bench.common.formatting import DASH, plain, signed
from ecgimg.bench.screen.scores import ScreenBench, ScreenSliceScore
from ecgimg.findings.statements import ABNORMAL
from ecgimg.io.files import write_atomically


def write_json(bench: ScreenBench, path: Path) -> Path:
    """The whole benchmark with all decimals; NaN becomes null."""
    return write_atomically(path, (json.dumps(plain(asdict(bench), None), indent=1) + "\n").encode())


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
    """Admitted pages and the main scores, one slice a row."""
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
        rows.append(row.replace("nan (nan-nan)", DASH).replace("nan", DASH))
    return "\n".join([head, *rows])


def _findings(scores: Sequence[ScreenSliceScore]) -> str:
    """Scores of every finding, one a row, beside each other for all slices."""
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
    """Image network and PatchECG on the same pages."""
    head = (
        "| same pages | n | refused | target | image | digitized, PatchECG | image minus signal |\n" + "|---" * 7 + "|"
    )
    rows = [
        f"| {b.name} | {b.pages} | {b.refused} | {b.target} | {b.image} | {b.signal} | {signed(b.gain)} |"
        for b in bench.beside
    ]
    return "\n".join([head, *rows])


def _others(bench: ScreenBench) -> str:
    """Refusals of pictures that are no ECG, by kind."""
    held_out = {k: v for k, v in bench.others.items() if k.endswith("*")}
    rows = [f"| {kind} | {refused} of {shown} |" for kind, (refused, shown) in bench.others.items()]
    for name, kinds in (("all", bench.others), ("all that were kept from training (*)", held_out)):
        refused, shown = (sum(v[k] for v in kinds.values()) for k in (0, 1))
        rows.append(f"| {name} | {refused} of {shown} ({refused / max(shown, 1):.1%}) |")
    return "\n".join(["| no ECG | refused |\n|---|---|", *rows])


def _labelled(bench: ScreenBench) -> str:
    """Real pages with labels."""
    n_admitted = sum(page.admitted for page in bench.labelled)
    rows = [
        f"| {page.image} | {page.labels} | {page.abnormal:.2f} | {', '.join(page.found)} |"
        for page in bench.labelled
        if page.labels
    ]
    summary = f"{n_admitted} of {len(bench.labelled)} real pages admitted."
    return "\n".join([summary, "", "| real page | label | abnormal | found |\n|---|---|---|---|", *rows])
