"""Scores of the image network on drawn pages, by preset and layout, beside the digitize-then-PatchECG path.

Intervals are 95 % bootstrap intervals over patients. Probabilities are calibrated anew, cross-fitted by patient over
both presets, because fold 9 also calibrated the packaged network.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgimg.bench.screen.pages import OtherRead, PageRead, read_image
from ecgimg.datamodel.arrays import Bools, Doubles
from ecgimg.datasets.ptbxl import SUPERCLASSES, Ptbxl
from ecgimg.errors import EcgimgError, UnreadableInputError
from ecgimg.networks.screen import ABNORMAL, ScreenNet
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
from ecgimg.train.screen.data import FINDINGS, page_targets

DRAWS = 1000
MIN_POSITIVES = 5
"""A class with fewer positive pages in a slice is left out of a mean."""
SPECIFICITY = 0.9


@dataclass(frozen=True)
class FindingScore:
    """One finding in one slice; `sensitivity` is that at 90 % specificity."""

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
        for score in self.findings:
            if (score.code, score.group) == (code, group):
                return score
        raise KeyError(f"no score for {code!r}")


@dataclass(frozen=True)
class Beside:
    """AUROC of both paths on the pages that were digitized, and the paired gain of the image over the signal."""

    name: str
    pages: int
    refused: int
    target: str
    image: Interval
    signal: Interval
    gain: Interval


@dataclass(frozen=True)
class LabelledPage:
    """A real page with labels: the gate's word, the probability that it is abnormal, what was found."""

    image: str
    labels: str
    is_ecg: float
    admitted: bool
    abnormal: float
    found: tuple[str, ...]


@dataclass(frozen=True)
class ScreenBench:
    """A whole benchmark."""

    slices: tuple[ScreenSliceScore, ...]
    beside: tuple[Beside, ...]
    others: Mapping[str, tuple[int, int]]
    """Kind of picture that is no ECG -> refused, shown; kinds kept from training end on `*`."""
    labelled: tuple[LabelledPage, ...]
    milliseconds: float


@dataclass(frozen=True, eq=False)
class ScreenData:
    """Pages as arrays: logits, probabilities, labels and whether they are known, all [N, F], and patients [N]."""

    reads: tuple[PageRead, ...]
    logits: Doubles
    chances: Doubles
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
    part, chances = patient_parts(patients), np.zeros(logits.shape)
    for k in range(len(FINDINGS)):
        some = known[:, k]
        fitted = cross_fitted([logits[some, k : k + 1]], labels[some, k : k + 1], part[some])
        chances[some, k] = fitted[0][:, 0]
    return ScreenData(tuple(reads), logits, chances, labels, known, patients)


def slices(data: ScreenData) -> tuple[ScreenSliceScore, ...]:
    """Every preset, then every layout within each preset."""
    draws = patient_draws(data.patients, DRAWS)
    out = []
    for preset in dict.fromkeys(read.preset for read in data.reads):
        at = np.array([read.preset == preset for read in data.reads])
        out.append(_slice(preset, data, at, draws))
        for layout in sorted({read.layout for read in data.reads}):
            here = at & np.array([read.layout == layout for read in data.reads])
            if here.any():
                out.append(_slice(f"{preset}, {layout}", data, here, draws))
    return tuple(out)


def sensitivity_at(labels: Bools, scores: Doubles, weights: Doubles, specificity: float = SPECIFICITY) -> Doubles:
    """Sensitivity [D] at the lowest threshold that leaves at least this share of the negatives negative."""
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
        at = np.array([read.preset == preset for read in data.reads])
        read = np.array([read.signal is not None for read in data.reads])
        refused = int((at & np.array([bool(read.refusal) for read in data.reads])).sum())
        if (at & read).any():
            out += _pairs(preset, data, at & read, refused)
    return tuple(out)


def refused_by_kind(reads: Sequence[OtherRead]) -> dict[str, tuple[int, int]]:
    """Kind -> refused, shown; kinds kept from training end on `*`."""
    out: dict[str, tuple[int, int]] = {}
    for read in reads:
        name = f"{read.kind}*" if read.held else read.kind
        refused, shown = out.get(name, (0, 0))
        out[name] = refused + (not read.admitted), shown + 1
    return out


def labelled_pages(net: ScreenNet, index: Path) -> tuple[LabelledPage, ...]:
    """The pages of an index.csv (columns image and labels), as they are.

    Raises:
        UnreadableInputError: the index can't be read.
    """
    try:
        with open(index, newline="", encoding="utf-8") as file:
            rows = [(row["image"], row["labels"] or "") for row in csv.DictReader(file)]
    except (OSError, KeyError, ValueError) as error:
        remedy = "give a CSV with the columns image and labels"
        raise UnreadableInputError(f"{index}: {error}", where="bench screen", remedy=remedy) from error
    out = []
    for image, labels in rows:
        try:
            is_ecg, logits, passed = read_image(net, index.parent / image)
        except EcgimgError:
            continue  # a file that can't be opened is no page
        chances = net.calibrated(np.asarray(logits, np.float32))
        pairs = list(zip(net.outputs, chances, strict=True))
        found = tuple(a.code for a, p in pairs if p >= a.threshold and a.group != "screening")
        abnormal = next(float(p) for a, p in pairs if a.code == ABNORMAL)
        out.append(LabelledPage(image, labels, is_ecg, passed, abnormal, found))
    return tuple(out)


def _slice(name: str, data: ScreenData, at: Bools, draws: Doubles) -> ScreenSliceScore:
    both = np.concatenate([once(draws.shape[1]), draws])
    areas, scores = {}, []
    for k, (code, group, _) in enumerate(FINDINGS):
        rows = at & data.known[:, k]
        labels, chance, counts = data.labels[rows, k], data.chances[rows, k], both[:, rows]
        parts = _scores(labels, data.logits[rows, k], chance, counts)
        if group == "superclass" and labels.sum() >= MIN_POSITIVES:
            areas[code] = parts[0]
        scores.append(FindingScore(code, group, int(labels.sum()), *(_interval(p) for p in parts)))
    mean = np.nanmean(np.stack(list(areas.values())), axis=0) if areas else np.full(len(both), np.nan)
    passed = float(np.mean([read.admitted for read, here in zip(data.reads, at, strict=True) if here]))
    return ScreenSliceScore(name, int(at.sum()), passed, tuple(scores), _interval(mean))


def _scores(labels: Bools, logits: Doubles, chance: Doubles, counts: Doubles) -> tuple[Doubles, ...]:
    """AUROC, AUPRC, sensitivity and calibration error, each [1 + D]; NaN where a slice has one class only."""
    if labels.all() or not labels.any():
        return (np.full(len(counts), np.nan),) * 4
    area, precision = auroc(labels, logits, counts), average_precision(labels, chance, counts)
    return area, precision, sensitivity_at(labels, logits, counts), calibration_error(labels, chance, counts)


def _pairs(preset: str, data: ScreenData, at: Bools, refused: int) -> list[Beside]:
    """Normal or abnormal, the mean of the superclasses, and AFIB."""
    rows = np.flatnonzero(at)
    both = np.concatenate([once(len(rows)), patient_draws(data.patients[rows], DRAWS)])
    columns = {f"{group} {code}": k for k, (code, group, _) in enumerate(FINDINGS)}
    image, signal = {}, {}
    for name, k in columns.items():
        known = data.known[rows, k]
        key, sign = ("superclass NORM", -1.0) if k == columns[f"screening {ABNORMAL}"] else (name, 1.0)
        said = [(data.reads[r].signal or {}).get(key) for r in rows]
        labels = data.labels[rows, k][known]
        if labels.sum() < MIN_POSITIVES or any(value is None for value in said):
            continue
        odds = sign * np.array(said, np.float64)[known]
        image[name] = auroc(labels, data.logits[rows, k][known], both[:, known])
        signal[name] = auroc(labels, odds, both[:, known])
    means = [f"superclass {code}" for code in SUPERCLASSES if f"superclass {code}" in image]
    groups = {"normal / abnormal": [f"screening {ABNORMAL}"], "superclasses": means, "AFIB": ["rhythm AFIB"]}
    out = []
    for target, names in groups.items():
        if all(name in image for name in names) and names:
            ours, theirs = (np.mean([areas[name] for name in names], axis=0) for areas in (image, signal))
            found = (_interval(x) for x in (ours, theirs, ours - theirs))
            out.append(Beside(preset, len(rows), refused, target, *found))
    return out


def _interval(value_and_draws: NDArray[np.floating]) -> Interval:
    return interval(float(value_and_draws[0]), np.asarray(value_and_draws[1:], np.float64))
