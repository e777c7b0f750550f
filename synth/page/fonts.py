"""Fonts for printed and handwritten text: DejaVu Sans, which comes with the package, and those of the machine.

`plain_font` is the same on every machine. The lists that styles choose from grow with what is installed, so that a seed
gives the same page on machines with the same fonts.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from PIL import ImageFont

from ecgimg.datamodel.arrays import Pixels

PACKAGED = Path(__file__).with_name("dejavu")
"""The folder of the fonts that come with the package: DejaVu Sans, regular and bold."""

SYSTEM_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts")

_NO_LETTERS = ("symbol", "dingbat", "emoji", "math", "STIXSiz", "STIXNon", "cmex", "cmsy", "cmmi", "Display", "icons")
"""Parts of the names of fonts without Latin letters."""

_SCRIPT = ("dancing", "comic", "script", "hand", "kalam", "caveat", "chancery", "marker")
"""Parts of the names of fonts that look written by hand."""


@cache
def font_files() -> tuple[Path, ...]:
    """All TrueType and OpenType files with Latin letters, one a name, sorted by name."""
    found = [p for root in _roots() for p in sorted(root.rglob("*.[to]tf")) if _has_latin(p)]
    unique = {p.name: p for p in found}
    return tuple(sorted(unique.values(), key=lambda p: p.name))


@cache
def printed_fonts() -> tuple[Path, ...]:
    """Fonts a machine could print with."""
    return tuple(p for p in font_files() if not _is_script(p) and "Italic" not in p.name and "Oblique" not in p.name)


def plain_font() -> Path:
    """The font of pages that ask for none; it comes with the package."""
    return PACKAGED / "DejaVuSans.ttf"


@cache
def script_fonts() -> tuple[Path, ...]:
    """Fonts that look written by hand; italics where the machine has none, and any font where it has no italics."""
    scripts = tuple(p for p in font_files() if _is_script(p))
    return scripts or tuple(p for p in font_files() if "Italic" in p.name or "Oblique" in p.name) or font_files()


@lru_cache(maxsize=4096)
def text_mask(font: Path, size: int, text: str) -> Pixels:
    """Coverage [H, W] 0..255 of one line of text, cut to about its ink; [1, 1] zeros where the text has none."""
    mask, _ = _face(font, size).getmask2(text, mode="L")
    if min(mask.size) == 0:
        return np.zeros((1, 1), np.uint8)
    return np.array(mask, np.uint8).reshape(mask.size[1], mask.size[0])


def rotated_mask(font: Path, size: int, text: str, degrees: float) -> Pixels:
    """As `text_mask`, rotated anticlockwise about its centre."""
    mask = text_mask(font, size, text)
    height, width = mask.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    new_width = int(width * cosine + height * sine) + 2
    new_height = int(width * sine + height * cosine) + 2
    matrix[:, 2] += ((new_width - width) / 2, (new_height - height) / 2)
    return np.asarray(cv2.warpAffine(mask, matrix, (new_width, new_height)), np.uint8)


@lru_cache(maxsize=256)
def _face(font: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font), size)


def _roots() -> list[Path]:
    """Folders with fonts; of two files of one name that of the later folder is taken."""
    spec = find_spec("matplotlib")
    matplotlib = [Path(spec.origin).parent / "mpl-data/fonts/ttf"] if spec and spec.origin else []
    folders = (*matplotlib, *map(Path, SYSTEM_FOLDERS), Path.home() / ".fonts", PACKAGED)
    return [folder for folder in folders if folder.is_dir()]


def _is_script(path: Path) -> bool:
    return any(part in path.name.lower() for part in _SCRIPT)


def _has_latin(path: Path) -> bool:
    if any(part.lower() in path.name.lower() for part in _NO_LETTERS):
        return False
    try:
        face = ImageFont.truetype(str(path), 24)
    except OSError:
        return False
    # A font without Latin letters draws one and the same box for them.
    return bytes(face.getmask("V")) != bytes(face.getmask("a")) and face.getmask("aVR 10mm").getbbox() is not None
