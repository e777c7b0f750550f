"""Scores of the image network on drawn pages, by preset and layout, and of PatchECG on the same digitized pages.

Intervals are 95 % bootstrap intervals over patients. Probabilities are calibrated anew, cross-fitted by patient over
all presets, because fold 9 also calibrated the packaged network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgimg.bench.common.statistics import N_DRAWS, drawn_interval, find_score
from ecgimg.bench.screen.pages import OtherRead, PageRead
from ecgimg.bench.screen.real_pages import LabelledPage
from ecgimg.datamodel.arrays import Bools, Doubles
from ecgimg.datasets.ptbxl import SUPERCLASSES, Ptbxl
from ecgimg.findings.statements import ABNORMAL
from ecgimg.train.common.calibrate import cross_fitted, patient_parts
from ecgimg.train.common.classifier_metrics import (
    Interval,
    auroc,
    average_precision,
    calibration_error,
    once,
    patient_draws,
    sample_and_draws,
)
from ecgimg.train.screen.data import FINDINGS, page_targets

MIN_POSITIVES = 5
"""A class with fewer positive pages in a slice is left out of a mean."""
SPECIFICITY = 0.9
"""The specificity at which sensitivity is given."""
_ABNORMAL = f"screening {ABNORMAL}"


@dataclass(frozen=True)
class FindingScore:
    """One finding in one slice; `sensitivity` is taken at 90 % specificity."""

    code: str
    group: str
    positives: int
    auroc: Interval
    auprc: Interval
    sensitivity: Interval
    calibration_error: Interval


@dataclass(frozen=True)
class ScreenSliceScore:
    """The pages of a slice. `superclasses` is the mean AUROC of the superclasses with enough positives."""

    name: str
    pages: int
    admitted: float
    findings: tuple[FindingScore, ...]
    superclasses: Interval

    def of(self, code: str, group: str) -> FindingScore:
        """The score of one finding; KeyError where there is none."""
        return find_score(self.findings, code, group)


@dataclass(frozen=True)
class Beside:
    """AUROC of image network and PatchECG on the digitized pages, and the paired gain of the image over the signal."""

    name: str
    pages: int
    refused: int
    target: str
    image: Interval
    signal: Interval
    gain: Interval


@dataclass(frozen=True)
class ScreenBench:
    """A whole benchmark."""

    slices: tuple[ScreenSliceScore, ...]
    beside: tuple[Beside, ...]
    others: Mapping[str, tuple[int, int]]
    """Kind of picture that is no ECG -> refused, shown; kinds that were held out of training end on `*`."""
    labelled: tuple[LabelledPage, ...]
    milliseconds: float


@dataclass(frozen=True, eq=False)
class ScreenData:
    """Pages as arrays: logits, probabilities, labels and whether labels are known, all [N, F], and patients [N]."""

    reads: tuple[PageRead, ...]
    logits: Doubles
    probabilities: Doubles
    labels: Bools
    known: Bools
    patients: NDArray[np.int64]


def gather(reads: Sequence[PageRead], database: Ptbxl, fold: int) -> ScreenData:
    """Reads with their labels and cross-fitted probabilities."""
    records = database.select((fold,), diagnostic_only=False)
    targets = page_targets(database, records)
    rows = np.array([targets.rows[read.record] for read in reads])
    columns = [column for _, _, column in FINDINGS]
    labels, known = targets.values[rows][:, columns] > 0.5, targets.weights[rows][:, columns] > 0
    patients = np.array([r.patient_id for r in records], np.int64)[rows]
    logits = np.array([read.logits for read in reads])
    part, probabilities = patient_parts(patients), np.zeros(logits.shape)
    for k in range(len(FINDINGS)):
        chosen = known[:, k]
        fitted = cross_fitted([logits[chosen, k : k + 1]], labels[chosen, k : k + 1], part[chosen])
        probabilities[chosen, k] = fitted[0][:, 0]
    return ScreenData(tuple(reads), logits, probabilities, labels, known, patients)


def slices(data: ScreenData) -> tuple[ScreenSliceScore, ...]:
    """Every preset, then every layout within each preset."""
    draws = patient_draws(data.patients, N_DRAWS)
    out = []
    for preset in dict.fromkeys(read.preset for read in data.reads):
        of_preset = np.array([read.preset == preset for read in data.reads])
        out.append(_slice(preset, data, of_preset, draws))
        for layout in sorted({read.layout for read in data.reads}):
            pages = of_preset & np.array([read.layout == layout for read in data.reads])
            if pages.any():
                out.append(_slice(f"{preset}, {layout}", data, pages, draws))
    return tuple(out)


def sensitivity_at(labels: Bools, scores: Doubles, weights: Doubles, specificity: float = SPECIFICITY) -> Doubles:
    """Sensitivity [D] at the lowest threshold with at least this specificity, for D rows of weights [D, N]."""
    order = np.argsort(-scores, kind="stable")
    ranked, positive = weights[:, order], labels[order]
    false, true = np.cumsum(ranked * ~positive, axis=1), np.cumsum(ranked * positive, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        allowed = false / false[:, -1:] <= 1 - specificity
        reached = np.where(allowed, true, 0).max(axis=1) / true[:, -1]
    return np.asarray(reached)


def beside(data: ScreenData) -> tuple[Beside, ...]:
    """Image and signal on the same digitized pages, by preset; empty where nothing was digitized."""
    out = []
    for preset in dict.fromkeys(read.preset for read in data.reads):
        of_preset = np.array([read.preset == preset for read in data.reads])
        digitized = np.array([read.signal is not None for read in data.reads])
        refused = int((of_preset & np.array([bool(read.refusal) for read in data.reads])).sum())
        if (of_preset & digitized).any():
            out += _pairs(preset, data, of_preset & digitized, refused)
    return tuple(out)


def refused_by_kind(reads: Sequence[OtherRead]) -> dict[str, tuple[int, int]]:
    """Kind -> refused, shown; kinds that were held out of training end on `*`."""
    out: dict[str, tuple[int, int]] = {}
    for read in reads:
        name = f"{read.kind}*" if read.held else read.kind
        refused, shown = out.get(name, (0, 0))
        out[name] = refused + (not read.admitted), shown + 1
    return out


def _slice(name: str, data: ScreenData, pages: Bools, draws: Doubles) -> ScreenSliceScore:
    """Scores of the chosen pages [N]; `draws` are those of all pages [D, N]."""
    both = np.concatenate([once(draws.shape[1]), draws])
    areas, scores = {}, []
    for k, (code, group, _) in enumerate(FINDINGS):
        rows = pages & data.known[:, k]
        labels, probabilities, counts = data.labels[rows, k], data.probabilities[rows, k], both[:, rows]
        parts = _scores(labels, data.logits[rows, k], probabilities, counts)
        if group == "superclass" and labels.sum() >= MIN_POSITIVES:
            areas[code] = parts[0]
        scores.append(FindingScore(code, group, int(labels.sum()), *map(drawn_interval, parts)))
    mean = np.nanmean(np.stack(list(areas.values())), axis=0) if areas else np.full(len(both), np.nan)
    admitted = float(np.mean([read.admitted for read, chosen in zip(data.reads, pages, strict=True) if chosen]))
    return ScreenSliceScore(name, int(pages.sum()), admitted, tuple(scores), drawn_interval(mean))


def _scores(labels: Bools, logits: Doubles, probabilities: Doubles, counts: Doubles) -> tuple[Doubles, ...]:
    """AUROC, AUPRC, sensitivity and calibration error, each [1 + D]; NaN where a slice has one class only."""
    if labels.all() or not labels.any():
        return (np.full(len(counts), np.nan),) * 4
    area, precision = auroc(labels, logits, counts), average_precision(labels, probabilities, counts)
    return area, precision, sensitivity_at(labels, logits, counts), calibration_error(labels, probabilities, counts)


def _pairs(preset: str, data: ScreenData, pages: Bools, refused: int) -> list[Beside]:
    """Both networks on the chosen pages [N]: normal or abnormal, the mean of the superclasses, and AFIB."""
    rows = np.flatnonzero(pages)
    weights = sample_and_draws(data.patients[rows], N_DRAWS)
    image, signal = _areas(data, rows, weights)
    means = [f"superclass {code}" for code in SUPERCLASSES if f"superclass {code}" in image]
    groups = {"normal / abnormal": [_ABNORMAL], "superclasses": means, "AFIB": ["rhythm AFIB"]}
    out = []
    for target, names in groups.items():
        if all(name in image for name in names) and names:
            ours, theirs = (np.mean([areas[name] for name in names], axis=0) for areas in (image, signal))
            out.append(Beside(preset, len(rows), refused, target, *map(drawn_interval, (ours, theirs, ours - theirs))))
    return out


def _areas(data: ScreenData, rows: NDArray[np.intp], weights: Doubles) -> tuple[dict[str, Doubles], dict[str, Doubles]]:
    """AUROC [1 + D] of image network and PatchECG by `group code`, of findings that both give, with enough positives.

    PatchECG has no finding ABNORMAL; the log odds of NORM with the other sign stand for it.
    """
    image, signal = {}, {}
    for k, (code, group, _) in enumerate(FINDINGS):
        name, known = f"{group} {code}", data.known[rows, k]
        key, sign = ("superclass NORM", -1.0) if name == _ABNORMAL else (name, 1.0)
        values = [(data.reads[row].signal or {}).get(key) for row in rows]
        labels = data.labels[rows, k][known]
        if labels.sum() < MIN_POSITIVES or any(value is None for value in values):
            continue
        odds = sign * np.array(values, np.float64)[known]
        image[name] = auroc(labels, data.logits[rows, k][known], weights[:, known])
        signal[name] = auroc(labels, odds, weights[:, known])
    return image, signal
