"""The name classifier: a cut-out of a sheet around a printed word -> which lead it names, or none.

What it is: a CNN of 0.2 M parameters, trained on the names of rendered pages, worn as photos are.

    input   cut [N, 2, 40, 88]: contrast planes of the sheet at 4 px/mm (`ecgimg.networks.landmarks.sheet_input`), 22 mm
            wide and 10 mm high around the middle of the word
    output  logits [N, 13] of the twelve leads in the order of `LEADS`, and of no lead's name
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.networks.landmarks import PX_PER_MM

NAME = "names"
HEIGHT, WIDTH = 40, 88
CLASSES = len(LEADS) + 1


def cut_words(planes: Floats, places: Sequence[tuple[float, float]]) -> Floats:
    """The input [N, 2, 40, 88] for words around places (x, y) in millimetres; beyond the sheet is blank paper.

    Args:
        planes: [2, H, W] at 4 px/mm.
        places: middles of the words.
    """
    padded = np.pad(planes, ((0, 0), (HEIGHT, HEIGHT), (WIDTH, WIDTH)))
    cuts = np.zeros((len(places), 2, HEIGHT, WIDTH), np.float32)
    for cut, (x, y) in zip(cuts, places, strict=True):
        top = int(np.clip(round(y * PX_PER_MM) + HEIGHT // 2, 0, padded.shape[1] - HEIGHT))
        left = int(np.clip(round(x * PX_PER_MM) + WIDTH // 2, 0, padded.shape[2] - WIDTH))
        cut[:] = padded[:, top : top + HEIGHT, left : left + WIDTH]
    return cuts


def read_names(logits: Floats) -> list[tuple[str | None, float]]:
    """The lead that each word names, None for no lead, and the chance of it."""
    mass = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = mass / mass.sum(axis=1, keepdims=True)
    best = chances.argmax(axis=1)
    return [(LEADS[k] if k < len(LEADS) else None, float(row[k])) for k, row in zip(best, chances, strict=True)]
