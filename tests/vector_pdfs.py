"""PDFs that draw an ECG as lines, as the programs of ECG machines do, with the signals that they show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.leads import LEADS, lead_index
from ecgimg.layouts import Layout, load_layout
from ecgimg.synth.signals.sources import FS, Simulated

POINT_PER_MM = 72 / 25.4
WIDTH_MM, HEIGHT_MM = 297.0, 210.0
ORIGIN_MM = (20.0, 60.0)
"""Where the first row's first column begins: from the left, and its zero line from the top."""


@dataclass(frozen=True)
class VectorStyle:
    """How a page is drawn: points a second, speed and gain, its text, and which parts it has."""

    rate: int = 250
    speed: float = 25.0
    gain: float = 10.0
    headline: str = "25 mm/s 10 mm/mV"
    has_names: bool = True
    has_pulses: bool = True
    has_grid: bool = True
    has_curves: bool = True
    joined: bool = True


def signals(seconds: float = 10.0) -> Doubles:
    """Twelve leads [12, T] in mV at 500 Hz."""
    return np.asarray(Simulated(5).get(5, seconds).mv, np.float64)


def vector_pdf(path: Path, layout: str = "3x4+1R", style: VectorStyle | None = None, pages: int = 1) -> Path:
    """A PDF of equal pages of a layout."""
    style = style or VectorStyle()
    return write_pdf(path, [page_content(load_layout(layout), style)] * pages)


def page_content(layout: Layout, style: VectorStyle) -> bytes:
    """The drawing instructions of a page."""
    parts = ["0.2 w", _text(20, 15, style.headline)]
    if style.has_grid:
        parts += [_line(np.array([[x, 10], [x, 200]])) for x in np.arange(10, 288)]
        parts += [_line(np.array([[10, y], [287, y]])) for y in np.arange(10, 201)]
    if style.has_curves:
        parts += _curves(layout, style)
    if style.has_pulses:
        parts += [_line(_pulse(ORIGIN_MM[1] + row * _row_mm(layout), style)) for row in range(layout.n_lines)]
    return "\n".join(parts).encode()


def _curves(layout: Layout, style: VectorStyle) -> list[str]:
    mv, step = signals(layout.seconds), FS // style.rate
    parts = []
    for cell in (*layout.cells, *layout.strips):
        zero = ORIGIN_MM[1] + cell.row * _row_mm(layout)
        left = ORIGIN_MM[0] + (0 if cell.row >= layout.n_rows else cell.column * layout.column_mm)
        first, last = round(cell.start * FS), round((cell.start + cell.seconds) * FS)
        y = cell.sign * mv[lead_index(cell.lead), first:last:step]
        x = left + np.arange(len(y)) / style.rate * style.speed
        points = np.stack([x, zero - y * style.gain], axis=1)
        parts += [_line(points)] if style.joined else [_line(points[k : k + 2]) for k in range(len(points) - 1)]
        if style.has_names:
            parts.append(_text(left + 2, zero - 12, cell.lead))
    return parts


def _row_mm(layout: Layout) -> float:
    return min(40.0, 130.0 / max(layout.n_lines - 1, 1))


def _pulse(zero: float, style: VectorStyle) -> Doubles:
    x = ORIGIN_MM[0] + np.array([-8, -7, -7, -2, -2, -1])
    return np.stack([x, zero - style.gain * np.array([0, 0, 1, 1, 0, 0])], axis=1)


def _line(points_mm: Doubles) -> str:
    x, y = points_mm[:, 0] * POINT_PER_MM, (HEIGHT_MM - points_mm[:, 1]) * POINT_PER_MM
    places = [f"{a:.5f} {b:.5f}" for a, b in zip(x, y, strict=True)]
    return f"{places[0]} m " + " ".join(f"{place} l" for place in places[1:]) + " S"


def _text(x_mm: float, y_mm: float, text: str) -> str:
    return f"BT /F 9 Tf {x_mm * POINT_PER_MM:.3f} {(HEIGHT_MM - y_mm) * POINT_PER_MM:.3f} Td ({text}) Tj ET"


def write_pdf(path: Path, contents: list[bytes], turned: int = 0, forms: tuple[bytes, ...] = ()) -> Path:
    """A PDF of A4 pages with these drawing instructions; `/X0 Do` draws the first of the forms."""
    n = len(contents)
    kids = b" ".join(b"%d 0 R" % (4 + k) for k in range(n))
    names = b" ".join(b"/X%d %d 0 R" % (k, 4 + 2 * n + k) for k in range(len(forms)))
    box = b"[0 0 %.3f %.3f]" % (WIDTH_MM * POINT_PER_MM, HEIGHT_MM * POINT_PER_MM)
    resources = b"/Resources<</Font<</F 3 0 R>>/XObject<<" + names + b">>>>"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % n]
    objects += [b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    page = b"<</Type/Page/Parent 2 0 R/MediaBox" + box + b"/Rotate %d" % turned + resources
    objects += [page + b"/Contents %d 0 R>>" % (4 + n + k) for k in range(n)]
    objects += [b"<</Length %d>>stream\n" % len(data) + data + b"\nendstream" for data in contents]
    form = b"<</Type/XObject/Subtype/Form/Matrix[2 0 0 2 10 20]/BBox[0 0 1000 1000]"
    objects += [form + b"/Length %d>>stream\n" % len(data) + data + b"\nendstream" for data in forms]
    body, offsets = b"%PDF-1.7\n", []
    for number, data in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n" % number + data + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    path.write_bytes(body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end)
    return path


def drawn_samples(layout: str, style: VectorStyle) -> Doubles:
    """What a page's points show: [12, T] in mV at 500 Hz, NaN where none stands; strips take the place of cells."""
    page = load_layout(layout)
    mv, step = signals(page.seconds), FS // style.rate
    shown = np.full_like(mv, np.nan)
    for cell in (*page.cells, *page.strips):
        places = np.arange(round(cell.start * FS), round((cell.start + cell.seconds) * FS), step)
        shown[lead_index(cell.lead), places] = mv[lead_index(cell.lead), places]
    assert len(shown) == len(LEADS)
    return shown
