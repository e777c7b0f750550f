"""Pages, sketches and targets of the screening network's tests."""

from __future__ import annotations

import numpy as np

from ecgimg.train.screen.data import LEARNED, Targets
from ecgimg.train.screen.model import Backbone
from ecgimg.train.screen.pages import PagePicture
from ecgimg.train.screen.sketches import FS, Sketches

TINY = Backbone("test_resnet")
RECORDS = (7, 8, 9, 10)


def screen_page(record: int = 7, recipe: str = "print") -> PagePicture:
    """A page whose box of curves is filled with grey and has a black mark at its upper left."""
    grey = np.full((480, 700), 255, np.uint8)
    grey[120:400, 60:640] = 170
    grey[120:160, 60:140] = 0
    page = np.array([[-0.5, -0.5], [699.5, -0.5], [699.5, 479.5], [-0.5, 479.5]], np.float32)
    content = np.array([[60, 120], [640, 120], [640, 400], [60, 400]], np.float32)
    return PagePicture(grey, page, content, record, "3x4", recipe)


def targets() -> Targets:
    """Targets of RECORDS: the first and third are abnormal."""
    values = np.zeros((4, len(LEARNED)), np.float32)
    values[0, 0] = values[1, 5] = values[2, 0] = 1
    return Targets(values, np.ones_like(values), {7: 0, 8: 1, 9: 2, 10: 3}, np.full_like(values, np.nan))


def beats(rate: float = 1.0, height: float = 1.0) -> np.ndarray:
    """A recording [12, 1000] at 100 Hz with a spike every 1 / rate seconds in all leads."""
    phase = (np.arange(1000) / FS * rate) % 1
    return np.tile(height * np.exp(-(((phase - 0.5) / (0.02 * rate)) ** 2)), (12, 1)).astype(np.float32)


def sketches() -> Sketches:
    """Recordings of four rates, of RECORDS."""
    return Sketches(np.stack([beats(r) for r in (0.7, 1.0, 1.5, 2.2)]), RECORDS)
