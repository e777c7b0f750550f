"""Batches for the delineation network: marked leads of LUDB, and leads of PTB-XL whose rhythm says whether P waves are.

LUDB has 18 records with atrial fibrillation or flutter, PTB-XL over a thousand. A lead of these has no P wave
anywhere; a lead in sinus rhythm has some, at places that nobody marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datasets.ludb import FS, Ludb, LudbRecord, MarkedWave
from ecgimg.datasets.ptbxl import read_ptbxl
from ecgimg.networks.delineation import CLASSES, RATE, at_rate
from ecgimg.train.common.ptbxl_targets import TRAIN_FOLDS
from ecgimg.train.delineation.wear import UNMARKED, worn

NO_P, SOME_P = 1, 2
"""Kinds of leads without marks; 0 is a marked lead."""
LENGTHS = (640, 1280, 2560)
"""Samples of a batch's stretches: 2.5 s as a column of a page shows, 5 s, 10 s."""
MARKED_SHARE = 0.8
"""Share of a batch that is marked."""
BATCH_SAMPLES = 16 * 2560
"""Samples of a batch, so that batches of any length cost the same."""
PTBXL_RECORDS = 700
"""Records with, and as many without, fibrillation or flutter."""
NO_P_CODES = ("AFIB", "AFLT")

Batch = tuple[Tensor, Tensor, Tensor]
"""Inputs [N, 2, T], labels [N, T] and kinds [N]."""


@dataclass(frozen=True, eq=False)
class LeadSet:
    """Leads [N, T] in mV at RATE, labels [N, T] of CLASSES or UNMARKED, and kinds [N]."""

    leads: Floats
    labels: NDArray[np.uint8]
    kinds: NDArray[np.uint8]


def folds(records: Sequence[LudbRecord], count: int) -> list[list[LudbRecord]]:
    """The records in `count` folds, each with its part of those in fibrillation or flutter and of the paced ones."""
    ordered = sorted(records, key=lambda r: (r.has_no_p, bool(r.pacing), r.number))
    return [ordered[k::count] for k in range(count)]


def marked_leads(data: Ludb, records: Sequence[LudbRecord]) -> LeadSet:
    """All leads of some records of LUDB with their labels."""
    leads: list[Floats] = []
    labels: list[NDArray[np.uint8]] = []
    for record in records:
        for lead, row in zip(LEADS, data.signal(record), strict=True):
            values, _ = at_rate(row, FS)
            leads.append(values)
            labels.append(label_samples(data.waves(record, lead), len(values)))
    return LeadSet(np.stack(leads), np.stack(labels), np.zeros(len(leads), np.uint8))


def label_samples(waves: Sequence[MarkedWave], length: int) -> NDArray[np.uint8]:
    """Labels [T] at RATE: UNMARKED before the first mark, after the last, and where a wave lacks an end."""
    labels = np.full(length, UNMARKED, np.uint8)
    if not waves:
        return labels
    scale = RATE / FS
    first = waves[0].onset if waves[0].onset is not None else waves[0].peak
    last = waves[-1].end if waves[-1].end is not None else waves[-1].peak
    labels[round(first * scale) : round(last * scale) + 1] = 0
    for wave in waves:
        onset, end = wave.onset, wave.end
        if onset is None or end is None:
            around = (wave.peak - FS // 5, wave.peak + FS // 5)
            labels[max(round(around[0] * scale), 0) : round(around[1] * scale)] = UNMARKED
        else:
            labels[int(np.ceil(onset * scale)) : int(end * scale) + 1] = CLASSES.index(wave.kind)
    return labels


def rhythm_leads(folder: Path, seed: int) -> LeadSet:
    """Leads of PTB-XL, folds 1-8: half in fibrillation or flutter, half in sinus rhythm."""
    database = read_ptbxl(folder)
    records = database.select(TRAIN_FOLDS, diagnostic_only=False)
    codes = [frozenset(code for code, _ in record.codes) for record in records]
    rng = np.random.default_rng(seed)
    leads: list[Floats] = []
    kinds: list[int] = []
    for kind, wanted, unwanted in ((NO_P, NO_P_CODES, ("PACE", "SR")), (SOME_P, ("SR",), ("PACE", *NO_P_CODES))):
        chosen = [r for r, c in zip(records, codes, strict=True) if c & {*wanted} and not c & {*unwanted}]
        for k in rng.permutation(len(chosen))[:PTBXL_RECORDS]:
            leads.extend(at_rate(row, 100)[0] for row in database.signal(chosen[k]))
            kinds.extend([kind] * len(LEADS))
    rows = np.stack(leads)
    return LeadSet(rows, np.full(rows.shape, UNMARKED, np.uint8), np.array(kinds, np.uint8))


def batches(marked: LeadSet, rhythms: LeadSet | None, steps: int, seed: int) -> Iterator[Batch]:
    """`steps` batches of worn stretches, four of five from marked leads."""
    rng = np.random.default_rng([seed, 31])
    for _ in range(steps):
        length = int(rng.choice(LENGTHS))
        size = BATCH_SAMPLES // length
        share = MARKED_SHARE if rhythms is not None else 1.0
        rows = []
        for k in range(size):
            source = marked if rhythms is None or k < share * size else rhythms
            chosen = int(rng.integers(len(source.leads)))
            values, labels = worn(source.leads[chosen], source.labels[chosen], length, rng)
            rows.append((values, labels, source.kinds[chosen]))
        inputs, labels, kinds = (np.stack([row[k] for row in rows]) for k in range(3))
        yield torch.from_numpy(inputs), torch.from_numpy(labels.astype(np.int64)), torch.from_numpy(kinds)
