"""What a PDF draws on a page by itself: stroked lines and words, in pixels of the photo that is drawn of the page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Doubles, require


@dataclass(frozen=True)
class PrintedWord:
    """A word of a page's text, and the middle of its box in photo pixels."""

    text: str
    x: float
    y: float

    def __post_init__(self) -> None:
        require(bool(self.text) and bool(np.isfinite([self.x, self.y]).all()), "a word has letters and a place")


@dataclass(frozen=True, eq=False)
class VectorPage:
    """The lines [N, 2] that are stroked on a page, in the order of drawing, and its text as a whole and as words.

    Lines are in photo pixels (x, y). `px_per_mm` is the photo's scale if the page is as large as its file declares.
    """

    lines: tuple[Doubles, ...]
    words: tuple[PrintedWord, ...]
    text: str
    px_per_mm: float

    def __post_init__(self) -> None:
        require(all(line.ndim == 2 and line.shape[1] == 2 for line in self.lines), "lines are [N, 2]")
        require(self.px_per_mm > 0, "px/mm is positive")
