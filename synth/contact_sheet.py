"""A contact sheet: small copies of many pages in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from ecgimg.io.files import write_atomically

CELL_PX = (420, 320)
"""Width and height of the cell of a page."""

GAP_PX = 6
"""Background between two pages that fill their cells."""


def write_contact_sheet(images: Sequence[Path], path: Path, columns: int = 6, limit: int = 48) -> Path:
    """Writes a PNG with the first `limit` pictures, `columns` a row; the cell of an unreadable picture stays empty.

    Raises:
        OutputError: the PNG can't be written.
    """
    chosen = list(images)[:limit]
    rows = max(1, -(-len(chosen) // columns))
    width, height = CELL_PX
    sheet = np.full((rows * height, columns * width, 3), 40, np.uint8)
    for k, image in enumerate(chosen):
        pixels = cv2.imread(str(image), cv2.IMREAD_COLOR)
        if pixels is None:
            continue
        factor = min((width - GAP_PX) / pixels.shape[1], (height - GAP_PX) / pixels.shape[0])
        small = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        y = k // columns * height + (height - small.shape[0]) // 2
        x = k % columns * width + (width - small.shape[1]) // 2
        sheet[y : y + small.shape[0], x : x + small.shape[1]] = small
    return write_atomically(path, cv2.imencode(".png", sheet)[1].tobytes())
