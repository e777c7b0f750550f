"""The scale reader: a cut-out of a sheet around a printed text -> which paper speed or gain it tells, or none.

What it is: a CNN of 0.4 M parameters, trained on the speeds and gains that rendered pages print, worn as photos are.

    input   cut [N, 2, 40, 224]: contrast planes (`ecgimg.networks.contrast`) of the sheet at 4 x 8 px/mm,
            28 mm wide and 10 mm high around the middle of the text
    output  logits [N, 8] of 12.5, 25 and 50 mm/s, of 2.5, 5, 10 and 20 mm/mV, and of no scale
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.layouts import GAINS, PAPER_SPEEDS
from ecgimg.networks.trace import PX_PER_MM, STRETCH

NAME = "scales"
HEIGHT, WIDTH = 40, 224
SCALES: tuple[tuple[str, float], ...] = (*(("speed", v) for v in PAPER_SPEEDS), *(("gain", v) for v in GAINS))
"""What each output means but the last, which is no scale."""
MIN_PROBABILITY = 0.9
"""Chance from which a text is taken for a scale."""
STEP_MM = 6.0
"""Distance of the cut-outs of a text that is wider than one."""

Box = tuple[float, float, float, float]


def cut_texts(planes: Floats, boxes: Sequence[Box]) -> Floats:
    """The input [N, 2, 40, 224] for the texts in boxes x0, y0, x1, y1 of sheet pixels; beyond the sheet is blank paper.

    Args:
        planes: contrast planes of the sheet.
        boxes: the texts; a wide one, in which speed and gain stand side by side, gives several cut-outs.
    """
    padded = np.pad(planes, ((0, 0), (HEIGHT, HEIGHT), (WIDTH, WIDTH)))
    places = [(x, (box[1] + box[3]) / 2) for box in boxes for x in _middles(box)]
    cuts = np.zeros((len(places), 2, HEIGHT, WIDTH), np.float32)
    for cut, (x, y) in zip(cuts, places, strict=True):
        top = int(np.clip(round(y / STRETCH) + HEIGHT // 2, 0, padded.shape[1] - HEIGHT))
        left = int(np.clip(round(x) + WIDTH // 2, 0, padded.shape[2] - WIDTH))
        cut[:] = padded[:, top : top + HEIGHT, left : left + WIDTH]
    return cuts


def _middles(box: Box) -> list[float]:
    spare = max(box[2] - box[0] - WIDTH, 0.0)
    count = 1 + int(np.ceil(spare / (STEP_MM * PX_PER_MM)))
    middle = (box[0] + box[2]) / 2
    return [middle] if count == 1 else np.linspace(middle - spare / 2, middle + spare / 2, count).tolist()


def read_texts(logits: Floats) -> dict[str, float]:
    """The one speed and the one gain that cut-outs tell surely; where two contradict each other there is none."""
    mass = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = mass / mass.sum(axis=1, keepdims=True)
    sure = {SCALES[k] for row in chances for k in np.flatnonzero(row[:-1] >= MIN_PROBABILITY)}
    found = {kind: [value for name, value in sure if name == kind] for kind in ("speed", "gain")}
    return {kind: values[0] for kind, values in found.items() if len(values) == 1}
