"""The scale reader: a patch of a sheet around a printed text -> the paper speed or gain that the text gives, or none.

What it is: a CNN of 0.4 M parameters.

    input   cut [N, 2, 40, 224]: contrast planes of the sheet (`ecgimg.networks.contrast`) at 4 px/mm down and 8 px/mm
            across, 28 mm wide and 10 mm high around the middle of the text
    output  logits [N, 8] of 12.5, 25 and 50 mm/s, of 2.5, 5, 10 and 20 mm/mV, and of no scale

Size: 0.8 MB (`weights/scales.onnx`). Source: this project's own; the network of `ecgimg.networks.lead_names`. Trained
by `ecgimg/train/printed_scales/` on speeds and gains of rendered pages with the wear of photos.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.probability import softmax
from ecgimg.networks.contrast import cut_patches
from ecgimg.networks.trace import PX_PER_MM, STRETCH

NAME = "scales"
HEIGHT = 40
"""Rows of a patch."""
WIDTH = 224
"""Columns of a patch."""
SPEEDS, GAINS = (12.5, 25.0, 50.0), (2.5, 5.0, 10.0, 20.0)
"""The speeds in mm/s and gains in mm/mV that are read."""
SCALES: tuple[tuple[str, float], ...] = (*(("speed", v) for v in SPEEDS), *(("gain", v) for v in GAINS))
"""Kind and value of each output but the last, which is no scale."""
MIN_PROBABILITY = 0.9
"""Probability from which a text is taken for a scale."""
STEP_MM = 6.0
"""Largest distance of the patches of a text that is wider than one patch."""

Box = tuple[float, float, float, float]


def cut_texts(planes: Floats, boxes: Sequence[Box]) -> Floats:
    """The input [N, 2, 40, 224] for texts; beyond the sheet is blank paper.

    Args:
        planes: contrast planes of the sheet.
        boxes: x0, y0, x1, y1 of the texts in sheet pixels. A wide one, in which speed and gain stand side by side,
            gives several patches.
    """
    centres = [(x, (box[1] + box[3]) / 2 / STRETCH) for box in boxes for x in _middles(box)]
    return cut_patches(planes, centres, HEIGHT, WIDTH)


def read_texts(logits: Floats) -> dict[str, float]:
    """The speed and the gain that the texts of a page give for sure, by kind, of logits [N, 8].

    A kind is left out where no text gives it, or where two texts contradict each other.
    """
    probabilities = softmax(logits, axis=1)
    sure = {SCALES[k] for row in probabilities for k in np.flatnonzero(row[:-1] >= MIN_PROBABILITY)}
    found = {kind: [value for name, value in sure if name == kind] for kind in ("speed", "gain")}
    return {kind: values[0] for kind, values in found.items() if len(values) == 1}


def _middles(box: Box) -> list[float]:
    """x of the patches of one text: its middle, or evenly spread ones that cover it."""
    spare = max(box[2] - box[0] - WIDTH, 0.0)
    count = 1 + int(np.ceil(spare / (STEP_MM * PX_PER_MM)))
    middle = (box[0] + box[2]) / 2
    return [middle] if count == 1 else np.linspace(middle - spare / 2, middle + spare / 2, count).tolist()
