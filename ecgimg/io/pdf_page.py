"""The vector content of a PDF page: stroked paths and text -> `VectorPage`.

Only what the page shows is taken: paths that are stroked in a colour that is not transparent, inside their clips.
Objects, points and letters are counted, so that no page is read without end.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdfium2.raw as pdfium

from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.vector_page import PrintedWord, VectorPage

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

MAX_OBJECTS = 50_000
"""Objects of a page, those inside forms too: a page of 12 leads with a grid of single lines has about a thousand."""
MAX_POINTS = 300_000
"""Points of all paths and clips of a page: 12 leads of 10 s at 1000 Hz have 120 thousand."""
MAX_LETTERS = 20_000
"""Letters of a page that are read: a page full of small print has about ten thousand."""
MAX_DEPTH = 8
"""Forms inside forms that are opened."""
POINTS_PER_MM = 72 / 25.4


def read_vector_page(page: PdfPage, size: tuple[int, int]) -> VectorPage | None:
    """The lines and words of a page whose photo has `size`, width and height, in pixels.

    None where the page holds more than is read.
    """
    to_photo = _page_to_photo(page, size)
    reader = _LineReader()
    try:
        lines = [_moved(line, to_photo) for line in reader.lines(page.raw)]
        text, words = _read_text(page)
    except _TooMuchError:
        return None
    width, _ = page.get_size()
    return VectorPage(
        lines=tuple(lines),
        words=tuple(PrintedWord(word, *_moved(np.array([place]), to_photo)[0].tolist()) for word, place in words),
        text=text,
        px_per_mm=size[0] / width * POINTS_PER_MM,
    )


class _TooMuchError(Exception):
    """A page holds more than is read."""


def _page_to_photo(page: PdfPage, size: tuple[int, int]) -> Doubles:
    """The matrix [3, 2] from (x, y, 1) in points of a page, which may be turned, to photo pixels."""
    left, bottom, right, top = page.get_bbox()
    width, height = page.get_size()
    turned = {
        0: [[1, 0], [0, -1], [-left, top]],
        90: [[0, 1], [1, 0], [-bottom, -left]],
        180: [[-1, 0], [0, 1], [right, -bottom]],
        270: [[0, -1], [-1, 0], [top, right]],
    }[page.get_rotation()]
    scaled = np.array(turned, float) * [size[0] / width, size[1] / height]
    scaled[2] -= 0.5  # the centre of the top left pixel is (0, 0)
    return np.asarray(scaled)


def _moved(points: Doubles, matrix: Doubles) -> Doubles:
    """Points [N, 2] moved by a matrix [3, 2]."""
    return np.asarray(points @ matrix[:2] + matrix[2])


@dataclass
class _LineReader:
    """Reads the lines of a page in the page's points, and counts what it reads."""

    objects: int = 0
    points: int = 0
    _x: ctypes.c_float = field(default_factory=ctypes.c_float)
    _y: ctypes.c_float = field(default_factory=ctypes.c_float)

    def lines(self, page: Any) -> Iterator[Doubles]:
        """The visible lines [N, 2] of a page."""
        for k in range(pdfium.FPDFPage_CountObjects(page)):
            yield from self._of_object(pdfium.FPDFPage_GetObject(page, k), np.eye(3)[:, :2], 0)

    def _of_object(self, item: Any, outer: Doubles, depth: int) -> Iterator[Doubles]:
        """The visible lines of an object, moved by the matrix of the forms around it."""
        self.objects += 1
        if self.objects > MAX_OBJECTS:
            raise _TooMuchError
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH and _is_stroked(item):
            clip = self._clip(item)
            matrix = _matrix(item)
            for line in self._subpaths(item):
                yield from (_moved(part, outer) for part in _clipped(_moved(line, matrix), clip))
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
            own = _matrix(item)
            inner = np.vstack([own[:2] @ outer[:2], own[2] @ outer[:2] + outer[2]])
            for k in range(pdfium.FPDFFormObj_CountObjects(item)):
                yield from self._of_object(pdfium.FPDFFormObj_GetObject(item, k), inner, depth + 1)

    def _subpaths(self, path: Any) -> Iterator[Doubles]:
        """The straight-lined subpaths of a path; those with Bezier curves are no measured points."""
        kinds, closes, places = self._segments(path)
        begins = [k for k, kind in enumerate(kinds) if kind == pdfium.FPDF_SEGMENT_MOVETO]
        for first, end in zip(begins, [*begins[1:], len(kinds)], strict=True):
            if end - first < 2 or pdfium.FPDF_SEGMENT_BEZIERTO in kinds[first:end]:
                continue
            subpath = places[first:end]
            yield np.vstack([subpath, subpath[:1]]) if closes[end - 1] else subpath

    def _segments(self, path: Any) -> tuple[list[int], list[bool], Doubles]:
        """Kind of each of a path's segments, whether it closes its subpath, and its point [N, 2]."""
        count = self._count(pdfium.FPDFPath_CountSegments(path))
        segments = [pdfium.FPDFPath_GetPathSegment(path, k) for k in range(count)]
        kinds = [pdfium.FPDFPathSegment_GetType(one) for one in segments]
        closes = [bool(pdfium.FPDFPathSegment_GetClose(one)) for one in segments]
        return kinds, closes, np.array([self._point(one) for one in segments], float).reshape(-1, 2)

    def _clip(self, item: Any) -> Doubles:
        """The box of an object's clip paths, [2, 2]: low and high corner."""
        box = np.array([[-np.inf, -np.inf], [np.inf, np.inf]])
        clip = pdfium.FPDFPageObj_GetClipPath(item)
        for path in range(max(pdfium.FPDFClipPath_CountPaths(clip), 0) if clip else 0):
            count = self._count(pdfium.FPDFClipPath_CountPathSegments(clip, path))
            points = [self._point(pdfium.FPDFClipPath_GetPathSegment(clip, path, k)) for k in range(count)]
            if points:
                box = np.array([np.maximum(box[0], np.min(points, 0)), np.minimum(box[1], np.max(points, 0))])
        return box

    def _point(self, segment: Any) -> tuple[float, float]:
        pdfium.FPDFPathSegment_GetPoint(segment, self._x, self._y)
        return self._x.value, self._y.value

    def _count(self, points: int) -> int:
        self.points += points
        if self.points > MAX_POINTS:
            raise _TooMuchError
        return points


def _is_stroked(path: Any) -> bool:
    """Whether a path is drawn as a line that is not transparent."""
    fill, stroke, channels = ctypes.c_int(), ctypes.c_int(), [ctypes.c_uint() for _ in range(4)]
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    known = pdfium.FPDFPageObj_GetStrokeColor(path, *channels)
    return bool(stroke.value) and not (known and channels[3].value == 0)


def _matrix(item: Any) -> Doubles:
    """The matrix [3, 2] of an object."""
    m = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(item, m)
    return np.array([[m.a, m.b], [m.c, m.d], [m.e, m.f]], float)


def _clipped(line: Doubles, box: Doubles) -> Iterator[Doubles]:
    """The parts of a line whose points lie inside a clip's box; a line of two points is cut at the box itself."""
    if len(line) == 2:
        line = np.clip(line, box[0], box[1])
    inside = ((line >= box[0]) & (line <= box[1])).all(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    yield from (line[first:end] for first, end in zip(edges[::2], edges[1::2], strict=True) if end - first >= 2)


def _read_text(page: PdfPage) -> tuple[str, list[tuple[str, tuple[float, float]]]]:
    """The text of a page, and its words with the middles of their boxes in the page's points."""
    text_page = page.get_textpage()
    try:
        count = min(text_page.count_chars(), MAX_LETTERS)
        letters = [chr(pdfium.FPDFText_GetUnicode(text_page.raw, k)) for k in range(count)]
        words, first = [], 0
        for k in range(count + 1):
            if k == count or letters[k].isspace() or letters[k] == "\0":
                if k > first:
                    words.append(("".join(letters[first:k]), _middle(text_page, first, k)))
                first = k + 1
        return "".join(letters), words
    finally:
        text_page.close()


def _middle(text_page: PdfTextPage, first: int, end: int) -> tuple[float, float]:
    """The middle of the box around letters of a page, in its points."""
    left, bottom, right, top = np.array([text_page.get_charbox(k) for k in range(first, end)]).T
    return float(left.min() + right.max()) / 2, float(bottom.min() + top.max()) / 2
