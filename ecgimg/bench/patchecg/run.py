"""`ecgimg bench patchecg` from a folder of data to tables, JSON and plots."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ecgimg.bench.common.statistics import N_DRAWS
from ecgimg.bench.patchecg.conditions import Condition, conditions, hide, layout_masks
from ecgimg.bench.patchecg.records import Fold, load_fold
from ecgimg.bench.patchecg.report import write_json, write_plots
from ecgimg.bench.patchecg.scores import PatchBench, View, score_views
from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datasets.ptbxl import SUBCLASSES
from ecgimg.errors import UsageError
from ecgimg.networks.patchecg import RATE, PatchEcg, load_patchecg
from ecgimg.networks.runtime import open_network
from ecgimg.recording.recording import Recording
from ecgimg.train.common.calibrate import cross_fitted, patient_parts
from ecgimg.train.patchecg.masks import LAYOUTS

Predictor = Callable[[Floats], Floats]
"""Windows [N, 12, 1000] in mV with NaN where unobserved -> logits [N, K] in the order of the network's outputs."""
OnProgress = Callable[[str, int, int], None]
"""Called as on_progress(condition, done, total) before each condition."""
N_TIMED = 100
"""Number of records whose prediction is timed."""


def run_patchecg(
    data: Path,
    fold: int,
    layouts: str,
    out: Path,
    weights: Path | None = None,
    trained: Path | None = None,
    on_progress: OnProgress | None = None,
) -> PatchBench:
    """Scores the packaged network, or ``weights``, on one fold and writes JSON and plots into ``out``.

    ``trained`` is the folder of an `ecgimg train patchecg`, whose two baselines are scored beside the network.
    """
    numbers = parse_layouts(layouts)
    net = PatchEcg(open_network(weights)) if weights is not None else load_patchecg()
    records = load_fold(data, fold, [(o.code, o.group) for o in net.outputs])
    baselines = {} if trained is None else load_baselines(trained)
    bench = bench_patchecg(net, records, numbers, baselines, on_progress=on_progress)
    out.mkdir(parents=True, exist_ok=True)
    write_json(bench, out / f"patchecg_fold{fold}.json")
    write_plots(bench, out)
    return bench


def bench_patchecg(
    net: PatchEcg,
    fold: Fold,
    layouts: Sequence[int],
    baselines: Mapping[str, Predictor],
    n_draws: int = N_DRAWS,
    on_progress: OnProgress | None = None,
) -> PatchBench:
    """Asks the networks under every condition, and scores them."""
    todo = conditions(layouts)
    logits, others = [], []
    for done, condition in enumerate(todo):
        if on_progress is not None:
            on_progress(condition.name, done, len(todo))
        signals = hide(fold.signals, condition.masks(*fold.signals.shape[::2]))
        logits.append(net.logits(signals))
        others.append({name: predict(signals)[:, : len(SUBCLASSES)] for name, predict in baselines.items()})
    probabilities, calibration = _probabilities(net, fold, todo, logits)
    views = [View(*parts) for parts in zip(todo, logits, probabilities, others, strict=True)]
    scores = score_views(views, net.outputs, fold, n_draws)
    return PatchBench(
        fold=fold.number, records=len(fold.signals), patients=len(np.unique(fold.patients)),
        diagnosed=int(fold.known[:, 0].sum()), calibration=calibration, milliseconds=milliseconds(net, fold.signals),
        conditions=scores.conditions, mean_complete=scores.mean_complete, mean_differences=scores.mean_differences,
    )  # fmt: skip


def milliseconds(net: PatchEcg, signals: Floats, count: int = N_TIMED) -> float:
    """Median time of ``predict`` for one 3x4 record at 100 Hz, preparation included."""
    shown = hide(signals[:count], layout_masks(0)(min(count, len(signals)), signals.shape[-1]))
    times = []
    for one in shown:
        started = time.perf_counter()
        net.predict(Recording(one, RATE))
        times.append(time.perf_counter() - started)
    return float(1000 * np.median(times))


def parse_layouts(text: str) -> Sequence[int]:
    """Layout numbers of "all", or of a list such as "0,3,6"; UsageError for anything else."""
    if text == "all":
        return range(len(LAYOUTS))
    names = text.split(",")
    if not all(name.isdecimal() and int(name) < len(LAYOUTS) for name in names):
        raise UsageError(f"layouts {text!r} are neither 'all' nor numbers of 0-{len(LAYOUTS) - 1}", where="--layouts")
    return sorted({int(name) for name in names})


def load_baselines(folder: Path) -> dict[str, Predictor]:
    """Both baselines of a training folder; UsageError when one has not been trained there."""
    from ecgimg.train.patchecg.fit import BASELINES, load_trained
    from ecgimg.train.patchecg.model import logits_of

    def predictor(name: str) -> Predictor:
        model = load_trained(name, folder)

        def predict(signals: Floats) -> Floats:
            known = np.isfinite(signals)
            return logits_of(model, np.where(known, signals, np.float32(0)), known)

        return predict

    missing = [name for name in BASELINES if not any(folder.glob(f"{name}.leg*.pt"))]
    if missing:
        raise UsageError(
            f"{folder} has no {', '.join(missing)}", where="--trained", remedy="run ecgimg train patchecg first"
        )
    return {name: predictor(name) for name in BASELINES}


def _probabilities(
    net: PatchEcg, fold: Fold, todo: Sequence[Condition], logits: Sequence[Floats]
) -> tuple[list[Doubles], str]:
    """Calibrated probabilities [N, K] under each condition, and how they were calibrated.

    On a fold that calibrated the network they are calibrated anew, cross-fitted by patient.
    """
    if fold.number not in net.spec["calibration_folds"]:
        return [net.calibrated(view).astype(np.float64) for view in logits], "stored with the network"
    part = patient_parts(fold.patients)
    complete = [k for k, condition in enumerate(todo) if condition.complete]
    out = [np.zeros(view.shape) for view in logits]
    for k in range(fold.labels.shape[1]):
        rows = fold.known[:, k]
        views = [view[rows, k : k + 1] for view in logits]
        fitted_views = cross_fitted(views, fold.labels[rows, k : k + 1], part[rows], complete)
        for result, fitted in zip(out, fitted_views, strict=True):
            result[rows, k] = fitted[:, 0]
    return out, "cross-fitted by patient within the fold (5 parts)"
