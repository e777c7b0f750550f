"""Training data in shards: a process renders them into a folder while a network learns from the same folder."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.contrast import MAX_CONTRAST
from ecgimg.synth.signals.sources import SignalSource, open_source
from ecgimg.threads import use_one_opencv_thread
from ecgimg.train.common.varied_signals import Varied

POLL_SECONDS = 5.0
"""Time between two looks at an empty folder."""


class Shards:
    """Queue over a growing folder of shards, the least used first; `seed` makes the order repeatable."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.folder = folder
        self.seed = seed
        self._uses: Counter[str] = Counter()

    def next(self, rng: np.random.Generator) -> Path:
        """Path of one of the shards used least; waits until the folder holds one."""
        paths = sorted(self.folder.glob("*.npz"))
        while not paths:
            time.sleep(POLL_SECONDS)
            paths = sorted(self.folder.glob("*.npz"))
        fewest = min(self._uses[p.name] for p in paths)
        candidates = [p for p in paths if self._uses[p.name] == fewest]
        path = candidates[int(rng.integers(len(candidates)))]
        self._uses[path.name] += 1
        return path


def to_bytes(contrast: Floats) -> NDArray[np.uint8]:
    """Contrast from -1 to MAX_CONTRAST as 0..255."""
    return np.asarray(np.rint((contrast + 1) * (255 / (1 + MAX_CONTRAST))), np.uint8)


def from_bytes(values: NDArray[np.uint8]) -> Floats:
    """The reverse of `to_bytes`, up to its rounding."""
    return np.asarray(values.astype(np.float32) * ((1 + MAX_CONTRAST) / 255) - 1, np.float32)


def save_whole(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Writes an npz file under another name first, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # the stubs take the names for allow_pickle
    partial.replace(path)


def next_shards(
    data: str, folder: Path, seed: int
) -> Iterator[tuple[Path, Sequence[SignalSource], np.random.Generator]]:
    """Yields without end the path of the next shard, the sources of its signals, and its generator.

    Five of the six sources are the recordings of `data`; the sixth simulates.
    """
    use_one_opencv_thread()
    sources = [*[Varied(open_source(data))] * 5, Varied(open_source("sim", seed=seed))]
    for number in count(len(list(folder.glob(f"{seed}_*.npz")))):
        yield folder / f"{seed}_{number:05d}.npz", sources, np.random.default_rng([seed, number])


@contextmanager
def rendering(render: Callable[[str, Path, int], None], data: str, shards: Path) -> Iterator[None]:
    """Runs render(data, shards, seed) in a process as long as the block runs."""
    shards.mkdir(parents=True, exist_ok=True)
    seed = 1 + len(list(shards.glob("*.npz")))
    process = multiprocessing.get_context("spawn").Process(target=render, args=(data, shards, seed), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()
