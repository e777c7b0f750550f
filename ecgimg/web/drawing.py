"""What the browser draws of a page: its curves on the photo, and the samples of its leads."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import LayoutMatch, PageGeometry, PlacedCell
from ecgimg.findings.opinions import Finding
from ecgimg.findings.report import ReportContent
from ecgimg.recording.plot import Color
from ecgimg.recording.recording import Recording
from ecgimg.report.evidence import HUES, LETTERS, leading, weights_of
from ecgimg.report.stored_photo import traced_px_per_mm
from ecgimg.schemas.web import DrawnCurve, DrawnEvidence, DrawnFinding, DrawnLead, PageDrawing


def describe_drawing(report: ReportContent, fs: float) -> PageDrawing:
    """What a browser draws of a page, with at most `fs` samples a second; without a recording only the photo's size."""
    assert report.photo is not None
    (height, width), recording = report.photo.shape, report.recording
    geometry = recording.geometry if recording is not None else None
    if recording is None or geometry is None:
        return PageDrawing(
            width=width,
            height=height,
            quarter_turns=0,
            px_per_mm=0,
            curves=(),
            fs=fs,
            seconds=0,
            leading=(),
            disorders=(),
            leads={},
        )
    stride = max(1, round(recording.fs / fs))
    curves = _curves(geometry, report.match, fs)
    return PageDrawing(
        width=width,
        height=height,
        quarter_turns=round(geometry.rotation / 90) % 4,
        px_per_mm=round(traced_px_per_mm(geometry), 3),
        curves=curves,
        fs=recording.fs / stride,
        seconds=recording.seconds,
        leading=tuple(
            _finding(finding, hue, letter) for finding, hue, letter in zip(leading(report), HUES, LETTERS, strict=False)
        ),
        disorders=_disorders(report),
        leads={lead: _lead(recording, lead, stride) for lead in recording.leads if recording.interval(lead)},
    )


def _disorders(report: ReportContent) -> tuple[str, ...]:
    stated = report.interpretation.statements if report.interpretation is not None else ()
    return tuple(dict.fromkeys(one.id for one in stated if one.is_abnormal))


def _curves(geometry: PageGeometry, match: LayoutMatch | None, fs: float) -> tuple[DrawnCurve, ...]:
    count = len(geometry.curves)
    columns = match.columns if match is not None else (1,) * count
    masks = geometry.corrected or (np.zeros(0, bool),) * count
    return tuple(
        _curve(cell, points, column, mask, fs)
        for (cell, points), column, mask in zip(geometry.curves, columns, masks, strict=True)
    )


def _curve(cell: PlacedCell, points: Floats, column: int, corrected: Bools, fs: float) -> DrawnCurve:
    stride = max(1, round(len(points) / cell.seconds / fs))
    few = points[stride // 2 :: stride]
    return DrawnCurve(
        lead=cell.lead,
        sign=cell.sign,
        row=cell.line + 1,
        column=column,
        is_strip=cell.is_strip,
        start=cell.start,
        seconds=cell.seconds,
        x=_numbers(few[:, 0], 1),
        y=_numbers(few[:, 1], 1),
        corrected=_stretches(corrected, cell),
    )


def _stretches(corrected: Bools, cell: PlacedCell) -> tuple[tuple[float, float], ...]:
    """Runs of a mask over a cell's points, as seconds of recording time."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], corrected, [False]]).astype(np.int8)))
    times = cell.start + edges / max(len(corrected), 1) * cell.seconds
    return tuple((round(float(a), 3), round(float(b), 3)) for a, b in zip(times[::2], times[1::2], strict=True))


def _finding(finding: Finding, hue: Color, letter: str) -> DrawnFinding:
    assert finding.signal is not None
    return DrawnFinding(
        letter=letter,
        color=f"rgb{hue}",
        code=finding.code,
        group=finding.group,
        evidence=tuple(
            DrawnEvidence(lead=lead, start=start, end=end, share=round(share, 3))
            for lead in LEADS
            for start, end, share in weights_of(finding.signal, lead)
        ),
    )


def _lead(recording: Recording, lead: str, stride: int) -> DrawnLead:
    row = recording.row(lead)
    tenth = max(1, round(recording.fs / 10))
    confidence = recording.confidences[row]
    means = [float(confidence[k : k + tenth].max()) for k in range(0, len(confidence), tenth)]
    return DrawnLead(
        mv=_numbers(recording.signals[row, ::stride], 3), confidence=tuple(round(100 * mean) for mean in means)
    )


def _numbers(values: Floats, digits: int) -> tuple[float | None, ...]:
    """Rounded values, None for NaN."""
    return tuple(None if v != v else v for v in np.round(values.astype(np.float64), digits).tolist())
