"""The photo of a report: its traces, and in colour the evidence for the leading findings."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.leads import LEADS, lead_index
from ecgimg.datamodel.page import Photo, PlacedCell
from ecgimg.findings.calipers import calipers
from ecgimg.findings.opinions import Finding, Opinion, Screening
from ecgimg.findings.report import ReportContent
from ecgimg.findings.statements import NORMAL
from ecgimg.io.jpeg import encode_jpeg
from ecgimg.recording.plot import BLUE, GREEN, VERMILLION, Color, draw_curve, write_text
from ecgimg.recording.recording import Recording
from ecgimg.report.calipers import draw_calipers
from ecgimg.report.stored_photo import stored_photo

MAX_SIDE_PX = 1500
"""Longest side of the embedded photo."""
FADE = 0.25
"""Share of white that is mixed into the photo under the traces."""
MARGIN = 0.1
"""Width of the photo around the traces, as a share of their extent."""
TRACE_COLOR = (20, 60, 70)
JPEG_QUALITY = 82
HUES: tuple[Color, ...] = (VERMILLION, BLUE, GREEN)
"""RGB of the leading findings A, B and C, everywhere in the report."""
LETTERS = "ABC"
"""Beside its colour each leading finding has a letter, so that no reader needs the colour."""

MIN_SHARE = 0.05
"""Tokens with a smaller share of the strongest one are not drawn."""

Curves = tuple[tuple[PlacedCell, Floats], ...]


def leading(report: ReportContent) -> tuple[Finding, ...]:
    """The findings that get a colour and a letter: the first of the headline whose evidence is known, three at most.

    A diagnostic group leaves them to its statements. Normal findings get one only where nothing else was found.
    """
    shown = [one for entry in report.headline for one in entry.statements or (entry.finding,)]
    positive = [f for f in shown if f.verdict != "not assessable"]
    explained = [f for f in positive if f.signal is not None and f.signal.saliency is not None and f.influences]
    abnormal = [f for f in explained if f.code not in NORMAL]
    return tuple((abnormal or explained)[: len(HUES)])


def weights_of(opinion: Opinion, lead: str) -> tuple[tuple[float, float, float], ...]:
    """(start, end, share) of a lead's tokens that are evidence for an opinion; the strongest of all leads has 1."""
    if opinion.saliency is None or lead not in LEADS:
        return ()
    values = np.nan_to_num(opinion.saliency)
    top = float(values.max())
    if top <= 0:
        return ()
    row, bounds = values[lead_index(lead)] / top, opinion.bounds
    return tuple((bounds[p], bounds[p + 1], float(share)) for p, share in enumerate(row) if share > MIN_SHARE)


def evidence_image(report: ReportContent) -> Pixels:
    """The photo as it may be stored, upright, with its traces, calipers, and the evidence for the leading findings.

    It is MAX_SIDE_PX long at most.
    It is cropped to the surroundings of the traces. Without traces the whole photo is shown, with the image network's
    saliency of an abnormal ECG.
    """
    assert report.photo is not None
    geometry = report.recording.geometry if report.recording else None
    photo = stored_photo(report.photo, report.settings.photo, geometry)
    pixels, curves = _cropped(*_upright(photo, report.recording))
    factor = min(1.0, MAX_SIDE_PX / max(pixels.shape[:2]))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    canvas = np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=method), np.uint8)
    if report.recording is None:
        return _with_saliency(canvas, report.screening)
    canvas = np.asarray(cv2.addWeighted(canvas, 1 - FADE, np.full_like(canvas, 255), FADE, 0), np.uint8)
    moved = tuple((cell, np.asarray((points + 0.5) * factor - 0.5, np.float32)) for cell, points in curves)
    unit = max(canvas.shape[:2]) / 1000
    marked = list(zip(leading(report), HUES, LETTERS, strict=False))
    for finding, hue, _ in reversed(marked):
        canvas = _with_evidence(canvas, moved, finding, hue, round(9 * unit))
    for _, points in moved:
        draw_curve(canvas, points, TRACE_COLOR, max(1, round(1.1 * unit)))
    draw_calipers(canvas, _shown(moved), calipers(report.measurements))
    for finding, hue, letter in marked:
        _draw_letter(canvas, moved, finding, hue, letter, unit)
    return canvas


def jpeg_uri(pixels: Pixels, quality: int = JPEG_QUALITY) -> str:
    """RGB pixels as a data URI of a JPEG."""
    return "data:image/jpeg;base64," + base64.b64encode(encode_jpeg(pixels, quality)).decode()


def _upright(photo: Photo, recording: Recording | None) -> tuple[Pixels, Curves]:
    """The photo and its curves turned by quarter turns until the page stands nearly upright."""
    if recording is None or recording.geometry is None:
        return photo.pixels, ()
    quarter_turns = round(recording.geometry.rotation / 90) % 4  # clockwise
    height, width = photo.shape
    pixels = np.ascontiguousarray(np.rot90(photo.pixels, -quarter_turns))
    turned = tuple((cell, _turned(points, quarter_turns, width, height)) for cell, points in recording.geometry.curves)
    return pixels, turned


def _cropped(pixels: Pixels, curves: Curves) -> tuple[Pixels, Curves]:
    points = np.concatenate([points for _, points in curves]) if curves else np.zeros((0, 2), np.float32)
    known = points[np.isfinite(points).all(axis=1)]
    if not len(known):
        return pixels, curves
    low, high = known.min(axis=0), known.max(axis=0)
    margin_px = MARGIN * float((high - low).max())
    x0, y0 = (max(0, int(v - margin_px)) for v in low)
    x1, y1 = (min(size, int(v + margin_px) + 1) for v, size in zip(high, pixels.shape[1::-1], strict=True))
    origin = np.array([x0, y0], np.float32)
    return pixels[y0:y1, x0:x1], tuple((cell, np.asarray(line - origin, np.float32)) for cell, line in curves)


def _turned(points: Floats, quarter_turns: int, width: int, height: int) -> Floats:
    x, y = points[:, 0], points[:, 1]
    new = [(x, y), (height - 1 - y, x), (width - 1 - x, height - 1 - y), (y, width - 1 - x)][quarter_turns]
    return np.stack(new, axis=1)


def _with_evidence(canvas: Pixels, curves: Curves, finding: Finding, hue: Color, width: int) -> Pixels:
    """The canvas with soft strokes under the evidence for a finding, stronger where the evidence is."""
    assert finding.signal is not None
    strength = np.zeros(canvas.shape[:2], np.uint8)
    for cell, points in _shown(curves):
        times = cell.start + (np.arange(len(points)) + 0.5) / len(points) * cell.seconds
        for start, end, weight in weights_of(finding.signal, cell.lead):
            part = points[(times >= start) & (times < end)]
            draw_curve(strength, part, round(255 * 0.75 * weight), width)  # type: ignore[arg-type]
    soft = cv2.GaussianBlur(strength, (0, 0), max(1.0, width / 4)).astype(np.float32)[..., None] / 255
    return np.asarray(canvas * (1 - soft) + np.array(hue, np.float32) * soft, np.uint8)


def _draw_letter(canvas: Pixels, curves: Curves, finding: Finding, hue: Color, letter: str, unit: float) -> None:
    """The letter of a finding on a disc above its strongest stretch, further to the right for the later letters."""
    strongest = finding.influences[0]
    for cell, points in _shown(curves):
        if cell.lead != strongest.lead:
            continue
        times = cell.start + (np.arange(len(points)) + 0.5) / len(points) * cell.seconds
        part = points[(times >= strongest.start) & (times < strongest.end) & np.isfinite(points).all(axis=1)]
        if not len(part):
            continue
        radius = round(11 * unit)
        x = round(float(part[0, 0])) + radius + 2 * radius * LETTERS.index(letter)
        y = max(radius, round(float(part[:, 1].min()) - 1.5 * radius))
        cv2.circle(canvas, (x, y), radius, hue, -1, cv2.LINE_AA)
        at = (x - round(7 * unit), y + round(7 * unit))
        write_text(canvas, letter, at, 0.65 * unit, (255, 255, 255), max(1, round(2 * unit)))
        return


def _with_saliency(canvas: Pixels, screening: Screening | None) -> Pixels:
    """The canvas with the image network's saliency in colour."""
    if screening is None or screening.saliency is None or screening.refusal is not None:
        return canvas
    saliency = cv2.resize(screening.saliency, canvas.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    opacity = (0.55 * np.clip(saliency, 0, 1)).astype(np.float32)[..., None]
    return np.asarray(canvas * (1 - opacity) + np.array(HUES[0], np.float32) * opacity, np.uint8)


def _shown(curves: Curves) -> Sequence[tuple[PlacedCell, Floats]]:
    """The curves that the recording was taken from: a lead's rhythm strip in place of its cell."""
    strips = {cell.lead for cell, _ in curves if cell.is_strip}
    return [(cell, points) for cell, points in curves if cell.is_strip or cell.lead not in strips]
