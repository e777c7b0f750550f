"""Reads the printed speed and gain: UprightSheet -> PrintedScales."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Pixels
from ecgimg.datamodel.constants import constant
from ecgimg.datamodel.page import PrintedScales, Sheet, UprightSheet
from ecgimg.layouts import GAINS, PAPER_SPEEDS
from ecgimg.networks import printed_scales as net
from ecgimg.networks.runtime import load_network

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in sheet pixels."""


@dataclass(frozen=True)
class PrintedScalesConstants:
    """How a scale text is prepared for tesseract; what the network needs stands in `ecgimg.networks.printed_scales`."""

    box_margin_mm: float = constant(1.0, unit="mm", why="a text may reach over its box by this")
    text_px_per_mm: float = constant(12.0, unit="px/mm", why="scale for tesseract: letters of 2 mm are 24 px high")
    ink_percentile: float = constant(
        2.0, unit="percentile", why="of the brightness that becomes black: letters are few"
    )
    paper_percentile: float = constant(
        60.0, unit="percentile", why="of the brightness that becomes white: most paper between grid lines is bright"
    )
    min_side_px: int = constant(8, unit="px", why="smaller boxes hold no text")
    quiet_px: int = constant(12, unit="px", why="white border around every text")
    ink_share: float = constant(
        0.6, unit="share", why="of the paper's brightness, under which letters beside the grid lie"
    )
    letter_gap_mm: float = constant(3.0, unit="mm", why="gaps between letters and words of a line are narrower")
    min_line_mm: float = constant(6.0, unit="mm", why="a shorter line beside the grid can't be 25 mm/s")
    min_letter_mm: float = constant(1.2, unit="mm", why="a line less high is a rule")
    max_letter_mm: float = constant(6.0, unit="mm", why="a line higher than this is a title, or a picture")
    max_lines: int = constant(
        40, unit="count", why="a page with more lines beside its grid is a letter, whose text would take seconds"
    )


PRINTED_SCALES = PrintedScalesConstants()
_SPEED = re.compile(r"(\d+(?:[.,]\d)?)\s*m+\s*/\s*s", re.IGNORECASE)
_GAIN = re.compile(r"(\d+(?:[.,]\d)?)\s*m+\s*/\s*m[vu]", re.IGNORECASE)
_CHEST_GAIN = re.compile(r"(?:chest|precordial|v1-v?6)\W*" + _GAIN.pattern, re.IGNORECASE)


def read_scales(upright: UprightSheet) -> PrintedScales:
    """The speed and gain that a page prints: by the network where it is sure, by tesseract elsewhere.

    Where the landmark network sees no text of a scale, all lines that are printed beside the grid may be one.
    """
    boxes, sure = upright.scale_texts, dict[str, float]()
    if boxes:
        (logits,) = load_network(net.NAME).run(cut=net.cut_texts(upright.planes, boxes))
        sure = net.read_texts(logits)
    if len(sure) < 2:
        sure = read_text(_tesseract_text(upright.sheet, boxes or lines_beside_grid(upright.sheet))) | sure
    return PrintedScales(**sure)


def lines_beside_grid(sheet: Sheet) -> tuple[Box, ...]:
    """The lines of print outside of a sheet's grid; none where no grid was seen, or there are too many."""
    if sheet.grid_box is None:
        return ()
    scale, c = sheet.px_per_mm, PRINTED_SCALES
    bright = sheet.pixels.max(axis=2)
    ink = (bright < c.ink_share * np.percentile(bright, c.paper_percentile)).astype(np.uint8)
    x0, y0, x1, y1 = (max(round(side), 0) for side in sheet.grid_box)
    ink[y0:y1, x0:x1] = 0
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, round(c.letter_gap_mm * scale) | 1), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    left, top, width, height = stats[1:, :4].T
    is_line = (width > c.min_line_mm * scale) & (height > c.min_letter_mm * scale) & (height < c.max_letter_mm * scale)
    lines = np.stack([left, top, left + width, top + height], axis=1)[is_line].tolist()
    return tuple(map(_box, lines)) if len(lines) <= c.max_lines else ()


def _box(sides: list[float]) -> Box:
    x0, y0, x1, y1 = sides
    return x0, y0, x1, y1


def read_text(text: str) -> dict[str, float]:
    """The fields of PrintedScales that a text gives; a gain of the chest leads may stand beside the others'."""
    others = _CHEST_GAIN.sub("", text)
    found = {
        "speed": _read_number(text, _SPEED, PAPER_SPEEDS),
        "gain": _read_number(others, _GAIN, GAINS),
        "chest_gain": _read_number(text, _CHEST_GAIN, GAINS),
    }
    if found["gain"] in (None, found["chest_gain"]):
        found["chest_gain"] = None
    return {kind: value for kind, value in found.items() if value is not None}


def _tesseract_text(sheet: Sheet, boxes: tuple[Box, ...]) -> str:
    """The text that tesseract reads in boxes of a sheet; empty where there are none, or that program is missing."""
    if not boxes or shutil.which("tesseract") is None:
        return ""
    import pytesseract

    lines = [_line(sheet.pixels, box, sheet.px_per_mm) for box in sorted(boxes, key=lambda box: (box[1], box[0]))]
    lines = [line for line in lines if line.size]
    width = max((line.shape[1] for line in lines), default=0)
    if width == 0:
        return ""
    page = np.vstack([np.pad(line, ((0, 0), (0, width - line.shape[1])), constant_values=255) for line in lines])
    return str(pytesseract.image_to_string(page, config="--psm 11 --oem 1"))


def _line(pixels: Pixels, box: Box, px_per_mm: float) -> Pixels:
    """Dark letters on white at `text_px_per_mm`; empty where a box is too small.

    The brightest channel is used, in which a coloured grid is faint.
    """
    margin, scale = PRINTED_SCALES.box_margin_mm * px_per_mm, PRINTED_SCALES.text_px_per_mm
    low, high = np.array(box[:2]) - margin, np.array(box[2:]) + margin
    x0, y0, x1, y1 = (max(round(float(v)), 0) for v in (*low, *high))
    part = pixels[y0:y1, x0:x1].max(axis=2, initial=0)
    if min(part.shape) < PRINTED_SCALES.min_side_px:
        return np.zeros((0, 0), np.uint8)
    size = (round(part.shape[1] * scale / px_per_mm), round(part.shape[0] * scale / px_per_mm))
    large = cv2.resize(part, size, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    ink, paper = np.percentile(large, [PRINTED_SCALES.ink_percentile, PRINTED_SCALES.paper_percentile])
    letters = np.clip((large - ink) / max(paper - ink, 1.0), 0, 1) * 255
    return np.pad(letters.astype(np.uint8), PRINTED_SCALES.quiet_px, constant_values=255)


def _read_number(text: str, pattern: re.Pattern[str], allowed: tuple[float, ...]) -> float | None:
    """The one allowed value in a text; None where there is none, or more than one."""
    values = {float(value.replace(",", ".")) for value in pattern.findall(text)} & set(allowed)
    return values.pop() if len(values) == 1 else None
