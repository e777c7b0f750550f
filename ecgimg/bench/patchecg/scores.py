"""Scores of PatchECG and its baselines under every layout, with leads blacked out, and on single leads.

Intervals are 95 % bootstrap intervals over patients; differences to a baseline are paired, draw by draw. On the fold
that calibrated the packaged network, probabilities are calibrated anew, cross-fitted by patient.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datasets.ptbxl import SUBCLASSES, SUPERCLASSES, Ptbxl, PtbxlRecord, read_ptbxl
from ecgimg.errors import UnreadableInputError
from ecgimg.networks.patchecg import PatchEcg
from ecgimg.recording.recording import Recording
from ecgimg.train.common.calibrate import cross_fitted, patient_parts
from ecgimg.train.common.classifier_metrics import (
    Interval,
    auroc,
    average_precision,
    calibration_error,
    interval,
    once,
    patient_draws,
)
from ecgimg.train.patchecg.masks import LAYOUTS, Mask, layout_mask, lead_blackout, record_layouts

Predictor = Callable[[Floats], Floats]
"""Windows [N, 12, 1000] in mV with NaN where unobserved -> logits [N, K] in the order of the network's outputs."""

DARK_LEADS = (1, 3, 6, 9, 11)
PUBLISHED: Mapping[str, tuple[float, ...]] = {
    "PatchECG (published)": (0.832, 0.829, 0.830, 0.833, 0.832, 0.829, 0.824),
    "PatchECG + ECGFounder encoder (published)": (0.867, 0.872, 0.875, 0.879, 0.881, 0.883, 0.872),
    "TimeXer (published)": (0.759, 0.751, 0.746, 0.796, 0.779, 0.796, 0.754),
}
"""Mean AUROC over 23 subclasses in layouts 0-6, as published in arXiv 2508.09165 (five folds, other records)."""


@dataclass(frozen=True)
class Condition:
    """One way of hiding: its name, its kind (layout, blackout, single) and the masks of N records."""

    name: str
    kind: str
    masks: Callable[[int, int], Mask]
    complete: bool = False
    """Whether it is one of the layouts 0-5, over which the mean is taken."""


@dataclass(frozen=True)
class ClassScore:
    """Scores of one output under one condition."""

    code: str
    group: str
    positives: int
    auroc: Interval
    auprc: Interval
    calibration_error: Interval


@dataclass(frozen=True)
class ConditionScore:
    """Scores under one condition. Macro scores are means over the 23 subclasses; ``baselines`` and ``differences``
    hold each baseline's macro AUROC and the paired gain over it."""

    condition: str
    kind: str
    macro_auroc: Interval
    macro_auprc: Interval
    classes: tuple[ClassScore, ...]
    baselines: dict[str, Interval]
    differences: dict[str, Interval]

    def of(self, code: str, group: str) -> ClassScore:
        """The score of one output; KeyError when there is none."""
        for score in self.classes:
            if (score.code, score.group) == (code, group):
                return score
        raise KeyError(f"no score for {code!r} in group {group!r}")


@dataclass(frozen=True)
class PatchBench:
    """A whole benchmark: what was scored, how fast, and the scores of every condition."""

    fold: int
    records: int
    patients: int
    diagnosed: int
    calibration: str
    milliseconds: float
    conditions: tuple[ConditionScore, ...]
    mean_complete: Interval
    """Macro AUROC averaged over the layouts 0-5 that were run."""
    mean_differences: dict[str, Interval]


@dataclass(frozen=True, eq=False)
class Fold:
    """The records of a fold in memory, with labels and weights [N, K] in the order of the network's outputs."""

    number: int
    signals: Floats
    labels: NDArray[np.bool_]
    known: NDArray[np.bool_]
    patients: NDArray[np.int64]


def conditions(layouts: Sequence[int]) -> tuple[Condition, ...]:
    """The layouts asked for, then k of 12 leads blacked out, then each lead alone."""
    pages = [Condition(f"layout {k} ({LAYOUTS[k]})", "layout", _page(k), k < len(LAYOUTS) - 1) for k in layouts]
    dark = [Condition(f"{k} of 12 leads dark", "blackout", _dark(k)) for k in DARK_LEADS]
    single = [Condition(f"lead {lead} only", "single", _single(k)) for k, lead in enumerate(LEADS)]
    return (*pages, *dark, *single)


def load_fold(root: Path, fold: int, outputs: Sequence[tuple[str, str]]) -> Fold:
    """Read one fold of PTB-XL; ``outputs`` are (code, group) of the network."""
    database = read_ptbxl(root)
    records = database.select([fold], diagnostic_only=False)
    if not records:
        raise UnreadableInputError(f"{root} holds no record of fold {fold}", where="PTB-XL", remedy="choose another")
    columns = [_labels(database, records, code, group) for code, group in outputs]
    diagnosed = database.subclass_labels(records).any(axis=1)
    known = np.stack([np.ones(len(records), bool) if g == "rhythm" else diagnosed for _, g in outputs], axis=1)
    signals = database.signals(records).astype(np.float32)
    patients = np.array([r.patient_id for r in records], np.int64)
    return Fold(fold, signals, np.stack(columns, axis=1), known, patients)


def bench_patchecg(
    net: PatchEcg,
    fold: Fold,
    layouts: Sequence[int],
    baselines: Mapping[str, Predictor],
    draws: int = 1000,
    hook: Callable[[str, int, int], None] | None = None,
) -> PatchBench:
    """Run every condition; ``hook(condition, done, total)`` serves a progress bar."""
    todo = conditions(layouts)
    logits, others = [], []
    for done, condition in enumerate(todo):
        if hook is not None:
            hook(condition.name, done, len(todo))
        seen = hide(fold.signals, condition.masks(*fold.signals.shape[::2]))
        logits.append(net.logits(seen))
        others.append({name: predict(seen)[:, : len(SUBCLASSES)] for name, predict in baselines.items()})
    probabilities, how = _probabilities(net, fold, todo, logits)
    weights = patient_draws(fold.patients, draws)
    scored = [
        _score(condition, net, fold, weights, views)
        for condition, *views in zip(todo, logits, probabilities, others, strict=True)
    ]
    complete = [macro for c, (_, macro) in zip(todo, scored, strict=True) if c.complete]
    mean, gains = _summary(_mean(complete)) if complete else (Interval(np.nan, np.nan, np.nan), {})
    return PatchBench(
        fold=fold.number, records=len(fold.signals), patients=len(np.unique(fold.patients)),
        diagnosed=int(fold.known[:, 0].sum()), calibration=how, milliseconds=milliseconds(net, fold.signals),
        conditions=tuple(score for score, _ in scored), mean_complete=mean, mean_differences=gains,
    )  # fmt: skip


def hide(signals: Floats, mask: Mask) -> Floats:
    """Signals with NaN where the mask says unobserved."""
    return np.where(mask, signals, np.float32(np.nan))


def milliseconds(net: PatchEcg, signals: Floats, count: int = 100) -> float:
    """Median time of ``predict`` for one 3x4 record at 100 Hz, preparation included."""
    shown = hide(signals[:count], _page(0)(min(count, len(signals)), signals.shape[-1]))
    times = []
    for one in shown:
        started = time.perf_counter()
        net.predict(Recording(one, 100.0))
        times.append(time.perf_counter() - started)
    return float(1000 * np.median(times))


def _page(layout: int) -> Callable[[int, int], Mask]:
    def masks(count: int, length: int) -> Mask:
        return np.stack([layout_mask(int(k), length) for k in record_layouts(layout, count, seed=layout)])

    return masks


def _dark(dark: int) -> Callable[[int, int], Mask]:
    return lambda count, length: lead_blackout(dark, count, length, seed=100 + dark)


def _single(lead: int) -> Callable[[int, int], Mask]:
    def masks(count: int, length: int) -> Mask:
        mask = np.zeros((count, len(LEADS), length), bool)
        mask[:, lead] = True
        return mask

    return masks


def _labels(database: Ptbxl, records: Sequence[PtbxlRecord], code: str, group: str) -> NDArray[np.bool_]:
    if group == "subclass":
        return database.subclass_labels(records)[:, SUBCLASSES.index(code)]
    if group == "superclass":
        return database.superclass_labels(records)[:, SUPERCLASSES.index(code)]
    return database.code_labels(records, [code])[:, 0]


def _probabilities(
    net: PatchEcg, fold: Fold, todo: Sequence[Condition], logits: Sequence[Floats]
) -> tuple[list[NDArray[np.float64]], str]:
    if fold.number not in net.spec["calibration_folds"]:
        return [net.calibrated(view).astype(np.float64) for view in logits], "stored with the network"
    part = patient_parts(fold.patients)
    pages = [k for k, condition in enumerate(todo) if condition.complete]
    out = [np.zeros(view.shape) for view in logits]
    for k in range(fold.labels.shape[1]):
        rows = fold.known[:, k]
        views = [view[rows, k : k + 1] for view in logits]
        for result, fitted in zip(
            out, cross_fitted(views, fold.labels[rows, k : k + 1], part[rows], pages), strict=True
        ):
            result[rows, k] = fitted[:, 0]
    return out, "cross-fitted by patient within the fold (5 parts)"


@dataclass(frozen=True, eq=False)
class _Macro:
    """Macro AUROC of one condition, first the value and then the bootstrap draws: [1 + D], for each model."""

    ours: NDArray[np.float64]
    baselines: dict[str, NDArray[np.float64]]


def _score(
    condition: Condition, net: PatchEcg, fold: Fold, weights: NDArray[np.float64], views: Sequence[Any]
) -> tuple[ConditionScore, _Macro]:
    """``views``: logits, probabilities, and the logits of each baseline under the condition."""
    logits, probabilities, others = views
    both = np.concatenate([once(weights.shape[1]), weights])
    areas, precisions, classes = [], [], []
    for k, output in enumerate(net.outputs):
        rows = fold.known[:, k]
        labels, counts, chance = fold.labels[rows, k], both[:, rows], probabilities[rows, k]
        areas.append(auroc(labels, logits[rows, k].astype(np.float64), counts))
        precisions.append(average_precision(labels, chance, counts))
        errors = calibration_error(labels, chance, counts)
        scores = (_interval(x) for x in (areas[-1], precisions[-1], errors))
        classes.append(ClassScore(output.code, output.group, int(labels.sum()), *scores))
    count = len(SUBCLASSES)
    rows = fold.known[:, 0]
    macro = _Macro(_macro(areas[:count]), {})
    for name, other in others.items():
        columns = [auroc(fold.labels[rows, k], other[rows, k].astype(np.float64), both[:, rows]) for k in range(count)]
        macro.baselines[name] = _macro(columns)
    value, gains = _summary(macro)
    baselines = {name: _interval(draws) for name, draws in macro.baselines.items()}
    precision = _interval(_macro(precisions[:count]))
    return ConditionScore(condition.name, condition.kind, value, precision, tuple(classes), baselines, gains), macro


def _macro(columns: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Mean over classes; a draw without positives of a class leaves that class out, for every model alike."""
    return np.asarray(np.nanmean(np.stack(columns), axis=0))


def _interval(value_and_draws: NDArray[np.float64]) -> Interval:
    return interval(float(value_and_draws[0]), value_and_draws[1:])


def _summary(macro: _Macro) -> tuple[Interval, dict[str, Interval]]:
    gains = {name: _interval(macro.ours - draws) for name, draws in macro.baselines.items()}
    return _interval(macro.ours), gains


def _mean(macros: Sequence[_Macro]) -> _Macro:
    names = macros[0].baselines
    baselines = {name: np.mean([m.baselines[name] for m in macros], axis=0) for name in names}
    return _Macro(np.asarray(np.mean([m.ours for m in macros], axis=0)), baselines)
