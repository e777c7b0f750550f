"""Batches for the screening network: shards of pictures, targets of PTB-XL softened by PatchECG, fresh views."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.probability import log_odds, sigmoid
from ecgimg.datasets.ptbxl import RHYTHMS, SUBCLASSES, SUPERCLASSES, Ptbxl, PtbxlRecord
from ecgimg.findings.statements import ABNORMAL
from ecgimg.networks.patchecg import load_patchecg
from ecgimg.networks.screen_input import HEIGHT, WIDTH
from ecgimg.train.common.ptbxl_targets import TARGETS, load_set, targets_of
from ecgimg.train.screen.pages import NON_ECG, Shard, read_shard
from ecgimg.train.screen.sketches import Shares, Sketches
from ecgimg.train.screen.views import TrainView, draw_non_ecg_view, draw_view

LEARNED: tuple[str, ...] = (ABNORMAL, *TARGETS)
"""All classes that the network learns; its exported outputs are `FINDINGS`."""
_SUPER = 1 + len(SUBCLASSES)
_RHYTHM = _SUPER + len(SUPERCLASSES)
FINDINGS: tuple[tuple[str, str, int], ...] = (
    (ABNORMAL, "screening", 0),
    *((code, "superclass", _SUPER + k) for k, code in enumerate(SUPERCLASSES)),
    *((code, "rhythm", _RHYTHM + RHYTHMS.index(code)) for code in ("AFIB", "STACH", "SBRAD", "PACE")),
    *((code, "subclass", 1 + SUBCLASSES.index(code)) for code in ("CRBBB", "CLBBB", "LVH", "AMI", "IMI")),
    ("1AVB", "subclass", 1 + TARGETS.index("1AVB")),
)
"""Code, group and column of LEARNED of each finding."""
SOFT = 0.5
"""Share of PatchECG's probability in a target that PatchECG has."""
MAX_LOG_ODDS = 6.0
"""PatchECG's log odds are clipped to this."""
MIX = {"print": 0.22, "camera": 0.25, NON_ECG: 0.06}
"""Shares of a batch with the hardest views; the rest, and at first all, are sketches."""
MAIN_WEIGHT = 3.0
"""Weight of screening, superclasses and AFIB, against 1 of the other findings."""
SIDE_WEIGHT = 0.15
"""Weight of classes that are learned but not exported, against 1 of the other findings."""


@dataclass(frozen=True)
class Batch:
    """Views and their targets.

    Attributes:
        picture: [B, 1, H, W] in 0..1.
        findings: [B, K] of LEARNED.
        weights: [B, K] of the findings.
        odds: log odds [B, K] of PatchECG, NaN where it has none.
        gate: [B, 4] of is-ECG, readable, quarter turns, and the weight of the latter two.
        quad: corners [B, 8] as shares of the frame.
    """

    picture: Tensor
    findings: Tensor
    weights: Tensor
    odds: Tensor
    gate: Tensor
    quad: Tensor


@dataclass(frozen=True, eq=False)
class Targets:
    """Targets and weights [N, K] of LEARNED, the row of each record's number, and PatchECG's log odds [N, K].

    The log odds are NaN where PatchECG has none.
    """

    values: Floats
    weights: Floats
    rows: Mapping[int, int]
    odds: Floats


def page_targets(data: Ptbxl, records: Sequence[PtbxlRecord]) -> Targets:
    """Targets of records. A record is abnormal where any superclass but NORM is stated, normal where only NORM is."""
    values, weights = targets_of(data, records)
    stated = data.superclass_labels(records)
    abnormal = stated[:, 1:].any(axis=1).astype(np.float32)
    known = stated.any(axis=1).astype(np.float32)
    rows = {record.ecg_id: k for k, record in enumerate(records)}
    values = np.column_stack([abnormal, values])
    return Targets(values, np.column_stack([known, weights]), rows, np.full_like(values, np.nan))


def softened(targets: Targets, data: Ptbxl, folds: Sequence[int], cache: Path) -> Targets:
    """The targets blended with PatchECG's probabilities of the whole undamaged recordings, stored in ``cache``."""
    path = cache / "teacher.npy"
    if path.is_file():
        probabilities = np.load(path)
    else:
        net = load_patchecg()
        probabilities = net.calibrated(net.logits(load_set(data, folds, cache).signals.astype(np.float32)))
        np.save(path, probabilities)
    values = targets.values.copy()
    shared = slice(1, 1 + probabilities.shape[1])
    values[:, shared] += SOFT * (probabilities - values[:, shared])
    values[:, 0] += SOFT * (1 - probabilities[:, SUBCLASSES.index("NORM")] - values[:, 0])
    odds = np.full_like(values, np.nan)
    odds[:, shared] = clipped_log_odds(probabilities)
    odds[:, 0] = -odds[:, 1 + SUBCLASSES.index("NORM")]
    return Targets(values, targets.weights, targets.rows, odds)


def clipped_log_odds(probabilities: Floats) -> Floats:
    """Log odds of probabilities, clipped to MAX_LOG_ODDS."""
    lowest = sigmoid(-MAX_LOG_ODDS)
    return np.asarray(log_odds(np.clip(probabilities, lowest, 1 - lowest)), np.float32)


def class_weights(targets: Targets) -> Floats:
    """Weights [K] of the classes in the loss: up to 3 for rare ones, times that of the class's purpose."""
    share = (targets.values * targets.weights).sum(0) / np.maximum(targets.weights.sum(0), 1)
    purpose = np.full(len(share), SIDE_WEIGHT)
    for code, group, column in FINDINGS:
        purpose[column] = MAIN_WEIGHT if group in ("screening", "superclass") or code == "AFIB" else 1.0
    return np.asarray(np.clip((0.1 / np.maximum(share, 1e-4)) ** 0.25, 0.7, 3.0) * purpose, np.float32)


class Stream:
    """Batches without end, of sketches and of the shards of a folder; each epoch begins with a look for new shards."""

    def __init__(self, folder: Path, targets: Targets, size: int, sketches: Sketches) -> None:
        self._folder, self._targets, self._size, self._sketches = folder, targets, size, sketches
        self._shards: dict[str, dict[Path, Shard]] = {kind: {} for kind in MIX}
        self._places: dict[str, list[tuple[Shard, int]]] = {}

    def epoch(self, epoch: int, steps: int, hard: float = 1.0) -> Iterator[Batch]:
        """The batches of an epoch; every recording and picture comes once before any comes again.

        ``hard`` goes from 0, clean sketches alone, to 1, all kinds with the hardest views.
        """
        counts = self._counts(hard)
        rng = np.random.default_rng([epoch, 6])
        for step in range(epoch * steps, (epoch + 1) * steps):
            views = [self._view(kind, step * n + k, rng, hard) for kind, n in counts.items() for k in range(n)]
            yield to_batch(views, self._targets)

    def _counts(self, hard: float) -> dict[str, int]:
        """Reads new shards; returns how many views of each kind a batch holds."""
        for kind, read in self._shards.items():
            for path in sorted(self._folder.glob(f"{kind}-*.npz")):
                if path not in read:
                    read[path] = read_shard(path)
            self._places[kind] = [(shard, k) for shard in read.values() for k in range(len(shard))]
        counts = {kind: round(self._size * share * hard) for kind, share in MIX.items() if self._places[kind]}
        return {"sketch": self._size - sum(counts.values()), **counts}

    def _view(self, kind: str, k: int, rng: np.random.Generator, hard: float) -> tuple[Shares, TrainView]:
        if kind == "sketch":
            lap, at = divmod(k, len(self._sketches))
            return self._sketches.view(int(_order(len(self._sketches), lap, kind)[at]), rng, hard)
        places = self._places[kind]
        lap, at = divmod(k, len(places))
        shard, row = places[_order(len(places), lap, kind)[at]]
        page = shard.picture(row)
        return ({page.record: 1.0}, draw_view(page, rng, hard)) if page.record else ({}, draw_non_ecg_view(page, rng))


def ahead(batches: Iterator[Batch], count: int = 3) -> Iterator[Batch]:
    """The batches, drawn in order by one other thread while earlier ones are learned from."""
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(next, batches, None) for _ in range(count))
        while (batch := waiting.popleft().result()) is not None:
            waiting.append(pool.submit(next, batches, None))
            yield batch


_ORDERS: dict[tuple[int, int, str], NDArray[np.int64]] = {}


def _order(count: int, lap: int, kind: str) -> NDArray[np.int64]:
    key = (count, lap, kind)
    if key not in _ORDERS:
        for old in [k for k in _ORDERS if k[2] == kind and k[1] < lap]:
            del _ORDERS[old]
        _ORDERS[key] = np.random.default_rng([lap, len(kind)]).permutation(count)
    return _ORDERS[key]


def to_batch(views: Sequence[tuple[Shares, TrainView]], targets: Targets) -> Batch:
    """Views with the targets of their records, mixed by the records' shares.

    Findings have no weight on a page that is spoiled, turned or no ECG; a mixture has none of PatchECG's log odds.
    """
    count, width = len(views), targets.values.shape[1]
    values, weights = np.zeros((count, width), np.float32), np.zeros((count, width), np.float32)
    odds = np.full((count, width), np.nan, np.float32)
    gate = np.zeros((count, 4), np.float32)
    quad = np.zeros((count, 8), np.float32)
    for k, (shares, view) in enumerate(views):
        if shares:
            rows = [targets.rows[record] for record in shares]
            upright = view.readable and view.quarter_turns == 0
            values[k] = np.array(list(shares.values()), np.float32) @ targets.values[rows]
            weights[k] = targets.weights[rows].prod(axis=0) * upright
            if upright and len(rows) == 1:
                odds[k] = targets.odds[rows[0]]
            gate[k] = 1, view.readable, view.quarter_turns, 1
            quad[k] = (view.quad / [WIDTH, HEIGHT]).ravel()
    picture = torch.from_numpy(np.stack([view.ink for _, view in views])).float().div_(255)[:, None]
    parts = (torch.from_numpy(a) for a in (values, weights, odds, gate, quad))
    return Batch(picture, *parts)
