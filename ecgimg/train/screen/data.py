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
from ecgimg.datasets.ptbxl import RHYTHMS, SUBCLASSES, SUPERCLASSES, Ptbxl, PtbxlRecord
from ecgimg.networks.patchecg import load_patchecg
from ecgimg.networks.screen import ABNORMAL
from ecgimg.networks.screen_input import HEIGHT, WIDTH
from ecgimg.train.common.ptbxl_targets import TARGETS, load_set, targets_of
from ecgimg.train.screen.pages import Shard, read_shard
from ecgimg.train.screen.sketches import Shares, Sketches
from ecgimg.train.screen.views import TrainView, draw_other_view, draw_view

LEARNED: tuple[str, ...] = (ABNORMAL, *TARGETS)
"""Everything the network learns; what it gives is `FINDINGS`."""
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
"""Share of the teacher's word in a target it knows."""
MAX_ODDS = 6.0
MIX = {"print": 0.22, "camera": 0.25, "other": 0.06}
"""Shares of a batch once views are as hard as they get; the rest, and at first all, are sketches."""
MAIN_WEIGHT, SIDE_WEIGHT = 3.0, 0.15
"""How much screening, superclasses and AFIB count, and what is learned but not given, in terms of other findings."""


@dataclass(frozen=True)
class Batch:
    """``picture`` [B, 1, H, W] in 0..1; ``findings`` and ``weights`` [B, K] of LEARNED; ``odds`` [B, K], the teacher's
    log odds, NaN where it says nothing; ``gate`` [B, 4] of is-ECG, readable, turn, and the weight of the latter two;
    ``quad`` [B, 8] as shares of the frame."""

    picture: Tensor
    findings: Tensor
    weights: Tensor
    odds: Tensor
    gate: Tensor
    quad: Tensor


@dataclass(frozen=True, eq=False)
class Targets:
    """Targets and weights [N, K] of LEARNED, the row of each record's number, and a teacher's log odds [N, K].

    The log odds are NaN where there is no teacher, or it knows no such class.
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
    """The targets blended with what PatchECG says of the whole undamaged recordings; kept in ``cache``."""
    path = cache / "teacher.npy"
    if path.is_file():
        chance = np.load(path)
    else:
        net = load_patchecg()
        chance = net.calibrated(net.logits(load_set(data, folds, cache).signals.astype(np.float32)))
        np.save(path, chance)
    values = targets.values.copy()
    known = slice(1, 1 + chance.shape[1])
    values[:, known] += SOFT * (chance - values[:, known])
    values[:, 0] += SOFT * (1 - chance[:, SUBCLASSES.index("NORM")] - values[:, 0])
    odds = np.full_like(values, np.nan)
    odds[:, known] = log_odds(chance)
    odds[:, 0] = -odds[:, 1 + SUBCLASSES.index("NORM")]
    return Targets(values, targets.weights, targets.rows, odds)


def log_odds(chance: Floats) -> Floats:
    """Log odds of probabilities, at most MOST_ODDS either way."""
    least = 1 / (1 + np.exp(MAX_ODDS))
    inside = np.clip(chance, least, 1 - least)
    return np.asarray(np.log(inside / (1 - inside)), np.float32)


def class_weights(targets: Targets) -> Floats:
    """[K] how much each class counts: rare ones up to 3 times as much, then by what it is for."""
    share = (targets.values * targets.weights).sum(0) / np.maximum(targets.weights.sum(0), 1)
    given = np.full(len(share), SIDE_WEIGHT)
    for code, group, column in FINDINGS:
        given[column] = MAIN_WEIGHT if group in ("screening", "superclass") or code == "AFIB" else 1.0
    return np.asarray(np.clip((0.1 / np.maximum(share, 1e-4)) ** 0.25, 0.7, 3.0) * given, np.float32)


class Stream:
    """Endless batches of sketches and from the shards of a folder; new shards are taken up at the next epoch."""

    def __init__(self, folder: Path, targets: Targets, size: int, sketches: Sketches) -> None:
        self._folder, self._targets, self._size, self._sketches = folder, targets, size, sketches
        self._shards: dict[str, dict[Path, Shard]] = {kind: {} for kind in MIX}
        self._places: dict[str, list[tuple[Shard, int]]] = {}

    def epoch(self, epoch: int, steps: int, hard: float = 1.0) -> Iterator[Batch]:
        """The batches of an epoch; every recording and picture comes once before any comes again.

        ``hard`` goes from 0, clean sketches alone, to 1, all kinds as bad as they get.
        """
        counts = self._look(hard)
        rng = np.random.default_rng([epoch, 6])
        for step in range(epoch * steps, (epoch + 1) * steps):
            views = [self._view(kind, step * n + k, rng, hard) for kind, n in counts.items() for k in range(n)]
            yield to_batch(views, self._targets)

    def _look(self, hard: float) -> dict[str, int]:
        """Reads new shards; returns how many views of each kind a batch holds."""
        for kind, known in self._shards.items():
            for path in sorted(self._folder.glob(f"{kind}-*.npz")):
                if path not in known:
                    known[path] = read_shard(path)
            self._places[kind] = [(shard, k) for shard in known.values() for k in range(len(shard))]
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
        return ({page.record: 1.0}, draw_view(page, rng, hard)) if page.record else ({}, draw_other_view(page, rng))


def ahead(batches: Iterator[Batch], count: int = 3) -> Iterator[Batch]:
    """The batches, each drawn by a thread of its own while those before it are learned from."""
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
    """Views with the records on them and their targets, mixed by the records' shares.

    Nothing is asked of the heart on a page that is spoiled, turned or no ECG; of a mixture the teacher says nothing.
    """
    count, width = len(views), targets.values.shape[1]
    values, weights = np.zeros((count, width), np.float32), np.zeros((count, width), np.float32)
    odds = np.full((count, width), np.nan, np.float32)
    gate = np.zeros((count, 4), np.float32)
    quad = np.zeros((count, 8), np.float32)
    for k, (shares, view) in enumerate(views):
        if shares:
            rows = [targets.rows[record] for record in shares]
            plain = view.readable and view.turn == 0
            values[k] = np.array(list(shares.values()), np.float32) @ targets.values[rows]
            weights[k] = targets.weights[rows].prod(axis=0) * plain
            if plain and len(rows) == 1:
                odds[k] = targets.odds[rows[0]]
            gate[k] = 1, view.readable, view.turn, 1
            quad[k] = (view.quad / [WIDTH, HEIGHT]).ravel()
    picture = torch.from_numpy(np.stack([view.ink for _, view in views])).float().div_(255)[:, None]
    parts = (torch.from_numpy(a) for a in (values, weights, odds, gate, quad))
    return Batch(picture, *parts)
