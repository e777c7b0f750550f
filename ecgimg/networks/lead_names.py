"""The name classifier: a patch of a sheet around a printed text -> the lead that the text names, or none.

Names of leads beyond the twelve (V4R, V7 ...) are classes of their own, so that none is taken for one of the twelve.

What it is: a CNN of 0.4 M parameters.

    input   cut [N, 2, 40, 88]: contrast planes of the sheet at 4 px/mm (`ecgimg.networks.landmarks.sheet_input`), 22 mm
            wide and 10 mm high around the middle of the text
    output  logits [N, 25] of the leads in the order of `NAMES`, and of no lead's name

Size: 0.8 MB (`weights/names.onnx`). Source: this project's own; a plain CNN whose last features are averaged and
maximised over the patch. Trained by `ecgimg/train/lead_names/` on names of rendered pages with the wear of photos.
"""

from __future__ import annotations

from collections.abc import Sequence

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.probability import softmax
from ecgimg.networks.contrast import cut_patches
from ecgimg.networks.landmarks import PX_PER_MM

NAME = "names"
HEIGHT = 40
"""Rows of a patch."""
WIDTH = 88
"""Columns of a patch."""
NAMES = (*LEADS, "V3R", "V4R", "V5R", "V6R", "V7", "V8", "V9", "V", "X", "Y", "Z", "MCL1")
"""The names that the network reads: the twelve leads, and those of `OTHER_LEADS` that pages print most."""
CLASSES = len(NAMES) + 1
"""Outputs; the last is no lead's name."""


def cut_words(planes: Floats, places: Sequence[tuple[float, float]]) -> Floats:
    """The input [N, 2, 40, 88] for texts around places; beyond the sheet is blank paper.

    Args:
        planes: [2, H, W] at 4 px/mm.
        places: middles (x, y) of the texts in mm.
    """
    return cut_patches(planes, [(x * PX_PER_MM, y * PX_PER_MM) for x, y in places], HEIGHT, WIDTH)


def read_names(logits: Floats) -> list[tuple[str | None, float]]:
    """The lead that each text names, None for no lead, and the probability of it; of logits [N, 25]."""
    probabilities = softmax(logits, axis=1)
    best = probabilities.argmax(axis=1)
    return [(NAMES[k] if k < len(NAMES) else None, float(row[k])) for k, row in zip(best, probabilities, strict=True)]
