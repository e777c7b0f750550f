"""The photo of a report: its traces, and in colour the stretches that spoke for the leading findings."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.leads import lead_index
from ecgimg.datamodel.page import Photo, PlacedCell
from ecgimg.findings.opinions import Finding, Opinion, Screening
from ecgimg.findings.report import ReportContent
from ecgimg.recording.plot import draw_curve
from ecgimg.recording.recording import Recording

LONGEST = 1500
"""Longest side of the embedded photo in pixels."""
FADE = 0.25
MARGIN = 0.1
"""What is shown around the traces, as a share of their extent."""
TRACE = (20, 60, 70)
QUALITY = 82
HUES: tuple[tuple[int, int, int], ...] = ((217, 72, 15), (37, 99, 235), (126, 34, 206))
"""RGB of the leading findings A, B and C, everywhere in the report."""

NORMAL = ("SR", "NORM")
MIN_LEADING = 0.1
"""Findings less probable than this get no colour while another is there."""

Curves = tuple[tuple[PlacedCell, Floats], ...]


def leading(report: ReportContent) -> tuple[Finding, ...]:
    """The findings that get a colour: the most probable ones whose evidence is known, three at most.

    That all is normal needs no evidence unless nothing else was found.
    """
    told = [f for f in report.headline if f.signal is not None and f.signal.saliency is not None and f.influences]
    ill = [f for f in told if f.code not in NORMAL and f.probability >= MIN_LEADING]
    return tuple((ill or told)[: len(HUES)])


def weights_of(opinion: Opinion, lead: str) -> tuple[tuple[float, float, float], ...]:
    """(start, end, share) of the tokens of a lead that speak for an opinion; 1 is the strongest token of all leads."""
    if opinion.saliency is None:
        return ()
    values = np.nan_to_num(opinion.saliency)
    top = float(values.max())
    if top <= 0:
        return ()
    row, bounds = values[lead_index(lead)] / top, opinion.bounds
    return tuple((bounds[p], bounds[p + 1], float(share)) for p, share in enumerate(row) if share > 0.05)


def evidence_image(report: ReportContent) -> Pixels:
    """The photo, upright, with its traces and what spoke for the leading findings; longest side LONGEST at most.

    It is cropped to what lies around the traces. Without traces it is shown whole, with what spoke for an abnormal ECG
    to the image network.
    """
    pixels, curves = _cropped(*_upright(report.photo, report.recording))
    factor = min(1.0, LONGEST / max(pixels.shape[:2]))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    canvas = np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=method), np.uint8)
    if report.recording is None:
        return _heated(canvas, report.screening)
    canvas = np.asarray(cv2.addWeighted(canvas, 1 - FADE, np.full_like(canvas, 255), FADE, 0), np.uint8)
    moved = tuple((cell, np.asarray((points + 0.5) * factor - 0.5, np.float32)) for cell, points in curves)
    unit = max(canvas.shape[:2]) / 1000
    for finding, hue in reversed(list(zip(leading(report), HUES, strict=False))):
        canvas = _glow(canvas, moved, finding, hue, round(9 * unit))
    for _, points in moved:
        draw_curve(canvas, points, TRACE, max(1, round(1.1 * unit)))
    return canvas


def jpeg_uri(pixels: Pixels, quality: int = QUALITY) -> str:
    """RGB pixels as a data URI of a JPEG."""
    done, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"no picture of shape {pixels.shape}")
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode()


def _upright(photo: Photo, recording: Recording | None) -> tuple[Pixels, Curves]:
    """The photo and its curves turned by quarter turns until the page stands nearly upright."""
    if recording is None or recording.geometry is None:
        return photo.pixels, ()
    turns = round(recording.geometry.rotation / 90) % 4  # clockwise
    height, width = photo.shape
    pixels = np.ascontiguousarray(np.rot90(photo.pixels, -turns))
    turned = tuple((cell, _turn(points, turns, width, height)) for cell, points in recording.geometry.curves)
    return pixels, turned


def _cropped(pixels: Pixels, curves: Curves) -> tuple[Pixels, Curves]:
    points = np.concatenate([points for _, points in curves]) if curves else np.zeros((0, 2), np.float32)
    known = points[np.isfinite(points).all(axis=1)]
    if not len(known):
        return pixels, curves
    low, high = known.min(axis=0), known.max(axis=0)
    rim = MARGIN * float((high - low).max())
    x0, y0 = (max(0, int(v - rim)) for v in low)
    x1, y1 = (min(size, int(v + rim) + 1) for v, size in zip(high, pixels.shape[1::-1], strict=True))
    origin = np.array([x0, y0], np.float32)
    return pixels[y0:y1, x0:x1], tuple((cell, np.asarray(line - origin, np.float32)) for cell, line in curves)


def _turn(points: Floats, turns: int, width: int, height: int) -> Floats:
    x, y = points[:, 0], points[:, 1]
    new = [(x, y), (height - 1 - y, x), (width - 1 - x, height - 1 - y), (y, width - 1 - x)][turns]
    return np.stack(new, axis=1)


def _glow(canvas: Pixels, curves: Curves, finding: Finding, hue: tuple[int, int, int], width: int) -> Pixels:
    """The canvas with soft strokes under the stretches that spoke for a finding, stronger where they spoke louder."""
    assert finding.signal is not None
    share = np.zeros(canvas.shape[:2], np.uint8)
    for cell, points in _shown(curves):
        times = cell.start + (np.arange(len(points)) + 0.5) / len(points) * cell.seconds
        for start, end, weight in weights_of(finding.signal, cell.lead):
            part = points[(times >= start) & (times < end)]
            draw_curve(share, part, round(255 * 0.75 * weight), width)  # type: ignore[arg-type]
    soft = cv2.GaussianBlur(share, (0, 0), max(1.0, width / 4)).astype(np.float32)[..., None] / 255
    return np.asarray(canvas * (1 - soft) + np.array(hue, np.float32) * soft, np.uint8)


def _heated(canvas: Pixels, screening: Screening | None) -> Pixels:
    """The canvas with the image network's saliency as a veil."""
    if screening is None or screening.saliency is None or not (screening.is_ecg and screening.is_readable):
        return canvas
    heat = cv2.resize(screening.saliency, canvas.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    veil = (0.55 * np.clip(heat, 0, 1)).astype(np.float32)[..., None]
    return np.asarray(canvas * (1 - veil) + np.array(HUES[0], np.float32) * veil, np.uint8)


def _shown(curves: Curves) -> Sequence[tuple[PlacedCell, Floats]]:
    """The curves that the recording was taken from: a strip stands for its lead's cell."""
    strips = {cell.lead for cell, _ in curves if cell.is_strip}
    return [(cell, points) for cell, points in curves if cell.is_strip or cell.lead not in strips]
