"""Training data of the generator: coefficients of PTB-XL's recordings, and what may be asked for to get them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.signal import butter, find_peaks, sosfiltfilt
from torch import Tensor

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.patient import Sex
from ecgimg.datasets.ptbxl import Ptbxl, PtbxlRecord
from ecgimg.networks.generation import (
    CODES,
    CONDITIONS,
    LEADS_MADE,
    RATE,
    RHYTHM_ORDER,
    SEXES,
    TEXT_BINS,
    beat_map,
    condition,
    rhythm_of,
    text_features,
)
from ecgimg.train.generation.sentences import compose

HIGH_PASS_HZ = 0.5
"""Wander below this frequency is taken off: it is of the electrodes, not of the heart."""
MAX_MV = 4.0
"""Signals are clipped to this: higher ones are disturbances."""
QRS_HZ = (8.0, 25.0)
"""Frequencies of QRS complexes, by which the heart rate of a record is found."""
QRS_STEPS = 13
"""Samples over which their energy is averaged."""
QRS_SHARE = 0.35
"""Share of the strongest energy from which a peak is a beat."""
REFRACTORY_STEPS = 27
"""Beats are at least so many samples apart: 220/min."""
MIN_BEATS = 3
"""Fewer beats have no rate."""
SEQUENCES = 120
"""Sequences of RR intervals that are stored for each rhythm."""
MAX_AGE = 95.0
"""Higher ages, which PTB-XL gives as 300, are unknown."""
SHARE_NOTHING = 0.1
"""Share of examples for which nothing is asked."""
SHARE_ASKED = 0.8
"""Share of the codes, of sexes, ages and rates that are asked for."""
SHARE_TEXT = 0.7
"""Share of examples with a text: a sentence, or the record's own report where it has one, each in half of them."""
SHARE_TEXT_ALONE = 0.3
"""Share of the texts beside which nothing else is asked for."""


@dataclass(frozen=True)
class Description:
    """What is known of a recording: codes, sex, age in years, times of the beats in seconds, and the report."""

    codes: tuple[str, ...]
    sex: Sex | None
    age: float | None
    beats: tuple[float, ...]
    report: str

    @property
    def rate(self) -> float | None:
        """The heart rate in beats/min; None with less than three beats."""
        return None if len(self.beats) < MIN_BEATS else float(60 / np.median(np.diff(self.beats)))


@dataclass(frozen=True, eq=False)
class GenerationSet:
    """Recordings: `coefficients` [N, 48, 64] float16, and a description of each."""

    coefficients: NDArray[np.float16]
    descriptions: Sequence[Description]

    def __len__(self) -> int:
        return len(self.coefficients)


@dataclass(frozen=True)
class Batch:
    """`clean` and `noise` [B, 48, 64], `angle` [B, 1], `beats` [B, 16, 64], `condition` [B, 74], `text` [B, 2048]."""

    clean: Tensor
    noise: Tensor
    angle: Tensor
    beats: Tensor
    condition: Tensor
    text: Tensor


def made_leads(signals: NDArray[np.floating]) -> Floats:
    """The leads [N, 8, T] that are learned, of signals [N, 12, T] in mV: without wander and clipped."""
    rows = signals[:, [LEADS.index(lead) for lead in LEADS_MADE]].astype(np.float32)
    high_pass = butter(2, HIGH_PASS_HZ, "highpass", fs=RATE, output="sos")
    return np.clip(sosfiltfilt(high_pass, rows, axis=-1), -MAX_MV, MAX_MV).astype(np.float32)


def find_beats(leads: Floats) -> tuple[float, ...]:
    """Times of the beats in seconds: the peaks of the QRS energy of leads [8, T].

    The heart rate by them is within 0.7/min of that by the delineation network in 95 % of 87 records of fold 9, at a
    fiftieth of its time.
    """
    band = butter(2, QRS_HZ, "bandpass", fs=RATE, output="sos")
    energy = np.abs(sosfiltfilt(band, leads, axis=1))
    energy = (energy / np.maximum(energy.std(axis=1, keepdims=True), 1e-3)).sum(axis=0)
    energy = np.convolve(energy, np.hanning(QRS_STEPS), "same")
    beats = find_peaks(energy, height=QRS_SHARE * np.percentile(energy, 98), distance=REFRACTORY_STEPS)[0]
    return tuple((beats / RATE).tolist())


def describe(data: Ptbxl, record: PtbxlRecord, leads: Floats) -> Description:
    """What is known of a record whose learned leads [8, T] are given; forms count only where codes are exact."""
    own = {code for code, _ in record.codes} | data.subclasses_of(record)
    sex = None if record.sex is None else SEXES[1 - record.sex]
    age = record.age if record.age is not None and record.age <= MAX_AGE else None
    return Description(tuple(code for code in CODES if code in own), sex, age, find_beats(leads), record.report)


def rhythm_intervals(descriptions: Sequence[Description]) -> dict[str, list[list[float]]]:
    """RR intervals in seconds of up to SEQUENCES records of each rhythm, at even distances over all that have it."""
    found: dict[str, list[list[float]]] = {code: [] for code in RHYTHM_ORDER}
    for one in descriptions:
        if len(one.beats) > MIN_BEATS:
            found[rhythm_of(one.codes)].append(np.diff(one.beats).round(2).tolist())
    return {code: rows[:: -(-len(rows) // SEQUENCES) or 1] for code, rows in found.items()}


def batches(data: GenerationSet, size: int, steps: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Batches of records at random."""
    for _ in range(steps):
        yield draw_batch(data, rng.integers(len(data), size=size), rng)


def draw_batch(data: GenerationSet, index: NDArray[np.int_], rng: np.random.Generator) -> Batch:
    """The records of numbers `index` with fresh noise, angles and requests."""
    clean = data.coefficients[index].astype(np.float32)
    noise = rng.standard_normal(clean.shape, dtype=np.float32)
    angle = rng.uniform(0, np.pi / 2, (len(index), 1)).astype(np.float32)
    beats = np.stack([beat_map(data.descriptions[k].beats) for k in index.tolist()])
    asked = [ask(data.descriptions[k], rng) for k in index.tolist()]
    conditions, texts = (np.stack(parts) for parts in zip(*asked, strict=True))
    return Batch(*map(torch.from_numpy, (clean, noise, angle, beats, conditions, texts)))


def ask(known: Description, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A request that a recording fulfils: a part of what is known of it, as condition and as text."""
    nothing = np.zeros(CONDITIONS, np.float32), np.zeros(TEXT_BINS, np.float32)
    if rng.random() < SHARE_NOTHING:
        return nothing
    keep = rng.random(len(known.codes) + 3) < SHARE_ASKED
    codes = tuple(code for code, is_asked in zip(known.codes, keep[3:], strict=True) if is_asked)
    sex = known.sex if keep[0] else None
    age = known.age if keep[1] else None
    rate = known.rate if keep[2] else None
    if rng.random() >= SHARE_TEXT:
        return condition(codes, sex, age, rate), nothing[1]
    has_report = bool(known.report) and rng.random() < 0.5
    text = text_features(known.report if has_report else compose(codes, rate, sex, age, rng))
    return (nothing[0] if rng.random() < SHARE_TEXT_ALONE else condition(codes, sex, age, rate)), text
