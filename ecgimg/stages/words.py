"""Reads the printed words of a sheet with tesseract, where that program is there: ink without the curves -> words."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass

import cv2
import numpy as np

from ecgimg.layouts import GAINS, PAPER_SPEEDS
from ecgimg.stages.grid import Array
from ecgimg.types import Line

LETTER_MM = (0.8, 7.0)
"""Heights of letters."""
CURVE_MM = 1.2
"""Thickness of what is erased along a curve."""
MIN_LETTER_MM2 = 0.2

_LEADS = (
    (re.compile(r"[ae3]?v[rk]"), "aVR"),
    (re.compile(r"[ae3]?v[l]"), "aVL"),
    (re.compile(r"[ae3]?e?v[fe]|avf"), "aVF"),
    (re.compile(r"v[1il|]"), "V1"),
    (re.compile(r"v[2z?]"), "V2"),
    (re.compile(r"v3"), "V3"),
    (re.compile(r"v[4a]"), "V4"),
    (re.compile(r"v[5s$]"), "V5"),
    (re.compile(r"v[6ob]"), "V6"),
    (re.compile(r"[il|!1]{3}"), "III"),
    (re.compile(r"[il|!1]{2}"), "II"),
)
_SPEED = re.compile(r"(\d+(?:[.,]\d)?)\s*m+\s*/\s*s", re.IGNORECASE)
_GAIN = re.compile(r"(\d+(?:[.,]\d)?)\s*m+\s*/\s*m[vu]", re.IGNORECASE)


@dataclass(frozen=True)
class Word:
    """A word and its box in sheet pixels."""

    text: str
    x: float
    y: float
    width: float
    height: float

    @property
    def lead(self) -> str | None:
        """The lead that the word names, allowing for what tesseract makes of short words; a single I is no evidence."""
        text = self.text.strip("-—~.,'\u201c\u201d\"").lower()
        return next((lead for pattern, lead in _LEADS if pattern.fullmatch(text)), None)


def read_words(ink: Array, lines: tuple[Line, ...], px_per_mm: float) -> tuple[Word, ...]:
    """Words off the curves, or none where the program `tesseract` is missing.

    Args:
        ink: darkness [H, W] in 0..1.
        lines: the curves, which are erased.
        px_per_mm: scale of the sheet.
    """
    if shutil.which("tesseract") is None:
        return ()
    import pytesseract

    text = _letters(_without_curves(ink, lines, px_per_mm), px_per_mm)
    page = np.asarray(255 - np.clip(text * 1.5, 0, 1) * 255, np.uint8)
    table = pytesseract.image_to_data(page, config="--psm 11 --oem 1", output_type=pytesseract.Output.DICT)
    columns = zip(table["text"], table["left"], table["top"], table["width"], table["height"], strict=True)
    return tuple(Word(t.strip(), float(x), float(y), float(w), float(h)) for t, x, y, w, h in columns if t.strip())


def read_speed(words: tuple[Word, ...]) -> float | None:
    """The printed paper speed in mm/s, or None."""
    return _read_number(words, _SPEED, PAPER_SPEEDS)


def read_gain(words: tuple[Word, ...]) -> float | None:
    """The printed gain in mm/mV, or None."""
    return _read_number(words, _GAIN, GAINS)


def _read_number(words: tuple[Word, ...], pattern: re.Pattern[str], allowed: tuple[float, ...]) -> float | None:
    """The one allowed value that the page's text gives; None where there is none or where two contradict each other."""
    text = " ".join(word.text for word in words)
    values = {float(value.replace(",", ".")) for value in pattern.findall(text)} & set(allowed)
    return values.pop() if len(values) == 1 else None


def _without_curves(ink: Array, lines: tuple[Line, ...], q: float) -> Array:
    curves = np.zeros(ink.shape, np.uint8)
    for line in lines:
        points = np.stack([np.arange(len(line.y)) * line.step, line.y], axis=1)
        known = np.isfinite(line.y)
        for run in np.split(np.arange(len(points)), np.flatnonzero(np.diff(known.astype(np.int8))) + 1):
            if known[run[0]] and len(run) > 1:
                cv2.polylines(curves, [np.rint(points[run] * 16).astype(np.int32)], False, 1, round(CURVE_MM * q), 8, 4)
    return np.where(curves > 0, np.float32(0), ink)


def _letters(ink: Array, q: float) -> Array:
    """Keeps connected ink of a letter's size."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((ink > 0.35).astype(np.uint8), connectivity=8)
    height, width, area = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_AREA]
    keep = (height >= LETTER_MM[0] * q) & (height <= LETTER_MM[1] * q) & (width <= 1.5 * LETTER_MM[1] * q)
    keep &= area >= MIN_LETTER_MM2 * q * q
    keep[0] = False
    return np.where(keep[labels], ink, np.float32(0))
