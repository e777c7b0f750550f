"""Scores of the whole chain: what digitizing costs in AUROC, and what the image network and the combiner recover.

Scores are compared on the same pages, paired draw by draw, with 95 % bootstrap intervals over patients. Refused pages
are treated in two ways: they are left out, or they are answered without their signal. Then the class's mean probability
stands for the signal network, and the combiner has the image alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgimg.bench.chain.images import ImageRow
from ecgimg.bench.chain.pages import ChainRow
from ecgimg.bench.common.signal_metrics import MIN_SNR, mean_db
from ecgimg.bench.common.statistics import N_DRAWS, drawn_interval, mean_of_known, median_of_known
from ecgimg.datamodel.arrays import Bools, Doubles
from ecgimg.datamodel.probability import sigmoid
from ecgimg.datasets.ptbxl import Ptbxl
from ecgimg.networks.combiner import log_odds
from ecgimg.networks.patchecg import PatchEcg
from ecgimg.train.combiner.data import AnsweredPage, combiner_data, signal_log_odds
from ecgimg.train.combiner.fit import cross_fitted_combiner
from ecgimg.train.common.calibrate import patient_parts
from ecgimg.train.common.classifier_metrics import Interval, auroc, interval, once, patient_draws, sample_and_draws

MIN_POSITIVES = 5
"""A class with fewer positive pages is left out of a mean."""
MAX_LOG_ODDS = 30.0
"""Calibrated log odds are held within this."""
TARGETS = ("23 subclasses", "5 superclasses", "AFIB")
"""Names of the targets, as reports write them."""


@dataclass(frozen=True, eq=False)
class ChainData:
    """The pages of a benchmark as arrays, in the order of the rows; all log odds are [N, K].

    `true` is the signal network on what was printed, `read` the same on what was digitized (NaN where refused).
    `image` is the image network (for subclasses their diagnostic group; NaN where the picture does not count as a
    readable ECG), `together` the cross-fitted combiner.
    """

    keys: tuple[tuple[str, str], ...]
    rows: tuple[ChainRow, ...]
    true: Doubles
    read: Doubles
    image: Doubles
    together: Doubles
    labels: Bools
    known: Bools
    patients: NDArray[np.int64]

    @property
    def digitized(self) -> Bools:
        """Which pages gave a recording that PatchECG accepts [N]."""
        return np.asarray(np.isfinite(self.read).all(axis=1))

    def where(self, chosen: Bools) -> ChainData:
        """The chosen pages."""
        rows = tuple(row for row, is_chosen in zip(self.rows, chosen, strict=True) if is_chosen)
        parts = (self.true, self.read, self.image, self.together, self.labels, self.known, self.patients)
        return ChainData(self.keys, rows, *(part[chosen] for part in parts))  # type: ignore[arg-type]


@dataclass(frozen=True)
class TargetScore:
    """AUROC of one target on one slice of pages, the mean over `classes` classes.

    `true` and `digitized` are taken over the digitized pages, `lost` is their paired difference. `lost_all` is taken
    over all pages, with the prior for a refused one. `signal_all` (with the prior), `image` and `together` are taken
    over all pages; `gain` is the paired difference between the combiner and the better of the two networks.
    """

    target: str
    classes: int
    true: Interval
    digitized: Interval
    lost: Interval
    lost_all: Interval
    signal_all: Interval
    image: Interval
    together: Interval
    gain: Interval


@dataclass(frozen=True)
class ChainSliceScore:
    """A slice of pages: how well they were digitized, and the scores of every target."""

    name: str
    pages: int
    patients: int
    refused: float
    wrong_layout: float
    db: Interval
    r_ms: float
    r_mv: float
    beats_found: float
    targets: tuple[TargetScore, ...]


@dataclass(frozen=True)
class ClassLoss:
    """AUROC of one class over the digitized pages of a preset, and the paired loss by digitizing."""

    preset: str
    code: str
    group: str
    positives: int
    true: Interval
    lost: Interval


@dataclass(frozen=True)
class ChainBench:
    """A whole benchmark: slices by preset, by layout within each preset, and the loss of every class."""

    fold: int
    presets: tuple[ChainSliceScore, ...]
    layouts: tuple[ChainSliceScore, ...]
    classes: tuple[ClassLoss, ...]


def chain_data(rows: Sequence[ChainRow], images: Sequence[ImageRow], net: PatchEcg, database: Ptbxl) -> ChainData:
    """Joins the rows of both passes with the labels; pages without a truth (their worker died) are left out."""
    pairs = [(row, image) for row, image in zip(rows, images, strict=True) if row.true]
    kept = tuple(row for row, _ in pairs)
    data = combiner_data([_answered(row, image) for row, image in pairs], net, database)
    patients = np.array([row.patient for row in kept], np.int64)
    together = cross_fitted_combiner(data, patient_parts(patients))
    true = signal_log_odds(net, np.array([row.true for row in kept], np.float64))
    return ChainData(data.keys, kept, true, data.signal, data.image, together, data.labels, data.known, patients)


def _answered(row: ChainRow, image: ImageRow) -> AnsweredPage:
    probabilities = image.probabilities if image.is_ecg and image.is_readable else {}
    return AnsweredPage(row.record, row.confidence, row.read, probabilities)


def score_chain(data: ChainData, fold: int, n_draws: int = N_DRAWS) -> ChainBench:
    """All scores of a benchmark."""
    presets, layouts, classes = [], [], []
    for preset in dict.fromkeys(row.preset for row in data.rows):
        of_preset = data.where(np.array([row.preset == preset for row in data.rows]))
        presets.append(score_slice(preset, of_preset, n_draws))
        classes += _class_losses(preset, of_preset, n_draws)
        families = np.array([family(row.layout) for row in of_preset.rows])
        layouts += [
            score_slice(f"{preset}, {name}", of_preset.where(families == name), n_draws)
            for name in sorted(set(families.tolist()))
        ]
    return ChainBench(fold, tuple(presets), tuple(layouts), tuple(classes))


def family(layout: str) -> str:
    """A layout's name without the order of its leads."""
    return layout.removesuffix("-cabrera")


def score_slice(name: str, data: ChainData, n_draws: int = N_DRAWS) -> ChainSliceScore:
    """Scores of one slice of pages."""
    snr = np.array([row.snr for row in data.rows])
    weights = patient_draws(data.patients, n_draws)
    db = [10 * np.log10(max(w @ snr / w.sum(), MIN_SNR)) for w in weights]
    read = [row for row in data.rows if row.found is not None]
    return ChainSliceScore(
        name=name,
        pages=len(data.rows),
        patients=len(np.unique(data.patients)),
        refused=float(1 - data.digitized.mean()),
        wrong_layout=float(np.mean([row.found != row.layout for row in read])) if read else 0.0,
        db=interval(mean_db(snr), np.array(db)),
        r_ms=median_of_known([row.r_ms for row in read]),
        r_mv=median_of_known([row.r_mv for row in read]),
        beats_found=mean_of_known([row.beats_found for row in read]),
        targets=tuple(_target(target, data, weights) for target in TARGETS),
    )


def _target(target: str, data: ChainData, weights: Doubles) -> TargetScore:
    """Scores of one target; `weights` [D, N] are the draws."""
    columns = _columns(target, data)
    both = np.concatenate([once(weights.shape[1]), weights])
    done = data.digitized
    on_read = [_macro(x[done], data, columns, both[:, done], done) for x in (data.true, data.read)]
    every_page = np.ones(len(done), bool)
    views = (data.true, data.read, data.image, data.together)
    on_all = [_macro(_with_prior(x), data, columns, both, every_page) for x in views]
    better = on_all[1] if on_all[1][0] >= on_all[2][0] else on_all[2]
    scores = (
        *on_read, on_read[0] - on_read[1], on_all[0] - on_all[1], on_all[1], on_all[2], on_all[3], on_all[3] - better,
    )  # fmt: skip
    return TargetScore(target, len(columns), *map(drawn_interval, scores))


def _columns(target: str, data: ChainData) -> list[int]:
    """Columns of a target with enough positive and enough negative pages among the digitized ones."""
    groups = {"23 subclasses": "subclass", "5 superclasses": "superclass"}
    chosen = []
    for k, (code, group) in enumerate(data.keys):
        fits = group == groups[target] if target in groups else (code, group) == (target, "rhythm")
        rows = data.known[:, k] & data.digitized
        positives = int(data.labels[rows, k].sum())
        if fits and positives >= MIN_POSITIVES and positives <= rows.sum() - MIN_POSITIVES:
            chosen.append(k)
    return chosen


def _macro(scores: Doubles, data: ChainData, columns: Sequence[int], weights: Doubles, rows: Bools) -> Doubles:
    """Mean AUROC [1 + D] over columns; NaN where none can be scored."""
    if not columns:
        return np.full(len(weights), np.nan)
    labels, known = data.labels[rows], data.known[rows]
    parts = []
    for k in columns:
        scored = known[:, k] & np.isfinite(scores[:, k])
        parts.append(auroc(labels[scored, k], scores[scored, k], weights[:, scored]))
    stack = np.stack(parts)
    filled = np.isfinite(stack).any(axis=0)
    return np.where(filled, np.nanmean(np.where(filled, stack, 0), axis=0), np.nan)


def _with_prior(odds: Doubles) -> Doubles:
    """Log odds [N, K], where NaN is replaced by the log odds of the class's mean probability over the other pages."""
    known = np.isfinite(odds)
    probability = np.where(known, sigmoid(np.where(known, odds, 0)), 0)
    prior = log_odds(probability.sum(axis=0) / np.maximum(known.sum(axis=0), 1))
    return np.asarray(np.where(known | ~known.any(axis=0), odds, prior[None]))


def _class_losses(preset: str, data: ChainData, n_draws: int) -> list[ClassLoss]:
    """The loss of every class with enough positive and negative pages."""
    done = data.where(data.digitized)
    if not len(done.rows):
        return []
    both = sample_and_draws(done.patients, n_draws)
    losses = []
    for k, (code, group) in enumerate(done.keys):
        rows = done.known[:, k]
        labels = done.labels[rows, k]
        if MIN_POSITIVES <= labels.sum() <= len(labels) - MIN_POSITIVES:
            true, read = (auroc(labels, x[rows, k], both[:, rows]) for x in (done.true, done.read))
            pair = map(drawn_interval, (true, true - read))
            losses.append(ClassLoss(preset, code, group, int(labels.sum()), *pair))
    return losses
