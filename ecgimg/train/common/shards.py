"""Training data in shards that another process writes while a network learns."""

from __future__ import annotations

import multiprocessing
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
    """Without end the path of the next shard, the sources of its signals, and its generator.

    Five of the sources are the recordings of `data`, one simulates.
    """
    use_one_opencv_thread()
    sources = [*[Varied(open_source(data))] * 5, Varied(open_source("sim", seed=seed))]
    for number in count(len(list(folder.glob(f"{seed}_*.npz")))):
        yield folder / f"{seed}_{number:05d}.npz", sources, np.random.default_rng([seed, number])


@contextmanager
def rendering(render: Callable[[str, Path, int], None], data: str, shards: Path) -> Iterator[None]:
    """A process that renders shards as long as the block runs: render(data, shards, seed)."""
    shards.mkdir(parents=True, exist_ok=True)
    seed = 1 + len(list(shards.glob("*.npz")))
    process = multiprocessing.get_context("spawn").Process(target=render, args=(data, shards, seed), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()
