"""Reads the printed speed and gain: UprightSheet -> PrintedScales."""

from __future__ import annotations

import re
import shutil

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Pixels
from ecgimg.datamodel.page import PrintedScales, UprightSheet
from ecgimg.layouts import GAINS, PAPER_SPEEDS
from ecgimg.networks import printed_scales as net
from ecgimg.networks.runtime import load_network

Box = tuple[float, float, float, float]

MARGIN_MM = 1.0
"""By how much a text may reach over its box."""
TEXT_PX_PER_MM = 12.0
"""Scale at which tesseract reads: letters of 2 mm are 24 pixels high."""
INK_PERCENTILE, PAPER_PERCENTILE = 2.0, 60.0
"""Brightness that becomes black and white: letters are few, and most of the paper between grid lines is bright."""
MIN_SIDE_PX = 8
QUIET_PX = 12
"""White border around every text."""
_SPEED = re.compile(r"(\d+(?:[.,]\d)?)\s*m+\s*/\s*s", re.IGNORECASE)
_GAIN = re.compile(r"(\d+(?:[.,]\d)?)\s*m+\s*/\s*m[vu]", re.IGNORECASE)


def read_scales(upright: UprightSheet) -> PrintedScales:
    """The speed and gain that a page prints: what the scale reader is sure of, and tesseract's word for the rest."""
    boxes = upright.scale_texts
    if not boxes:
        return PrintedScales()
    (logits,) = load_network(net.NAME).run(cut=net.cut_texts(upright.planes, boxes))
    sure = net.read_texts(logits)
    if len(sure) < 2:
        text = _spell(upright)
        spelt = {"speed": _read_number(text, _SPEED, PAPER_SPEEDS), "gain": _read_number(text, _GAIN, GAINS)}
        sure = {kind: value for kind, value in spelt.items() if value is not None} | sure
    return PrintedScales(**sure)


def _spell(upright: UprightSheet) -> str:
    """What tesseract reads in a page's scale texts; nothing where that program is missing."""
    pixels, boxes, px_per_mm = upright.sheet.pixels, upright.scale_texts, upright.sheet.px_per_mm
    if shutil.which("tesseract") is None:
        return ""
    import pytesseract

    lines = [_line(pixels, box, px_per_mm) for box in sorted(boxes, key=lambda box: (box[1], box[0]))]
    lines = [line for line in lines if line.size]
    width = max((line.shape[1] for line in lines), default=0)
    if width == 0:
        return ""
    page = np.vstack([np.pad(line, ((0, 0), (0, width - line.shape[1])), constant_values=255) for line in lines])
    return str(pytesseract.image_to_string(page, config="--psm 11 --oem 1"))


def _line(pixels: Pixels, box: Box, q: float) -> Pixels:
    """Dark letters on white at TEXT_PX_PER_MM, in the brightest channel, in which a coloured grid is faint."""
    low = np.array(box[:2]) - MARGIN_MM * q
    high = np.array(box[2:]) + MARGIN_MM * q
    x0, y0, x1, y1 = (max(round(float(v)), 0) for v in (*low, *high))
    part = pixels[y0:y1, x0:x1].max(axis=2, initial=0)
    if min(part.shape) < MIN_SIDE_PX:
        return np.zeros((0, 0), np.uint8)
    size = (round(part.shape[1] * TEXT_PX_PER_MM / q), round(part.shape[0] * TEXT_PX_PER_MM / q))
    large = cv2.resize(part, size, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    ink, paper = np.percentile(large, [INK_PERCENTILE, PAPER_PERCENTILE])
    letters = np.clip((large - ink) / max(paper - ink, 1.0), 0, 1) * 255
    return np.pad(letters.astype(np.uint8), QUIET_PX, constant_values=255)


def _read_number(text: str, pattern: re.Pattern[str], allowed: tuple[float, ...]) -> float | None:
    """The one allowed value that a text gives; None where there is none or where two contradict each other."""
    values = {float(value.replace(",", ".")) for value in pattern.findall(text)} & set(allowed)
    return values.pop() if len(values) == 1 else None
