"""Fonts for printed and handwritten text: matplotlib's own, and every free family found on the system."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from PIL import ImageFont

from ecgimg.datamodel.arrays import Pixels
from ecgimg.errors import DependencyError

_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts")
_NO_LETTERS = ("symbol", "dingbat", "emoji", "math", "STIXSiz", "STIXNon", "cmex", "cmsy", "cmmi", "Display", "icons")
_SCRIPT = ("dancing", "comic", "script", "hand", "kalam", "caveat", "chancery", "marker")


@cache
def font_files() -> tuple[Path, ...]:
    """All TrueType and OpenType files with Latin letters, sorted by name.

    Raises:
        DependencyError: none anywhere.
    """
    found = [p for root in _roots() for p in sorted(root.rglob("*.[to]tf")) if _has_latin(p)]
    unique = {p.name: p for p in found}
    if not unique:
        remedy = "pip install matplotlib, or install a font package of the system"
        raise DependencyError("no font for the pages' text", where="synth", remedy=remedy)
    return tuple(sorted(unique.values(), key=lambda p: p.name))


@cache
def printed_fonts() -> tuple[Path, ...]:
    """Fonts a machine could print with."""
    return tuple(p for p in font_files() if not _is_script(p) and "Italic" not in p.name and "Oblique" not in p.name)


@cache
def plain_font() -> Path:
    """The font of pages that ask for none: matplotlib's own, the same on every machine, where it is installed."""
    return next((p for p in printed_fonts() if p.name == "DejaVuSans.ttf"), printed_fonts()[0])


@cache
def script_fonts() -> tuple[Path, ...]:
    """Fonts that look written by hand; italics where the system has none."""
    scripts = tuple(p for p in font_files() if _is_script(p))
    return scripts or tuple(p for p in font_files() if "Italic" in p.name or "Oblique" in p.name) or font_files()


@lru_cache(maxsize=4096)
def text_mask(font: Path, size: int, text: str) -> Pixels:
    """Coverage [h, w] 0..255 of one line of text, cut to its ink; [1, 1] zeros where the text has none."""
    mask, _ = _face(font, size).getmask2(text, mode="L")
    if min(mask.size) == 0:
        return np.zeros((1, 1), np.uint8)
    return np.array(mask, np.uint8).reshape(mask.size[1], mask.size[0])


def turned_mask(font: Path, size: int, text: str, degrees: float) -> Pixels:
    """As `text_mask`, turned anticlockwise about its centre."""
    mask = text_mask(font, size, text)
    h, w = mask.shape
    m = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), degrees, 1.0)
    c, s = abs(m[0, 0]), abs(m[0, 1])
    nw, nh = int(w * c + h * s) + 2, int(w * s + h * c) + 2
    m[:, 2] += ((nw - w) / 2, (nh - h) / 2)
    return np.asarray(cv2.warpAffine(mask, m, (nw, nh)), np.uint8)


@lru_cache(maxsize=256)
def _face(font: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font), size)


def _roots() -> list[Path]:
    spec = find_spec("matplotlib")
    roots = [Path(spec.origin).parent / "mpl-data/fonts/ttf"] if spec and spec.origin else []
    return [r for r in (*roots, *map(Path, _FOLDERS), Path.home() / ".fonts") if r.is_dir()]


def _is_script(path: Path) -> bool:
    return any(word in path.name.lower() for word in _SCRIPT)


def _has_latin(path: Path) -> bool:
    if any(word.lower() in path.name.lower() for word in _NO_LETTERS):
        return False
    try:
        face = ImageFont.truetype(str(path), 24)
    except OSError:
        return False
    # A font without Latin letters draws one and the same box for them.
    return bytes(face.getmask("V")) != bytes(face.getmask("a")) and face.getmask("aVR 10mm").getbbox() is not None
